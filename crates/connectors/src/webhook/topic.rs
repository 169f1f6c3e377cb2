//! What a webhook is about.

use http::HeaderMap;
use kit::clock::Timestamp;
use serde_json::Value;

use super::{News, Refused, gone, text};
use crate::expression::{Expression, Scope};
use crate::manifest::{Meaning, Scheme, Webhooks};
use crate::source::{Record, Source};

/// The longest topic.
const LONGEST: usize = 100;

/// The topic: from the signed body where it is there, else from the scheme's header.
pub(super) fn name(source: &Source, webhooks: &Webhooks, headers: &HeaderMap, body: &Value) -> Option<String> {
    let name = if webhooks.topic.is_absent() {
        let header = match webhooks.scheme {
            Scheme::Shopify => "x-shopify-topic",
            Scheme::Woocommerce => "x-wc-webhook-topic",
            Scheme::Stripe | Scheme::Standard => return body.get("type")?.as_str().map(str::to_owned),
        };
        text(headers, header)?.to_owned()
    } else {
        webhooks.topic.text(&Scope::new(body, source.config()))?
    };
    (name.len() <= LONGEST).then_some(name)
}

/// What to do. A topic that the manifest does not know is nothing that we use.
pub(super) fn news(source: &Source, webhooks: &Webhooks, topic: &str, body: &Value, now: Timestamp) -> Result<News, Refused> {
    let scope = Scope::new(body, source.config());
    let id_of = |id: &Expression| id.text(&scope).filter(|id| id.len() <= 200).ok_or(Refused::Malformed);
    Ok(match webhooks.topics.get(topic) {
        None | Some(Meaning::Other) => News::Other,
        Some(Meaning::Ping) => News::Ping,
        Some(Meaning::Uninstalled) => News::Uninstalled,
        Some(Meaning::Redact { id }) => News::Redact(id_of(id)?),
        Some(Meaning::Fetch { stream, id }) => News::Fetch(stream.clone(), id_of(id)?),
        Some(Meaning::Deleted { stream, id }) => {
            let id = id_of(id)?;
            let version = now.micros();
            News::Records(vec![Record { stream: stream.clone(), body: gone(&id), source_id: id, version, deleted: true }])
        }
        Some(Meaning::Record { stream, at, partial }) => {
            let whole = if at.is_absent() { body.clone() } else { at.value(&scope).into_owned() };
            let stream = source.manifest().stream(stream).ok_or(Refused::Malformed)?;
            let record = source.record(stream, whole).map_err(|_| Refused::Malformed)?;
            // Without a version nobody can tell whether it is newer than what we have.
            if record.version == 0 || partial.holds(&Scope::new(&record.body, source.config())) {
                News::Fetch(stream.name.clone(), record.source_id)
            } else {
                News::Records(vec![record])
            }
        }
    })
}
