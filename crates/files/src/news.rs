//! What others are told when a file changes.

use db::entity::files;
use db::events::{Event, Scope};
use db::kinds::Visibility;
use db::{DbError, Tx};
use serde_json::json;

use crate::Files;

/// Writes that a file was created, changed or deleted (`file.created`, `file.changed`, `file.deleted`), in the
/// transaction that does it: threads that show it first, then the workspace if it sees the file, then its owner.
pub async fn announce(
    files: &Files,
    tx: &Tx,
    file: &files::Model,
    kind: &'static str,
) -> Result<(), DbError> {
    if let Some(rooms) = files.rooms() {
        rooms.file_changed(tx, file.workspace_id, file.id).await?;
    }
    let payload = json!({ "file_id": file.id });
    let shared = (file.visibility == Visibility::Workspace).then_some(Scope::Workspace(file.workspace_id));
    for scope in shared.into_iter().chain([Scope::User(file.owner_id)]) {
        let event = Event {
            scope,
            workspace: Some(file.workspace_id),
            kind,
            payload: &payload,
        };
        tx.event(event).await?;
    }
    Ok(())
}
