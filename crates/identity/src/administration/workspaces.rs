//! All workspaces of the installation: what they use and cost, their plans, their erasure.

use std::collections::HashMap;

use db::entity::{ai_calls, blobs, data_keys, members, messages, workspaces};
use db::kinds::Plan;
use db::{Db, WorkspaceId};
use kit::api::{ApiError, Cursor, Page, PageIn, Problems, Validate};
use kit::clock::Timestamp;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::erasing::{Erased, erase_workspace};
use super::{forget_erased, require};
use crate::Result;
use crate::audit::{Actor, audit};
use crate::caller::Caller;
use crate::error::IdentityError;
use crate::identity::Identity;

/// An amount of money.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CostOut {
    /// In the smallest unit of the currency: cents.
    pub minor: i64,
    /// ISO 4217.
    pub currency: &'static str,
}

/// A workspace, as administrators of the installation see it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AdminWorkspaceOut {
    pub id: WorkspaceId,
    pub name: String,
    pub plan: Plan,
    pub members: i64,
    /// Of files, before they were sealed.
    pub storage_bytes: i64,
    pub messages: i64,
    /// What its calls of models cost since the first of the month, UTC.
    pub cost_month: CostOut,
    pub created_at: Timestamp,
    /// When the key that seals now was made.
    #[schema(required)]
    pub key_created_at: Option<Timestamp>,
}

/// A changed workspace.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AdminWorkspacePatch {
    pub plan: Option<Plan>,
}

impl Validate for AdminWorkspacePatch {
    fn validate(&self, _: &mut Problems) {}
}

/// The name of what is to be erased, typed again.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EraseWorkspaceIn {
    pub name: String,
}

impl Validate for EraseWorkspaceIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("name", &self.name, 1, 100);
    }
}

/// All workspaces, the newest first.
pub(crate) async fn list(
    identity: &Identity,
    caller: &Caller,
    page: &PageIn,
) -> Result<Page<AdminWorkspaceOut>> {
    require(caller)?;
    let limit = page.limit()?;
    let mut select = workspaces::Entity::find();
    if let Some(after) = Cursor::decode::<Uuid>(page.cursor.as_deref())? {
        select = select.filter(workspaces::Column::Id.lt(after));
    }
    let found = select
        .order_by_desc(workspaces::Column::Id)
        .limit(limit as u64 + 1)
        .all(identity.db().read())
        .await?;
    let out = shown(identity.db(), found).await?;
    Ok(Page::cut(out, limit, |row| Cursor::encode(&row.id)))
}

/// A sum by workspace.
async fn sums<E: EntityTrait>(
    db: &Db,
    select: Select<E>,
    workspace: E::Column,
    ids: &[WorkspaceId],
    sum: SimpleExpr,
) -> Result<HashMap<WorkspaceId, i64>> {
    let rows: Vec<(WorkspaceId, i64)> = select
        .select_only()
        .column(workspace)
        .expr_as(sum, "sum")
        .filter(workspace.is_in(ids.iter().copied()))
        .group_by(workspace)
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(rows.into_iter().collect())
}

fn total(column: &str) -> SimpleExpr {
    Expr::cust(format!("CAST(COALESCE(SUM({column}), 0) AS BIGINT)"))
}

fn count() -> SimpleExpr {
    Expr::cust("COUNT(*)")
}

