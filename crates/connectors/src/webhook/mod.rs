//! Whether a webhook is really the source's, and what it is about.
//!
//! Signatures are over the bytes as they came; a webhook that is not signed, or signed with an empty secret, is refused. The
//! ids in unsigned headers are no proof of anything: what makes two deliveries the same is a signed id, or else topic and
//! body together.

mod hook;
mod signature;
mod topic;

use http::HeaderMap;
use kit::clock::Timestamp;
use kit::secret::Secret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::expression::Values;
use crate::manifest::{Scheme, Webhooks};
use crate::source::Source;

pub use hook::{Hook, News, Refused};
pub use signature::{sign, verify};

/// Judges a webhook.
pub(crate) fn receive(
    source: &Source,
    headers: &HeaderMap,
    body: &[u8],
    secrets: &[Secret],
    now: Timestamp,
) -> Result<Hook, Refused> {
    let webhooks = source.manifest().webhooks.as_ref().ok_or(Refused::Unsigned)?;
    if webhooks.scheme == Scheme::Woocommerce && is_set_up_ping(headers, body) {
        return Ok(Hook { key: digest("ping", body), topic: "ping".to_owned(), news: News::Ping });
    }
    verify(webhooks.scheme, headers, body, secrets, now)?;
    belongs(source, webhooks, headers)?;
    let value: Value = serde_json::from_slice(body).map_err(|_| Refused::Malformed)?;
    let topic = topic::name(source, webhooks, headers, &value).ok_or(Refused::Malformed)?;
    let signed_id = match webhooks.scheme {
        Scheme::Stripe => value.get("id").and_then(Value::as_str).map(str::to_owned),
        Scheme::Standard => text(headers, "webhook-id").map(str::to_owned),
        Scheme::Shopify | Scheme::Woocommerce => None,
    };
    let key = signed_id.unwrap_or_else(|| digest(&topic, body));
    let news = topic::news(source, webhooks, &topic, &value, now)?;
    Ok(Hook { key, topic, news })
}

/// When a webhook is set up WooCommerce asks, unsigned, with `webhook_id=12`, whether somebody is there. It says nothing
/// and has no effect.
fn is_set_up_ping(headers: &HeaderMap, body: &[u8]) -> bool {
    let id = body.strip_prefix(b"webhook_id=");
    !headers.contains_key("x-wc-webhook-topic")
        && id.is_some_and(|id| !id.is_empty() && id.len() < 20 && id.iter().all(u8::is_ascii_digit))
}

/// Whether the header names the account that this source reads.
fn belongs(source: &Source, webhooks: &Webhooks, headers: &HeaderMap) -> Result<(), Refused> {
    let Some(account) = &webhooks.account else {
        return Ok(());
    };
    let Some(given) = text(headers, &account.header) else {
        return if account.optional { Ok(()) } else { Err(Refused::OtherAccount) };
    };
    let values = Values { config: Some(source.config()), ..Values::default() };
    let ours = account.is.fill(&values).ok_or(Refused::OtherAccount)?;
    if host(given) == host(&ours) { Ok(()) } else { Err(Refused::OtherAccount) }
}

/// The host of an address; of a bare name, itself.
fn host(text: &str) -> String {
    let after = text.split_once("://").map_or(text, |(_, rest)| rest);
    after.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase()
}

/// What makes two deliveries the same where no id is signed.
fn digest(topic: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(topic.as_bytes());
    hash.update([0]);
    hash.update(body);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|text| !text.is_empty())
}

/// What a stream's record looks like when only its id is known.
fn gone(id: &str) -> Value {
    json!({ "id": id, "deleted": true })
}
