//! What goes out and what comes in, format by format, against golden files; and everything once more over a
//! real connection to the stand-in.

mod answers;
mod conversions;
mod faults;
mod requests;
mod streams;

use bytes::Bytes;

use crate::{ChatRequest, Chunk, Collector};

/// The rich request of the golden files.
fn rich() -> ChatRequest {
    let body = include_bytes!("data/rich_request.json");
    ChatRequest::from_openai(Bytes::from_static(body)).unwrap()
}

/// JSON as a person reads it, its keys in the order in which they are sent: the order is part of what a
/// provider's prompt cache compares.
fn pretty(bytes: &[u8]) -> String {
    serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
    let text = std::str::from_utf8(bytes).unwrap();
    let mut out = String::new();
    let (mut depth, mut in_string, mut is_escaped) = (0, false, false);
    for c in text.chars() {
        if in_string {
            out.push(c);
            in_string = is_escaped || c != '"';
            is_escaped = !is_escaped && c == '\\';
            continue;
        }
        let line = |out: &mut String, depth: usize| {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        };
        match c {
            '{' | '[' => {
                out.push(c);
                depth += 1;
                line(&mut out, depth);
            }
            '}' | ']' => {
                depth -= 1;
                out.truncate(out.trim_end().len());
                if !out.ends_with(['{', '[']) {
                    line(&mut out, depth);
                }
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            '"' => {
                in_string = true;
                out.push(c);
            }
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

/// One line a chunk.
fn lines(chunks: &[Chunk]) -> String {
    chunks
        .iter()
        .map(|chunk| format!("{chunk:?}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The answer that the chunks amount to.
fn collected(chunks: Vec<Chunk>) -> crate::Answer {
    let mut collector = Collector::default();
    for chunk in chunks {
        collector.push(chunk);
    }
    collector.finish()
}
