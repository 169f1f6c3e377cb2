//! The calls of metrics, of the settings of numbers, and of the demonstration shop.

use axum::extract::{FromRequestParts, State};
use db::ConnectorId;
use http::StatusCode;
use http::request::Parts;
use identity::{Caller, Permission, audit};
use kit::api::{ApiError, Created, Data, Empty, ErrorBody, Json, Listing, PathId, Query};
use questions::catalogue::Language;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::input::QueryIn;
use super::model::model;
use super::output::{AnswerOut, DimensionOut, MetricOut, MetricsOut};
use super::own::{self, MetricIn};
use super::run::run_within;
use super::{find, sources};
use crate::Business;
use crate::demo::{FillDemo, connector_of};
use crate::settings::{self, SettingsOut, SettingsPatch};
use crate::warehouse::value_pairs;

/// The calls.
pub(crate) fn routes() -> OpenApiRouter<Business> {
    OpenApiRouter::new()
        .routes(routes!(list_metrics, create_metric))
        .routes(routes!(query_metric))
        .routes(routes!(delete_metric))
        .routes(routes!(list_values))
        .routes(routes!(get_business_settings, change_business_settings))
        .routes(routes!(fill_demo))
}

/// Everything that can be asked for.
#[utoipa::path(get, path = "/api/v1/metrics", tag = "business", responses((status = 200, body = Data<MetricsOut>)))]
async fn list_metrics(
    State(business): State<Business>,
    caller: Caller,
) -> Result<Data<MetricsOut>, ApiError> {
    caller.require(Permission::ReadBusiness)?;
    let workspace = caller.workspace;
    let settings = settings::of(business.db(), workspace).await?;
    let own = find::own(&business, workspace).await?;
    let rows = sources::told(&business, workspace).await?;
    let has_service = sources::has_service(&rows);
    let metrics = model().metrics.iter().chain(&own).map(|metric| {
        let serves = |need: &String| rows.iter().any(|row| sources::serves(row, need, has_service));
        MetricOut::new(metric, settings.policy, metric.needs.iter().all(serves))
    });
    let dimensions = model().dimensions.iter().map(|(id, dimension)| DimensionOut {
        id: id.clone(),
        label: dimension.label.get(&Language::En).cloned().unwrap_or_default(),
        labels: dimension.label.clone(),
    });
    Ok(Data::new(MetricsOut {
        metrics: metrics.collect(),
        dimensions: dimensions.collect(),
        fresh_until: rows.iter().map(|row| kit::clock::Timestamp(row.fresh_at)).min(),
        has_data: rows
            .iter()
            .any(|row| row.entity == "order" || row.entity == "payment"),
    }))
}

