//! First readings by Shopify's bulk operations: the shop writes a file with one object on each line, and says how many there
//! are. The file is read in pages; at its end every line must have been seen.

use std::time::Duration;

use serde_json::{Value, json};

use super::connection::failed;
use super::graphql::{Failed, ask, filter, path_of, several};
use super::token::{At, Token};
use super::{BadRecord, Page, Slice, Source, SourceError, cut};
use crate::expression::Scope;
use crate::manifest::{Graphql, Special, Stream};

/// Records of a page.
const ROOTS: usize = 250;
/// Bytes of a page.
const MOST_BYTES: usize = 16 << 20;
/// How long to wait for the operation, growing to the second.
const WAITS: (u64, u64) = (2, 30);
/// Asking more often than this (about a day and a half) is pointless.
const MOST_POLLS: u32 = 5_000;

fn face(stream: &Stream) -> Option<(&Graphql, &str)> {
    let graphql = stream.graphql.as_ref().filter(|_| stream.special == Some(Special::ShopifyBulk))?;
    Some((graphql, graphql.bulk_fields.as_deref()?))
}

/// Whether a slice is long enough for it.
pub(super) fn is_for(stream: &Stream, slice: Slice) -> bool {
    let over = face(stream).and_then(|(graphql, _)| graphql.bulk_over);
    over.is_some_and(|over| slice.from.is_none_or(|from| slice.to.since(from) > over.0))
}

/// Orders the file.
pub(super) async fn start(source: &Source, stream: &Stream, slice: Slice) -> Result<Page, SourceError> {
    let (graphql, fields) = face(stream).ok_or_else(|| SourceError::Protocol("the stream has no bulk query".to_owned()))?;
    let filter = filter(source, graphql, slice).replace('\\', "\\\\").replace('"', "\\\"");
    let inner = format!("{{ {}(query: \"{filter}\") {{ edges {{ node {{ {fields} }} }} }} }}", graphql.list);
    let query = "mutation Bulk($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: true) { bulkOperation { id \
                 status } userErrors { field message } } }";
    let path = path_of(source, graphql)?;
    let answered = ask(source, &path, query, json!({ "query": inner })).await.map_err(SourceError::from)?;
    let run = answered.data.get("bulkOperationRunQuery").cloned().unwrap_or_default();
    if let Some(said) = run.pointer("/userErrors/0/message").and_then(Value::as_str) {
        // One at a time: another one is still running.
        return Err(if said.contains("already") || said.contains("in progress") {
            SourceError::RateLimited(Duration::from_mins(1))
        } else {
            SourceError::Protocol(said.chars().take(200).collect())
        });
    }
    let id = run.pointer("/bulkOperation/id").and_then(Value::as_str);
    let id = id.ok_or_else(|| SourceError::Protocol("it began no bulk operation".to_owned()))?.to_owned();
    let next = Token::default().write(At::Bulk { id, polls: 0, offset: 0, lines: 0 }, 0)?;
    Ok(Page { next, pause: Duration::from_secs(WAITS.0).max(answered.pause), ..Page::default() })
}

/// What an operation says of itself.
struct Operation {
    status: String,
    url: Option<String>,
    objects: u64,
    roots: Option<u64>,
    pause: Duration,
}

async fn look(source: &Source, graphql: &Graphql, id: &str) -> Result<Operation, SourceError> {
    let query = "query Look($id: ID!) { node(id: $id) { ... on BulkOperation { id status errorCode objectCount rootObjectCount url } } }";
    let path = path_of(source, graphql)?;
    let answered = ask(source, &path, query, json!({ "id": id })).await.map_err(|failed: Failed| SourceError::from(failed))?;
    let node = answered.data.get("node").cloned().unwrap_or_default();
    let text = |name: &str| node.get(name).and_then(Value::as_str).map(str::to_owned);
    // Counts are 64-bit numbers, which this interface writes as texts.
    let count = |name: &str| text(name).and_then(|t| t.parse().ok()).or_else(|| node.get(name).and_then(Value::as_u64));
    Ok(Operation {
        status: text("status").ok_or_else(|| SourceError::Protocol("the bulk operation is gone".to_owned()))?,
        url: text("url"),
        objects: count("objectCount").ok_or_else(|| SourceError::Protocol("a bulk operation does not say its size".to_owned()))?,
        roots: count("rootObjectCount"),
        pause: answered.pause,
    })
}

pub(super) async fn page(source: &Source, stream: &Stream, token: Token) -> Result<Page, SourceError> {
    let (graphql, _) = face(stream).ok_or_else(|| SourceError::Protocol("the stream has no bulk query".to_owned()))?;
    let At::Bulk { id, polls, offset, lines } = token.at.clone() else {
        return Err(SourceError::Protocol("the position of the page cannot be read".to_owned()));
    };
    let operation = look(source, graphql, &id).await?;
    match operation.status.as_str() {
        "CREATED" | "RUNNING" | "CANCELING" if polls < MOST_POLLS => {
            let wait = Duration::from_secs((WAITS.0 + u64::from(polls)).min(WAITS.1));
            let next = token.write(At::Bulk { id, polls: polls + 1, offset, lines }, 0)?;
            return Ok(Page { next, pause: wait.max(operation.pause), ..Page::default() });
        }
        "COMPLETED" => {}
        // What a broken operation has written is not the whole: nothing of it is taken.
        other => return Err(SourceError::Unavailable(format!("the bulk operation ended as {}", other.to_lowercase()))),
    }
    let Some(url) = operation.url.filter(|_| operation.objects > 0) else {
        return if operation.objects == 0 {
            Ok(Page { announced: Some(0), ..Page::default() })
        } else {
            Err(SourceError::Protocol("a bulk operation lost its file".to_owned()))
        };
    };
    let part = read(source, &url, offset).await?;
    let mut page = Page { announced: operation.roots, pause: operation.pause, ..Page::default() };
    let bodies = gather(graphql, part.lines, &mut page.bad)?;
    let count = bodies.len() + page.bad.len();
    let bodies = made_whole(source, graphql, bodies, &mut page.pause).await?;
    source.sort_out(stream, bodies, &mut page);
    let lines = lines + part.count;
    if part.is_end {
        if lines != operation.objects {
            let (objects, what) = (operation.objects, "lines of a bulk operation");
            return Err(SourceError::Protocol(format!("{what}: {objects} were announced, {lines} came")));
        }
    } else {
        page.next = token.write(At::Bulk { id, polls, offset: part.end, lines }, count)?;
    }
    Ok(page)
}

