//! Messages: sealing and opening them, and reading a branch of the tree.

use std::collections::HashMap;

use db::entity::{messages, users};
use db::kinds::{MessageRole, MessageStatus};
use db::{Db, DbError, MessageId, Sealed, ThreadId, UserId, WorkspaceId};
use kit::api::{ApiError, Cursor, Detail, Page};
use kit::clock::Timestamp;
use kit::vault::{OwnerKeys, Place, VaultError};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Chat;
use crate::mentions::{Mention, MentionKind, MentionOut};
use crate::reactions::{self, ReactionOut};

/// What is sealed of a message.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Body {
    /// The words.
    pub text: String,
    /// The thinking before them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
}

/// Why an answer is not whole, as the person sees it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MessageError {
    /// A code of the API.
    pub code: String,
    /// One sentence.
    pub error: String,
    /// One row for each attempt.
    #[serde(default)]
    #[schema(value_type = Vec<Detail>)]
    pub details: Vec<AttemptDetail>,
}

/// One attempt in an error.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AttemptDetail {
    /// `provider/model`.
    pub field: String,
    /// What happened.
    pub message: String,
    /// The error's kind.
    pub code: Option<String>,
}

/// Tokens, cost and times of one answer.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct MessageUsage {
    /// Tokens read, cached ones included.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Tokens read from the provider's cache.
    pub cached_tokens: u64,
    /// Tokens thought.
    pub reasoning_tokens: u64,
    /// Millionths of a US dollar; null when the price is unknown.
    pub cost_micros: Option<i64>,
    /// Milliseconds until the first word.
    pub first_word_ms: Option<i64>,
    /// Milliseconds until the end.
    pub total_ms: i64,
}

/// Who wrote a message.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Author {
    /// The person.
    pub id: UserId,
    /// Their name.
    pub full_name: String,
    /// A hue for their picture.
    pub avatar_color: String,
}

/// A message as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageOut {
    /// The message.
    pub id: MessageId,
    /// Its thread.
    pub thread_id: ThreadId,
    /// What it follows.
    pub parent_id: Option<MessageId>,
    /// Who wrote it; null for a model.
    pub author: Option<Author>,
    /// Who speaks.
    pub role: MessageRole,
    /// The words.
    pub content: String,
    /// The thinking before them, where the model shows it.
    pub reasoning: Option<String>,
    /// Whether it is whole.
    pub status: MessageStatus,
    /// Why not.
    pub error: Option<MessageError>,
    /// Which model.
    pub model: Option<String>,
    /// Which provider.
    pub provider: Option<String>,
    /// Tokens, cost and times.
    pub usage: Option<MessageUsage>,
    /// Files that belong to it.
    pub attachments: Vec<uuid::Uuid>,
    /// The message that it quotes.
    #[schema(required)]
    pub reply_to: Option<MessageId>,
    /// Whom and what it names, in the order of the text.
    pub mentions: Vec<MentionOut>,
    /// What people think of it, in the order of first use.
    pub reactions: Vec<ReactionOut>,
    /// Further facts.
    #[schema(value_type = Object)]
    pub metadata: serde_json::Value,
    /// All messages with the same parent, oldest first, this one included.
    pub siblings: Vec<MessageId>,
    /// The number of the event that made it.
    pub seq: i64,
    /// The sender's own id.
    pub client_id: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// When last changed.
    pub updated_at: Timestamp,
}

/// What a message's metadata holds of it beside its words: ids, and the names of models.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The message that it quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// Whom and what it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
}

impl Facts {
    /// The people that are named.
    pub fn people(&self) -> impl Iterator<Item = UserId> {
        self.mentions.iter().filter_map(|mention| match mention {
            Mention::Person { id } => Some(*id),
            Mention::Model { .. } => None,
        })
    }

    /// What a row says.
    pub fn of(row: &messages::Model) -> Self {
        serde_json::from_str(&row.metadata).unwrap_or_default()
    }
}

/// The place of a message's body in the store.
pub fn body_place(id: MessageId) -> Place<'static> {
    Place {
        column: "messages.body",
        row: id.0,
    }
}

/// The place of a message's error in the store.
pub fn error_place(id: MessageId) -> Place<'static> {
    Place {
        column: "messages.error",
        row: id.0,
    }
}

/// Seals a body for its message.
pub fn seal_body(keys: &OwnerKeys, id: MessageId, body: &Body) -> Result<Sealed, VaultError> {
    Sealed::seal(keys, body_place(id), body)
}

/// Opens a message's body.
pub fn open_body(keys: &OwnerKeys, row: &messages::Model) -> Result<Body, VaultError> {
    row.body.open(keys, body_place(row.id))
}

