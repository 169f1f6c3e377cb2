//! Pages and records over REST.

use http::HeaderMap;
use serde_json::Value;

use super::connection::{NOT_FOUND, encoded};
use super::token::{At, Token};
use super::{Page, Seam, Slice, Source, SourceError, Step, size_of, step};
use crate::expression::{Scope, Values, text_of};
use crate::manifest::{Child, Listing, Paging, Stream};

/// What one request brought.
pub(super) struct Fetched {
    pub bodies: Vec<Value>,
    pub next: Option<At>,
    pub announced: Option<u64>,
}

/// Parts of one record that are fetched for themselves: more pages than these no order has.
const MOST_CHILD_PAGES: usize = 100;

pub(super) async fn page(source: &Source, stream: &Stream, slice: Slice, mut token: Token) -> Result<Page, SourceError> {
    let list = stream.list.as_ref().ok_or_else(|| SourceError::Protocol("the stream has no list".to_owned()))?;
    let fetched = fetch(source, list, &source.values(Some(slice)), &token.at).await?;
    let mut page = Page { announced: fetched.announced, ..Page::default() };
    let mut bodies = fetched.bodies;
    for body in &mut bodies {
        for child in &stream.children {
            add_child(source, stream, child, body).await?;
        }
    }
    let count = bodies.len();
    source.sort_out(stream, bodies, &mut page);
    token.notice(page.records.iter().map(|record| record.source_id.as_str()))?;
    let taken = token.taken + count as u64;
    match fetched.next {
        Some(next) => page.next = token.write(next, count)?,
        None => {
            if let Some(all) = page.announced {
                if taken < all {
                    return Err(SourceError::Protocol(format!("it announced {all} records and gave {taken}")));
                }
                // What left the list while it was read was read all the same.
                page.announced = Some(taken);
            }
            let reach = stream.events.as_ref().map(|events| source.clock.now().minus(events.reach.0));
            if slice.from.is_some() && reach.is_some_and(|reach| slice.to > reach) {
                page.next = token.write(At::Events(None), count)?;
            }
        }
    }
    Ok(page)
}

/// One request of a list.
pub(super) async fn fetch(source: &Source, list: &Listing, values: &Values<'_>, at: &At) -> Result<Fetched, SourceError> {
    let size = size_of(&list.paging);
    let address = address(source, list, values, at, size)?;
    let answer = source.connection.get(&address).await?;
    let scope = Scope::new(&answer.body, source.config());
    let bodies = match if list.records.is_absent() { answer.body.clone() } else { list.records.value(&scope).into_owned() } {
        Value::Array(bodies) => bodies,
        _ => return Err(SourceError::Protocol("its answer has no list".to_owned())),
    };
    match &list.paging {
        Paging::Whole => Ok(Fetched { bodies, next: None, announced: None }),
        Paging::Offset { total_header, .. } => {
            let announced = total_header.as_ref().and_then(|name| number(&answer.headers, name));
            by_counting(bodies, at, size, announced)
        }
        Paging::After { more, .. } => {
            let next = match (more.holds(&scope), bodies.last()) {
                (false, _) => None,
                (true, Some(last)) => {
                    let id = last.get("id").and_then(text_of);
                    Some(At::After(id.ok_or_else(|| SourceError::Protocol("a record has no id".to_owned()))?))
                }
                (true, None) => return Err(SourceError::Protocol("an empty page is not the last".to_owned())),
            };
            Ok(Fetched { bodies, next, announced: None })
        }
        Paging::Cursor { next, total, .. } => {
            let announced = total.text(&scope).and_then(|text| text.parse().ok());
            Ok(Fetched { next: next.text(&scope).map(At::After), announced, bodies })
        }
    }
}

