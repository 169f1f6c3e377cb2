//! Pages and records over GraphQL, within the source's budget of cost.

use std::time::Duration;

use serde_json::{Value, json};

use super::connection::sentence;
use super::token::{At, Token};
use super::{Page, Slice, Source, SourceError};
use crate::expression::{Scope, Values};
use crate::manifest::{Graphql, Nested, Stream};

/// A list is begun again behind its last record after so many, because sources stop at 25,000.
const MOST_IN_A_RUN: u32 = 20_000;
/// Lists within one record that go on for longer than this have no end.
const MOST_NESTED_PAGES: usize = 400;
/// The share of the budget that stays for others who use the same shop.
const RESERVE: f64 = 0.2;

/// What a request brought.
pub(super) struct Answered {
    pub data: Value,
    /// How long to wait before the next.
    pub pause: Duration,
}

/// Why a request brought nothing.
pub(super) enum Failed {
    /// It would cost more than a single request may.
    TooDear,
    Other(SourceError),
}

impl From<Failed> for SourceError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::TooDear => Self::Protocol("the source finds the smallest request too dear".to_owned()),
            Failed::Other(error) => error,
        }
    }
}

/// Asks a question. An answer with errors is none, even if it has some data as well.
pub(super) async fn ask(source: &Source, path: &str, query: &str, variables: Value) -> Result<Answered, Failed> {
    let body = json!({ "query": query, "variables": variables });
    let address = source.connection.address(path);
    let mut answer = source.connection.post(&address, &body).await.map_err(Failed::Other)?.body;
    let cost = answer.pointer("/extensions/cost").cloned().unwrap_or_default();
    if let Some(errors) = answer.get("errors").filter(|errors| !errors.is_null()) {
        return Err(refused(errors, &cost));
    }
    match answer.get_mut("data").map(Value::take) {
        Some(data @ Value::Object(_)) => Ok(Answered { data, pause: pause(&cost) }),
        _ => Err(Failed::Other(SourceError::Protocol("its answer has no data".to_owned()))),
    }
}

fn refused(errors: &Value, cost: &Value) -> Failed {
    let first = errors.get(0).unwrap_or(errors);
    let said = sentence(first).unwrap_or_else(|| "it gave no reason".to_owned());
    Failed::Other(match first.pointer("/extensions/code").and_then(Value::as_str) {
        Some("MAX_COST_EXCEEDED") => return Failed::TooDear,
        Some("THROTTLED") => SourceError::RateLimited(pause(cost).max(Duration::from_secs(1))),
        Some("ACCESS_DENIED") => SourceError::Forbidden(said),
        Some("UNAUTHORIZED" | "UNAUTHENTICATED") => SourceError::Unauthorized(said),
        Some("INTERNAL_SERVER_ERROR" | "TIMEOUT" | "SHOP_INACTIVE") => SourceError::Unavailable(said),
        _ => SourceError::Protocol(said),
    })
}

/// How long until the same question can be paid again, with the reserve untouched.
fn pause(cost: &Value) -> Duration {
    let number = |path: &str| cost.pointer(path).and_then(Value::as_f64);
    let wanted = number("/requestedQueryCost").or_else(|| number("/actualQueryCost"));
    let status = |name: &str| number(&format!("/throttleStatus/{name}"));
    let (Some(wanted), Some(most), Some(left), Some(rate)) =
        (wanted, status("maximumAvailable"), status("currentlyAvailable"), status("restoreRate"))
    else {
        return Duration::ZERO;
    };
    let missing = (wanted + most * RESERVE).min(most) - left;
    if missing <= 0.0 || rate <= 0.0 {
        return Duration::ZERO;
    }
    Duration::try_from_secs_f64(missing / rate).unwrap_or_default().min(Duration::from_mins(5))
}

pub(super) fn path_of(source: &Source, graphql: &Graphql) -> Result<String, SourceError> {
    let path = graphql.path.fill(&source.values(None));
    path.ok_or_else(|| SourceError::Protocol("an address is not complete".to_owned()))
}

fn face(stream: &Stream) -> Result<&Graphql, SourceError> {
    stream.graphql.as_ref().ok_or_else(|| SourceError::Protocol("the stream has no query".to_owned()))
}

/// The filter of a slice.
pub(super) fn filter(source: &Source, graphql: &Graphql, slice: Slice) -> String {
    let values = source.values(Some(slice));
    let parts: Vec<String> = graphql.filter.iter().filter_map(|part| part.fill(&values)).collect();
    parts.join(" AND ")
}

