//! Drafts: what a person has begun to write in a thread, the same on all their devices. The later writer wins.

use std::time::Duration;

use db::entity::drafts;
use db::events::{Event, Scope};
use db::{DbError, Sealed, ThreadId, UserId, WorkspaceId};
use kit::api::{ApiError, Problems, Validate};
use kit::clock::Timestamp;
use kit::vault::{Place, sha256};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Chat;
use crate::access::InThread;

/// A clock that is wrong by more than this is not believed.
const CLOCK_SKEW: Duration = Duration::from_mins(1);

/// A draft.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftIn {
    /// The text; empty to clear it.
    pub text: String,
    /// When it was written, by the writer's clock.
    pub updated_at: Option<Timestamp>,
}

impl Validate for DraftIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("text", &self.text, 0, crate::inputs::MAX_CONTENT);
    }
}

/// A draft as it is kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DraftOut {
    /// The text.
    pub text: String,
    /// When it was written.
    pub updated_at: Timestamp,
}

/// A draft among those of a person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ThreadDraft {
    /// Where.
    pub thread_id: ThreadId,
    /// The text.
    pub text: String,
    /// When it was written.
    pub updated_at: Timestamp,
}

/// The newest drafts of a person, or the one in a thread; emptied ones only where one thread is asked about.
pub(crate) async fn of_person(
    chat: &Chat,
    workspace: WorkspaceId,
    user: UserId,
    thread: Option<ThreadId>,
    most: u64,
) -> Result<Vec<ThreadDraft>, DbError> {
    let mut query = drafts::Entity::of(workspace).filter(drafts::Column::UserId.eq(user));
    if let Some(thread) = thread {
        query = query.filter(drafts::Column::ThreadId.eq(thread));
    }
    let keys = chat.db().keys(workspace.0).await?;
    let rows = query
        .order_by_desc(drafts::Column::UpdatedAt)
        .limit(most)
        .all(chat.db().read())
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let text: String = row.text.open(&keys, draft_place(row.thread_id, user)).ok()?;
            Some(ThreadDraft {
                thread_id: row.thread_id,
                text,
                updated_at: Timestamp(row.updated_at),
            })
        })
        .filter(|draft| thread.is_some() || !draft.text.is_empty())
        .collect())
}

/// A draft's row has no id of its own: its place is made of the thread and the person.
pub fn draft_place(thread: ThreadId, user: UserId) -> Place<'static> {
    let mut name = [0; 32];
    name[..16].copy_from_slice(thread.0.as_bytes());
    name[16..].copy_from_slice(user.0.as_bytes());
    let hash = sha256(&name);
    let mut row = [0; 16];
    row.copy_from_slice(&hash[..16]);
    Place {
        column: "drafts.text",
        row: Uuid::from_bytes(row),
    }
}

/// Which time a draft counts for: without one, it was written after seeing what is stored. What is stored may be ahead
/// of this hour; whoever has seen it and writes on must not lose to it.
fn time_of(input: &DraftIn, stored: Option<&drafts::Model>, now: Timestamp) -> Timestamp {
    let stored = stored.map_or(Timestamp(0), |stored| Timestamp(stored.updated_at));
    match input.updated_at {
        Some(given) => given.min(now.plus(CLOCK_SKEW).max(stored)),
        None => now.max(Timestamp(stored.micros() + 1)),
    }
}

/// Keeps a draft, unless a later one is there; answers the one that is kept.
pub async fn put(chat: &Chat, at: InThread, input: DraftIn) -> Result<DraftOut, ApiError> {
    let InThread { caller, thread, .. } = at;
    let db = chat.db();
    let keys = db.keys(caller.workspace.0).await?;
    let place = draft_place(thread.id, caller.user);
    let tx = db.write().await?;
    // Two devices at the same moment, perhaps at two nodes, come one after the other.
    let (name, _) = place.row.as_u64_pair();
    tx.alone(name.cast_signed()).await?;
    let id = (caller.workspace, thread.id, caller.user);
    let stored = drafts::Entity::find_by_id(id)
        .one(&*tx)
        .await
        .map_err(DbError::from)?;
    let written = time_of(&input, stored.as_ref(), tx.now());
    if let Some(stored) = stored.filter(|s| s.updated_at > written.micros()) {
        let text = stored.text.open(&keys, place).unwrap_or_default();
        return Ok(DraftOut {
            text,
            updated_at: Timestamp(stored.updated_at),
        });
    }
    let row = drafts::ActiveModel {
        workspace_id: Set(caller.workspace),
        thread_id: Set(thread.id),
        user_id: Set(caller.user),
        text: Set(Sealed::seal(&keys, place, &input.text).map_err(DbError::from)?),
        updated_at: Set(written.micros()),
    };
    // An emptied draft stays as a row, so that an older text arriving late does not come back.
    let key = [
        drafts::Column::WorkspaceId,
        drafts::Column::ThreadId,
        drafts::Column::UserId,
    ];
    let over = OnConflict::columns(key)
        .update_columns([drafts::Column::Text, drafts::Column::UpdatedAt])
        .to_owned();
    drafts::Entity::insert(row)
        .on_conflict(over)
        .exec_without_returning(&*tx)
        .await
        .map_err(DbError::from)?;
    let payload = serde_json::json!({ "thread_id": thread.id });
    let scope = Scope::User(caller.user);
    tx.event(Event {
        scope,
        workspace: Some(caller.workspace),
        kind: "draft.changed",
        payload: &payload,
    })
    .await?;
    tx.commit().await?;
    Ok(DraftOut {
        text: input.text,
        updated_at: written,
    })
}
