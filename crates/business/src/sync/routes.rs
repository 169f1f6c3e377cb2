//! The calls about runs, dead letters and uploads.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use db::DbError;
use db::entity::sync_runs;
use db::sync_kinds::{ConnectorState, SyncMode, SyncStatus, SyncTrigger};
use http::StatusCode;
use identity::audit;
use kit::api::{ApiError, Code, Data, Empty, ErrorBody, Json, Listing, Problems, Query, Validate};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::begin::{Wanted, begin, usual_mode};
use super::letters::{self, LetterOut};
use super::show::{self, RunOut};
use super::upload::{self, Taken, UploadQuery};
use crate::Business;
use crate::connectors::{AtConnector, manifest_of};

/// All of them.
pub(crate) fn routes() -> OpenApiRouter<Business> {
    OpenApiRouter::new()
        .routes(routes!(start_sync))
        .routes(routes!(list_runs))
        .routes(routes!(cancel_run))
        .routes(routes!(list_dead_letters))
        .routes(routes!(discard_dead_letter))
        .routes(routes!(replay_dead_letter))
        .routes(routes!(upload_data))
}

/// What a person may ask for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ModeIn {
    /// What changed since.
    Incremental,
    /// Everything again.
    Full,
}

/// A run to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SyncIn {
    /// What changed since, unless told.
    mode: Option<ModeIn>,
}

impl Validate for SyncIn {
    fn validate(&self, _: &mut Problems) {}
}

fn accepted<T: serde::Serialize>(data: T) -> Response {
    (StatusCode::ACCEPTED, axum::Json(Data::new(data))).into_response()
}

/// Begins to read a source now.
#[utoipa::path(post, path = "/api/v1/connectors/{id}/sync", tag = "business", params(("id" = Uuid, Path)),
    request_body = SyncIn,
    responses((status = 202, body = Data<RunOut>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn start_sync(
    State(business): State<Business>,
    at: AtConnector,
    Json(input): Json<SyncIn>,
) -> Result<Response, ApiError> {
    at.manage()?;
    if manifest_of(&at.row)?.upload {
        return Err(ApiError::new(Code::Conflict, "This connector has no source; it reads files that are uploaded."));
    }
    match at.row.state {
        ConnectorState::Active | ConnectorState::Failed | ConnectorState::Checking => {}
        ConnectorState::Paused => {
            return Err(ApiError::new(Code::Conflict, "This connector is paused; resume it first."));
        }
        ConnectorState::NeedsReconnect => {
            let sentence = "The source does not accept the credentials any more; enter them again first.";
            return Err(ApiError::new(Code::Conflict, sentence));
        }
    }
    let tx = business.db().write().await?;
    let mode = match input.mode {
        Some(ModeIn::Full) => SyncMode::Full,
        Some(ModeIn::Incremental) | None => usual_mode(&tx, &at.row).await?,
    };
    let wanted = Wanted {
        asked_by: Some(at.caller.user),
        ..Wanted::of(&at.row, mode, SyncTrigger::Person)
    };
    let Some(run) = begin(&tx, wanted).await? else {
        return Err(ApiError::new(Code::Conflict, "This source is being read already."));
    };
    let details = json!({ "run_id": run.id, "mode": mode });
    audit(&tx, &at.caller, "connector.sync", at.id(), &details).await?;
    tx.commit().await?;
    business.ingest().runs.notify_one();
    Ok(accepted(show::show(&business, &run).await?))
}

/// The newest runs of a source.
#[utoipa::path(get, path = "/api/v1/connectors/{id}/runs", tag = "business", params(("id" = Uuid, Path)),
    responses((status = 200, body = Listing<RunOut>), (status = 404, body = ErrorBody)))]
async fn list_runs(State(business): State<Business>, at: AtConnector) -> Result<Listing<RunOut>, ApiError> {
    Ok(show::list(&business, &at.row, 50).await?.into())
}

