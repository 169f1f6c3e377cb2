//! The jobs of the house, for its administrators: those that wait, and those that were given up.

use db::Tx;
use db::entity::jobs::{self, Column as C};
use db::kinds::JobState;
use identity::{Caller, Permission, audit};
use kit::api::{ApiError, Code, Cursor, Page};
use kit::clock::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Ops;

/// Which jobs.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AdminJobState)]
pub enum Wanted {
    /// Given up.
    Failed,
    /// Not begun, or to be tried again.
    Waiting,
}

/// Which jobs, page by page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct JobQuery {
    /// `failed` unless told.
    #[param(inline)]
    pub state: Option<Wanted>,
    /// Rows a page, 1 to 200; 50 unless told.
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// One job. Its payload is nobody's business.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminJob)]
pub struct JobOut {
    pub id: Uuid,
    pub kind: String,
    pub state: String,
    pub attempts: i32,
    #[schema(required)]
    pub error: Option<String>,
    pub run_at: Timestamp,
    pub created_at: Timestamp,
}

/// Jobs, newest first.
pub async fn list(ops: &Ops, caller: &Caller, query: &JobQuery) -> Result<Page<JobOut>, ApiError> {
    caller.require(Permission::AdministerInstance)?;
    let limit = Cursor::limit(query.limit)?;
    let after: Option<Uuid> = Cursor::decode(query.cursor.as_deref())?;
    let state = match query.state.unwrap_or(Wanted::Failed) {
        Wanted::Failed => JobState::Failed,
        Wanted::Waiting => JobState::Waiting,
    };
    let mut select = jobs::Entity::find().filter(C::State.eq(state));
    if let Some(after) = after {
        select = select.filter(C::Id.lt(after));
    }
    let rows = select
        .order_by_desc(C::Id)
        .limit(limit as u64 + 1)
        .all(ops.db().read())
        .await
        .map_err(db::DbError::from)?;
    let rows = rows
        .into_iter()
        .map(|row| JobOut {
            id: row.id,
            kind: row.kind,
            state: match row.state {
                JobState::Failed => "failed",
                _ => "waiting",
            }
            .to_owned(),
            attempts: row.attempts,
            error: row.last_error,
            run_at: Timestamp(row.run_at),
            created_at: Timestamp(row.created_at),
        })
        .collect();
    Ok(Page::cut(rows, limit, |row: &JobOut| Cursor::encode(&row.id)))
}

async fn find(tx: &Tx, id: Uuid) -> Result<jobs::Model, ApiError> {
    let found = jobs::Entity::find_by_id(id)
        .filter(C::State.is_in([JobState::Failed, JobState::Waiting]))
        .one(&**tx)
        .await
        .map_err(db::DbError::from)?;
    found.ok_or_else(|| ApiError::not_found("job"))
}

/// Has a job that was given up tried again, from its first attempt.
pub async fn retry(ops: &Ops, caller: &Caller, id: Uuid) -> Result<(), ApiError> {
    caller.require(Permission::AdministerInstance)?;
    let tx = ops.db().write().await?;
    let row = find(&tx, id).await?;
    if row.state != JobState::Failed {
        return Err(ApiError::new(Code::Conflict, "This job waits already."));
    }
    let change = jobs::ActiveModel {
        state: Set(JobState::Waiting),
        attempts: Set(0),
        run_at: Set(tx.now().micros()),
        finished_at: Set(None),
        ..Default::default()
    };
    jobs::Entity::update_many()
        .set(change)
        .filter(C::Id.eq(id))
        .exec(&*tx)
        .await
        .map_err(db::DbError::from)?;
    audit(&tx, caller, "job.retried", id, &json!({ "kind": row.kind })).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets a job.
pub async fn delete(ops: &Ops, caller: &Caller, id: Uuid) -> Result<(), ApiError> {
    caller.require(Permission::AdministerInstance)?;
    let tx = ops.db().write().await?;
    let row = find(&tx, id).await?;
    jobs::Entity::delete_by_id(id)
        .exec(&*tx)
        .await
        .map_err(db::DbError::from)?;
    audit(&tx, caller, "job.deleted", id, &json!({ "kind": row.kind })).await?;
    tx.commit().await?;
    Ok(())
}