/// Opens rows for showing. A row that does not open is shown as such and spoils nothing else.
pub async fn show(
    chat: &Chat,
    workspace: WorkspaceId,
    rows: Vec<messages::Model>,
) -> Result<Vec<MessageOut>, ApiError> {
    let keys = chat.db().keys(workspace.0).await?;
    let facts: Vec<Facts> = rows.iter().map(Facts::of).collect();
    let authors = authors_of(chat.db(), &rows, &facts).await?;
    let mut siblings = siblings_of(chat.db(), &rows).await?;
    let ids = rows.iter().map(|row| row.id);
    let mut reactions = reactions::of_messages(chat.db(), workspace, ids).await?;
    Ok(rows
        .into_iter()
        .zip(facts)
        .map(|(row, facts)| {
            let siblings = siblings.remove(&row.id).unwrap_or_else(|| vec![row.id]);
            let reactions = reactions.remove(&row.id).unwrap_or_default();
            let mentions = facts.mentions.into_iter();
            MessageOut {
                reply_to: facts.reply_to,
                mentions: mentions.filter_map(|m| name_of(m, &authors)).collect(),
                reactions,
                ..show_one(&keys, row, &authors, siblings)
            }
        })
        .collect())
}

/// A mention with the name that a person has now; a person without an account has none.
fn name_of(mention: Mention, people: &HashMap<UserId, Author>) -> Option<MentionOut> {
    Some(match mention {
        Mention::Person { id } => MentionOut {
            kind: MentionKind::Person,
            id: id.to_string(),
            name: people.get(&id)?.full_name.clone(),
        },
        Mention::Model { id, name } => MentionOut {
            kind: MentionKind::Model,
            id,
            name,
        },
    })
}

/// What the metadata says beyond what has a field of its own.
fn further(metadata: &str) -> serde_json::Value {
    let mut facts: serde_json::Value = serde_json::from_str(metadata).unwrap_or_default();
    if let Some(facts) = facts.as_object_mut() {
        facts.retain(|name, _| name != "reply_to" && name != "mentions");
    }
    facts
}

fn show_one(
    keys: &OwnerKeys,
    row: messages::Model,
    authors: &HashMap<UserId, Author>,
    siblings: Vec<MessageId>,
) -> MessageOut {
    let (body, status) = match open_body(keys, &row) {
        Ok(body) => (body, row.status),
        Err(error) => {
            tracing::warn!(message.id = %row.id, error = %error, "a message cannot be opened");
            (Body::default(), MessageStatus::Unreadable)
        }
    };
    MessageOut {
        id: row.id,
        thread_id: row.thread_id,
        parent_id: row.parent_id,
        author: row.author_id.and_then(|id| authors.get(&id).cloned()),
        role: row.role,
        content: body.text,
        reasoning: Some(body.reasoning).filter(|r| !r.is_empty()),
        status,
        error: row
            .error
            .as_ref()
            .and_then(|e| e.open(keys, error_place(row.id)).ok()),
        model: row.model,
        provider: row.provider,
        usage: row.usage.as_deref().and_then(|u| serde_json::from_str(u).ok()),
        attachments: Vec::new(),
        reply_to: None,
        mentions: Vec::new(),
        reactions: Vec::new(),
        metadata: further(&row.metadata),
        siblings,
        seq: row.seq,
        client_id: row.client_id,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    }
}

async fn authors_of(
    db: &Db,
    rows: &[messages::Model],
    facts: &[Facts],
) -> Result<HashMap<UserId, Author>, DbError> {
    let mentioned = facts.iter().flat_map(|facts| &facts.mentions);
    let mentioned = mentioned.filter_map(|mention| match mention {
        Mention::Person { id } => Some(*id),
        Mention::Model { .. } => None,
    });
    let mut ids: Vec<UserId> = rows.iter().filter_map(|r| r.author_id).chain(mentioned).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let people = users::Entity::find()
        .filter(users::Column::Id.is_in(ids))
        .all(db.read())
        .await?;
    Ok(people
        .into_iter()
        .map(|p| {
            let avatar_color = identity::people::avatar_color(p.id).to_owned();
            (
                p.id,
                Author {
                    id: p.id,
                    full_name: p.full_name,
                    avatar_color,
                },
            )
        })
        .collect())
}

/// For each row, all messages with the same parent in order.
async fn siblings_of(
    db: &Db,
    rows: &[messages::Model],
) -> Result<HashMap<MessageId, Vec<MessageId>>, DbError> {
    let Some(first) = rows.first() else {
        return Ok(HashMap::new());
    };
    let parents: Vec<MessageId> = rows.iter().filter_map(|r| r.parent_id).collect();
    let mut wanted = sea_orm::Condition::any().add(messages::Column::ParentId.is_in(parents));
    if rows.iter().any(|r| r.parent_id.is_none()) {
        wanted = wanted.add(messages::Column::ParentId.is_null());
    }
    let found: Vec<(MessageId, Option<MessageId>)> = messages::Entity::of(first.workspace_id)
        .filter(messages::Column::ThreadId.eq(first.thread_id))
        .filter(wanted)
        .order_by_asc(messages::Column::Seq)
        .select_only()
        .column(messages::Column::Id)
        .column(messages::Column::ParentId)
        .into_tuple()
        .all(db.read())
        .await?;
    let mut families: HashMap<Option<MessageId>, Vec<MessageId>> = HashMap::new();
    for (id, parent) in &found {
        families.entry(*parent).or_default().push(*id);
    }
    Ok(found
        .into_iter()
        .map(|(id, parent)| (id, families.get(&parent).cloned().unwrap_or_default()))
        .collect())
}

