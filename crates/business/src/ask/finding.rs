//! Something that was asked to be found: among messages, files, threads and records, by the search of the house.

use files::index::{self, IndexKind, Mode, Request, Seeker};
use identity::Caller;
use kit::api::ApiError;
use questions::phrase;

use super::{Answered, Recognised};
use crate::Business;

/// How many hits an answer shows.
const SHOWN: usize = 10;

pub(super) async fn find(
    business: &Business,
    caller: &Caller,
    recognised: &Recognised,
    out: &mut Answered,
) -> Result<(), ApiError> {
    let language = recognised.understanding.language;
    let wanted = recognised.understanding.search.as_ref();
    let text = wanted.map_or(recognised.question.as_str(), |search| &search.query);
    let kinds: Vec<IndexKind> = wanted
        .into_iter()
        .flat_map(|search| &search.kinds)
        .filter_map(|kind| kind_of(kind))
        .collect();
    out.hits = search(business, caller, text, kinds, SHOWN).await?;
    let count = out.hits.len().to_string();
    out.answer = match out.hits.is_empty() {
        true => phrase::say(language, "found_none", &[("said", text)]),
        false => phrase::say(language, "found", &[("count", &count), ("said", text)]),
    };
    Ok(())
}

fn kind_of(name: &str) -> Option<IndexKind> {
    match name {
        "messages" => Some(IndexKind::Message),
        "files" => Some(IndexKind::File),
        "threads" => Some(IndexKind::Thread),
        "records" => Some(IndexKind::Record),
        _ => None,
    }
}

/// Looks among these kinds, or among all.
pub(super) async fn search(
    business: &Business,
    caller: &Caller,
    text: &str,
    kinds: Vec<IndexKind>,
    limit: usize,
) -> Result<Vec<index::Hit>, ApiError> {
    let all = || {
        vec![
            IndexKind::Message,
            IndexKind::File,
            IndexKind::Thread,
            IndexKind::Record,
        ]
    };
    let request = Request {
        query: index::Query::parse(text),
        mode: Mode::Hybrid,
        kinds: if kinds.is_empty() { all() } else { kinds },
        limit,
    };
    let seeker = Seeker {
        workspace: caller.workspace,
        user: caller.user,
        role: caller.role,
    };
    Ok(index::search(business.files(), seeker, &request).await?.hits)
}