/// Computes a number.
#[utoipa::path(post, path = "/api/v1/metrics/query", tag = "business", request_body = QueryIn,
    responses((status = 200, body = Data<AnswerOut>), (status = 408, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn query_metric(
    State(business): State<Business>,
    caller: Caller,
    Json(input): Json<QueryIn>,
) -> Result<Data<AnswerOut>, ApiError> {
    caller.require(Permission::ReadBusiness)?;
    let settings = settings::of(business.db(), caller.workspace).await?;
    let (query, exactly) = input.query(&settings.calendar(), business.db().now())?;
    let answer = run_within(&business, caller.workspace, &query, exactly).await?;
    Ok(Data::new(AnswerOut::new(answer, query.grain)))
}

/// Declares a metric of the workspace's own.
#[utoipa::path(post, path = "/api/v1/metrics", tag = "business", request_body = MetricIn,
    responses((status = 201, body = Data<MetricOut>), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn create_metric(
    State(business): State<Business>,
    caller: Caller,
    Json(input): Json<MetricIn>,
) -> Result<Created<MetricOut>, ApiError> {
    let metric = own::create(&business, &caller, input).await?;
    let settings = settings::of(business.db(), caller.workspace).await?;
    let found = sources::of(&business, caller.workspace, &metric.needs).await?;
    Ok(Created(MetricOut::new(
        &metric,
        settings.policy,
        found.is_connected,
    )))
}

/// A metric's name in a path.
struct Named(String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let texts = PathId::texts(parts, state).await?;
        texts
            .into_iter()
            .next()
            .map(Self)
            .ok_or_else(|| ApiError::not_found("metric"))
    }
}

/// Forgets a metric of the workspace's own.
#[utoipa::path(delete, path = "/api/v1/metrics/{id}", tag = "business", params(("id" = String, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody)))]
async fn delete_metric(
    State(business): State<Business>,
    caller: Caller,
    Named(id): Named,
) -> Result<Data<Empty>, ApiError> {
    own::delete(&business, &caller, &id).await?;
    Ok(Data::new(Empty {}))
}

/// Which values.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ValuesQuery {
    /// Of which dimension; it has to be said.
    dimension: Option<String>,
    /// A part of it, in any case.
    q: Option<String>,
    /// How many, 1 to 200; 50 unless told.
    limit: Option<u32>,
}

/// The values that a metric can be filtered by, in alphabetical order; those that begin so first.
#[utoipa::path(get, path = "/api/v1/metrics/{id}/values", tag = "business", params(("id" = String, Path), ValuesQuery),
    responses((status = 200, body = Listing<String>), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn list_values(
    State(business): State<Business>,
    caller: Caller,
    Named(id): Named,
    Query(query): Query<ValuesQuery>,
) -> Result<Listing<String>, ApiError> {
    caller.require(Permission::ReadBusiness)?;
    let limit = kit::api::Cursor::limit(query.limit)?;
    let metric = find::metric(&business, caller.workspace, &id).await;
    let metric = metric.map_err(|_| ApiError::not_found("metric"))?;
    let dimension = query.dimension.unwrap_or_default();
    if model().dimension(&dimension).is_none() {
        return Err(ApiError::invalid("dimension", "There is no such dimension."));
    }
    if !super::catalogue::dimensions(&metric).contains(&dimension) {
        return Err(super::compile::refused(&metric, "dimension", &dimension));
    }
    let wanted = query.q.as_deref().unwrap_or_default().trim().to_lowercase();
    let pairs = value_pairs(&business, caller.workspace).await?;
    let mut found: Vec<(bool, String)> = pairs
        .iter()
        .filter(|(of, _)| *of == dimension)
        .map(|(_, value)| (value.to_lowercase(), value))
        .filter(|(folded, _)| folded.contains(&wanted))
        .map(|(folded, value)| (!folded.starts_with(&wanted), value.clone()))
        .collect();
    found.sort();
    Ok(found
        .into_iter()
        .take(limit)
        .map(|(_, value)| value)
        .collect::<Vec<_>>()
        .into())
}

/// What the workspace has set for its numbers.
#[utoipa::path(get, path = "/api/v1/business/settings", tag = "business",
    responses((status = 200, body = Data<SettingsOut>)))]
async fn get_business_settings(
    State(business): State<Business>,
    caller: Caller,
) -> Result<Data<SettingsOut>, ApiError> {
    caller.require(Permission::ReadBusiness)?;
    let settings = settings::of(business.db(), caller.workspace).await?;
    Ok(Data::new(settings.into()))
}

/// Changes what the workspace has set for its numbers; what is counted is counted anew.
#[utoipa::path(patch, path = "/api/v1/business/settings", tag = "business", request_body = SettingsPatch,
    responses((status = 200, body = Data<SettingsOut>), (status = 422, body = ErrorBody)))]
async fn change_business_settings(
    State(business): State<Business>,
    caller: Caller,
    Json(patch): Json<SettingsPatch>,
) -> Result<Data<SettingsOut>, ApiError> {
    let settings = settings::change(&business, &caller, patch).await?;
    Ok(Data::new(settings.into()))
}

/// The connection of the demonstration shop.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct DemoOut {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    connector_id: ConnectorId,
}

/// Fills the workspace with a demonstration shop, in the background.
#[utoipa::path(post, path = "/api/v1/business/demo", tag = "business",
    responses((status = 202, body = Data<DemoOut>), (status = 403, body = ErrorBody)))]
async fn fill_demo(
    State(business): State<Business>,
    caller: Caller,
) -> Result<(StatusCode, Data<DemoOut>), ApiError> {
    caller.require(Permission::ManageBusiness)?;
    let workspace = caller.workspace;
    let connector_id = connector_of(&business, workspace).await?;
    let tx = business.db().write().await?;
    tx.job(&FillDemo { workspace }).await?;
    audit(&tx, &caller, "business.demo_filled", connector_id, &json!({})).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Data::new(DemoOut { connector_id })))
}
