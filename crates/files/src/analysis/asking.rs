//! Asking about a file, and what is done with what was said: listed, stopped, deleted.

use std::sync::Arc;
use std::time::Duration;

use ai::Asker;
use ai::answer::{Progress, Source};
use axum::extract::{FromRef, FromRequestParts};
use db::entity::{file_analyses, files};
use db::kinds::{FileStatus, MessageStatus, Role};
use db::{DbError, FileId, Tx, WorkspaceId};
use http::request::Parts;
use identity::{Caller, Permission};
use kit::api::{ApiError, Code, Cursor, Page, PathId};
use providers::Needs;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::words::{AnalysisOut, AnalyzeIn, Words, show};
use super::{Running, keeping, writing};
use crate::Files;
use crate::access::AtFile;

/// The most analyses of one file.
const MOST: u64 = 100;
/// How long a stop may take to arrive.
const STOPS_WITHIN: Duration = Duration::from_secs(20);

/// An analysis that has begun.
pub(super) struct Begun {
    pub id: Uuid,
    /// The analysis, while it is written here.
    pub running: Option<Arc<Running>>,
}

/// Stores what is asked and begins the answer. Asked twice with the same key, it is asked once.
pub(super) async fn ask(
    room: &Files,
    at: AtFile,
    input: AnalyzeIn,
    key: Option<String>,
) -> Result<Begun, ApiError> {
    let AtFile { caller, file } = at;
    caller.require(Permission::UseModels)?;
    if let Some(first) = repeat(room, &caller, &file, &input, key.as_deref()).await? {
        return Ok(first);
    }
    if file.status == FileStatus::Rejected {
        let sentence = "This file was not safe and is not here any more.";
        return Err(ApiError::new(Code::FileRejected, sentence));
    }
    let needs = Needs {
        vision: file.kind.starts_with("image/"),
        ..Needs::default()
    };
    let asker = Asker {
        workspace: caller.workspace,
        user: caller.user,
    };
    // Who answers is decided before anything is stored, so that a refusal leaves nothing behind.
    let plan = room
        .ai()
        .plan_preferring(asker, input.model.as_deref(), &needs)
        .await?;
    let keys = room.db().keys(caller.workspace.0).await?;
    let id = kit::ids::new_id();
    let words = Words {
        prompt: input.prompt.clone(),
        wish: input.model.clone(),
        ..Words::default()
    };
    let tx = room.db().write().await?;
    let there = files::Entity::of(caller.workspace)
        .filter(files::Column::Id.eq(file.id))
        .lock_shared()
        .one(&*tx)
        .await
        .map_err(DbError::from)?;
    there.ok_or_else(|| ApiError::not_found("file"))?;
    let of_file =
        file_analyses::Entity::of(caller.workspace).filter(file_analyses::Column::FileId.eq(file.id));
    if of_file.count(&*tx).await.map_err(DbError::from)? >= MOST {
        let sentence = "This file has as many analyses as it can have. Please delete some first.";
        return Err(ApiError::new(Code::Conflict, sentence));
    }
    let row = file_analyses::Model {
        workspace_id: caller.workspace,
        id,
        file_id: file.id,
        author_id: caller.user,
        body: words.seal(&keys, id).map_err(DbError::from)?,
        status: MessageStatus::Streaming,
        model: None,
        provider: None,
        usage: None,
        created_at: tx.now().micros(),
        leased_until: 0,
        stop_requested: false,
        client_id: key.clone(),
    };
    let insert = file_analyses::Entity::insert(row.clone().into_active_model());
    if let Err(error) = insert.exec_without_returning(&*tx).await.map_err(DbError::from) {
        // The same question arrived twice at the same moment and the other one was first.
        drop(tx);
        let first = repeat(room, &caller, &file, &input, key.as_deref()).await?;
        return first.ok_or_else(|| error.into());
    }
    keeping::write(&tx, &row, file_analyses::ActiveModel::default()).await?;
    announce(room, &tx, caller.workspace, file.id).await?;
    let running = room.analyses().begin(id);
    if let Err(error) = tx.commit().await {
        room.analyses().end(id);
        return Err(error.into());
    }
    let task = writing::Task {
        row: row.clone(),
        words,
        asker,
        plan,
    };
    writing::begin(room, running.clone(), task);
    let running = Some(running);
    Ok(Begun { id, running })
}

/// The first asking of a question. The same key with another question is a conflict.
async fn repeat(
    room: &Files,
    caller: &Caller,
    file: &files::Model,
    input: &AnalyzeIn,
    key: Option<&str>,
) -> Result<Option<Begun>, ApiError> {
    let Some(key) = key else { return Ok(None) };
    let first = file_analyses::Entity::of(caller.workspace)
        .filter(file_analyses::Column::AuthorId.eq(caller.user))
        .filter(file_analyses::Column::ClientId.eq(key))
        .one(room.db().read())
        .await
        .map_err(DbError::from)?;
    let Some(first) = first else { return Ok(None) };
    let keys = room.db().keys(caller.workspace.0).await?;
    let is_same = Words::open(&keys, &first)
        .is_ok_and(|words| words.prompt == input.prompt && words.wish == input.model);
    if first.file_id != file.id || !is_same {
        let sentence = "This key was used for another question.";
        return Err(ApiError::new(Code::Conflict, sentence));
    }
    Ok(Some(Begun {
        id: first.id,
        running: room.analyses().get(first.id),
    }))
}

