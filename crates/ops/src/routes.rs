//! The calls of this floor, all for administrators.

use axum::extract::{FromRequestParts, State};
use db::entity::alerts;
use http::request::Parts;
use identity::Caller;
use kit::api::{ApiError, Data, Empty, ErrorBody, Json, Listing, PathId, Query};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::alerts::{AlertOut, AlertQuery, ResolveIn, SettingsIn, SettingsOut, SettingsQuery};
use crate::jobs::{self, JobOut, JobQuery};
use crate::monitor::{self, MonitorOut};
use crate::series::{self, SeriesOut, SeriesQuery};
use crate::{Ops, alerts as told, responses};

/// Every call of this floor.
pub fn routes(ops: Ops) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_series))
        .routes(routes!(get_monitor))
        .routes(routes!(list_alerts))
        .routes(routes!(resolve_alert))
        .routes(routes!(undo_alert_response))
        .routes(routes!(get_alert_settings, change_alert_settings))
        .routes(routes!(list_jobs))
        .routes(routes!(retry_job))
        .routes(routes!(delete_job))
        .with_state(ops)
}

/// An alert that the caller may see.
struct AtAlert {
    caller: Caller,
    alert: alerts::Model,
    /// The id that follows in the path.
    next: Option<Uuid>,
}

impl FromRequestParts<Ops> for AtAlert {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, ops: &Ops) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, ops).await?;
        // Who may not, learns nothing of what is there.
        caller.require(identity::Permission::ManageAlerts)?;
        let texts = PathId::texts(parts, ops).await?;
        let mut ids = texts.iter().map(|text| text.parse::<Uuid>());
        let id = ids
            .next()
            .and_then(Result::ok)
            .ok_or_else(|| ApiError::not_found("alert"))?;
        let next = ids
            .next()
            .transpose()
            .map_err(|_| ApiError::not_found("response"))?;
        let alert = told::find(ops, &caller, id).await?;
        Ok(Self { caller, alert, next })
    }
}

/// A job's id, for who administers the installation.
struct AtJob {
    caller: Caller,
    job: Uuid,
}

impl FromRequestParts<Ops> for AtJob {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, ops: &Ops) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, ops).await?;
        caller.require(identity::Permission::AdministerInstance)?;
        let job = PathId::first(parts, ops, "job").await?;
        Ok(Self { caller, job })
    }
}

/// Figures over time, in the step that fits. Workspace administrators see their workspace's.
#[utoipa::path(get, path = "/api/v1/admin/series", tag = "operation", params(SeriesQuery),
    responses((status = 200, body = Listing<SeriesOut>), (status = 422, body = ErrorBody)))]
async fn get_series(
    State(ops): State<Ops>,
    caller: Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Listing<SeriesOut>, ApiError> {
    caller.require(identity::Permission::ReadMonitor)?;
    let query = SeriesQuery::of(pairs)?;
    Ok(series::series(&ops, &caller, &query).await?.into())
}

/// How the house is doing now.
#[utoipa::path(get, path = "/api/v1/admin/monitor", tag = "operation",
    responses((status = 200, body = Data<MonitorOut>)))]
async fn get_monitor(State(ops): State<Ops>, caller: Caller) -> Result<Data<MonitorOut>, ApiError> {
    monitor::monitor(&ops, &caller).await.map(Data::new)
}

/// Alerts, newest first.
#[utoipa::path(get, path = "/api/v1/admin/alerts", tag = "operation", params(AlertQuery),
    responses((status = 200, body = Listing<AlertOut>)))]
async fn list_alerts(
    State(ops): State<Ops>,
    caller: Caller,
    Query(query): Query<AlertQuery>,
) -> Result<Listing<AlertOut>, ApiError> {
    Ok(told::list(&ops, &caller, &query).await?.into())
}

/// Settles an alert. What was done about it stays until it is undone; a provider that was taken out of use comes back.
#[utoipa::path(post, path = "/api/v1/admin/alerts/{id}/resolve", tag = "operation", params(("id" = Uuid, Path)),
    request_body = ResolveIn,
    responses((status = 200, body = Data<AlertOut>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn resolve_alert(
    State(ops): State<Ops>,
    at: AtAlert,
    Json(input): Json<ResolveIn>,
) -> Result<Data<AlertOut>, ApiError> {
    told::resolve(&ops, &at.caller, at.alert, input)
        .await
        .map(Data::new)
}

/// Takes back what the house did about an alert by itself.
#[utoipa::path(post, path = "/api/v1/admin/alerts/{id}/responses/{response_id}/undo", tag = "operation",
    params(("id" = Uuid, Path), ("response_id" = Uuid, Path)),
    responses((status = 200, body = Data<AlertOut>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn undo_alert_response(State(ops): State<Ops>, at: AtAlert) -> Result<Data<AlertOut>, ApiError> {
    let response = at.next.ok_or_else(|| ApiError::not_found("response"))?;
    responses::undo(&ops, &at.caller, &at.alert, response).await?;
    told::show_one(&ops, at.alert.id).await.map(Data::new)
}

/// What is watched, and who is told: for the installation if the caller administers it, else for the workspace.
#[utoipa::path(get, path = "/api/v1/admin/alerts/settings", tag = "operation", params(SettingsQuery),
    responses((status = 200, body = Data<SettingsOut>)))]
async fn get_alert_settings(
    State(ops): State<Ops>,
    caller: Caller,
    Query(query): Query<SettingsQuery>,
) -> Result<Data<SettingsOut>, ApiError> {
    told::show_settings(&ops, &caller, &query).await.map(Data::new)
}

/// Changes what is watched and who is told.
#[utoipa::path(patch, path = "/api/v1/admin/alerts/settings", tag = "operation", params(SettingsQuery),
    request_body = SettingsIn,
    responses((status = 200, body = Data<SettingsOut>)))]
async fn change_alert_settings(
    State(ops): State<Ops>,
    caller: Caller,
    Query(query): Query<SettingsQuery>,
    Json(input): Json<SettingsIn>,
) -> Result<Data<SettingsOut>, ApiError> {
    told::change_settings(&ops, &caller, &query, input)
        .await
        .map(Data::new)
}

/// Jobs that were given up, or that wait.
#[utoipa::path(get, path = "/api/v1/admin/jobs", tag = "operation", params(JobQuery),
    responses((status = 200, body = Listing<JobOut>)))]
async fn list_jobs(
    State(ops): State<Ops>,
    caller: Caller,
    Query(query): Query<JobQuery>,
) -> Result<Listing<JobOut>, ApiError> {
    Ok(jobs::list(&ops, &caller, &query).await?.into())
}

/// Has a job that was given up tried again.
#[utoipa::path(post, path = "/api/v1/admin/jobs/{id}/retry", tag = "operation", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn retry_job(State(ops): State<Ops>, at: AtJob) -> Result<Data<Empty>, ApiError> {
    jobs::retry(&ops, &at.caller, at.job).await?;
    Ok(Data::new(Empty {}))
}

/// Forgets a job.
#[utoipa::path(delete, path = "/api/v1/admin/jobs/{id}", tag = "operation", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody)))]
async fn delete_job(State(ops): State<Ops>, at: AtJob) -> Result<Data<Empty>, ApiError> {
    jobs::delete(&ops, &at.caller, at.job).await?;
    Ok(Data::new(Empty {}))
}
