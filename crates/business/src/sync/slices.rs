//! The slices of a run, as they are written down.

use db::dialect::statement;
use db::entity::{sync_runs, sync_slices as rows};
use db::sync_kinds::SliceState;
use db::{DbError, SyncRunId, Tx, WorkspaceId};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::plan::Planned;

/// A store that takes so many rows in one statement takes them all.
const ROWS: usize = 200;

/// Writes a plan down: streams in the order of the manifest.
pub(super) async fn write(
    tx: &Tx,
    run: &sync_runs::Model,
    plan: &[(String, Vec<Planned>)],
) -> Result<(), DbError> {
    let mut all = Vec::new();
    for (stream, slices) in plan {
        for (number, slice) in slices.iter().enumerate() {
            all.push(rows::ActiveModel {
                workspace_id: Set(run.workspace_id),
                run_id: Set(run.id),
                stream: Set(stream.clone()),
                slice: Set(number as i32),
                from_at: Set(slice.from.map(|at| at.micros())),
                to_at: Set(slice.to.micros()),
                moves_cursor: Set(slice.moves_cursor),
                state: Set(SliceState::Planned),
                epoch: Set(0),
                records_read: Set(0),
                records_written: Set(0),
                records_failed: Set(0),
            });
        }
    }
    let mut all = all.into_iter();
    loop {
        let some: Vec<_> = all.by_ref().take(ROWS).collect();
        if some.is_empty() {
            return Ok(());
        }
        rows::Entity::insert_many(some).exec_without_returning(&**tx).await?;
    }
}

/// All slices of a run.
pub(super) async fn all(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    run: SyncRunId,
) -> Result<Vec<rows::Model>, DbError> {
    Ok(rows::Entity::of(workspace)
        .filter(rows::Column::RunId.eq(run))
        .order_by_asc(rows::Column::Slice)
        .all(conn)
        .await?)
}

/// One slice.
pub(super) async fn one(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    run: SyncRunId,
    stream: &str,
    slice: i32,
) -> Result<Option<rows::Model>, DbError> {
    let key = (workspace, run, stream.to_owned(), slice);
    Ok(rows::Entity::find_by_id(key).one(conn).await?)
}

/// Begins to read a slice, from its first page on; answers the number of this reading.
pub(super) async fn begin(tx: &Tx, slice: &rows::Model) -> Result<i32, DbError> {
    let sql = "UPDATE sync_slices SET state = 'reading', epoch = epoch + 1, records_read = 0, records_written = 0, \
               records_failed = 0 WHERE workspace_id = $1 AND run_id = $2 AND stream = $3 AND slice = $4 \
               RETURNING epoch";
    let values = [
        slice.workspace_id.0.into(),
        slice.run_id.0.into(),
        slice.stream.clone().into(),
        slice.slice.into(),
    ];
    let row = tx.query_one_raw(statement(&**tx, sql, values)).await?;
    let row = row.ok_or_else(|| sea_orm::DbErr::RecordNotFound(slice.stream.clone()))?;
    Ok(row.try_get("", "epoch")?)
}

/// What a page adds to its slice.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Added {
    pub read: i64,
    pub written: i64,
    pub failed: i64,
}

/// Adds a page; false when the slice is being read anew since.
pub(super) async fn add(
    tx: &Tx,
    slice: &rows::Model,
    added: Added,
    state: SliceState,
) -> Result<bool, DbError> {
    let sql = "UPDATE sync_slices SET records_read = records_read + $5, records_written = records_written + $6, \
               records_failed = records_failed + $7, state = $8 \
               WHERE workspace_id = $1 AND run_id = $2 AND stream = $3 AND slice = $4 AND epoch = $9";
    let values = [
        slice.workspace_id.0.into(),
        slice.run_id.0.into(),
        slice.stream.clone().into(),
        slice.slice.into(),
        added.read.into(),
        added.written.into(),
        added.failed.into(),
        state.word().into(),
        slice.epoch.into(),
    ];
    let changed = tx.execute_raw(statement(&**tx, sql, values)).await?;
    Ok(changed.rows_affected() == 1)
}

/// Gives up what is not done of a stream: without one slice those after it would leave a gap.
pub(super) async fn give_up(
    tx: &Tx,
    workspace: WorkspaceId,
    run: SyncRunId,
    stream: &str,
) -> Result<(), DbError> {
    let failed = rows::ActiveModel {
        state: Set(SliceState::Failed),
        ..Default::default()
    };
    rows::Entity::update_many()
        .set(failed)
        .filter(rows::Column::WorkspaceId.eq(workspace))
        .filter(rows::Column::RunId.eq(run))
        .filter(rows::Column::Stream.eq(stream))
        .filter(rows::Column::State.ne(SliceState::Done))
        .exec(&**tx)
        .await?;
    Ok(())
}
