//! Who may see a file, asked in the very query that finds it.

use axum::extract::{FromRef, FromRequestParts};
use db::entity::{attachments, files};
use db::kinds::{FileStatus, Role, Visibility};
use db::{DbError, FileId, Tx, UserId, WorkspaceId};
use http::request::Parts;
use identity::{Caller, Permission};
use kit::api::{ApiError, PathId};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect};

use crate::Files;

/// A caller at a file that they may see. What they may not see is not there.
#[derive(Debug)]
pub struct AtFile {
    /// Who.
    pub caller: Caller,
    /// At which file.
    pub file: files::Model,
}

/// The files that somebody may see, as a condition on `files`: their own, those of the workspace unless they are a
/// guest, and those attached in a thread that they may enter.
pub fn visible(files: &Files, caller: &Caller) -> Condition {
    visible_to(files, caller.workspace, caller.user, caller.role)
}

/// The same for somebody who is not calling.
pub fn visible_to(files: &Files, workspace: WorkspaceId, user: UserId, role: Role) -> Condition {
    let mut seen = Condition::any().add(files::Column::OwnerId.eq(user));
    if role != Role::Guest {
        seen = seen.add(files::Column::Visibility.eq(Visibility::Workspace));
    }
    let Some(rooms) = files.rooms() else { return seen };
    let attached = Query::select()
        .column(attachments::Column::FileId)
        .from(attachments::Entity)
        .and_where(attachments::Column::WorkspaceId.eq(workspace))
        .and_where(attachments::Column::ThreadId.in_subquery(rooms.visible_threads(workspace, user, role)))
        .to_owned();
    seen.add(files::Column::Id.in_subquery(attached))
}

/// Refuses, in the transaction that attaches them, files that the caller may not see or that were rejected; the rest
/// cannot be deleted before its end.
pub async fn require_attachable(
    files: &Files,
    tx: &Tx,
    caller: &Caller,
    wanted: &[FileId],
) -> Result<(), ApiError> {
    if wanted.is_empty() {
        return Ok(());
    }
    let found = files::Entity::of(caller.workspace)
        .filter(files::Column::Id.is_in(wanted.iter().copied()))
        .filter(visible(files, caller))
        .lock_shared()
        .all(&**tx)
        .await
        .map_err(DbError::from)?;
    let refused = |why: &str| Err(ApiError::invalid("attachments", why));
    if wanted.iter().any(|id| !found.iter().any(|row| row.id == *id)) {
        return refused("One of these files is not there.");
    }
    if found.iter().any(|row| row.status == FileStatus::Rejected) {
        return refused("One of these files was rejected and cannot be attached.");
    }
    Ok(())
}

impl AtFile {
    /// Whether the caller may rename, open up or delete it: its owner, and administrators once the workspace sees it.
    pub fn require_ownership(&self) -> Result<(), ApiError> {
        self.caller.require(Permission::WriteFiles)?;
        let leads = matches!(self.caller.role, Role::Owner | Role::Admin);
        let is_open = self.file.visibility == Visibility::Workspace;
        if self.file.owner_id == self.caller.user || (leads && is_open) {
            Ok(())
        } else {
            Err(ApiError::forbidden(
                "Only the person who uploaded this file may change it.",
            ))
        }
    }
}

impl<S> FromRequestParts<S> for AtFile
where
    S: Send + Sync,
    Files: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let files = Files::from_ref(state);
        let id = PathId::first(parts, state, "file").await?;
        let file = files::Entity::of(caller.workspace)
            .filter(files::Column::Id.eq(FileId(id)))
            .filter(visible(&files, &caller))
            .one(files.db().read())
            .await
            .map_err(DbError::from)?
            .ok_or_else(|| ApiError::not_found("file"))?;
        Ok(Self { caller, file })
    }
}