/// An analysis that is not written here, to be read.
pub(super) async fn stored(room: &Files, workspace: WorkspaceId, id: Uuid) -> Result<Source, ApiError> {
    let shown = shown(room, workspace, id).await?;
    Ok(Source::Stored(Box::new(Progress {
        text: shown.text,
        reasoning: shown.reasoning.unwrap_or_default(),
        provider: shown.provider,
        model: shown.model,
        sources: shown.sources,
        usage: shown.usage,
        error: shown.error,
        ended: Some(shown.status),
        ..Progress::default()
    })))
}

/// Tells whoever looks at a file that there is something new about it.
pub(super) async fn announce(
    room: &Files,
    tx: &Tx,
    workspace: WorkspaceId,
    file: FileId,
) -> Result<(), DbError> {
    let found = files::Entity::of(workspace)
        .filter(files::Column::Id.eq(file))
        .one(&**tx)
        .await?;
    match found {
        Some(row) => crate::announce(room, tx, &row, "file.changed").await,
        None => Ok(()),
    }
}

/// The analyses of a file, newest first.
pub(super) async fn list(
    room: &Files,
    at: &AtFile,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<AnalysisOut>, ApiError> {
    let mut found =
        file_analyses::Entity::of(at.caller.workspace).filter(file_analyses::Column::FileId.eq(at.file.id));
    if let Some((created_at, id)) = Cursor::decode::<(i64, Uuid)>(cursor)? {
        let earlier = Condition::all()
            .add(file_analyses::Column::CreatedAt.eq(created_at))
            .add(file_analyses::Column::Id.lt(id));
        let before = Condition::any()
            .add(file_analyses::Column::CreatedAt.lt(created_at))
            .add(earlier);
        found = found.filter(before);
    }
    let rows = found
        .order_by_desc(file_analyses::Column::CreatedAt)
        .order_by_desc(file_analyses::Column::Id)
        .limit(limit as u64 + 1)
        .all(room.db().read())
        .await
        .map_err(DbError::from)?;
    let page = Page::cut(rows, limit, |row| Cursor::encode(&(row.created_at, row.id)));
    Ok(Page {
        rows: show(room, at.caller.workspace, page.rows).await?,
        next_cursor: page.next_cursor,
    })
}

/// A caller at an analysis of a file that they may see.
#[derive(Debug)]
pub struct AtAnalysis {
    caller: Caller,
    file: files::Model,
    row: file_analyses::Model,
}

impl<S> FromRequestParts<S> for AtAnalysis
where
    S: Send + Sync,
    Files: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let missing = || ApiError::not_found("analysis");
        let AtFile { caller, file } = AtFile::from_request_parts(parts, state).await?;
        let ids = PathId::all(parts, state).await.map_err(|_| missing())?;
        let id = *ids.get(1).ok_or_else(missing)?;
        let row = find(&Files::from_ref(state), caller.workspace, id).await?;
        let row = row.filter(|row| row.file_id == file.id).ok_or_else(missing)?;
        Ok(Self { caller, file, row })
    }
}

async fn find(
    room: &Files,
    workspace: WorkspaceId,
    id: Uuid,
) -> Result<Option<file_analyses::Model>, DbError> {
    Ok(file_analyses::Entity::of(workspace)
        .filter(file_analyses::Column::Id.eq(id))
        .one(room.db().read())
        .await?)
}

/// One analysis as people see it now.
pub(super) async fn shown(room: &Files, workspace: WorkspaceId, id: Uuid) -> Result<AnalysisOut, ApiError> {
    let missing = || ApiError::not_found("analysis");
    let row = find(room, workspace, id).await?.ok_or_else(missing)?;
    show(room, workspace, vec![row]).await?.pop().ok_or_else(missing)
}

/// The analysis that the caller is at.
pub(super) async fn get(room: &Files, at: AtAnalysis) -> Result<AnalysisOut, ApiError> {
    let shown = show(room, at.caller.workspace, vec![at.row]).await?.pop();
    shown.ok_or_else(|| ApiError::not_found("analysis"))
}

/// Ends a running analysis, wherever it is written; what was written is kept.
pub(super) async fn stop(room: &Files, at: AtAnalysis) -> Result<AnalysisOut, ApiError> {
    at.require_author()?;
    end(room, &at.row).await?;
    shown(room, at.caller.workspace, at.row.id).await
}

async fn end(room: &Files, row: &file_analyses::Model) -> Result<(), ApiError> {
    match room.analyses().get(row.id) {
        Some(running) => {
            running.stop.cancel();
            let _ = tokio::time::timeout(STOPS_WITHIN, running.buffer.ended()).await;
        }
        // Another node sees it when it saves the next draft.
        None if row.status == MessageStatus::Streaming => keeping::request_stop(room, row).await?,
        None => {}
    }
    Ok(())
}

/// Deletes an analysis; one that is being written ends.
pub(super) async fn delete(room: &Files, at: AtAnalysis) -> Result<(), ApiError> {
    at.require_author()?;
    let row = &at.row;
    end(room, row).await?;
    let tx = room.db().write().await?;
    file_analyses::Entity::delete_many()
        .filter(file_analyses::Column::WorkspaceId.eq(row.workspace_id))
        .filter(file_analyses::Column::Id.eq(row.id))
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    announce(room, &tx, row.workspace_id, row.file_id).await?;
    Ok(tx.commit().await?)
}

impl AtAnalysis {
    /// Ending and deleting are for who asked, for the file's owner, and for administrators.
    fn require_author(&self) -> Result<(), ApiError> {
        let leads = matches!(self.caller.role, Role::Owner | Role::Admin);
        if leads || self.row.author_id == self.caller.user || self.file.owner_id == self.caller.user {
            return Ok(());
        }
        Err(ApiError::forbidden(
            "Only the person who asked for this analysis may do this.",
        ))
    }
}
