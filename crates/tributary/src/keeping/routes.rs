//! `/admin/backups` and `/admin/system`.

use axum::extract::State;
use db::backups::{self, Claimed};
use db::entity::backups::Model;
use http::StatusCode;
use identity::{Caller, CommonErrors, Permission};
use kit::api::{ApiError, Code, Cursor, Data, Listing, Page, PageIn, Query};
use kit::clock::Timestamp;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::Keeping;
use super::schedule::{run, shown};
use super::system::{SystemOut, system};

/// The calls of this part.
pub fn routes(keeping: Keeping) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_backups, make_backup))
        .routes(routes!(get_system))
        .with_state(keeping)
}

/// A backup.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BackupOut {
    id: Uuid,
    /// `running`, `done` or `failed`.
    state: String,
    at: Timestamp,
    #[schema(required)]
    finished_at: Option<Timestamp>,
    /// Bytes that were written for it.
    bytes: i64,
    /// Objects that belong to it.
    objects: i64,
    /// Where it lies.
    #[serde(rename = "where")]
    place: String,
    /// Whether it was read again and is whole.
    verified: bool,
    /// Why it failed.
    #[schema(required)]
    error: Option<String>,
}

impl From<Model> for BackupOut {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            state: row.state,
            at: Timestamp(row.at),
            finished_at: row.finished_at.map(Timestamp),
            bytes: row.bytes,
            objects: row.objects,
            place: row.place,
            verified: row.verified,
            error: row.error,
        }
    }
}

/// List backups
#[utoipa::path(get, path = "/api/v1/admin/backups", operation_id = "list_backups", tag = "administration",
    params(PageIn),
    responses((status = 200, description = "Newest first", body = Listing<BackupOut>), CommonErrors))]
async fn list_backups(
    State(keeping): State<Keeping>,
    caller: Caller,
    Query(page): Query<PageIn>,
) -> Result<Listing<BackupOut>, ApiError> {
    caller.require(Permission::AdministerInstance)?;
    let limit = page.limit()?;
    let after: Option<Uuid> = Cursor::decode(page.cursor.as_deref())?;
    let rows = backups::list(&keeping.0.db, after, limit as u64 + 1).await?;
    let rows: Vec<BackupOut> = rows.into_iter().map(BackupOut::from).collect();
    Ok(Page::cut(rows, limit, |last| Cursor::encode(&last.id)).into())
}

/// Make a backup now
///
/// It is made where `[backup] to` says, while everything goes on.
#[utoipa::path(post, path = "/api/v1/admin/backups", operation_id = "make_backup", tag = "administration",
    responses((status = 202, description = "It is being made", body = Data<BackupOut>),
        (status = 409, description = "Another one is being made, or nobody configured where (`CONFLICT`)"), CommonErrors))]
async fn make_backup(
    State(keeping): State<Keeping>,
    caller: Caller,
) -> Result<(StatusCode, Data<BackupOut>), ApiError> {
    caller.require(Permission::AdministerInstance)?;
    let Some(to) = keeping.0.settings.to.as_deref() else {
        let sentence = "Nobody configured where backups go: set backup.to in tributary.toml.";
        return Err(ApiError::new(Code::Conflict, sentence));
    };
    let tx = keeping.0.db.write().await?;
    let Claimed::Yes(id) = backups::claim(&tx, &shown(to), None).await? else {
        return Err(ApiError::new(Code::Conflict, "Another backup is being made."));
    };
    identity::audit(&tx, &caller, "backup.begin", id, &serde_json::json!({})).await?;
    let row = backups::find(&tx, id).await?;
    tx.commit().await?;
    let making = keeping.clone();
    keeping
        .0
        .lifecycle
        .spawn("backup", async move { run(&making, id).await });
    let row = row.ok_or_else(|| ApiError::not_found("backup"))?;
    Ok((StatusCode::ACCEPTED, Data::new(row.into())))
}

/// Read how the installation is made up, and what the doctor says
#[utoipa::path(get, path = "/api/v1/admin/system", operation_id = "get_system", tag = "administration",
    responses((status = 200, description = "As it is now", body = Data<SystemOut>), CommonErrors))]
async fn get_system(State(keeping): State<Keeping>, caller: Caller) -> Result<Data<SystemOut>, ApiError> {
    caller.require(Permission::AdministerInstance)?;
    system(&keeping).await.map(Data::new)
}
