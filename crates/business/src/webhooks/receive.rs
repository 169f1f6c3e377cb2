//! Letting a webhook in.

use connectors::webhook::{News, Refused};
use db::entity::connectors as rows;
use db::sync_kinds::ConnectorState;
use db::{ConnectorId, DbError, Sealed};
use http::HeaderMap;
use kit::api::{ApiError, Code};
use kit::vault::hmac_sha256;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::collector::{self, Arrival};
use super::door::Door;
use super::{HookMessage, Told, body_place};
use crate::Business;

/// The largest body.
pub(super) const LARGEST: usize = 2 << 20;
/// The longest key that is kept as it is.
const LONGEST_KEY: usize = 200;

/// Verifies a webhook and writes it down; answers its id after the commit.
pub(super) async fn receive(
    business: &Business,
    id: ConnectorId,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Uuid, ApiError> {
    let Some(door) = business.ingest().doors.at(business, id).await? else {
        // As much work as for one that is there.
        let _ = hmac_sha256(id.0.as_bytes(), body);
        return Err(ApiError::not_found("connector"));
    };
    business.ingest().collector.check(id)?;
    let now = business.db().now();
    let hook = match door.source.webhook(headers, body, &door.secrets, now) {
        Ok(hook) => hook,
        Err(refused) => {
            count_refusal(business, &door, refused).await?;
            return Err(ApiError::new(Code::Unauthorized, "This webhook is not accepted."));
        }
    };
    let entry = kit::ids::new_id();
    if matches!(hook.news, News::Ping) || door.state == ConnectorState::Paused {
        // One that only tries whether we are there; and while a person has paused it nothing comes in: the first sync
        // afterwards brings what was missed.
        return Ok(entry);
    }
    let key = if hook.key.len() <= LONGEST_KEY {
        hook.key
    } else {
        hex(&kit::vault::sha256(hook.key.as_bytes()))
    };
    let keys = business.db().keys(door.workspace.0).await?;
    let told = Told::from(hook.news);
    let message = HookMessage {
        id: entry,
        key: key.clone(),
    };
    let (answer, answered) = oneshot::channel();
    let arrival = Arrival {
        workspace: door.workspace,
        connector: door.connector,
        key,
        topic: hook.topic.chars().take(100).collect(),
        id: entry,
        body: Sealed::seal(&keys, body_place(entry), &told).map_err(DbError::from)?,
        parcel: collector::pack(business, door.workspace, door.connector, &message).await?,
        answer,
    };
    business.ingest().collector.put(arrival)?;
    answered
        .await
        .map_err(|_| ApiError::unavailable("The server is stopping.", std::time::Duration::from_secs(5)))?
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Counts what was refused, so that a person sees that a secret is wrong. The sender is told only that it was refused.
async fn count_refusal(business: &Business, door: &Door, refused: Refused) -> Result<(), DbError> {
    tracing::debug!(connector = %door.connector, %refused, "a webhook was refused");
    let tx = business.db().write().await?;
    rows::Entity::update_many()
        .col_expr(rows::Column::RefusedHooks, Expr::col(rows::Column::RefusedHooks).add(1))
        .filter(rows::Column::WorkspaceId.eq(door.workspace))
        .filter(rows::Column::Id.eq(door.connector))
        .exec(&*tx)
        .await?;
    tx.commit().await
}
