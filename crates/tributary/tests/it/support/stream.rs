//! Reading the UI message stream as a client does.

use bytes::Bytes;
use kit::http::Body;
use serde_json::Value;

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    /// UTF-16 units of text sent with it and before it.
    pub id: Option<usize>,
    /// Its JSON; null for `[DONE]`.
    pub data: Value,
    /// Whether it is `[DONE]`.
    pub is_done: bool,
}

impl Event {
    /// Its type.
    pub fn kind(&self) -> &str {
        self.data["type"].as_str().unwrap_or("")
    }
}

/// The events of a whole body.
pub fn events(body: &Bytes) -> Vec<Event> {
    let text = std::str::from_utf8(body).expect("the stream is UTF-8");
    text.split("\n\n")
        .filter(|block| !block.is_empty())
        .map(event)
        .collect()
}

fn event(block: &str) -> Event {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    let data = field("data: ").expect("every event has data");
    let is_done = data == "[DONE]";
    Event {
        id: field("id: ").and_then(|id| id.parse().ok()),
        data: if is_done {
            Value::Null
        } else {
            serde_json::from_str(data).expect("data is JSON")
        },
        is_done,
    }
}

/// The text of the events.
pub fn text_of(events: &[Event]) -> String {
    events
        .iter()
        .filter(|e| e.kind() == "text-delta")
        .filter_map(|e| e.data["delta"].as_str())
        .collect()
}

/// A stream that is read event by event.
pub struct Live {
    body: Body,
    buffer: Vec<u8>,
}

impl Live {
    pub fn new(body: Body) -> Self {
        Self {
            body,
            buffer: Vec::new(),
        }
    }

    /// The next event; none at the end.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(at) = self.buffer.windows(2).position(|w| w == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..at + 2).collect();
                if block.starts_with(b":") {
                    continue; // a comment that keeps the connection open
                }
                return Some(event(std::str::from_utf8(&block).unwrap().trim_end()));
            }
            match self.body.chunk().await {
                Some(Ok(bytes)) => self.buffer.extend_from_slice(&bytes),
                Some(Err(_)) | None => return None,
            }
        }
    }
}
