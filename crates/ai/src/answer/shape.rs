//! The shape in which an answer is sent: events, bare text, or whole.

use http::{HeaderMap, header};

/// The shape that the caller wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// AI SDK's UI message stream.
    Events,
    /// The bare text as it comes.
    Text,
    /// JSON, once it is whole.
    Whole,
}

impl Shape {
    /// What the `Accept` header asks for.
    pub fn of(headers: &HeaderMap) -> Self {
        let accept = headers
            .get(header::ACCEPT)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("");
        if accept.contains("text/event-stream") {
            Self::Events
        } else if accept.contains("text/plain") {
            Self::Text
        } else {
            Self::Whole
        }
    }
}

/// Whether the caller would rather watch the answer elsewhere than wait for it (`Prefer: respond-async`, RFC 7240).
pub fn waits_not(headers: &HeaderMap) -> bool {
    let values = headers.get_all("prefer").iter().filter_map(|v| v.to_str().ok());
    let mut wishes = values.flat_map(|value| value.split([',', ';']));
    wishes.any(|wish| wish.trim().eq_ignore_ascii_case("respond-async"))
}
