//! What follows from a verdict, in one transaction.

use std::net::Ipv4Addr;

use db::entity::files;
use db::kinds::FileStatus;
use db::{DbError, Sealed, Tx};
use identity::{Actor, Caller, audit};
use kit::api::ApiError;
use kit::vault::OwnerKeys;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;

use super::Outcome;
use crate::details::{Details, StepState, reason_place, steps_of, with_step};
use crate::processing::ProcessFile;
use crate::{Files, announce, forget, objects};

/// Lets a file in, or takes its bytes away; answers it as it is then. Who looked twice changes nothing twice.
pub(super) async fn settle(
    files: &Files,
    file: &files::Model,
    outcome: Outcome,
    caller: Option<&Caller>,
) -> Result<files::Model, ApiError> {
    let keys = files.db().keys(file.workspace_id.0).await?;
    let tx = files.db().write().await?;
    let now = held(&tx, file).await?;
    let Some(now) = now.filter(|now| now.status == FileStatus::Scanning) else {
        return Ok(current(files, file).await?.unwrap_or_else(|| file.clone()));
    };
    let settled = match outcome {
        Outcome::Clean { kind, warnings } => {
            let change = let_in(&tx, &keys, &now, kind.mime, warnings)?;
            let row = change.update(&*tx).await.map_err(DbError::from)?;
            announce(files, &tx, &row, "file.changed").await?;
            tx.job(&ProcessFile::of(&row)).await?;
            row
        }
        Outcome::Rejected(reason) => {
            let actor = caller.map_or_else(|| on_behalf(&now), Actor::from);
            reject(files, &tx, &keys, &now, &reason, actor).await?
        }
    };
    tx.commit().await?;
    Ok(settled)
}

/// Whoever sent it is written down, from nowhere: the request is over.
fn on_behalf(file: &files::Model) -> Actor {
    Actor {
        workspace: Some(file.workspace_id),
        user: Some(file.owner_id),
        address: Ipv4Addr::UNSPECIFIED.into(),
    }
}

async fn held(tx: &Tx, file: &files::Model) -> Result<Option<files::Model>, DbError> {
    Ok(files::Entity::of(file.workspace_id)
        .filter(files::Column::Id.eq(file.id))
        .lock_exclusive()
        .one(&**tx)
        .await?)
}

async fn current(files: &Files, file: &files::Model) -> Result<Option<files::Model>, DbError> {
    Ok(files::Entity::of(file.workspace_id)
        .filter(files::Column::Id.eq(file.id))
        .one(files.db().read())
        .await?)
}

fn let_in(
    tx: &Tx,
    keys: &OwnerKeys,
    file: &files::Model,
    kind: &str,
    warnings: Vec<String>,
) -> Result<files::ActiveModel, DbError> {
    let details = Details {
        warnings,
        ..Details::open(keys, file)
    };
    let mut change = file.clone().into_active_model();
    change.kind = Set(kind.to_owned());
    change.status = Set(FileStatus::Processing);
    change.details = Set(details.seal(keys, file.id)?);
    change.steps = Set(with_step(steps_of(file), "scan", StepState::Done, None));
    change.updated_at = Set(tx.now().micros());
    Ok(change)
}

/// The verdict is about the bytes: every file of the workspace that has them loses them.
async fn reject(
    files: &Files,
    tx: &Tx,
    keys: &OwnerKeys,
    file: &files::Model,
    reason: &str,
    actor: Actor,
) -> Result<files::Model, DbError> {
    let same = files::Entity::of(file.workspace_id)
        .filter(files::Column::BlobId.eq(file.blob_id))
        .order_by_asc(files::Column::Id)
        .lock_exclusive()
        .all(&**tx)
        .await?;
    let mut rejected = file.clone();
    for row in same {
        forget::contents(tx, &row).await?;
        let mut change = row.clone().into_active_model();
        change.blob_id = Set(None);
        change.status = Set(FileStatus::Rejected);
        change.reason = Set(Some(Sealed::seal(keys, reason_place(row.id), reason)?));
        change.text_chars = Set(0);
        change.steps = Set(with_step(Vec::new(), "scan", StepState::Failed, Some(reason)));
        change.updated_at = Set(tx.now().micros());
        let row = change.update(&**tx).await?;
        announce(files, tx, &row, "file.changed").await?;
        audit(
            tx,
            actor,
            "file.rejected",
            row.id,
            &json!({ "reason": reason, "size": row.size }),
        )
        .await?;
        if row.id == file.id {
            rejected = row;
        }
    }
    if let Some(blob) = file.blob_id {
        objects::release_blob(tx, file.workspace_id, blob).await?;
    }
    Ok(rejected)
}
