//! Responding, and taking it back.

use std::net::{IpAddr, Ipv4Addr};

use db::entity::alert_responses::{self, Column as C};
use db::entity::alerts;
use db::{DbError, SessionId, Tx, UserId};
use identity::{Actor, Caller, audit, restraint};
use kit::api::{ApiError, Code};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::{Kind, Target, held};
use crate::Ops;

/// The house itself, in the audit trail.
fn house(alert: &alerts::Model) -> Actor {
    Actor {
        workspace: alert.workspace_id,
        user: None,
        address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    }
}

fn store(error: identity::IdentityError) -> DbError {
    match error {
        identity::IdentityError::Store(error) => error,
        other => DbError::Database(sea_orm::DbErr::Custom(other.to_string())),
    }
}

/// Holds back what an alert is about, in the transaction that raises it. Hand the answer to [`acted`] after the commit.
pub async fn act(
    ops: &Ops,
    tx: &Tx,
    alert: &alerts::Model,
    targets: &[Target],
) -> Result<Vec<Target>, DbError> {
    let mut done = Vec::new();
    for target in targets {
        if let Target::Session(session) = target {
            let locked = restraint::lock_sessions(tx, &[*session]).await.map_err(store)?;
            if locked.is_empty() {
                continue;
            }
        }
        let kind = target.kind();
        let row = alert_responses::Model {
            id: kit::ids::new_id(),
            alert_id: alert.id,
            kind: kind.word().to_owned(),
            target: serde_json::to_string(target)?,
            state: "active".to_owned(),
            at: ops.now().micros(),
            undone_at: None,
            undone_by: None,
        };
        let details = json!({ "alert_id": alert.id, "kind": kind, "target": target });
        audit(tx, house(alert), "alert.response", row.id, &details).await?;
        alert_responses::Entity::insert(row.into_active_model())
            .exec_without_returning(&**tx)
            .await?;
        done.push(target.clone());
    }
    Ok(done)
}

/// Makes what was done or taken back hold on this node at once; others read it within seconds.
pub async fn acted(ops: &Ops, targets: &[Target]) -> Result<(), DbError> {
    if targets.is_empty() {
        return Ok(());
    }
    let sessions: Vec<SessionId> = targets
        .iter()
        .filter_map(|target| match target {
            Target::Session(id) => Some(*id),
            _ => None,
        })
        .collect();
    if !sessions.is_empty() {
        ops.identity().forget_sessions(&sessions);
    }
    held::obey(ops).await
}

/// Takes one response back; none when it was already.
async fn take_back(
    tx: &Tx,
    row: &alert_responses::Model,
    by: Option<UserId>,
) -> Result<Option<Target>, DbError> {
    let change = alert_responses::ActiveModel {
        state: Set("undone".to_owned()),
        undone_at: Set(Some(tx.now().micros())),
        undone_by: Set(by),
        ..Default::default()
    };
    let changed = alert_responses::Entity::update_many()
        .set(change)
        .filter(C::Id.eq(row.id))
        .filter(C::State.eq("active"))
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 0 {
        return Ok(None);
    }
    let target: Target = serde_json::from_str(&row.target)?;
    if let Target::Session(session) = &target {
        restraint::unlock_session(tx, *session).await.map_err(store)?;
    }
    Ok(Some(target))
}

/// Takes back what ends together with its alert. Hand the answer to [`acted`] after the commit.
pub async fn undo_with_alert(tx: &Tx, alert: &alerts::Model, kinds: &[Kind]) -> Result<Vec<Target>, DbError> {
    let rows = alert_responses::Entity::find()
        .filter(C::AlertId.eq(alert.id))
        .filter(C::State.eq("active"))
        .filter(C::Kind.is_in(kinds.iter().map(|kind| kind.word())))
        .all(&**tx)
        .await?;
    let mut undone = Vec::new();
    for row in rows {
        if let Some(target) = take_back(tx, &row, None).await? {
            let details = json!({ "alert_id": alert.id, "kind": row.kind });
            audit(tx, house(alert), "alert.response_ended", row.id, &details).await?;
            undone.push(target);
        }
    }
    Ok(undone)
}

/// Takes a response back because a person says so.
pub async fn undo(ops: &Ops, caller: &Caller, alert: &alerts::Model, response: Uuid) -> Result<(), ApiError> {
    let tx = ops.db().write().await?;
    let row = alert_responses::Entity::find_by_id(response)
        .filter(C::AlertId.eq(alert.id))
        .one(&*tx)
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("response"))?;
    let Some(target) = take_back(&tx, &row, Some(caller.user)).await? else {
        return Err(ApiError::new(Code::Conflict, "This was taken back already."));
    };
    let actor = Actor {
        workspace: alert.workspace_id.or(Some(caller.workspace)),
        ..Actor::from(caller)
    };
    let details = json!({ "alert_id": alert.id, "kind": row.kind });
    audit(&tx, actor, "alert.response_undone", row.id, &details).await?;
    crate::alerts::told_again(&tx, alert).await?;
    tx.commit().await?;
    acted(ops, &[target]).await?;
    Ok(())
}
