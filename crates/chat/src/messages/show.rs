//! A message as the API shows it: opened, with its author, its siblings and what people think of it.

use std::collections::HashMap;

use ai::answer::{AnswerError, AnswerUsage, Citation};
use db::entity::messages;
use db::kinds::{MessageRole, MessageStatus};
use db::{Db, DbError, MessageId, ThreadId, UserId, WorkspaceId};
use files::FileBrief;
use kit::api::ApiError;
use kit::clock::Timestamp;
use kit::vault::OwnerKeys;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::sealed::{Body, Facts, error_place, open_body};
use crate::Chat;
use crate::attachments;
use crate::mentions::{Mention, MentionKind, MentionOut};
use crate::reactions::{self, ReactionOut};

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
    pub error: Option<AnswerError>,
    /// Which model.
    pub model: Option<String>,
    /// Which provider.
    pub provider: Option<String>,
    /// Tokens, cost and times.
    pub usage: Option<AnswerUsage>,
    /// Files that belong to it.
    pub attachments: Vec<FileBrief>,
    /// The message that it quotes.
    #[schema(required)]
    pub reply_to: Option<MessageId>,
    /// Whom and what it names, in the order of the text.
    pub mentions: Vec<MentionOut>,
    /// What people think of it, in the order of first use.
    pub reactions: Vec<ReactionOut>,
    /// Further facts: `attempts`, the `sources` that an answer cites, the `tools` that were called for it, and the
    /// `business` number that was computed (as `POST /ai/query` answers it).
    #[schema(value_type = Object)]
    pub metadata: serde_json::Value,
    /// The same sources, for whoever sends or exports it.
    #[serde(skip)]
    pub sources: Vec<Citation>,
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
    let ids: Vec<MessageId> = rows.iter().map(|row| row.id).collect();
    let mut reactions = reactions::of_messages(chat.db(), workspace, ids.iter().copied()).await?;
    let mut attached = attachments::shown(chat, workspace, &ids).await?;
    Ok(rows
        .into_iter()
        .zip(facts)
        .map(|(row, facts)| {
            let siblings = siblings.remove(&row.id).unwrap_or_else(|| vec![row.id]);
            let reactions = reactions.remove(&row.id).unwrap_or_default();
            let attachments = attached.remove(&row.id).unwrap_or_default();
            let mentions = facts.mentions.into_iter();
            MessageOut {
                reply_to: facts.reply_to,
                mentions: mentions.filter_map(|m| name_of(m, &authors)).collect(),
                reactions,
                attachments,
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

/// What the metadata says beyond what has a field of its own, and what an answer cites.
fn further(metadata: &str, body: &mut Body) -> serde_json::Value {
    let mut facts: serde_json::Value = serde_json::from_str(metadata).unwrap_or_default();
    if let Some(facts) = facts.as_object_mut() {
        facts.retain(|name, _| name != "reply_to" && name != "mentions");
        if !body.sources.is_empty() {
            facts.insert("sources".to_owned(), serde_json::json!(body.sources));
        }
        if !body.tools.is_empty() {
            facts.insert("tools".to_owned(), serde_json::json!(body.tools));
        }
        if let Some(business) = body.business.take() {
            facts.insert("business".to_owned(), business);
        }
    }
    facts
}

fn show_one(
    keys: &OwnerKeys,
    row: messages::Model,
    authors: &HashMap<UserId, Author>,
    siblings: Vec<MessageId>,
) -> MessageOut {
    let (mut body, status) = match open_body(keys, &row) {
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
        metadata: further(&row.metadata, &mut body),
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
        sources: body.sources,
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
) -> Result<HashMap<UserId, Author>, ApiError> {
    let named = facts.iter().flat_map(Facts::people);
    let ids = rows.iter().filter_map(|row| row.author_id).chain(named);
    let people = identity::people::authors(db, ids).await?;
    Ok(people
        .into_iter()
        .map(|(id, person)| {
            let author = Author {
                id,
                full_name: person.full_name,
                avatar_color: person.avatar_color.to_owned(),
            };
            (id, author)
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