/// Lines of a part of the file.
struct Part {
    lines: Vec<Vec<u8>>,
    count: u64,
    /// Where the next part begins.
    end: u64,
    is_end: bool,
}

/// Reads whole records from a byte on: up to the line on which the next record would begin.
async fn read(source: &Source, url: &str, from: u64) -> Result<Part, SourceError> {
    let (answer, begins_there) = source.connection.file(url, from).await?;
    let mut body = answer.into_body();
    let mut to_skip = if begins_there { 0 } else { from };
    let (mut buffer, mut lines, mut roots) = (Vec::new(), Vec::new(), 0_usize);
    let (mut at, mut taken) = (from, 0_usize);
    while let Some(chunk) = body.chunk().await {
        let chunk = chunk.map_err(|error| failed(&error))?;
        let skipped = usize::try_from(to_skip).unwrap_or(usize::MAX).min(chunk.len());
        to_skip -= skipped as u64;
        buffer.extend_from_slice(&chunk[skipped..]);
        let mut begin = 0;
        while let Some(end) = buffer[begin..].iter().position(|byte| *byte == b'\n').map(|n| begin + n) {
            let line = &buffer[begin..end];
            let is_root = !is_child(line);
            if is_root && (roots == ROOTS || taken > MOST_BYTES) {
                let count = lines.len() as u64;
                return Ok(Part { lines, count, end: at, is_end: false });
            }
            roots += usize::from(is_root);
            taken += line.len();
            at += line.len() as u64 + 1;
            lines.push(line.to_vec());
            begin = end + 1;
        }
        buffer.drain(..begin);
        if buffer.len() > MOST_BYTES || taken > 4 * MOST_BYTES {
            return Err(SourceError::Protocol("a record of a bulk operation is too large".to_owned()));
        }
    }
    if !buffer.is_empty() {
        lines.push(buffer);
    }
    let count = lines.iter().filter(|line| !line.is_empty()).count() as u64;
    Ok(Part { lines, count, end: at, is_end: true })
}

/// Whether a line belongs to the record before it. Its parent's name stands in a field of its own, at any place.
fn is_child(line: &[u8]) -> bool {
    let mark = b"\"__parentId\"";
    line.windows(mark.len()).any(|window| window == mark)
}

/// Puts children into the lists of their parents.
fn gather(graphql: &Graphql, lines: Vec<Vec<u8>>, bad: &mut Vec<BadRecord>) -> Result<Vec<Value>, SourceError> {
    let mut bodies: Vec<Value> = Vec::new();
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let Ok(mut object) = serde_json::from_slice::<Value>(line) else {
            bad.push(BadRecord {
                source_id: None,
                error: "A line of the file is no JSON.".to_owned(),
                body: cut(&String::from_utf8_lossy(line)),
            });
            continue;
        };
        let Some(parent) = object.as_object_mut().and_then(|fields| fields.remove("__parentId")) else {
            for list in graphql.bulk_children.values() {
                object[list] = json!({ "nodes": [] });
            }
            bodies.push(object);
            continue;
        };
        let kind = object.get("id").and_then(Value::as_str).and_then(|id| id.rsplit('/').nth(1)).unwrap_or_default();
        let list = graphql.bulk_children.get(kind);
        let owner = bodies.last_mut().filter(|body| body.get("id") == Some(&parent));
        let nodes = list.zip(owner).and_then(|(list, owner)| owner.get_mut(list)?.get_mut("nodes")?.as_array_mut());
        let nodes = nodes.ok_or_else(|| SourceError::Protocol("a line of the file belongs to no record".to_owned()))?;
        nodes.push(object);
    }
    Ok(bodies)
}

/// Fetches anew what a bulk operation could not read whole.
async fn made_whole(
    source: &Source,
    graphql: &Graphql,
    mut bodies: Vec<Value>,
    pause: &mut Duration,
) -> Result<Vec<Value>, SourceError> {
    let is_partial = |body: &Value| graphql.bulk_again.holds(&Scope::new(body, source.config()));
    let wanted: Vec<usize> = (0..bodies.len()).filter(|n| is_partial(&bodies[*n])).collect();
    let ids: Vec<String> =
        wanted.iter().filter_map(|n| bodies[*n].get("id").and_then(Value::as_str).map(str::to_owned)).collect();
    for (n, whole) in wanted.into_iter().zip(several(source, graphql, &ids, pause).await?) {
        // What was deleted meanwhile is told by the next reading; until then its short form stands.
        if let Some(whole) = whole {
            bodies[n] = whole;
        }
    }
    Ok(bodies)
}