pub(super) async fn page(source: &Source, stream: &Stream, slice: Slice, mut token: Token) -> Result<Page, SourceError> {
    let graphql = face(stream)?;
    let path = path_of(source, graphql)?;
    let (after, mut size, since, run) = match &token.at {
        At::Cursor { after, size, since, run } => (after.clone(), *size, *since, *run),
        _ => (None, graphql.size, None, 0),
    };
    let from = since.map(kit::clock::Timestamp).or(slice.from);
    let filter = filter(source, graphql, Slice { from, ..slice });
    let sort = graphql.sort.as_ref().map_or(String::new(), |sort| format!(", sortKey: {sort}"));
    let query = format!(
        "query Page($first: Int!, $after: String, $filter: String) {{ {list}(first: $first, after: $after, query: \
         $filter{sort}) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}",
        list = graphql.list,
        fields = graphql.fields,
    );
    let answered = loop {
        let variables = json!({ "first": size, "after": after, "filter": filter });
        match ask(source, &path, &query, variables).await {
            Err(Failed::TooDear) if size > 1 => size /= 2,
            other => break other?,
        }
    };
    let list = answered.data.get(&graphql.list).cloned().unwrap_or_default();
    let mut bodies = nodes(&list)?;
    let mut page = Page { pause: answered.pause, ..Page::default() };
    complete(source, graphql, &path, &mut bodies, &mut page.pause).await?;
    let count = bodies.len();
    source.sort_out(stream, bodies, &mut page);
    token.notice(page.records.iter().map(|record| record.source_id.as_str()))?;
    if let Some(cursor) = next_cursor(&list)? {
        if count == 0 {
            return Err(SourceError::Protocol("an empty page is not the last".to_owned()));
        }
        let run = run + count as u32;
        // Behind the last record the list is begun again; what has the same time as it comes twice, which does no harm.
        let last = page.records.last().map(|record| record.version).filter(|version| *version > 0);
        let at = match last {
            Some(last) if run >= MOST_IN_A_RUN && since != Some(last) => {
                At::Cursor { after: None, size, since: Some(last), run: 0 }
            }
            _ => At::Cursor { after: Some(cursor), size, since, run },
        };
        page.next = token.write(at, count)?;
    }
    Ok(page)
}

/// The nodes of a list.
fn nodes(list: &Value) -> Result<Vec<Value>, SourceError> {
    match list.get("nodes") {
        Some(Value::Array(nodes)) => Ok(nodes.clone()),
        _ => Err(SourceError::Protocol("its answer has no list".to_owned())),
    }
}

fn next_cursor(list: &Value) -> Result<Option<String>, SourceError> {
    let info = list.get("pageInfo").unwrap_or(&Value::Null);
    match (info.get("hasNextPage").and_then(Value::as_bool), info.get("endCursor").and_then(Value::as_str)) {
        (Some(false), _) => Ok(None),
        (Some(true), Some(cursor)) => Ok(Some(cursor.to_owned())),
        _ => Err(SourceError::Protocol("it does not say whether there is another page".to_owned())),
    }
}

/// Fetches the rest of lists within records.
async fn complete(
    source: &Source,
    graphql: &Graphql,
    path: &str,
    bodies: &mut [Value],
    pause: &mut Duration,
) -> Result<(), SourceError> {
    for body in bodies {
        for nested in &graphql.nested {
            let scope = Scope::new(body, source.config());
            let owners: Vec<Value> =
                if nested.of.is_absent() { vec![body.clone()] } else { nested.of.elements(&scope).to_vec() };
            for owner in owners {
                let Some(more) = rest_of(source, path, nested, &owner, pause).await? else {
                    continue;
                };
                append(body, owner.get("id").unwrap_or(&Value::Null), &nested.list, &more);
            }
        }
    }
    Ok(())
}

