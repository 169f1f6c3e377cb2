//! Writing a task down.

use db::entity::{members, tasks};
use db::kinds::{Role, TaskState};
use db::{DbError, Sealed, TaskId, ThreadId, Tx, UserId, WorkspaceId};
use identity::{Caller, audit};
use jiff::civil::Date;
use kit::api::{ApiError, Problems};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Body, announce, place};
use crate::Business;

/// The longest title and the longest notes, in characters.
pub(super) const LONGEST: (usize, usize) = (300, 20_000);

/// A task to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    /// What is to be done.
    pub title: String,
    /// More about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// The day by which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub due_on: Option<Date>,
    /// Who does it: a member of the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<UserId>,
}

/// Where a task came from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Origin {
    pub thread_id: Option<ThreadId>,
    pub query_id: Option<Uuid>,
}

impl NewTask {
    /// Notes what is wrong; `prefix` says where it stands in a body.
    pub(super) fn check(&self, problems: &mut Problems, prefix: &str) {
        problems.length(&format!("{prefix}title"), &self.title, 1, LONGEST.0);
        problems.length(&format!("{prefix}notes"), &self.notes, 0, LONGEST.1);
        check_day(problems, &format!("{prefix}due_on"), self.due_on);
    }

    /// As it will be written; 422 where something is at fault.
    pub(crate) fn checked(mut self, prefix: &str) -> Result<Self, ApiError> {
        let mut problems = Problems::default();
        self.check(&mut problems, prefix);
        problems.into_result()?;
        self.title = kit::mail::one_line(&self.title);
        Ok(self)
    }
}

/// Days that people write with four digits, so that their texts stand in the order of time.
pub(super) fn check_day(problems: &mut Problems, field: &str, day: Option<Date>) {
    let is_sane = day.is_none_or(|day| (1..=9999).contains(&day.year()));
    problems.check(is_sane, field, "This must be a day such as 2026-01-31.");
}

/// Refuses an assignee who cannot see tasks.
pub(crate) async fn require_assignee(
    business: &Business,
    workspace: WorkspaceId,
    assignee: Option<UserId>,
    field: &str,
) -> Result<(), ApiError> {
    let Some(assignee) = assignee else { return Ok(()) };
    let member = members::Entity::of(workspace)
        .filter(members::Column::UserId.eq(assignee))
        .one(business.db().read())
        .await
        .map_err(DbError::from)?;
    match member {
        Some(member) if member.role != Role::Guest => Ok(()),
        _ => Err(ApiError::invalid(
            field,
            "Only a member of this workspace can be given a task.",
        )),
    }
}

/// Writes a task down, in the caller's transaction.
pub(crate) async fn create(
    business: &Business,
    tx: &Tx,
    caller: &Caller,
    new: &NewTask,
    origin: Origin,
) -> Result<tasks::Model, DbError> {
    let keys = business.db().keys(caller.workspace.0).await?;
    let id = TaskId::new();
    let body = Body {
        title: kit::mail::one_line(&new.title),
        notes: new.notes.clone(),
    };
    let task = tasks::Model {
        workspace_id: caller.workspace,
        id,
        body: Sealed::seal(&keys, place(id), &body)?,
        state: TaskState::Open,
        due_on: new.due_on.map(|day| day.to_string()),
        assignee_id: new.assignee_id,
        thread_id: origin.thread_id,
        query_id: origin.query_id,
        created_by: caller.user,
        created_at: tx.now().micros(),
        updated_at: tx.now().micros(),
        done_at: None,
    };
    let insert = tasks::Entity::insert(task.clone().into_active_model());
    insert.exec_without_returning(&**tx).await?;
    let details =
        json!({ "assignee_id": task.assignee_id, "due_on": task.due_on, "query_id": task.query_id });
    audit(tx, caller, "task.created", id, &details).await?;
    announce(tx, &task).await?;
    Ok(task)
}