async fn shown(db: &Db, found: Vec<workspaces::Model>) -> Result<Vec<AdminWorkspaceOut>> {
    let ids: Vec<WorkspaceId> = found.iter().map(|row| row.id).collect();
    let people = sums(
        db,
        members::Entity::find(),
        members::Column::WorkspaceId,
        &ids,
        count(),
    )
    .await?;
    let bytes = sums(
        db,
        blobs::Entity::find(),
        blobs::Column::WorkspaceId,
        &ids,
        total("size"),
    )
    .await?;
    let said = sums(
        db,
        messages::Entity::find(),
        messages::Column::WorkspaceId,
        &ids,
        count(),
    )
    .await?;
    let month = month_of(db.now());
    let calls = ai_calls::Entity::find().filter(ai_calls::Column::At.gte(month.micros()));
    let cost = sums(
        db,
        calls,
        ai_calls::Column::WorkspaceId,
        &ids,
        total("cost_micros"),
    )
    .await?;
    let keys: Vec<(Uuid, Option<i64>)> = data_keys::Entity::find()
        .select_only()
        .column(data_keys::Column::OwnerId)
        .column_as(data_keys::Column::CreatedAt.max(), "made")
        .filter(data_keys::Column::OwnerId.is_in(ids.iter().map(|id| id.0)))
        .group_by(data_keys::Column::OwnerId)
        .into_tuple()
        .all(db.read())
        .await?;
    let keys: HashMap<Uuid, Option<i64>> = keys.into_iter().collect();
    let of = |sums: &HashMap<WorkspaceId, i64>, id| sums.get(&id).copied().unwrap_or_default();
    Ok(found
        .into_iter()
        .map(|row| AdminWorkspaceOut {
            members: of(&people, row.id),
            storage_bytes: of(&bytes, row.id),
            messages: of(&said, row.id),
            cost_month: CostOut {
                minor: (of(&cost, row.id) + 5_000).div_euclid(10_000),
                currency: "USD",
            },
            key_created_at: keys.get(&row.id.0).copied().flatten().map(Timestamp),
            id: row.id,
            name: row.name,
            plan: row.plan,
            created_at: Timestamp(row.created_at),
        })
        .collect())
}

/// When the month of a moment began, UTC.
fn month_of(now: Timestamp) -> Timestamp {
    let text: String = now.to_string().chars().take(7).collect();
    Timestamp::parse(&format!("{text}-01T00:00:00Z")).unwrap_or(now)
}

async fn one(identity: &Identity, id: WorkspaceId) -> Result<workspaces::Model> {
    workspaces::Entity::find_by_id(id)
        .one(identity.db().read())
        .await?
        .ok_or(IdentityError::NotFound("workspace"))
}

/// Changes what a workspace may use.
pub(crate) async fn change(
    identity: &Identity,
    caller: &Caller,
    id: WorkspaceId,
    patch: &AdminWorkspacePatch,
) -> Result<AdminWorkspaceOut> {
    require(caller)?;
    let before = one(identity, id).await?;
    if let Some(plan) = patch.plan.filter(|plan| *plan != before.plan) {
        let tx = identity.db().write().await?;
        let change = workspaces::ActiveModel {
            plan: Set(plan),
            updated_at: Set(tx.now().micros()),
            ..Default::default()
        };
        workspaces::Entity::update_many()
            .set(change)
            .filter(workspaces::Column::Id.eq(id))
            .exec(&*tx)
            .await?;
        let payload = json!({ "workspace_id": id, "fields": ["plan"] });
        tx.event(db::Event {
            scope: db::events::Scope::Workspace(id),
            workspace: Some(id),
            kind: "workspace.changed",
            payload: &payload,
        })
        .await?;
        let details = json!({ "workspace_id": id, "from": before.plan, "to": plan });
        audit(
            &tx,
            Actor::of_installation(caller),
            "workspace.plan_changed",
            id,
            &details,
        )
        .await?;
        tx.commit().await?;
    }
    let row = one(identity, id).await?;
    let shown = shown(identity.db(), vec![row]).await?;
    shown
        .into_iter()
        .next()
        .ok_or(IdentityError::NotFound("workspace"))
}

/// Erases a workspace and destroys its key; its name is asked for again, because nothing brings it back.
pub(crate) async fn erase(
    identity: &Identity,
    caller: &Caller,
    id: WorkspaceId,
    input: &EraseWorkspaceIn,
) -> Result<()> {
    require(caller)?;
    let row = one(identity, id).await?;
    if row.name.trim() != input.name.trim() {
        return Err(ApiError::invalid("name", "This is not the name of the workspace.").into());
    }
    let tx = identity.db().write().await?;
    let mut erased = Erased::default();
    erase_workspace(identity, &tx, Actor::of_installation(caller), id, &mut erased).await?;
    tx.commit().await?;
    forget_erased(identity, &erased);
    Ok(())
}