/// What is missing of a list, if anything is.
async fn rest_of(
    source: &Source,
    path: &str,
    nested: &Nested,
    owner: &Value,
    pause: &mut Duration,
) -> Result<Option<Vec<Value>>, SourceError> {
    let Some(list) = owner.get(&nested.list).filter(|list| list.get("pageInfo").is_some()) else {
        return Ok(None);
    };
    let Some(mut cursor) = next_cursor(list)? else {
        return Ok(None);
    };
    let query = format!(
        "query Rest($id: ID!, $after: String) {{ node(id: $id) {{ ... on {node} {{ {list}(first: 100, after: $after) {{ \
         nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }} }} }}",
        node = nested.node,
        list = nested.list,
        fields = nested.fields,
    );
    let mut all = Vec::new();
    for _ in 0..MOST_NESTED_PAGES {
        let variables = json!({ "id": owner.get("id"), "after": cursor });
        let answered = ask(source, path, &query, variables).await?;
        *pause = (*pause).max(answered.pause);
        let list = answered.data.pointer(&format!("/node/{}", nested.list)).cloned().unwrap_or_default();
        all.extend(nodes(&list)?);
        match next_cursor(&list)? {
            None => return Ok(Some(all)),
            Some(next) if next == cursor => break,
            Some(next) => cursor = next,
        }
    }
    Err(SourceError::Protocol("a list within a record has no end".to_owned()))
}

/// Adds nodes to the list of the object with this id, wherever in the body it is.
fn append(at: &mut Value, owner: &Value, list: &str, more: &[Value]) -> bool {
    if at.get("id").is_some_and(|id| id == owner)
        && let Some(Value::Array(nodes)) = at.get_mut(list).and_then(|list| list.get_mut("nodes"))
    {
        nodes.extend_from_slice(more);
        return true;
    }
    match at {
        Value::Object(fields) => fields.values_mut().any(|value| append(value, owner, list, more)),
        Value::Array(all) => all.iter_mut().any(|value| append(value, owner, list, more)),
        _ => false,
    }
}

/// Records by their whole ids; none in the place of what is gone.
pub(super) async fn several(
    source: &Source,
    graphql: &Graphql,
    ids: &[String],
    pause: &mut Duration,
) -> Result<Vec<Option<Value>>, SourceError> {
    let path = path_of(source, graphql)?;
    let query = format!(
        "query Several($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {} {{ {} }} }} }}",
        graphql.node, graphql.fields
    );
    let (mut found, mut size) = (Vec::new(), graphql.size.min(25));
    let mut left = ids;
    while !left.is_empty() {
        let (now, later) = left.split_at(size.min(left.len()));
        let answered = match ask(source, &path, &query, json!({ "ids": now })).await {
            Err(Failed::TooDear) if size > 1 => {
                size /= 2;
                continue;
            }
            other => other?,
        };
        *pause = (*pause).max(answered.pause);
        let mut bodies = nodes(&answered.data)?;
        if bodies.len() != now.len() {
            return Err(SourceError::Protocol("it gave other records than it was asked for".to_owned()));
        }
        complete(source, graphql, &path, &mut bodies, pause).await?;
        found.extend(bodies.into_iter().map(|body| body.is_object().then_some(body)));
        left = later;
    }
    Ok(found)
}

pub(super) async fn one(source: &Source, stream: &Stream, id: &str) -> Result<Option<Value>, SourceError> {
    let graphql = face(stream)?;
    // An id that is a whole one already stays as it is.
    let bare = id.rsplit('/').next().unwrap_or(id);
    let whole = graphql.gid.fill(&Values { id: Some(bare), ..source.values(None) });
    let whole = whole.ok_or_else(|| SourceError::Protocol("an id cannot be written".to_owned()))?;
    let mut pause = Duration::ZERO;
    Ok(several(source, graphql, &[whole], &mut pause).await?.pop().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_kept() {
        let cost = |left: f64| {
            json!({ "requestedQueryCost": 100, "throttleStatus": { "maximumAvailable": 1000.0, "currentlyAvailable": left, "restoreRate": 50.0 } })
        };
        assert_eq!(pause(&cost(900.0)), Duration::ZERO);
        assert_eq!(pause(&cost(200.0)), Duration::from_secs(2));
        assert_eq!(pause(&Value::Null), Duration::ZERO);
    }

    #[test]
    fn the_rest_of_a_list_goes_where_it_belongs() {
        let mut body = json!({ "id": "o", "refunds": [{ "id": "r1", "l": { "nodes": [] } }, { "id": "r2", "l": { "nodes": [1] } }] });
        assert!(append(&mut body, &json!("r2"), "l", &[json!(2)]));
        assert_eq!(body.pointer("/refunds/1/l/nodes"), Some(&json!([1, 2])));
        assert!(!append(&mut body, &json!("r3"), "l", &[json!(2)]));
    }
}
