//! The call that sources make.

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use db::ConnectorId;
use http::StatusCode;
use kit::api::{ApiError, Code, Data, ErrorBody};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::receive;
use crate::Business;

/// All of them.
pub(crate) fn routes() -> OpenApiRouter<Business> {
    OpenApiRouter::new().routes(routes!(receive_webhook))
}

/// A webhook that was written down.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookOut {
    /// Its id here.
    id: Uuid,
}

/// How long a body may take to arrive.
const BODY_IN: std::time::Duration = std::time::Duration::from_secs(20);

async fn bytes_of(body: Body) -> Result<bytes::Bytes, ApiError> {
    let read = tokio::time::timeout(BODY_IN, to_bytes(body, receive::LARGEST)).await;
    let read = read.map_err(|_| ApiError::new(Code::Timeout, "The body took too long to arrive."))?;
    read.map_err(|error| {
        let is_long = std::error::Error::source(&error).is_some_and(|cause| cause.to_string().contains("length limit"));
        if is_long || error.to_string().contains("length limit") {
            ApiError::new(Code::PayloadTooLarge, "A webhook has at most 2 MiB.")
        } else {
            ApiError::new(Code::InvalidJson, "The body could not be read to its end.")
        }
    })
}

/// Takes a webhook of a source: signed by it over the raw body, at most 2 MiB. It is written down before it is answered; the
/// same one again is answered the same and has no second effect.
#[utoipa::path(post, path = "/api/v1/webhooks/{connector_id}", tag = "business", security(()),
    params(("connector_id" = Uuid, Path)), request_body(content = String, content_type = "application/json"),
    responses((status = 202, body = Data<WebhookOut>), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 413, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn receive_webhook(
    State(business): State<Business>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let body = bytes_of(body).await?;
    let id: Uuid = id.parse().map_err(|_| ApiError::not_found("connector"))?;
    let id = receive::receive(&business, ConnectorId(id), &parts.headers, &body).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(Data::new(WebhookOut { id }))).into_response())
}
