//! Alerts as administrators see them, and settling them.

use std::collections::HashMap;

use db::DbError;
use db::entity::alert_responses;
use db::entity::alerts::{self, Column as C};
use identity::{Actor, Caller, Permission, audit};
use kit::api::{ApiError, Code, Cursor, Page, Problems, Validate};
use kit::clock::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{open, raise};
use crate::Ops;
use crate::responses::{self, Kind as ResponseKind};
use crate::rules::{Rule, Severity, Subject};

/// Whether an alert is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AlertState)]
pub enum State {
    /// Somebody should look.
    Open,
    /// It is over, or was settled.
    Resolved,
}

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AlertQuery {
    /// Both unless told.
    pub state: Option<State>,
    /// Rows a page, 1 to 200; 50 unless told.
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// One alert.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alert)]
pub struct AlertOut {
    pub id: Uuid,
    pub kind: Rule,
    pub severity: Severity,
    pub title: String,
    /// One or two sentences with the numbers.
    pub explanation: String,
    #[schema(required)]
    pub subject: Option<Subject>,
    pub state: State,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// How often it was seen.
    pub count: i32,
    #[schema(required)]
    pub resolved_at: Option<Timestamp>,
    /// Who settled it; null where it ended by itself.
    #[schema(required)]
    pub resolved_by: Option<db::UserId>,
    /// What the person who settled it said.
    #[schema(required)]
    pub note: Option<String>,
    /// What was done about it by itself.
    pub responses: Vec<ResponseOut>,
}

/// What was done about an alert by itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertResponse)]
pub struct ResponseOut {
    pub id: Uuid,
    pub kind: ResponseKind,
    /// `active` or `undone`.
    pub state: String,
    pub at: Timestamp,
}

/// A word on how it was settled.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AlertResolveIn)]
pub struct ResolveIn {
    pub note: Option<String>,
}

impl Validate for ResolveIn {
    fn validate(&self, problems: &mut Problems) {
        problems.optional_length("note", self.note.as_ref(), 0, 2_000);
    }
}

/// An alert that a caller may see; of another workspace there is none.
pub async fn find(ops: &Ops, caller: &Caller, id: Uuid) -> Result<alerts::Model, ApiError> {
    caller.require(Permission::ManageAlerts)?;
    let row = alerts::Entity::find_by_id(id)
        .one(ops.db().read())
        .await
        .map_err(DbError::from)?;
    row.filter(|row| caller.may(Permission::AdministerInstance) || row.workspace_id == Some(caller.workspace))
        .ok_or_else(|| ApiError::not_found("alert"))
}

/// Alerts, newest first: of all workspaces for who administers the installation.
pub async fn list(ops: &Ops, caller: &Caller, query: &AlertQuery) -> Result<Page<AlertOut>, ApiError> {
    caller.require(Permission::ManageAlerts)?;
    let limit = Cursor::limit(query.limit)?;
    let after: Option<Uuid> = Cursor::decode(query.cursor.as_deref())?;
    let mut select = alerts::Entity::find();
    if !caller.may(Permission::AdministerInstance) {
        select = select.filter(C::WorkspaceId.eq(caller.workspace));
    }
    if let Some(state) = query.state {
        let word = match state {
            State::Open => "open",
            State::Resolved => "resolved",
        };
        select = select.filter(C::State.eq(word));
    }
    if let Some(after) = after {
        select = select.filter(C::Id.lt(after));
    }
    let rows = select
        .order_by_desc(C::Id)
        .limit(limit as u64 + 1)
        .all(ops.db().read())
        .await
        .map_err(DbError::from)?;
    let mut responses = responses_of(ops, rows.iter().map(|row| row.id).collect()).await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let done = responses.remove(&row.id).unwrap_or_default();
        out.extend(shown(ops, row, done).await?);
    }
    Ok(Page::cut(out, limit, |row: &AlertOut| Cursor::encode(&row.id)))
}

async fn responses_of(ops: &Ops, alerts: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<ResponseOut>>, DbError> {
    use alert_responses::Column as R;
    let rows = alert_responses::Entity::find()
        .filter(R::AlertId.is_in(alerts))
        .order_by_asc(R::Id)
        .all(ops.db().read())
        .await?;
    let mut all: HashMap<Uuid, Vec<ResponseOut>> = HashMap::new();
    for row in rows {
        let Some(kind) = ResponseKind::read(&row.kind) else {
            continue;
        };
        all.entry(row.alert_id).or_default().push(ResponseOut {
            id: row.id,
            kind,
            state: row.state,
            at: Timestamp(row.at),
        });
    }
    Ok(all)
}

/// One alert as it is shown; none of a rule that this version does not know.
async fn shown(
    ops: &Ops,
    row: alerts::Model,
    responses: Vec<ResponseOut>,
) -> Result<Option<AlertOut>, DbError> {
    let Some(kind) = Rule::read(&row.kind) else {
        return Ok(None);
    };
    let body = open(ops.db(), &row).await?;
    Ok(Some(AlertOut {
        id: row.id,
        kind,
        severity: Severity::read(&row.severity),
        title: body.title,
        explanation: body.explanation,
        subject: body.subject,
        state: if row.state == "open" {
            State::Open
        } else {
            State::Resolved
        },
        first_at: Timestamp(row.first_at),
        last_at: Timestamp(row.last_at),
        count: row.count,
        resolved_at: row.resolved_at.map(Timestamp),
        resolved_by: row.resolved_by,
        note: body.note,
        responses,
    }))
}

/// The same as it is now.
pub async fn show_one(ops: &Ops, id: Uuid) -> Result<AlertOut, ApiError> {
    let row = alerts::Entity::find_by_id(id)
        .one(ops.db().read())
        .await
        .map_err(DbError::from)?;
    let row = row.ok_or_else(|| ApiError::not_found("alert"))?;
    let done = responses_of(ops, vec![id]).await?.remove(&id).unwrap_or_default();
    let out = shown(ops, row, done).await?;
    out.ok_or_else(|| ApiError::not_found("alert"))
}

/// Settles an alert.
pub async fn resolve(
    ops: &Ops,
    caller: &Caller,
    row: alerts::Model,
    input: ResolveIn,
) -> Result<AlertOut, ApiError> {
    let id = row.id;
    let mut body = open(ops.db(), &row).await?;
    body.note = input.note.filter(|note| !note.trim().is_empty());
    let tx = ops.db().write().await?;
    let Some(row) = raise::close(&tx, ops, row, Some(caller.user), body).await? else {
        return Err(ApiError::new(Code::Conflict, "This alert is settled already."));
    };
    let undone = responses::undo_with_alert(&tx, &row, &[ResponseKind::OpenBreaker]).await?;
    super::tell::soon(ops, &tx, &row, "resolved").await?;
    let actor = Actor {
        workspace: row.workspace_id.or(Some(caller.workspace)),
        ..Actor::from(caller)
    };
    audit(&tx, actor, "alert.resolved", id, &json!({ "kind": row.kind })).await?;
    tx.commit().await?;
    responses::acted(ops, &undone).await?;
    show_one(ops, id).await
}
