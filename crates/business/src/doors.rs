//! What actions and workflows need of the floor above, where threads are; and a number as they ask for it.

use db::{MessageId, ThreadId};
use futures::future::BoxFuture;
use identity::Caller;
use kit::api::ApiError;
use questions::frame::{Compare, Filter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Threads, which are on the floor above.
pub trait ThreadPoster: Send + Sync + 'static {
    /// Writes a message of this person into a thread that they may write in; no model answers it. With the same key again
    /// nothing is written, and the first message is answered.
    fn post(
        &self,
        author: Caller,
        thread: ThreadId,
        text: String,
        key: Uuid,
    ) -> BoxFuture<'_, Result<MessageId, ApiError>>;
}

/// A question for a number, as a workflow has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberAsked {
    /// Which metric, such as `revenue`.
    pub metric: String,
    /// Of which days.
    pub range: DaysAsked,
    /// By which dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_by: Option<String>,
    /// Only of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Beside which other days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// How many groups, the largest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Days, relative to the day on which it is asked, in the workspace's time zone and by its calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names are the documentation
pub enum DaysAsked {
    Today,
    Yesterday,
    ThisWeek,
    LastWeek,
    ThisMonth,
    LastMonth,
    ThisQuarter,
    LastQuarter,
    ThisYear,
    LastYear,
}

impl DaysAsked {
    /// Its name in placeholders, `last_month`.
    pub fn named(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }
}

/// A number in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberSaid {
    /// A sentence (and lines, where there are groups).
    pub text: String,
    /// The number alone, as people write it.
    pub value: String,
}
