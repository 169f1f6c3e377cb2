//! `GET /files`: one's own files and the workspace's, newest first.

use db::entity::files;
use db::kinds::{Role, Visibility};
use db::{DbError, FileId};
use documents::{Group, Kind};
use identity::Caller;
use kit::api::{ApiError, Cursor, Page};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;

use crate::Files;
use crate::details::name_of;
use crate::show::{FileOut, show};

/// How many rows one question to the store brings, and how many of those are looked at for one page: names are sealed,
/// so that the store cannot search them. A search that ends early goes on with the cursor.
const BATCH: u64 = 500;
const LOOKED_AT: usize = 5_000;

/// Which files.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FileQuery {
    /// Rows a page, 1 to 200; 50 unless told.
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// What the name has in it.
    pub q: Option<String>,
    /// `image`, `pdf`, `document`, `sheet`, `slides`, `text`, `code`, `audio`, `video` or `other`.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    pub kind: Option<String>,
}

/// Archives and what is left of programs are other things to a person who looks for a file.
const fn shown_as(group: Group) -> Group {
    match group {
        Group::Archive | Group::Program => Group::Other,
        group => group,
    }
}

fn group_of(kind: Option<&str>) -> Result<Option<Group>, ApiError> {
    let Some(name) = kind else { return Ok(None) };
    let sentence = "The type is image, pdf, document, sheet, slides, text, code, audio, video or other.";
    Group::named(name)
        .filter(|group| shown_as(*group) == *group)
        .map(Some)
        .ok_or_else(|| ApiError::invalid("type", sentence))
}

/// One page.
pub(crate) async fn list(
    files: &Files,
    caller: &Caller,
    query: &FileQuery,
) -> Result<Page<FileOut>, ApiError> {
    let limit = Cursor::limit(query.limit)?;
    let group = group_of(query.kind.as_deref())?;
    let words = query
        .q
        .as_ref()
        .map(|q| q.trim().to_lowercase())
        .filter(|q| !q.is_empty());
    let mut after: Option<FileId> = Cursor::decode(query.cursor.as_deref())?;
    let keys = files.db().keys(caller.workspace.0).await?;
    let fits = |row: &files::Model| {
        group.is_none_or(|group| shown_as(Kind::of(&row.kind).group) == group)
            && words
                .as_ref()
                .is_none_or(|words| name_of(&keys, row).to_lowercase().contains(words))
    };
    let batch = if group.is_none() && words.is_none() {
        limit as u64 + 1
    } else {
        BATCH
    };
    let (mut found, mut looked_at, mut more) = (Vec::new(), 0, true);
    while more && found.len() <= limit && looked_at < LOOKED_AT {
        let rows = rows_after(files, caller, after, batch).await?;
        more = rows.len() as u64 == batch;
        looked_at += rows.len();
        after = rows.last().map(|row| row.id).or(after);
        found.extend(rows.into_iter().filter(fits));
    }
    // A full page ends at its last file; one that gave up ends where it stopped looking.
    let next = if found.len() > limit {
        found.truncate(limit);
        found.last().map(|row| row.id)
    } else if more {
        after
    } else {
        None
    };
    Ok(Page {
        rows: show(files, caller, &found).await?,
        next_cursor: next.map(|id| Cursor::encode(&id)),
    })
}

async fn rows_after(
    files: &Files,
    caller: &Caller,
    after: Option<FileId>,
    batch: u64,
) -> Result<Vec<files::Model>, DbError> {
    let mut mine = Condition::any().add(files::Column::OwnerId.eq(caller.user));
    if caller.role != Role::Guest {
        mine = mine.add(files::Column::Visibility.eq(Visibility::Workspace));
    }
    let mut select = files::Entity::of(caller.workspace).filter(mine);
    if let Some(after) = after {
        select = select.filter(files::Column::Id.lt(after));
    }
    Ok(select
        .order_by_desc(files::Column::Id)
        .limit(batch)
        .all(files.db().read())
        .await?)
}
