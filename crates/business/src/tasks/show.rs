//! A task as people see it.

use db::entity::tasks;
use db::kinds::TaskState;
use db::{DbError, TaskId, ThreadId, UserId};
use kit::clock::Timestamp;
use kit::vault::OwnerKeys;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Body, place};

/// A task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskOut {
    pub id: TaskId,
    title: String,
    notes: String,
    state: TaskState,
    /// The day by which.
    #[schema(required, format = Date)]
    due_on: Option<String>,
    #[schema(required)]
    assignee_id: Option<UserId>,
    /// What it came from.
    source: TaskSource,
    created_by: UserId,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[schema(required)]
    done_at: Option<Timestamp>,
}

/// What a task came from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskSource {
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_id: Option<ThreadId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Uuid)]
    query_id: Option<Uuid>,
}

pub(super) fn show(keys: &OwnerKeys, task: &tasks::Model) -> Result<TaskOut, DbError> {
    let body: Body = task.body.open(keys, place(task.id))?;
    Ok(TaskOut {
        id: task.id,
        title: body.title,
        notes: body.notes,
        state: task.state,
        due_on: task.due_on.clone(),
        assignee_id: task.assignee_id,
        source: TaskSource {
            thread_id: task.thread_id,
            query_id: task.query_id,
        },
        created_by: task.created_by,
        created_at: Timestamp(task.created_at),
        updated_at: Timestamp(task.updated_at),
        done_at: task.done_at.map(Timestamp),
    })
}
