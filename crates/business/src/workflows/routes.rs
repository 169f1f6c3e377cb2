//! The calls of workflows.

use axum::extract::{FromRef, FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use db::WorkflowId;
use db::entity::workflows;
use http::StatusCode;
use http::request::Parts;
use identity::{Caller, Permission, audit};
use kit::api::{ApiError, Created, Data, Empty, ErrorBody, Json, Listing, PageIn, PathId, Query};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::keeping::{self, WorkflowIn, WorkflowPatch};
use super::show::{self, WorkflowOut, WorkflowRunOut};
use super::{Beginning, begin};
use crate::Business;

/// The calls of workflows.
pub(crate) fn routes() -> OpenApiRouter<Business> {
    OpenApiRouter::new()
        .routes(routes!(list_workflows, create_workflow))
        .routes(routes!(get_workflow, change_workflow, delete_workflow))
        .routes(routes!(run_workflow))
        .routes(routes!(list_workflow_runs))
}

/// A caller at a workflow of their workspace.
pub(crate) struct AtWorkflow {
    caller: Caller,
    workflow: workflows::Model,
}

impl<S> FromRequestParts<S> for AtWorkflow
where
    S: Send + Sync,
    Business: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.require(Permission::Act)?;
        let business = Business::from_ref(state);
        let id = PathId::first(parts, state, "workflow").await?;
        let workflow = keeping::find(&business, caller.workspace, WorkflowId(id)).await?;
        let workflow = workflow.ok_or_else(|| ApiError::not_found("workflow"))?;
        Ok(Self { caller, workflow })
    }
}

/// The workflows of the workspace, newest first, each with its newest run.
#[utoipa::path(get, path = "/api/v1/workflows", tag = "actions", params(PageIn),
    responses((status = 200, body = Listing<WorkflowOut>)))]
async fn list_workflows(
    State(business): State<Business>,
    caller: Caller,
    Query(page): Query<PageIn>,
) -> Result<Listing<WorkflowOut>, ApiError> {
    caller.require(Permission::Act)?;
    Ok(show::list(&business, caller.workspace, &page).await?.into())
}

/// Saves a workflow. Whoever saves it owns it, and says yes to the e-mails that it sends, whose recipients are shown.
#[utoipa::path(post, path = "/api/v1/workflows", tag = "actions", request_body = WorkflowIn,
    responses((status = 201, body = Data<WorkflowOut>), (status = 409, body = ErrorBody)))]
async fn create_workflow(
    State(business): State<Business>,
    caller: Caller,
    Json(input): Json<WorkflowIn>,
) -> Result<Created<WorkflowOut>, ApiError> {
    caller.require(Permission::Act)?;
    let tx = business.db().write().await?;
    let workflow = keeping::create(&business, &tx, &caller, &input).await?;
    tx.commit().await?;
    Ok(Created(show::workflow(&business, &workflow).await?))
}

/// A workflow with its newest run.
#[utoipa::path(get, path = "/api/v1/workflows/{id}", tag = "actions", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<WorkflowOut>), (status = 404, body = ErrorBody)))]
async fn get_workflow(
    State(business): State<Business>,
    at: AtWorkflow,
) -> Result<Data<WorkflowOut>, ApiError> {
    Ok(Data::new(show::workflow(&business, &at.workflow).await?))
}

/// Changes a workflow. Whoever changes what it does owns it from then on. Runs that have begun keep their steps.
#[utoipa::path(patch, path = "/api/v1/workflows/{id}", tag = "actions", params(("id" = Uuid, Path)),
    request_body = WorkflowPatch,
    responses((status = 200, body = Data<WorkflowOut>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn change_workflow(
    State(business): State<Business>,
    at: AtWorkflow,
    Json(patch): Json<WorkflowPatch>,
) -> Result<Data<WorkflowOut>, ApiError> {
    let workflow = keeping::change(&business, &at.caller, at.workflow.id, patch).await?;
    Ok(Data::new(show::workflow(&business, &workflow).await?))
}

/// Deletes a workflow with its runs. What they did stays.
#[utoipa::path(delete, path = "/api/v1/workflows/{id}", tag = "actions", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody)))]
async fn delete_workflow(State(business): State<Business>, at: AtWorkflow) -> Result<Data<Empty>, ApiError> {
    keeping::delete(&business, &at.caller, at.workflow.id).await?;
    Ok(Data::new(Empty {}))
}

/// Runs a workflow now, also one that is switched off.
#[utoipa::path(post, path = "/api/v1/workflows/{id}/run", tag = "actions", params(("id" = Uuid, Path)),
    responses((status = 202, body = Data<WorkflowRunOut>), (status = 404, body = ErrorBody)))]
async fn run_workflow(State(business): State<Business>, at: AtWorkflow) -> Result<Response, ApiError> {
    let tx = business.db().write().await?;
    let run = begin(&business, &tx, &at.workflow, Beginning::each("person")).await?;
    let run = run.ok_or_else(|| ApiError::internal("a run without an occasion was taken for another"))?;
    audit(
        &tx,
        &at.caller,
        "workflow.run",
        at.workflow.id,
        &json!({ "run_id": run }),
    )
    .await?;
    tx.commit().await?;
    let shown = show::run(&business, at.caller.workspace, run).await?;
    Ok((StatusCode::ACCEPTED, Data::new(shown)).into_response())
}

/// The runs of a workflow, newest first, with what came of each step.
#[utoipa::path(get, path = "/api/v1/workflows/{id}/runs", tag = "actions", params(("id" = Uuid, Path), PageIn),
    responses((status = 200, body = Listing<WorkflowRunOut>), (status = 404, body = ErrorBody)))]
async fn list_workflow_runs(
    State(business): State<Business>,
    at: AtWorkflow,
    Query(page): Query<PageIn>,
) -> Result<Listing<WorkflowRunOut>, ApiError> {
    let page = show::runs(&business, at.caller.workspace, at.workflow.id, &page).await?;
    Ok(page.into())
}
