//! Raising alerts and ending those that are over.

use std::collections::HashSet;

use db::entity::alerts::{self, Column as C};
use db::entity::users;
use db::events::Scope;
use db::{DbError, Event, Sealed, Tx};
use kit::vault::OwnerKeys;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::json;

use super::{Body, keys, open, place, tell};
use crate::Ops;
use crate::responses::{self, Kind as ResponseKind};
use crate::rules::{Finding, Rule, Severity};

/// The lock under which alerts are raised one after the other.
const LOCK: i64 = 0x616c_6572_7473;

/// Raises what a rule found: as a new alert, or as one more time of the one that is open. What was resolved is raised
/// anew only for what happened after that.
pub async fn raise(ops: &Ops, finding: &Finding, respond: bool) -> Result<(), DbError> {
    let key = finding.key();
    let keys = keys(ops.db(), finding.workspace).await?;
    let tx = ops.db().write().await?;
    tx.alone(LOCK).await?;
    let before = alerts::Entity::find()
        .filter(C::SubjectKey.eq(&key))
        .order_by_desc(C::Id)
        .one(&*tx)
        .await?;
    let occurred = finding.occurred.micros();
    let body = |note| Body {
        title: finding.title.clone(),
        explanation: finding.explanation.clone(),
        subject: finding.subject.clone(),
        note,
    };
    if let Some(row) = before {
        if row.open_key.is_some() {
            return again(tx, row, finding, &keys, &body(None)).await;
        }
        if occurred <= row.last_at.max(row.resolved_at.unwrap_or(0)) {
            return Ok(());
        }
    }
    let id = kit::ids::new_id();
    let row = alerts::Model {
        id,
        workspace_id: finding.workspace,
        kind: finding.rule.word().to_owned(),
        severity: finding.severity.word().to_owned(),
        subject_key: key.clone(),
        open_key: Some(key),
        state: "open".to_owned(),
        body: Sealed::seal(&keys, place(id), &body(None))?,
        first_at: occurred,
        last_at: occurred,
        count: 1,
        resolved_at: None,
        resolved_by: None,
    };
    alerts::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(&*tx)
        .await?;
    let done = if respond {
        responses::act(ops, &tx, &row, &finding.targets).await?
    } else {
        Vec::new()
    };
    changed(&tx, &row).await?;
    tell::soon(ops, &tx, &row, "opened").await?;
    tx.commit().await?;
    tracing::warn!(alert.id = %row.id, alert.kind = %row.kind, responses = done.len(), "an alert was raised");
    responses::acted(ops, &done).await
}

/// Notes that it happened again.
async fn again(
    tx: Tx,
    row: alerts::Model,
    finding: &Finding,
    keys: &OwnerKeys,
    body: &Body,
) -> Result<(), DbError> {
    let occurred = finding.occurred.micros();
    if occurred <= row.last_at {
        return Ok(());
    }
    let is_worse = finding.severity == Severity::Critical && row.severity != Severity::Critical.word();
    let change = alerts::ActiveModel {
        severity: Set(if is_worse {
            Severity::Critical.word().to_owned()
        } else {
            row.severity.clone()
        }),
        body: Set(Sealed::seal(keys, place(row.id), body)?),
        last_at: Set(occurred),
        count: Set(row.count.saturating_add(1)),
        ..Default::default()
    };
    alerts::Entity::update_many()
        .set(change)
        .filter(C::Id.eq(row.id))
        .exec(&*tx)
        .await?;
    // A condition that lasts is the same news each minute; it is told again only when it gets worse.
    if is_worse || !finding.rule.ends_by_itself() {
        changed(&tx, &row).await?;
    }
    tx.commit().await
}

/// Tells those who may see it that an alert is new or changed.
pub async fn changed(tx: &Tx, row: &alerts::Model) -> Result<(), DbError> {
    let payload = json!({ "alert_id": row.id, "kind": row.kind, "state": row.state });
    if let Some(workspace) = row.workspace_id {
        tx.event(Event {
            scope: Scope::Workspace(workspace),
            workspace: Some(workspace),
            kind: "alert.changed",
            payload: &payload,
        })
        .await?;
        return Ok(());
    }
    let admins = users::Entity::find()
        .filter(users::Column::IsInstanceAdmin.eq(true))
        .all(&**tx)
        .await?;
    for admin in admins {
        tx.event(Event {
            scope: Scope::User(admin.id),
            workspace: None,
            kind: "alert.changed",
            payload: &payload,
        })
        .await?;
    }
    Ok(())
}

/// Ends the open alerts of a rule whose conditions are over.
pub async fn end_others(ops: &Ops, rule: Rule, current: &HashSet<String>) -> Result<(), DbError> {
    let open_ones = alerts::Entity::find()
        .filter(C::OpenKey.starts_with(format!("{}:", rule.word())))
        .all(ops.db().read())
        .await?;
    for row in open_ones {
        if row.open_key.as_ref().is_some_and(|key| current.contains(key)) {
            continue;
        }
        let body = open(ops.db(), &row).await?;
        let tx = ops.db().write().await?;
        let Some(row) = close(&tx, ops, row, None, body).await? else {
            continue;
        };
        let undone = responses::undo_with_alert(&tx, &row, &[ResponseKind::OpenBreaker]).await?;
        tell::soon(ops, &tx, &row, "resolved").await?;
        tx.commit().await?;
        responses::acted(ops, &undone).await?;
    }
    Ok(())
}

/// Closes an open alert; none when somebody else did meanwhile.
pub(super) async fn close(
    tx: &Tx,
    ops: &Ops,
    row: alerts::Model,
    by: Option<db::UserId>,
    body: Body,
) -> Result<Option<alerts::Model>, DbError> {
    let keys = keys(ops.db(), row.workspace_id).await?;
    let now = tx.now().micros();
    let change = alerts::ActiveModel {
        state: Set("resolved".to_owned()),
        open_key: Set(None),
        body: Set(Sealed::seal(&keys, place(row.id), &body)?),
        resolved_at: Set(Some(now)),
        resolved_by: Set(by),
        ..Default::default()
    };
    let closed = alerts::Entity::update_many()
        .set(change)
        .filter(C::Id.eq(row.id))
        .filter(C::OpenKey.is_not_null())
        .exec(&**tx)
        .await?;
    if closed.rows_affected == 0 {
        return Ok(None);
    }
    let row = alerts::Model {
        state: "resolved".to_owned(),
        open_key: None,
        resolved_at: Some(now),
        resolved_by: by,
        ..row
    };
    changed(tx, &row).await?;
    Ok(Some(row))
}
