//! Changes that a list by date of creation does not show: what events tell of is fetched anew.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::token::{At, Token};
use super::{Page, Record, Slice, Source, SourceError, rest};
use crate::expression::Scope;
use crate::manifest::Stream;

pub(super) async fn page(source: &Source, stream: &Stream, slice: Slice, token: Token) -> Result<Page, SourceError> {
    let events = stream.events.as_ref().ok_or_else(|| SourceError::Protocol("the stream has no events".to_owned()))?;
    let fetched = rest::fetch(source, &events.list, &source.values(Some(slice)), &token.at).await?;
    let (mut changed, mut gone) = (BTreeSet::new(), BTreeSet::new());
    for event in &fetched.bodies {
        let scope = Scope::new(event, source.config());
        let Some(id) = events.id.text(&scope) else {
            continue;
        };
        if events.deleted.holds(&scope) {
            gone.insert(id);
            continue;
        }
        // The list of this slice has it, and as it is now.
        let created = events.created.number(&scope).ok().flatten().and_then(|seconds| seconds.rounded(0));
        let is_listed = slice.from.zip(created).is_some_and(|(from, created)| created >= from.seconds());
        if !is_listed {
            changed.insert(id);
        }
    }
    let mut page = Page::default();
    for id in changed.difference(&gone) {
        match rest::one(source, stream, id).await? {
            Some(body) => source.sort_out(stream, vec![body], &mut page),
            None => page.records.push(absent(source, stream, id)),
        }
    }
    page.records.extend(gone.iter().map(|id| absent(source, stream, id)));
    if let Some(At::After(last)) = fetched.next {
        page.next = token.write(At::Events(Some(last)), fetched.bodies.len())?;
    }
    Ok(page)
}

/// A record that is gone, since now.
pub(super) fn absent(source: &Source, stream: &Stream, id: &str) -> Record {
    let body = json!({ "id": id, "deleted": Value::Bool(true) });
    Record { stream: stream.name.clone(), source_id: id.to_owned(), version: source.clock.now().micros(), body, deleted: true }
}