/// Ends a run. What it has written stays; the position does not move over what it has not read.
#[utoipa::path(post, path = "/api/v1/connectors/{id}/runs/{run_id}/cancel", tag = "business",
    params(("id" = Uuid, Path), ("run_id" = Uuid, Path)),
    responses((status = 200, body = Data<RunOut>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn cancel_run(State(business): State<Business>, at: AtConnector) -> Result<Data<RunOut>, ApiError> {
    at.manage()?;
    let wanted = at.rest.first().and_then(|text| text.parse().ok()).map(db::SyncRunId);
    let wanted = wanted.ok_or_else(|| ApiError::not_found("run"))?;
    let tx = business.db().write().await?;
    let of = || {
        sync_runs::Entity::of(at.workspace())
            .filter(sync_runs::Column::ConnectorId.eq(at.id()))
            .filter(sync_runs::Column::Id.eq(wanted))
    };
    let run = of().one(&*tx).await.map_err(DbError::from)?.ok_or_else(|| ApiError::not_found("run"))?;
    let change = match run.status {
        SyncStatus::Queued => sync_runs::ActiveModel {
            status: Set(SyncStatus::Cancelled),
            finished_at: Set(Some(tx.now().micros())),
            ..Default::default()
        },
        SyncStatus::Running => sync_runs::ActiveModel {
            cancel_requested: Set(true),
            ..Default::default()
        },
        _ => return Err(ApiError::new(Code::Conflict, "This run has ended already.")),
    };
    sync_runs::Entity::update_many()
        .set(change)
        .filter(sync_runs::Column::WorkspaceId.eq(at.workspace()))
        .filter(sync_runs::Column::Id.eq(wanted))
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    audit(&tx, &at.caller, "connector.sync.cancelled", at.id(), &json!({ "run_id": wanted })).await?;
    let run = of().one(&*tx).await.map_err(DbError::from)?.ok_or_else(|| ApiError::not_found("run"))?;
    tx.commit().await?;
    Ok(Data::new(show::show(&business, &run).await?))
}

/// Records that could not be understood, the newest 200.
#[utoipa::path(get, path = "/api/v1/connectors/{id}/dead-letters", tag = "business", params(("id" = Uuid, Path)),
    responses((status = 200, body = Listing<LetterOut>), (status = 404, body = ErrorBody)))]
async fn list_dead_letters(
    State(business): State<Business>,
    at: AtConnector,
) -> Result<Listing<LetterOut>, ApiError> {
    Ok(letters::list(&business, &at).await?.into())
}

/// Tries a record again.
#[utoipa::path(post, path = "/api/v1/connectors/{id}/dead-letters/{letter_id}/replay", tag = "business",
    params(("id" = Uuid, Path), ("letter_id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn replay_dead_letter(
    State(business): State<Business>,
    at: AtConnector,
) -> Result<Data<Empty>, ApiError> {
    letters::replay(&business, &at).await?;
    Ok(Data::new(Empty {}))
}

/// Throws a record away.
#[utoipa::path(delete, path = "/api/v1/connectors/{id}/dead-letters/{letter_id}", tag = "business",
    params(("id" = Uuid, Path), ("letter_id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody)))]
async fn discard_dead_letter(
    State(business): State<Business>,
    at: AtConnector,
) -> Result<Data<Empty>, ApiError> {
    letters::discard(&business, &at).await?;
    Ok(Data::new(Empty {}))
}

/// Uploads a file of sales, customers or products: the body itself (CSV or JSONL), or the field `file` of a form. With
/// `preview=true` it is only looked at; else its run is answered. The same file again is answered with the run that read it.
#[utoipa::path(post, path = "/api/v1/connectors/{id}/upload", tag = "business",
    params(("id" = Uuid, Path), UploadQuery),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = Data<Object>), (status = 202, body = Data<RunOut>), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 413, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn upload_data(
    State(business): State<Business>,
    at: AtConnector,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> Result<Response, ApiError> {
    Ok(match upload::take(&business, &at, query, request).await? {
        Taken::Looked(sample) => axum::Json(Data::new(sample)).into_response(),
        Taken::Run(run) => accepted(show::show(&business, &run).await?),
    })
}
