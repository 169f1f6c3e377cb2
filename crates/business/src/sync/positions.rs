//! How far each stream has been read, and what the last runs found in it.

use std::collections::HashMap;

use db::entity::{sync_positions as rows, sync_slices};
use db::{ConnectorId, DbError, Tx, WorkspaceId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};

/// How many runs are remembered.
const REMEMBERED: usize = 8;
/// As many of the last ones had rows, and a stream without any is suspect.
const USUALLY: usize = 3;

/// What one run found in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Found {
    /// How long the time was that was read, in seconds; 0: all of it.
    pub seconds: u64,
    /// Records.
    pub rows: i64,
}

/// The positions of a connector by stream.
pub(super) async fn of(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    connector: ConnectorId,
) -> Result<HashMap<String, rows::Model>, DbError> {
    let all = rows::Entity::of(workspace)
        .filter(rows::Column::ConnectorId.eq(connector))
        .all(conn)
        .await?;
    Ok(all.into_iter().map(|row| (row.stream.clone(), row)).collect())
}

/// What the last runs found, oldest first.
pub(super) fn recent(row: Option<&rows::Model>) -> Vec<Found> {
    row.and_then(|row| serde_json::from_str(&row.recent).ok()).unwrap_or_default()
}

/// Whether it cannot be that nothing was found in such a time.
pub(super) fn usually_has_rows(before: &[Found], seconds: u64) -> bool {
    if seconds == 0 {
        // All of it was read: where there was anything there is something.
        return before.iter().any(|found| found.rows > 0);
    }
    let alike: Vec<_> = before.iter().rev().filter(|found| (1..=seconds).contains(&found.seconds)).take(USUALLY).collect();
    alike.len() == USUALLY && alike.iter().all(|found| found.rows > 0)
}

/// Moves the position over a slice that is complete.
pub(super) async fn advance(
    tx: &Tx,
    connector: ConnectorId,
    slice: &sync_slices::Model,
    is_filled: bool,
) -> Result<(), DbError> {
    let key = (slice.workspace_id, connector, slice.stream.clone());
    let before = rows::Entity::find_by_id(key).one(&**tx).await?;
    let mut row = before.unwrap_or_else(|| rows::Model {
        workspace_id: slice.workspace_id,
        connector_id: connector,
        stream: slice.stream.clone(),
        cursor_at: None,
        floor_at: None,
        is_filled: false,
        recent: "[]".to_owned(),
        updated_at: 0,
    });
    let from = slice.from_at.unwrap_or(i64::MIN);
    if slice.moves_cursor {
        row.cursor_at = Some(row.cursor_at.map_or(slice.to_at, |at| at.max(slice.to_at)));
        row.floor_at = Some(row.floor_at.unwrap_or(from));
    } else {
        row.floor_at = Some(row.floor_at.map_or(from, |at| at.min(from)));
    }
    row.is_filled |= is_filled;
    row.updated_at = tx.now().micros();
    save(tx, row).await
}

/// Writes down what a run found.
pub(super) async fn remember(
    tx: &Tx,
    workspace: WorkspaceId,
    connector: ConnectorId,
    stream: &str,
    found: Found,
) -> Result<(), DbError> {
    let key = (workspace, connector, stream.to_owned());
    let Some(mut row) = rows::Entity::find_by_id(key).one(&**tx).await? else {
        return Ok(());
    };
    let mut all = recent(Some(&row));
    all.push(found);
    let all = &all[all.len().saturating_sub(REMEMBERED)..];
    row.recent = serde_json::to_string(all)?;
    save(tx, row).await
}

async fn save(tx: &Tx, row: rows::Model) -> Result<(), DbError> {
    let row = row.into_active_model().reset_all();
    let key = [
        rows::Column::WorkspaceId,
        rows::Column::ConnectorId,
        rows::Column::Stream,
    ];
    let over = OnConflict::columns(key)
        .update_columns([
            rows::Column::CursorAt,
            rows::Column::FloorAt,
            rows::Column::IsFilled,
            rows::Column::Recent,
            rows::Column::UpdatedAt,
        ])
        .to_owned();
    rows::Entity::insert(row).on_conflict(over).exec_without_returning(&**tx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(seconds: u64, rows: i64) -> Found {
        Found { seconds, rows }
    }

    #[test]
    fn a_quiet_hour_is_not_suspect_and_a_stream_that_fell_silent_is() {
        let busy = vec![found(900, 5); 3];
        assert!(usually_has_rows(&busy, 900));
        assert!(usually_has_rows(&busy, 1_000));
        // A shorter time than ever before says nothing.
        assert!(!usually_has_rows(&busy, 60));
        assert!(!usually_has_rows(&[found(900, 5), found(900, 0), found(900, 5)], 900));
        assert!(!usually_has_rows(&busy[..2], 900));
        // Everything was read, and where there was something there is nothing.
        assert!(usually_has_rows(&[found(0, 7)], 0));
        assert!(!usually_has_rows(&[found(0, 0)], 0));
    }
}
