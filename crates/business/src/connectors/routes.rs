//! The calls about connectors.

use axum::extract::State;
use db::DbError;
use db::entity::connectors as rows;
use identity::{Caller, Permission};
use kit::api::{ApiError, Created, Data, Empty, ErrorBody, Json, Listing};
use sea_orm::QueryOrder;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::{ConnectorPatch, SecretIn};
use super::create::ConnectorIn;
use super::show::ConnectorOut;
use super::types::ConnectorType;
use super::{AtConnector, change, create, forget, show, types};
use crate::Business;

/// All of them.
pub(crate) fn routes() -> OpenApiRouter<Business> {
    OpenApiRouter::new()
        .routes(routes!(list_types))
        .routes(routes!(list_connectors, create_connector))
        .routes(routes!(get_connector, change_connector, delete_connector))
        .routes(routes!(add_secret))
        .routes(routes!(remove_secret))
}

/// The kinds of connectors, each with what a person has to fill in.
#[utoipa::path(get, path = "/api/v1/connector-types", tag = "business",
    responses((status = 200, body = Listing<ConnectorType>)))]
async fn list_types(caller: Caller) -> Result<Listing<ConnectorType>, ApiError> {
    caller.require(Permission::ReadBusiness)?;
    Ok(types::list().into())
}

/// The sources of the workspace, oldest first.
#[utoipa::path(get, path = "/api/v1/connectors", tag = "business",
    responses((status = 200, body = Listing<ConnectorOut>)))]
async fn list_connectors(
    State(business): State<Business>,
    caller: Caller,
) -> Result<Listing<ConnectorOut>, ApiError> {
    caller.require(Permission::ReadBusiness)?;
    let found = rows::Entity::of(caller.workspace)
        .order_by_asc(rows::Column::CreatedAt)
        .order_by_asc(rows::Column::Id)
        .all(business.db().read())
        .await
        .map_err(DbError::from)?;
    let mut all = Vec::with_capacity(found.len());
    for row in &found {
        all.push(show(&business, row).await?);
    }
    Ok(all.into())
}

/// Connects a source. It is asked before it is kept: what does not work is told at the field that it is about.
#[utoipa::path(post, path = "/api/v1/connectors", tag = "business", request_body = ConnectorIn,
    responses((status = 201, body = Data<ConnectorOut>), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn create_connector(
    State(business): State<Business>,
    caller: Caller,
    Json(input): Json<ConnectorIn>,
) -> Result<Created<ConnectorOut>, ApiError> {
    let row = create::create(&business, &caller, input).await?;
    Ok(Created(show(&business, &row).await?))
}

/// A source.
#[utoipa::path(get, path = "/api/v1/connectors/{id}", tag = "business", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<ConnectorOut>), (status = 404, body = ErrorBody)))]
async fn get_connector(
    State(business): State<Business>,
    at: AtConnector,
) -> Result<Data<ConnectorOut>, ApiError> {
    Ok(Data::new(show(&business, &at.row).await?))
}

/// Changes a source. New values are tried before they are kept; values that work end `needs_reconnect`.
#[utoipa::path(patch, path = "/api/v1/connectors/{id}", tag = "business", params(("id" = Uuid, Path)),
    request_body = ConnectorPatch,
    responses((status = 200, body = Data<ConnectorOut>), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn change_connector(
    State(business): State<Business>,
    at: AtConnector,
    Json(patch): Json<ConnectorPatch>,
) -> Result<Data<ConnectorOut>, ApiError> {
    let row = change::change(&business, &at, patch).await?;
    Ok(Data::new(show(&business, &row).await?))
}

/// Takes a source away, with everything that it brought.
#[utoipa::path(delete, path = "/api/v1/connectors/{id}", tag = "business", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody)))]
async fn delete_connector(
    State(business): State<Business>,
    at: AtConnector,
) -> Result<Data<Empty>, ApiError> {
    forget::delete(&business, &at).await?;
    Ok(Data::new(Empty {}))
}

/// Adds a secret that webhooks may be signed with. The ones before stay good, so that a source can change its own without
/// a webhook that is refused.
#[utoipa::path(post, path = "/api/v1/connectors/{id}/webhook-secrets", tag = "business", params(("id" = Uuid, Path)),
    request_body = SecretIn,
    responses((status = 200, body = Data<ConnectorOut>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn add_secret(
    State(business): State<Business>,
    at: AtConnector,
    Json(input): Json<SecretIn>,
) -> Result<Data<ConnectorOut>, ApiError> {
    let row = change::add_secret(&business, &at, input).await?;
    Ok(Data::new(show(&business, &row).await?))
}

/// Removes a secret, counted from 0 in the order of `webhook_secrets`.
#[utoipa::path(delete, path = "/api/v1/connectors/{id}/webhook-secrets/{number}", tag = "business",
    params(("id" = Uuid, Path), ("number" = i32, Path)),
    responses((status = 200, body = Data<ConnectorOut>), (status = 404, body = ErrorBody)))]
async fn remove_secret(
    State(business): State<Business>,
    at: AtConnector,
) -> Result<Data<ConnectorOut>, ApiError> {
    let row = change::remove_secret(&business, &at).await?;
    Ok(Data::new(show(&business, &row).await?))
}
