//! The calls of tasks.

use axum::extract::{FromRef, FromRequestParts, State};
use db::entity::tasks;
use db::{DbError, TaskId, ThreadId, UserId};
use http::request::Parts;
use identity::{Caller, Permission};
use jiff::civil::Date;
use kit::api::{ApiError, Created, Data, Empty, ErrorBody, Json, Listing, PathId, Problems, Query, Validate};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::change::{self, TaskPatch};
use super::listing::{self, TaskQuery};
use super::new::{NewTask, Origin, create, require_assignee};
use super::show::{TaskOut, show};
use crate::{Business, actions};

/// The calls of tasks.
pub(crate) fn routes() -> OpenApiRouter<Business> {
    OpenApiRouter::new()
        .routes(routes!(list_tasks, create_task))
        .routes(routes!(change_task, delete_task))
}

/// A caller at a task of their workspace.
pub(crate) struct AtTask {
    caller: Caller,
    task: tasks::Model,
}

impl<S> FromRequestParts<S> for AtTask
where
    S: Send + Sync,
    Business: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.require(Permission::Act)?;
        let business = Business::from_ref(state);
        let id = PathId::first(parts, state, "task").await?;
        let task = tasks::Entity::of(caller.workspace)
            .filter(tasks::Column::Id.eq(TaskId(id)))
            .one(business.db().read())
            .await
            .map_err(DbError::from)?
            .ok_or_else(|| ApiError::not_found("task"))?;
        Ok(Self { caller, task })
    }
}

/// A task to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskIn {
    /// What is to be done.
    title: String,
    /// More about it.
    #[serde(default)]
    notes: String,
    /// The day by which.
    #[schema(value_type = Option<String>, format = Date)]
    due_on: Option<Date>,
    /// Who does it: a member of the workspace.
    assignee_id: Option<UserId>,
    /// What it comes from.
    source: Option<SourceIn>,
}

/// What a task comes from.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceIn {
    thread_id: Option<ThreadId>,
    #[schema(value_type = Option<String>, format = Uuid)]
    query_id: Option<Uuid>,
}

impl TaskIn {
    fn task(&self) -> NewTask {
        NewTask {
            title: self.title.clone(),
            notes: self.notes.clone(),
            due_on: self.due_on,
            assignee_id: self.assignee_id,
        }
    }
}

impl Validate for TaskIn {
    fn validate(&self, problems: &mut Problems) {
        self.task().check(problems, "");
    }
}

/// The tasks of the workspace, newest first.
#[utoipa::path(get, path = "/api/v1/tasks", tag = "actions", params(TaskQuery),
    responses((status = 200, body = Listing<TaskOut>)))]
async fn list_tasks(
    State(business): State<Business>,
    caller: Caller,
    Query(query): Query<TaskQuery>,
) -> Result<Listing<TaskOut>, ApiError> {
    caller.require(Permission::Act)?;
    Ok(listing::list(&business, &caller, &query).await?.into())
}

/// Writes a task down.
#[utoipa::path(post, path = "/api/v1/tasks", tag = "actions", request_body = TaskIn,
    responses((status = 201, body = Data<TaskOut>)))]
async fn create_task(
    State(business): State<Business>,
    caller: Caller,
    Json(input): Json<TaskIn>,
) -> Result<Created<TaskOut>, ApiError> {
    caller.require(Permission::Act)?;
    let source = input.source;
    let origin = Origin {
        thread_id: source.and_then(|source| source.thread_id),
        query_id: source.and_then(|source| source.query_id),
    };
    actions::require_thread(&business, &caller, origin.thread_id, "source.thread_id").await?;
    require_assignee(&business, caller.workspace, input.assignee_id, "assignee_id").await?;
    let keys = business.db().keys(caller.workspace.0).await?;
    let tx = business.db().write().await?;
    let task = create(&business, &tx, &caller, &input.task(), origin).await?;
    tx.commit().await?;
    Ok(Created(show(&keys, &task)?))
}

/// Changes a task: its words, whose it is, until when, whether it is done.
#[utoipa::path(patch, path = "/api/v1/tasks/{id}", tag = "actions", params(("id" = Uuid, Path)), request_body = TaskPatch,
    responses((status = 200, body = Data<TaskOut>), (status = 404, body = ErrorBody)))]
async fn change_task(
    State(business): State<Business>,
    at: AtTask,
    Json(patch): Json<TaskPatch>,
) -> Result<Data<TaskOut>, ApiError> {
    let task = change::change(&business, &at.caller, at.task.id, patch).await?;
    let keys = business.db().keys(at.caller.workspace.0).await?;
    Ok(Data::new(show(&keys, &task)?))
}

/// Deletes a task, for good.
#[utoipa::path(delete, path = "/api/v1/tasks/{id}", tag = "actions", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody)))]
async fn delete_task(State(business): State<Business>, at: AtTask) -> Result<Data<Empty>, ApiError> {
    change::delete(&business, &at.caller, at.task.id).await?;
    Ok(Data::new(Empty {}))
}
