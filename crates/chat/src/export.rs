//! Taking a thread along: a copy to go on with, or a file to keep.

use std::collections::HashMap;
use std::fmt::Write;

use db::entity::{messages, threads};
use db::kinds::{MessageRole, MessageStatus, Visibility};
use db::{DbError, MessageId, ThreadId};
use files::prompt::rewritten;
use kit::api::{ApiError, Problems, Validate};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::InThread;
use crate::exchange::announce;
use crate::messages::{self as message, Branch, Facts, MessageOut, open_body, path_up, seal_body};
use crate::search;
use crate::threads::{ThreadOut, announce as announce_thread, seal_title, show_one};
use crate::{Chat, attachments};

/// The longest branch that is copied or exported.
const LONGEST: u64 = 20_000;

/// Where to fork.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForkIn {
    /// The last message of the copy; the newest in view when absent.
    pub message_id: Option<MessageId>,
}

impl Validate for ForkIn {
    fn validate(&self, _: &mut Problems) {}
}

/// Copies the branch up to a message into a new private thread of the caller.
pub async fn fork(chat: &Chat, at: InThread, input: ForkIn) -> Result<ThreadOut, ApiError> {
    let InThread { caller, thread, .. } = at;
    caller.require(identity::Permission::WriteThreads)?;
    let db = chat.db();
    let keys = db.keys(caller.workspace.0).await?;
    let mut branch = match input.message_id.or(thread.head_id) {
        Some(tip) => path_up(db, caller.workspace, tip, LONGEST).await?,
        None => Vec::new(),
    };
    if branch.iter().any(|row| row.thread_id != thread.id)
        || (branch.is_empty() && input.message_id.is_some())
    {
        return Err(ApiError::not_found("message"));
    }
    branch.reverse();
    let title = show_one(chat, &caller, thread.clone()).await?.shared.title;
    let id = ThreadId::new();
    let tx = db.write().await?;
    let now = tx.now().micros();
    let mut copy = threads::Model {
        id,
        owner_id: caller.user,
        title: title.map(|t| seal_title(&keys, id, &t)).transpose()?,
        visibility: Visibility::Private,
        answers: None,
        pinned: false,
        archived: false,
        head_id: None,
        created_at: now,
        updated_at: now,
        last_message_at: now,
        ..thread
    };
    let ids: Vec<MessageId> = branch.iter().map(|row| row.id).collect();
    let mut files = attachments::existing(&*tx, caller.workspace, &ids).await?;
    let mut renamed: HashMap<MessageId, MessageId> = HashMap::new();
    for mut row in branch {
        let Ok(body) = open_body(&keys, &row) else {
            continue;
        };
        let fresh = MessageId::new();
        let attached = files.remove(&row.id).unwrap_or_default();
        attachments::attach(&tx, (caller.workspace, id, fresh), &attached).await?;
        renamed.insert(row.id, fresh);
        row.parent_id = copy.head_id;
        row.id = fresh;
        row.thread_id = id;
        row.body = seal_body(&keys, fresh, &body).map_err(DbError::from)?;
        row.error = None;
        row.client_id = None;
        row.metadata = moved(&row, &renamed)?;
        if row.status == MessageStatus::Streaming {
            row.status = MessageStatus::Interrupted;
        }
        row.seq = announce(&tx, &row, "message.created").await?;
        search::queue_messages(&tx, std::slice::from_ref(&row)).await?;
        messages::Entity::insert(row.into_active_model())
            .exec_without_returning(&*tx)
            .await
            .map_err(DbError::from)?;
        copy.head_id = Some(fresh);
    }
    let insert = threads::Entity::insert(copy.clone().into_active_model());
    insert.exec_without_returning(&*tx).await.map_err(DbError::from)?;
    if copy.title.is_some() {
        search::queue_title(&tx, &copy).await?;
    }
    announce_thread(&tx, &copy, "thread.created").await?;
    tx.commit().await?;
    show_one(chat, &caller, copy).await
}

