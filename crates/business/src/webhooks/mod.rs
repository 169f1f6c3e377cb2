//! Webhooks: verified over the raw bytes, written down, answered, and only then used.
//!
//! What a webhook says is a hint: whole records pass the same guard by version as those of a sync, everything else is
//! fetched. So one that is lost, repeated or late costs nothing but time.

mod collector;
mod door;
mod receive;
mod routes;
mod serve;

pub(crate) use collector::Collector;
pub(crate) use door::Doors;
pub(crate) use routes::routes;
pub(crate) use serve::serve;

use connectors::source::Record;
use connectors::webhook::News;
use kit::vault::Place;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Business;

/// Begins to write down what comes in.
pub(crate) fn start(business: &Business) {
    collector::start(business);
}

const fn body_place(id: Uuid) -> Place<'static> {
    Place {
        column: "webhook_inbox.body",
        row: id,
    }
}

/// What a webhook means, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Told {
    /// Whole records with a version.
    Records { records: Vec<Record> },
    /// A record is to be fetched.
    Fetch { stream: String, id: String },
    /// We may not read any more.
    Uninstalled,
    /// A customer is to be forgotten.
    Redact { id: String },
    /// Nothing that we use.
    Nothing,
}

impl From<News> for Told {
    fn from(news: News) -> Self {
        match news {
            News::Records(records) => Self::Records { records },
            News::Fetch(stream, id) => Self::Fetch { stream, id },
            News::Uninstalled => Self::Uninstalled,
            News::Redact(id) => Self::Redact { id },
            News::Ping | News::Other => Self::Nothing,
        }
    }
}

/// A webhook on its way to the writer: `ingest.webhook.v1`. What it says lies in the inbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct HookMessage {
    id: Uuid,
    key: String,
}
