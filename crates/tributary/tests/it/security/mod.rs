//! What strangers and clumsy programs send. Driven by the served OpenAPI document, so that a new call is covered by
//! itself: a placeholder that is not known here yet makes the suite fail until [`house::House`] has an id for it.

mod answers;
mod bodies;
mod document;
mod doors;
mod house;
mod lines;
pub mod raw;
mod roles;

use crate::support::Answer;

/// What no answer may hold, whatever it is about.
const INSIDES: [&str; 12] = [
    "sqlite",
    "sqlx",
    "sea_orm",
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "/tmp/",
    "crates/",
    ".rs:",
    "panicked",
    "a good long password",
    crate::support::GOOD_KEY,
];

/// The codes that a client's mistake may get, with their statuses.
const MISTAKES: [(u16, &str); 14] = [
    (400, "INVALID_JSON"),
    (401, "UNAUTHORIZED"),
    (402, "BUDGET_EXCEEDED"),
    (403, "FORBIDDEN"),
    (404, "NOT_FOUND"),
    (405, "METHOD_NOT_ALLOWED"),
    (409, "CONFLICT"),
    (410, "GONE"),
    (413, "PAYLOAD_TOO_LARGE"),
    (415, "UNSUPPORTED_MEDIA_TYPE"),
    (422, "VALIDATION_FAILED"),
    (424, "NO_PROVIDER_KEY"),
    (424, "INVALID_PROVIDER_KEY"),
    (429, "RATE_LIMITED"),
];

/// Fails unless this is a proper refusal: a status and code of the contract, one sentence, nothing of the insides.
#[track_caller]
fn refused(answer: &Answer, what: &str) {
    let status = answer.status.as_u16();
    let text = answer.text();
    let shown: String = text.chars().take(600).collect();
    assert!((400..500).contains(&status), "{what}: {status} {shown}");
    let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) else {
        panic!("{what}: {status} without an envelope: {shown}");
    };
    if json["error"].is_object() {
        // The OpenAI-compatible surface has that format's errors.
        let said = json["error"]["message"].as_str().unwrap_or("");
        assert!(said.len() > 5, "{what}: {shown}");
    } else {
        let code = json["code"].as_str().unwrap_or("");
        assert!(MISTAKES.contains(&(status, code)), "{what}: {status} {code}");
        assert_eq!(json["success"], false, "{what}");
        assert!(json["error"].as_str().unwrap_or("").len() > 5, "{what}: {shown}");
        let id = answer.headers["x-request-id"].to_str().unwrap();
        assert_eq!(json["request_id"], id, "{what}");
    }
    tells_nothing(&text, what);
}

/// Fails if this is our fault, or a refusal that is not a proper one.
#[track_caller]
fn handled(answer: &Answer, what: &str) {
    if answer.status.is_success() {
        // A computed number comes with the query that computed it.
        let shows_query = what.contains("/metrics/query") || what.contains("/ai/quer");
        let text = answer.text();
        // What the installation is made of is shown to whoever administers it, with the folder of its data.
        let shows_parts = what.contains("/admin/system");
        let text = if shows_query {
            text.replace("SELECT ", "")
        } else if shows_parts {
            text.replace("sqlite", "").replace("/tmp/", "")
        } else {
            text
        };
        tells_nothing(&text, what);
    } else {
        refused(answer, what);
    }
}

#[track_caller]
fn tells_nothing(text: &str, what: &str) {
    for inside in INSIDES {
        assert!(
            !text.contains(inside),
            "{what}: the answer holds {inside:?}: {text:.600}"
        );
    }
}
