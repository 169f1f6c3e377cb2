//! Answers are kept with everything that they came from, sealed: "how did you get this?" is answered later, too, and what
//! is said next goes on from the last frame.

use db::entity::business_queries as rows;
use db::events::{Event, Scope};
use db::{Sealed, ThreadId, WorkspaceId};
use identity::Caller;
use kit::api::ApiError;
use kit::vault::Place;
use questions::frame::Frame;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Answered, Recognised};
use crate::Business;

/// What is sealed of a question.
#[derive(Serialize, Deserialize)]
struct Kept {
    answered: Value,
    frame: Option<Frame>,
}

fn place(id: Uuid) -> Place<'static> {
    Place {
        column: "business_queries.body",
        row: id,
    }
}

/// Keeps an answer, and tells the asker's other devices that there is one.
pub(super) async fn keep(
    business: &Business,
    caller: &Caller,
    recognised: &Recognised,
    answered: &Answered,
    frame: Option<Frame>,
) -> Result<(), ApiError> {
    let db = business.db();
    let keys = db.keys(caller.workspace.0).await?;
    let kept = Kept {
        answered: serde_json::to_value(answered).map_err(ApiError::internal)?,
        frame,
    };
    let id = answered.query_id;
    let body = Sealed::seal(&keys, place(id), &kept).map_err(db::DbError::from)?;
    let tx = db.write().await?;
    let row = rows::ActiveModel {
        workspace_id: Set(caller.workspace),
        id: Set(id),
        user_id: Set(caller.user),
        thread_id: Set(recognised.thread),
        intent: Set(format!("{:?}", answered.intent).to_lowercase()),
        body: Set(body),
        created_at: Set(tx.now().micros()),
    };
    rows::Entity::insert(row)
        .exec_without_returning(&*tx)
        .await
        .map_err(db::DbError::from)?;
    // What was asked stays sealed: the event names the question by its id.
    let payload = serde_json::json!({
        "query_id": id,
        "intent": answered.intent,
        "module": answered.module,
        "response_time_ms": answered.took_ms,
        "clarified": answered.clarification.is_some(),
    });
    tx.event(Event {
        scope: Scope::User(caller.user),
        workspace: Some(caller.workspace),
        kind: "user.query.submitted",
        payload: &payload,
    })
    .await?;
    Ok(tx.commit().await?)
}

/// An answer of the caller's own, as it was given.
pub(super) async fn find(business: &Business, caller: &Caller, id: Uuid) -> Result<Value, ApiError> {
    let row = rows::Entity::of(caller.workspace)
        .filter(rows::Column::Id.eq(id))
        .filter(rows::Column::UserId.eq(caller.user))
        .one(business.db().read())
        .await
        .map_err(db::DbError::from)?
        .ok_or_else(|| ApiError::not_found("question"))?;
    Ok(open(business, row).await?.answered)
}

/// The frame of the last number that somebody was told in a thread, or outside of all threads.
pub(super) async fn last_frame(
    business: &Business,
    workspace: WorkspaceId,
    user: db::UserId,
    thread: Option<ThreadId>,
) -> Result<Option<Frame>, ApiError> {
    let mut select = rows::Entity::of(workspace).filter(rows::Column::Intent.eq("metrics"));
    select = match thread {
        // In a thread everybody goes on with what was said there.
        Some(thread) => select.filter(rows::Column::ThreadId.eq(thread)),
        None => select
            .filter(rows::Column::ThreadId.is_null())
            .filter(rows::Column::UserId.eq(user)),
    };
    let row = select
        .order_by_desc(rows::Column::Id)
        .one(business.db().read())
        .await
        .map_err(db::DbError::from)?;
    match row {
        Some(row) => Ok(open(business, row).await?.frame),
        None => Ok(None),
    }
}

async fn open(business: &Business, row: rows::Model) -> Result<Kept, ApiError> {
    let keys = business.db().keys(row.workspace_id.0).await?;
    let opened = row.body.open(&keys, place(row.id)).map_err(db::DbError::from)?;
    Ok(opened)
}
