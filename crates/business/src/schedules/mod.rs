//! Schedules: what is to be done again and again.
//!
//! A slot is fired by moving `next_due` on, in one statement that only the first node gets done, together with the job of
//! the slot. So there is one job a slot on any number of nodes, without a leader; and because `next_due` is in the store, a
//! restart forgets nothing and makes up for what was missed once.

mod firing;
mod spec;

use db::entity::schedules;
use db::{ConnectorId, DbError, Tx, WorkflowId, WorkspaceId};
use kit::clock::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use firing::{RunDue, fire_due, start};
pub use spec::{BadSpec, Period, Spec, Weekday, rest};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Due {
    /// Read a source.
    Sync {
        /// Which.
        connector: ConnectorId,
    },
    /// Run a workflow.
    Workflow {
        /// Which.
        workflow: WorkflowId,
    },
}

fn bad(error: BadSpec) -> DbError {
    sea_orm::DbErr::Custom(error.to_string()).into()
}

/// Adds a schedule; its first slot is the next one. Check the spec before ([`Spec::check`]).
pub async fn create(tx: &Tx, workspace: WorkspaceId, what: &Due, spec: &Spec) -> Result<Uuid, DbError> {
    let id = kit::ids::new_id();
    let row = schedules::ActiveModel {
        workspace_id: Set(workspace),
        id: Set(id),
        what: Set(serde_json::to_string(what)?),
        spec: Set(serde_json::to_string(spec)?),
        next_due: Set(spec.next(id, tx.now()).map_err(bad)?.micros()),
        last_slot: Set(None),
        paused: Set(false),
        message: Set(None),
        failures: Set(0),
        created_at: Set(tx.now().micros()),
    };
    schedules::Entity::insert(row)
        .exec_without_returning(&**tx)
        .await?;
    Ok(id)
}

/// Takes a schedule away; a job of it that waits finds it gone.
pub async fn remove(tx: &Tx, workspace: WorkspaceId, id: Uuid) -> Result<(), DbError> {
    schedules::Entity::delete_by_id((workspace, id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Changes when it is due; the next slot is counted anew.
pub async fn change(tx: &Tx, workspace: WorkspaceId, id: Uuid, spec: &Spec) -> Result<(), DbError> {
    let row = schedules::ActiveModel {
        spec: Set(serde_json::to_string(spec)?),
        next_due: Set(spec.next(id, tx.now()).map_err(bad)?.micros()),
        ..Default::default()
    };
    update(tx, workspace, id, row).await
}

/// Lets it rest, with the reason where there is one.
pub async fn pause(tx: &Tx, workspace: WorkspaceId, id: Uuid, message: Option<&str>) -> Result<(), DbError> {
    let row = schedules::ActiveModel {
        paused: Set(true),
        message: Set(message.map(str::to_owned)),
        ..Default::default()
    };
    update(tx, workspace, id, row).await
}

/// Goes on, from the next slot.
pub async fn resume(tx: &Tx, workspace: WorkspaceId, id: Uuid) -> Result<(), DbError> {
    let Some(row) = get(&**tx, workspace, id).await? else {
        return Ok(());
    };
    let spec: Spec = serde_json::from_str(&row.spec)?;
    let row = schedules::ActiveModel {
        paused: Set(false),
        message: Set(None),
        failures: Set(0),
        next_due: Set(spec.next(id, tx.now()).map_err(bad)?.micros()),
        ..Default::default()
    };
    update(tx, workspace, id, row).await
}

/// Says how a slot ended: after a failure the next one comes no sooner than a rest that grows to a day.
pub async fn ended(tx: &Tx, workspace: WorkspaceId, id: Uuid, well: bool) -> Result<i32, DbError> {
    let Some(row) = get(&**tx, workspace, id).await? else {
        return Ok(0);
    };
    let failures = if well { 0 } else { row.failures + 1 };
    let mut change = schedules::ActiveModel {
        failures: Set(failures),
        ..Default::default()
    };
    if !well {
        let after = tx.now().plus(rest(row.failures));
        change.next_due = Set(row.next_due.max(after.micros()));
    }
    update(tx, workspace, id, change).await?;
    Ok(failures)
}

/// A schedule.
pub async fn get(
    conn: &impl sea_orm::ConnectionTrait,
    workspace: WorkspaceId,
    id: Uuid,
) -> Result<Option<schedules::Model>, DbError> {
    Ok(schedules::Entity::find_by_id((workspace, id)).one(conn).await?)
}

/// When it is due next; none while it rests.
pub fn next_due(row: &schedules::Model) -> Option<Timestamp> {
    (!row.paused).then_some(Timestamp(row.next_due))
}

async fn update(
    tx: &Tx,
    workspace: WorkspaceId,
    id: Uuid,
    row: schedules::ActiveModel,
) -> Result<(), DbError> {
    schedules::Entity::update_many()
        .set(row)
        .filter(schedules::Column::WorkspaceId.eq(workspace))
        .filter(schedules::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}
