//! Tickets: thirty-two random bytes that open one live connection, once, within half a minute. They are for clients
//! that can send neither a cookie nor a header when they open a socket.

use std::time::Duration;

use db::entity::{api_tokens, tickets};
use db::{SessionId, UserId, WorkspaceId};
use http::HeaderMap;
use http::request::Parts;
use kit::api::ApiError;
use kit::clock::Timestamp;
use kit::vault::sha256;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use uuid::Uuid;

use crate::Result;
use crate::authenticate::{find_session, is_trusted_origin, role_of};
use crate::caller::{Caller, Via};
use crate::client::address_of;
use crate::identity::Identity;
use crate::scopes::Scopes;

/// The path that tickets open.
pub(crate) const SOCKET: &str = "/api/v1/live";

/// How long a ticket is good.
const LIFETIME: Duration = Duration::from_secs(30);
/// The subprotocol that carries one: `tkt.<ticket>`.
const PREFIX: &str = "tkt.";

/// A fresh ticket.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TicketOut {
    /// To be sent as the subprotocol `tkt.<ticket>`, beside `trb.v1`.
    pub ticket: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A ticket for the caller.
pub async fn issue(identity: &Identity, caller: &Caller) -> Result<TicketOut> {
    let ticket = kit::ids::random_token();
    let tx = identity.db().write().await?;
    let expires_at = tx.now().plus(LIFETIME);
    tickets::Entity::delete_many()
        .filter(tickets::Column::ExpiresAt.lt(tx.now().micros()))
        .exec(&*tx)
        .await?;
    let row = tickets::ActiveModel {
        hash: Set(sha256(ticket.as_bytes()).to_vec()),
        user_id: Set(caller.user),
        workspace_id: Set(caller.workspace),
        session_id: Set(caller.session),
        token_id: Set(caller.token),
        expires_at: Set(expires_at.micros()),
    };
    tickets::Entity::insert(row).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    Ok(TicketOut { ticket, expires_at })
}

/// The ticket among the subprotocols of a request.
pub(crate) fn offered(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(http::header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|name| name.trim().strip_prefix(PREFIX))
}

/// Takes a ticket in; it is good no more from here on, whatever comes of it.
pub(crate) async fn redeem(identity: &Identity, parts: &Parts, ticket: &str) -> Result<Caller, ApiError> {
    let hash = sha256(ticket.as_bytes()).to_vec();
    let failed = |error: sea_orm::DbErr| ApiError::from(db::DbError::from(error));
    let found = tickets::Entity::find_by_id(hash.clone())
        .one(identity.db().read())
        .await
        .map_err(failed)?;
    let row = found.ok_or_else(ApiError::unauthorized)?;
    let tx = identity.db().write().await?;
    let taken = tickets::Entity::delete_by_id(hash)
        .exec(&*tx)
        .await
        .map_err(failed)?;
    tx.commit().await?;
    if taken.rows_affected != 1 || row.expires_at <= identity.now().micros() {
        return Err(ApiError::unauthorized());
    }
    let holder = Holder {
        user: row.user_id,
        workspace: row.workspace_id,
        session: row.session_id,
        token: row.token_id,
    };
    let via = if row.token_id.is_some() {
        Via::ApiToken
    } else {
        Via::Bearer
    };
    let caller = holder
        .as_caller(identity, via, address_of(identity.config(), parts))
        .await?;
    caller.ok_or_else(ApiError::unauthorized)
}

/// A cookie opens a socket only for our own page: a browser sends it along for every page that asks.
pub(crate) fn check_socket_origin(identity: &Identity, parts: &Parts) -> Result<(), ApiError> {
    let origin = parts
        .headers
        .get(http::header::ORIGIN)
        .and_then(|v| v.to_str().ok());
    match origin {
        Some(origin) if is_trusted_origin(identity, origin, parts) => Ok(()),
        Some(_) => Err(ApiError::forbidden(
            "This request comes from the page of another origin.",
        )),
        None => Err(ApiError::forbidden("A socket by cookie needs the header Origin.")),
    }
}

/// Somebody who was let in earlier.
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    /// The person.
    pub user: UserId,
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The session, if there is one.
    pub session: Option<SessionId>,
    /// The API token, if there is one.
    pub token: Option<Uuid>,
}

impl From<&Caller> for Holder {
    fn from(caller: &Caller) -> Self {
        Self {
            user: caller.user,
            workspace: caller.workspace,
            session: caller.session,
            token: caller.token,
        }
    }
}

impl Holder {
    /// The same person as a caller, if they would be let in now.
    pub async fn as_caller(
        self,
        identity: &Identity,
        via: Via,
        address: std::net::IpAddr,
    ) -> Result<Option<Caller>> {
        let now = identity.now();
        let (is_instance_admin, scopes) = match (self.session, self.token) {
            (Some(id), _) => match find_session(identity, id, now).await? {
                Some(session) if session.user == self.user => (session.is_instance_admin, Scopes::ALL),
                _ => return Ok(None),
            },
            (None, Some(id)) => match token_scopes(identity, self.workspace, id, now).await? {
                Some(scopes) => (false, scopes),
                None => return Ok(None),
            },
            (None, None) => return Ok(None),
        };
        let Some(role) = role_of(identity, self.workspace, self.user).await? else {
            return Ok(None);
        };
        Ok(Some(Caller {
            user: self.user,
            workspace: self.workspace,
            role,
            is_instance_admin,
            session: self.session,
            token: self.token,
            scopes,
            via,
            address,
        }))
    }

    /// When the sign-in ends by itself.
    pub async fn ends_at(self, identity: &Identity) -> Result<Option<Timestamp>> {
        match self.session {
            Some(id) => Ok(find_session(identity, id, identity.now())
                .await?
                .map(|s| s.expires_at)),
            None => Ok(None),
        }
    }
}

async fn token_scopes(
    identity: &Identity,
    workspace: WorkspaceId,
    id: Uuid,
    now: Timestamp,
) -> Result<Option<Scopes>> {
    let found = api_tokens::Entity::find()
        .filter(api_tokens::Column::WorkspaceId.eq(workspace))
        .filter(api_tokens::Column::Id.eq(id))
        .filter(api_tokens::Column::RevokedAt.is_null())
        .one(identity.db().read())
        .await?;
    Ok(found
        .filter(|token| token.expires_at.is_none_or(|end| end > now.micros()))
        .map(|token| Scopes::parse(&token.scopes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_found_among_the_subprotocols() {
        let offered_by = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(
                    http::header::SEC_WEBSOCKET_PROTOCOL,
                    http::HeaderValue::from_static(value),
                );
            }
            offered(&headers).map(str::to_owned)
        };
        assert_eq!(offered_by(&["trb.v1, tkt.abc"]).as_deref(), Some("abc"));
        assert_eq!(offered_by(&["trb.v1", "tkt.abc"]).as_deref(), Some("abc"));
        assert_eq!(offered_by(&["trb.v1"]), None);
    }
}
