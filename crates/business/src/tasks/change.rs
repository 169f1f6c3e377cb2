//! Changing and deleting tasks.

use db::entity::tasks;
use db::kinds::TaskState;
use db::{DbError, Sealed, TaskId, Tx, UserId, WorkspaceId};
use identity::{Caller, audit};
use jiff::civil::Date;
use kit::api::{ApiError, Problems, Validate};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::new::{LONGEST, check_day, require_assignee};
use super::{Body, announce, place};
use crate::Business;
use db::Field;

/// A changed task. What is absent stays; null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskPatch {
    /// What is to be done.
    title: Option<String>,
    /// More about it.
    notes: Option<String>,
    /// Whether it is done.
    state: Option<TaskState>,
    /// The day by which.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    due_on: Field<Date>,
    /// Who does it.
    #[serde(default)]
    #[schema(value_type = Option<UserId>)]
    assignee_id: Field<UserId>,
}

impl Validate for TaskPatch {
    fn validate(&self, problems: &mut Problems) {
        problems.optional_length("title", self.title.as_ref(), 1, LONGEST.0);
        problems.optional_length("notes", self.notes.as_ref(), 0, LONGEST.1);
        check_day(problems, "due_on", self.due_on.value().copied());
    }
}

/// The row, held until the end of the transaction.
async fn held(tx: &Tx, workspace: WorkspaceId, task: TaskId) -> Result<Option<tasks::Model>, DbError> {
    Ok(tasks::Entity::of(workspace)
        .filter(tasks::Column::Id.eq(task))
        .lock_exclusive()
        .one(&**tx)
        .await?)
}

/// Changes a task.
pub(super) async fn change(
    business: &Business,
    caller: &Caller,
    task: TaskId,
    patch: TaskPatch,
) -> Result<tasks::Model, ApiError> {
    let assignee = patch.assignee_id.value().copied();
    require_assignee(business, caller.workspace, assignee, "assignee_id").await?;
    let keys = business.db().keys(caller.workspace.0).await?;
    let tx = business.db().write().await?;
    let before = held(&tx, caller.workspace, task)
        .await?
        .ok_or_else(|| ApiError::not_found("task"))?;
    let (state, last) = (before.state, before.updated_at);
    let mut body: Body = before.body.open(&keys, place(task)).map_err(DbError::from)?;
    let mut change = before.into_active_model();
    if let Some(title) = &patch.title {
        body.title = kit::mail::one_line(title);
    }
    if let Some(notes) = patch.notes {
        body.notes = notes;
    }
    change.body = Set(Sealed::seal(&keys, place(task), &body).map_err(DbError::from)?);
    if let Some(after) = patch.state.filter(|after| *after != state) {
        change.state = Set(after);
        change.done_at = Set((after == TaskState::Done).then(|| tx.now().micros()));
    }
    match patch.due_on {
        Field::Keep => {}
        Field::Clear => change.due_on = Set(None),
        Field::Set(day) => change.due_on = Set(Some(day.to_string())),
    }
    patch.assignee_id.apply(&mut change.assignee_id);
    // Later than before even where the clock stands still: who undoes something sees by it that it changed.
    change.updated_at = Set(tx.now().micros().max(last + 1));
    let after = change.update(&*tx).await.map_err(DbError::from)?;
    let details = json!({ "state": after.state, "assignee_id": after.assignee_id, "due_on": after.due_on });
    audit(&tx, caller, "task.changed", task, &details).await?;
    announce(&tx, &after).await?;
    tx.commit().await?;
    Ok(after)
}

async fn forget(tx: &Tx, caller: &Caller, task: &tasks::Model) -> Result<(), DbError> {
    use sea_orm::ModelTrait;
    announce(tx, task).await?;
    audit(
        tx,
        caller,
        "task.deleted",
        task.id,
        &json!({ "state": task.state }),
    )
    .await?;
    task.clone().delete(&**tx).await?;
    Ok(())
}

/// Deletes a task, for good.
pub(super) async fn delete(business: &Business, caller: &Caller, task: TaskId) -> Result<(), ApiError> {
    let tx = business.db().write().await?;
    let found = held(&tx, caller.workspace, task)
        .await?
        .ok_or_else(|| ApiError::not_found("task"))?;
    forget(&tx, caller, &found).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes a task if it is as it was then; answers whether it was (or is gone anyway).
pub(crate) async fn delete_unchanged(
    tx: &Tx,
    caller: &Caller,
    task: TaskId,
    then: i64,
) -> Result<bool, DbError> {
    match held(tx, caller.workspace, task).await? {
        None => Ok(true),
        Some(found) if found.updated_at == then => forget(tx, caller, &found).await.map(|()| true),
        Some(_) => Ok(false),
    }
}
