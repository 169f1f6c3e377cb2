//! The socket, the ticket that opens it, and snapshots that are too large for it.

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use db::events::Scope;
use identity::{Caller, tickets};
use kit::api::{ApiError, Created, Data, ErrorBody, Query};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::hub::Live;
use super::{frames, outgoing, snapshots, socket};

/// The subprotocol.
const PROTOCOL: &str = "trb.v1";
/// Bytes read from a socket at once. The library's default would cost 128 kB a connection.
const READ_BUFFER: usize = 1024;
/// Bytes gathered before they are written.
const WRITE_BUFFER: usize = 16 * 1024;

/// All calls of live updates.
pub fn routes(live: Live) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(open_socket))
        .routes(routes!(create_ticket))
        .routes(routes!(get_snapshot))
        .with_state(live)
}

/// Opens the socket that carries everything that changes. A browser comes with its cookie and its Origin, a program
/// with a token in `Authorization`, or either with a ticket as the subprotocol `tkt.<ticket>`.
#[utoipa::path(get, path = "/api/v1/live", tag = "live",
    responses((status = 101, description = "The socket is open"), (status = 422, body = ErrorBody)))]
pub async fn open_socket(
    State(live): State<Live>,
    caller: Caller,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let Ok(upgrade) = upgrade else {
        return Err(ApiError::invalid(
            "upgrade",
            "This address is a WebSocket (RFC 6455).",
        ));
    };
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(2 * outgoing::HARD)
        .max_frame_size(frames::LONGEST)
        .max_message_size(frames::LONGEST);
    Ok(upgrade.on_upgrade(move |socket| async move {
        live.spawn("socket", socket::serve(live.clone(), caller, socket));
    }))
}

/// A ticket that opens one socket within thirty seconds.
#[utoipa::path(post, path = "/api/v1/live/ticket", tag = "live",
    responses((status = 201, body = Data<tickets::TicketOut>)))]
pub async fn create_ticket(
    State(live): State<Live>,
    caller: Caller,
) -> Result<Created<tickets::TicketOut>, ApiError> {
    Ok(Created(tickets::issue(live.identity(), &caller).await?))
}

/// Which snapshot.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SnapshotQuery {
    /// The scope: `t:<thread>`, `w:<workspace>` or `u:<person>`.
    c: String,
    /// How many messages of the branch in view, 1 to 200.
    last: Option<u16>,
}

/// All of a scope, and where it stood before it was read.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SnapshotOut {
    /// The epoch.
    e: i64,
    /// The number.
    s: i64,
    /// The parts.
    #[schema(value_type = Object)]
    d: Box<RawValue>,
}

/// All of a scope, as the socket would show it.
#[utoipa::path(get, path = "/api/v1/live/snapshot", tag = "live", params(SnapshotQuery),
    responses((status = 200, body = Data<SnapshotOut>), (status = 404, body = ErrorBody)))]
pub async fn get_snapshot(
    State(live): State<Live>,
    caller: Caller,
    Query(query): Query<SnapshotQuery>,
) -> Result<Data<SnapshotOut>, ApiError> {
    let scope: Scope = query.c.parse().map_err(|_| ApiError::not_found("scope"))?;
    let head = live.head(scope, caller.workspace).await?;
    let d = snapshots::whole(&live, scope, &caller, query.last).await?;
    Ok(Data::new(SnapshotOut {
        e: head.epoch,
        s: head.seq,
        d,
    }))
}
