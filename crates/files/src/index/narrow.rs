//! The operators of a query, as a condition beside the right to see: who wrote it, in which thread, when, and of what kind.

use db::entity::{chunks, files as file_rows, members, users};
use db::kinds::IndexKind;
use db::{DbError, UserId};
use kit::api::ApiError;
use sea_orm::sea_query::Query as Sql;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::query::Query;
use super::rights::{Seeker, may_see};
use super::search::{Request, find_words};
use super::words::split;
use crate::Files;

/// How many threads a title may stand for.
const THREADS: usize = 100;

/// The condition on `chunks`; none where somebody or something is named that is not there.
pub(crate) async fn condition(
    files: &Files,
    seeker: Seeker,
    request: &Request,
) -> Result<Option<Condition>, ApiError> {
    let query = &request.query;
    let mut all = Condition::all().add(may_see(files, seeker, &request.kinds));
    for name in &query.from {
        let people = people(files, seeker, name).await?;
        if people.is_empty() {
            return Ok(None);
        }
        all = all.add(chunks::Column::AuthorId.is_in(people));
    }
    for title in &query.within {
        let threads = threads(files, seeker, title).await?;
        if threads.is_empty() {
            return Ok(None);
        }
        all = all.add(chunks::Column::ThreadId.is_in(threads));
    }
    if let Some(before) = query.before {
        all = all.add(chunks::Column::CreatedAt.lt(before));
    }
    if let Some(after) = query.after {
        all = all.add(chunks::Column::CreatedAt.gte(after));
    }
    if !query.types.is_empty() {
        let kinds = query.types.iter().map(|name| of_type(seeker, name));
        all = all.add(kinds.fold(Condition::any(), Condition::add));
    }
    Ok(Some(all))
}

/// The people of the workspace whose names have all of these words; `me` is who asks.
async fn people(files: &Files, seeker: Seeker, name: &str) -> Result<Vec<UserId>, ApiError> {
    let wanted = split(name);
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let of_workspace = Sql::select()
        .column(members::Column::UserId)
        .from(members::Entity)
        .and_where(members::Column::WorkspaceId.eq(seeker.workspace))
        .to_owned();
    let all: Vec<(UserId, String)> = users::Entity::find()
        .filter(users::Column::Id.in_subquery(of_workspace))
        .select_only()
        .column(users::Column::Id)
        .column(users::Column::FullName)
        .into_tuple()
        .all(files.db().read())
        .await
        .map_err(DbError::from)?;
    let is_meant = |name: &str| {
        let words = split(name);
        wanted
            .iter()
            .all(|w| words.iter().any(|word| word.folded.starts_with(&w.folded)))
    };
    let named: Vec<UserId> = all
        .into_iter()
        .filter(|(_, name)| is_meant(name))
        .map(|(id, _)| id)
        .collect();
    if named.is_empty() && name.eq_ignore_ascii_case("me") {
        return Ok(vec![seeker.user]);
    }
    Ok(named)
}

/// The threads that the seeker may enter whose titles have these words.
async fn threads(files: &Files, seeker: Seeker, title: &str) -> Result<Vec<Uuid>, ApiError> {
    let query = Query::parse(title);
    let titles = may_see(files, seeker, &[IndexKind::Thread]);
    let mut found = find_words(files, seeker.workspace, &query, titles, 0).await?;
    found.truncate(THREADS);
    Ok(found.into_iter().map(|found| found.chunk.source_id).collect())
}

fn of_type(seeker: Seeker, name: &str) -> Condition {
    let kind = |kind: IndexKind| Condition::all().add(chunks::Column::Kind.eq(kind));
    let media: &[&str] = match name {
        "message" => return kind(IndexKind::Message),
        "thread" => return kind(IndexKind::Thread),
        "record" => return kind(IndexKind::Record),
        "pdf" => &["application/pdf"],
        "image" => &["image/%"],
        "audio" => &["audio/%"],
        "video" => &["video/%"],
        "text" => &["text/plain", "text/markdown"],
        "document" => &[
            "%wordprocessingml%",
            "application/msword",
            "%opendocument.text%",
            "application/rtf",
            "text/html",
        ],
        "sheet" => &[
            "%spreadsheetml%",
            "application/vnd.ms-excel",
            "%opendocument.spreadsheet%",
            "text/csv",
        ],
        "slides" => &[
            "%presentationml%",
            "application/vnd.ms-powerpoint",
            "%opendocument.presentation%",
        ],
        "code" => &[
            "text/x-%",
            "application/json",
            "application/javascript",
            "application/xml",
            "application/toml",
        ],
        _ => return kind(IndexKind::File),
    };
    let fits = media.iter().map(|like| file_rows::Column::Kind.like(*like));
    let of_kind = Sql::select()
        .column((file_rows::Entity, file_rows::Column::Id))
        .from(file_rows::Entity)
        .and_where(file_rows::Column::WorkspaceId.eq(seeker.workspace))
        .cond_where(fits.fold(Condition::any(), Condition::add))
        .to_owned();
    kind(IndexKind::File).add(chunks::Column::SourceId.in_subquery(of_kind))
}