/// The metadata of a copied message, whose quotation is the copy of what it quoted.
fn moved(row: &messages::Model, renamed: &HashMap<MessageId, MessageId>) -> Result<String, DbError> {
    let Some(quoted) = Facts::of(row).reply_to else {
        return Ok(row.metadata.clone());
    };
    let mut metadata: serde_json::Value = serde_json::from_str(&row.metadata)?;
    metadata["reply_to"] = serde_json::to_value(renamed.get(&quoted))?;
    Ok(metadata.to_string())
}

/// The shape of an export.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The branch in view, to be read.
    #[default]
    Markdown,
    /// Every message of every branch, to be processed.
    Json,
}

/// `?format=markdown|json`.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    /// The shape.
    #[serde(default)]
    #[param(inline)]
    pub format: Format,
}

/// A thread with all its messages, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadExport {
    /// The thread.
    pub thread: ThreadOut,
    /// All messages of all branches.
    pub messages: Vec<MessageOut>,
}

/// Everything of a thread.
pub async fn as_json(chat: &Chat, at: InThread) -> Result<ThreadExport, ApiError> {
    let InThread { caller, thread, .. } = at;
    let (workspace, id) = (caller.workspace, thread.id);
    let mut page = message::list(chat, workspace, id, Branch::All, None, LONGEST as usize).await?;
    page.rows.reverse();
    Ok(ThreadExport {
        thread: show_one(chat, &caller, thread).await?,
        messages: page.rows,
    })
}

/// The branch in view as Markdown.
pub async fn as_markdown(chat: &Chat, at: InThread) -> Result<String, ApiError> {
    let InThread { caller, thread, .. } = at;
    let head = thread.head_id;
    let (workspace, id) = (caller.workspace, thread.id);
    let shown = show_one(chat, &caller, thread).await?;
    let mut text = format!("# {}\n", shown.shared.title.as_deref().unwrap_or("Untitled"));
    let Some(head) = head else { return Ok(text) };
    let page = message::list(chat, workspace, id, Branch::To(head), None, LONGEST as usize).await?;
    let mut notes = String::new();
    for (at, row) in page.rows.iter().rev().enumerate() {
        let speaker = match (&row.role, &row.author) {
            (MessageRole::User, Some(author)) => author.full_name.clone(),
            (MessageRole::User, None) => "Somebody".to_owned(),
            (MessageRole::Assistant, _) => row.model.clone().unwrap_or_else(|| "Assistant".to_owned()),
            (MessageRole::System, _) => "System".to_owned(),
        };
        let words = footnotes(at + 1, row, &mut notes);
        let _ = write!(text, "\n## {speaker} — {}\n", row.created_at);
        for file in &row.attachments {
            let _ = write!(
                text,
                "\n*Attached: {} ({}, {} bytes)*\n",
                file.name, file.kind, file.size
            );
        }
        if !words.is_empty() {
            let _ = write!(text, "\n{words}\n");
        }
        if row.status != MessageStatus::Complete {
            let _ = write!(
                text,
                "\n*({})*\n",
                serde_json::to_value(row.status)
                    .unwrap_or_default()
                    .as_str()
                    .unwrap_or_default()
            );
        }
    }
    if !notes.is_empty() {
        let _ = write!(text, "\n---\n\n{notes}");
    }
    Ok(text)
}

/// An answer's words with its sources as footnotes: `[2]` in the fourth message becomes `[^4-2]`.
fn footnotes(at: usize, row: &MessageOut, notes: &mut String) -> String {
    for source in &row.sources {
        let page = source
            .page
            .map(|page| format!(", page {page}"))
            .unwrap_or_default();
        let _ = writeln!(notes, "[^{at}-{}]: {}{page}", source.n, source.name);
    }
    rewritten(&row.content, |n| {
        let is_source = row.sources.iter().any(|source| source.n == n);
        is_source.then(|| format!("[^{at}-{n}]"))
    })
}
