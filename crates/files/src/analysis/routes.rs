//! The calls about analyses.

use ai::answer::{Opening, Shape, Source, plain_text, ui_message_stream, waits_not};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use kit::api::{ApiError, Created, Cursor, Data, Empty, ErrorBody, Json, Listing, Query};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asking::{self, AtAnalysis, Begun};
use super::words::{AnalysisOut, AnalyzeIn};
use crate::Files;
use crate::access::AtFile;

pub(crate) fn routes() -> OpenApiRouter<Files> {
    OpenApiRouter::new()
        .routes(routes!(analyze_file))
        .routes(routes!(list_analyses))
        .routes(routes!(get_analysis, delete_analysis))
        .routes(routes!(stop_analysis))
}

/// A finished analysis.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnalyzedOut {
    /// What came of it.
    pub analysis: AnalysisOut,
}

/// Has a model look at a file. The answer's shape follows `Accept`: `text/event-stream` (AI SDK's UI message stream,
/// whose `messageId` is the analysis), `text/plain`, or `application/json` when it is whole. It is kept with the file, for
/// all who see the file, and goes on when the caller leaves. With `Prefer: respond-async` nothing is waited for.
#[utoipa::path(post, path = "/api/v1/files/{id}/analyze", tag = "files", params(("id" = Uuid, Path)), request_body = AnalyzeIn,
    responses((status = 201, body = Data<AnalyzedOut>), (status = 202, body = Data<AnalyzedOut>), (status = 200, content_type = "text/event-stream", body = String),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody),
        (status = 424, body = ErrorBody), (status = 502, body = ErrorBody)))]
pub async fn analyze_file(
    State(files): State<Files>,
    at: AtFile,
    headers: HeaderMap,
    Json(input): Json<AnalyzeIn>,
) -> Result<Response, ApiError> {
    let (workspace, file) = (at.caller.workspace, at.file.id);
    let Begun { id, running } = asking::ask(&files, at, input, repeat_key(&headers)).await?;
    if waits_not(&headers) {
        let analysis = asking::shown(&files, workspace, id).await?;
        let applied = [("preference-applied", "respond-async")];
        return Ok((StatusCode::ACCEPTED, applied, Data::new(AnalyzedOut { analysis })).into_response());
    }
    let shape = Shape::of(&headers);
    // The status is not decided before there is something to show.
    if let Some(running) = &running {
        let buffer = (**running).as_ref();
        match shape {
            Shape::Events | Shape::Text => buffer.first_content().await,
            Shape::Whole => {
                buffer.ended().await;
            }
        }
        if let Some(error) = buffer.refusal() {
            return Err(error);
        }
    }
    if shape == Shape::Whole {
        let analysis = asking::shown(&files, workspace, id).await?;
        return Ok(Created(AnalyzedOut { analysis }).into_response());
    }
    let source = match running {
        Some(running) => Source::Running(running),
        None => asking::stored(&files, workspace, id).await?,
    };
    if shape == Shape::Text {
        return Ok(plain_text(source));
    }
    let about = json!({ "file_id": file });
    let opening = Opening {
        id,
        about: about.as_object().cloned().unwrap_or_default(),
        message: None,
    };
    Ok(ui_message_stream(source, opening, 0))
}

fn repeat_key(headers: &HeaderMap) -> Option<String> {
    let key = headers.get("idempotency-key")?.to_str().ok()?;
    Some(key.chars().take(200).collect())
}

/// Which analyses to list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AnalysesQuery {
    /// Rows a page, 1 to 200.
    limit: Option<u32>,
    /// The cursor of the page before.
    cursor: Option<String>,
}

/// What models said about a file, newest first.
#[utoipa::path(get, path = "/api/v1/files/{id}/analyses", tag = "files", params(("id" = Uuid, Path), AnalysesQuery),
    responses((status = 200, body = Listing<AnalysisOut>), (status = 404, body = ErrorBody)))]
pub async fn list_analyses(
    State(files): State<Files>,
    at: AtFile,
    Query(query): Query<AnalysesQuery>,
) -> Result<Listing<AnalysisOut>, ApiError> {
    let limit = Cursor::limit(query.limit)?;
    Ok(asking::list(&files, &at, query.cursor.as_deref(), limit)
        .await?
        .into())
}

/// One analysis, as far as it has come.
#[utoipa::path(get, path = "/api/v1/files/{id}/analyses/{aid}", tag = "files", params(("id" = Uuid, Path), ("aid" = Uuid, Path)),
    responses((status = 200, body = Data<AnalysisOut>), (status = 404, body = ErrorBody)))]
pub async fn get_analysis(State(files): State<Files>, at: AtAnalysis) -> Result<Data<AnalysisOut>, ApiError> {
    Ok(Data::new(asking::get(&files, at).await?))
}

/// Deletes an analysis; one that is being written ends.
#[utoipa::path(delete, path = "/api/v1/files/{id}/analyses/{aid}", tag = "files", params(("id" = Uuid, Path), ("aid" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn delete_analysis(State(files): State<Files>, at: AtAnalysis) -> Result<Data<Empty>, ApiError> {
    asking::delete(&files, at).await?;
    Ok(Data::new(Empty {}))
}

/// Ends a running analysis; what was written is kept.
#[utoipa::path(post, path = "/api/v1/files/{id}/analyses/{aid}/stop", tag = "files", params(("id" = Uuid, Path), ("aid" = Uuid, Path)),
    responses((status = 200, body = Data<AnalysisOut>), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn stop_analysis(
    State(files): State<Files>,
    at: AtAnalysis,
) -> Result<Data<AnalysisOut>, ApiError> {
    Ok(Data::new(asking::stop(&files, at).await?))
}