fn raw(db: &Db, sql: &str, values: impl IntoIterator<Item = sea_orm::Value>) -> Statement {
    Statement::from_sql_and_values(db.read().get_database_backend(), sql, values)
}

/// The messages from `tip` up to the root, newest first, at most `limit`.
pub async fn path_up(
    db: &Db,
    workspace: WorkspaceId,
    tip: MessageId,
    limit: u64,
) -> Result<Vec<messages::Model>, DbError> {
    // `depth` keeps the order and bounds the walk even if a damaged store had a circle.
    let sql = "WITH RECURSIVE path(id, parent_id, depth) AS ( \
                 SELECT id, parent_id, 1 FROM messages WHERE workspace_id = $1 AND id = $2 \
                 UNION ALL \
                 SELECT m.id, m.parent_id, p.depth + 1 FROM messages m JOIN path p ON m.id = p.parent_id \
                 WHERE m.workspace_id = $1 AND p.depth < $3) \
               SELECT m.* FROM path p JOIN messages m ON m.id = p.id WHERE m.workspace_id = $1 ORDER BY p.depth";
    let values = [workspace.0.into(), tip.0.into(), (limit as i64).into()];
    Ok(messages::Entity::find()
        .from_raw_sql(raw(db, sql, values))
        .all(db.read())
        .await?)
}

/// The newest message under `from` (itself included): always a leaf, because a child is younger than its parent.
pub async fn newest_under(
    db: &Db,
    workspace: WorkspaceId,
    from: MessageId,
) -> Result<Option<MessageId>, DbError> {
    let sql = "WITH RECURSIVE under(id, seq) AS ( \
                 SELECT id, seq FROM messages WHERE workspace_id = $1 AND id = $2 \
                 UNION ALL \
                 SELECT m.id, m.seq FROM messages m JOIN under u ON m.parent_id = u.id \
                 WHERE m.workspace_id = $1 AND m.thread_id = (SELECT thread_id FROM messages WHERE workspace_id = $1 AND id = $2)) \
               SELECT id FROM under ORDER BY seq DESC LIMIT 1";
    let row = db
        .read()
        .query_one_raw(raw(db, sql, [workspace.0.into(), from.0.into()]))
        .await?;
    Ok(match row {
        Some(row) => Some(MessageId(row.try_get("", "id")?)),
        None => None,
    })
}

/// Which messages to list.
#[derive(Clone, Copy, Debug)]
pub enum Branch {
    /// The path to this message.
    To(MessageId),
    /// Every message.
    All,
}

/// One page, newest first.
pub async fn list(
    chat: &Chat,
    workspace: WorkspaceId,
    thread: ThreadId,
    branch: Branch,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<MessageOut>, ApiError> {
    let db = chat.db();
    let page = match branch {
        Branch::To(tip) => {
            let from = Cursor::decode::<MessageId>(cursor)?.unwrap_or(tip);
            let mut rows = path_up(db, workspace, from, limit as u64 + 1).await?;
            if rows.iter().any(|r| r.thread_id != thread) {
                return Err(ApiError::invalid("cursor", "This cursor is not one of ours."));
            }
            let next = if rows.len() > limit {
                rows.pop().map(|r| Cursor::encode(&r.id))
            } else {
                None
            };
            Page {
                rows,
                next_cursor: next,
            }
        }
        Branch::All => {
            let before = Cursor::decode::<i64>(cursor)?.unwrap_or(i64::MAX);
            let rows = messages::Entity::of(workspace)
                .filter(messages::Column::ThreadId.eq(thread))
                .filter(messages::Column::Seq.lt(before))
                .order_by_desc(messages::Column::Seq)
                .limit(limit as u64 + 1)
                .all(db.read())
                .await
                .map_err(DbError::from)?;
            Page::cut(rows, limit, |row| Cursor::encode(&row.seq))
        }
    };
    Ok(Page {
        rows: show(chat, workspace, page.rows).await?,
        next_cursor: page.next_cursor,
    })
}

/// One message by id.
pub async fn find(
    db: &Db,
    workspace: WorkspaceId,
    id: MessageId,
) -> Result<Option<messages::Model>, DbError> {
    Ok(messages::Entity::of(workspace)
        .filter(messages::Column::Id.eq(id))
        .one(db.read())
        .await?)
}