fn by_counting(mut bodies: Vec<Value>, at: &At, size: usize, announced: Option<u64>) -> Result<Fetched, SourceError> {
    let start = Seam::default();
    let at = if let At::Offset(seam) = at { seam } else { &start };
    let ids: Option<Vec<i64>> = bodies.iter().map(|body| body.get("id").and_then(Value::as_i64)).collect();
    let ids = ids.ok_or_else(|| SourceError::Protocol("a record has no numeric id".to_owned()))?;
    match step(at, &ids, size) {
        Step::Take { skip, next } => {
            bodies.drain(..skip);
            Ok(Fetched { bodies, next: next.map(At::Offset), announced })
        }
        Step::Back(seam) => Ok(Fetched { bodies: Vec::new(), next: Some(At::Offset(seam)), announced }),
        Step::Broken => Err(SourceError::Protocol("its pages are not in order".to_owned())),
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn address(source: &Source, list: &Listing, values: &Values<'_>, at: &At, size: usize) -> Result<String, SourceError> {
    let path = list.path.fill(values).ok_or_else(|| SourceError::Protocol("an address is not complete".to_owned()))?;
    let mut address = source.connection.address(&path);
    let mut add = |name: &str, value: &str| {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(&format!("{}={}", encoded(name), encoded(value)));
    };
    for (name, template) in &list.query {
        if let Some(value) = template.fill(values) {
            add(name, &value);
        }
    }
    match (&list.paging, at) {
        (Paging::Offset { param, size_param, .. }, at) => {
            let offset = if let At::Offset(seam) = at { seam.offset } else { 0 };
            add(size_param, &size.to_string());
            add(param, &offset.to_string());
        }
        (Paging::After { param, size_param, .. }, at) => {
            add(size_param, &size.to_string());
            if let At::After(id) | At::Events(Some(id)) = at {
                add(param, id);
            }
        }
        (Paging::Cursor { param, size_param, .. }, at) => {
            if let Some(name) = size_param {
                add(name, &size.to_string());
            }
            if let At::After(cursor) | At::Events(Some(cursor)) = at {
                add(param, cursor);
            }
        }
        (Paging::Whole, _) => {}
    }
    Ok(address)
}

/// Fetches a part of a record that has an address of its own.
async fn add_child(source: &Source, stream: &Stream, child: &Child, body: &mut Value) -> Result<(), SourceError> {
    let scope = Scope::new(body, source.config());
    let (true, Some(parent)) = (child.when.holds(&scope), stream.id.text(&scope)) else {
        return Ok(());
    };
    let list = Listing {
        path: child.path.clone(),
        query: child.query.clone(),
        records: child.records.clone(),
        paging: child.paging.clone(),
    };
    let parent = encoded(&parent);
    let values = Values { parent: Some(&parent), ..source.values(None) };
    let (mut all, mut at) = (Vec::new(), At::Start);
    for _ in 0..MOST_CHILD_PAGES {
        let fetched = fetch(source, &list, &values, &at).await?;
        all.extend(fetched.bodies);
        match fetched.next {
            Some(next) => at = next,
            None => {
                if let Value::Object(fields) = body {
                    fields.insert(child.into.clone(), Value::Array(all));
                }
                return Ok(());
            }
        }
    }
    Err(SourceError::Protocol("a part of a record has no end".to_owned()))
}

/// One record with its parts.
pub(super) async fn one(source: &Source, stream: &Stream, id: &str) -> Result<Option<Value>, SourceError> {
    let id = encoded(id);
    let values = Values { id: Some(&id), ..source.values(None) };
    let path = stream.one.as_ref().and_then(|template| template.fill(&values));
    let path = path.ok_or_else(|| SourceError::Protocol("single records of this stream cannot be read".to_owned()))?;
    let mut body = match source.connection.get(&source.connection.address(&path)).await {
        Ok(answer) => answer.body,
        Err(SourceError::Protocol(said)) if said.starts_with(NOT_FOUND) => return Ok(None),
        Err(error) => return Err(error),
    };
    if !body.is_object() {
        return Err(SourceError::Protocol("its answer is no record".to_owned()));
    }
    for child in &stream.children {
        add_child(source, stream, child, &mut body).await?;
    }
    Ok(Some(body))
}
