//! What a person writes: a new message, or another wording of one. Whom it names is told, and who is to answer begins.

use db::entity::messages;
use db::events::Scope;
use db::kinds::{Answers, MessageRole, NotificationKind, Visibility};
use db::{DbError, FileId, MessageId};
use kit::api::ApiError;

use super::Exchange;
use super::begin::{commit_and_begin, task};
use super::prepare::{Asking, Wanted, prepare};
use super::rows::{blank, insert, move_head, reply_to, require_message};
use crate::Chat;
use crate::access::{AtMessage, InThread, locked_for};
use crate::attachments;
use crate::inputs::{EditIn, MessageIn};
use crate::mentions::{self, Mentions};
use crate::messages::{Body, Facts, seal_body};
use crate::news::{News, audience};
use crate::notifications::{self, Notice};
use crate::reads;
use crate::repeats::{self, Repeat, Said};
use crate::threads::{effective_answers, member_count};
use db::Field;

/// What a person writes, whichever call it came by.
struct Writing<'a> {
    content: &'a str,
    /// Files that are named now.
    attachments: Vec<FileId>,
    /// Files that another wording of it has; they stay as they are.
    kept: Vec<FileId>,
    model: Option<&'a str>,
    parent: Field<MessageId>,
    reply: Option<bool>,
    reply_to: Option<MessageId>,
    client_id: Option<String>,
}

impl Writing<'_> {
    /// What makes it the same message when it is sent again.
    fn said(&self) -> Said<'_> {
        Said {
            content: self.content,
            files: if self.kept.is_empty() {
                &self.attachments
            } else {
                &self.kept
            },
        }
    }
}

/// Stores a message and begins its answer.
pub async fn post(
    chat: &Chat,
    at: InThread,
    input: MessageIn,
    key: Option<String>,
) -> Result<Exchange, ApiError> {
    let writing = Writing {
        content: &input.content,
        attachments: attachments::each_once(input.attachments),
        kept: Vec::new(),
        model: input.model.as_deref(),
        parent: input.parent_id,
        reply: input.reply,
        reply_to: input.reply_to,
        client_id: input.client_id.or(key),
    };
    write(chat, at, writing).await
}

/// Stores another wording beside a message of a person, and begins its answer.
pub async fn edit(
    chat: &Chat,
    at: AtMessage,
    input: EditIn,
    key: Option<String>,
) -> Result<Exchange, ApiError> {
    let AtMessage {
        caller,
        thread,
        role,
        message,
    } = at;
    if message.role != MessageRole::User {
        return Err(ApiError::invalid(
            "content",
            "Only what a person wrote can be edited; an answer can be tried again.",
        ));
    }
    if message.author_id != Some(caller.user) {
        return Err(ApiError::forbidden(
            "Only the person who wrote this message can edit it.",
        ));
    }
    let has_files = input.attachments.is_some();
    let kept = if has_files {
        Vec::new()
    } else {
        attached(chat, &message).await?
    };
    if input.content.is_empty() && kept.is_empty() && !has_files {
        return Err(ApiError::invalid("content", "A message needs words or files."));
    }
    let writing = Writing {
        content: &input.content,
        attachments: attachments::each_once(input.attachments.unwrap_or_default()),
        kept,
        model: input.model.as_deref(),
        parent: message.parent_id.map_or(Field::Clear, Field::Set),
        reply: input.reply,
        reply_to: Facts::of(&message).reply_to,
        client_id: input.client_id.or(key),
    };
    let at = InThread { caller, thread, role };
    write(chat, at, writing).await
}

/// The files of a message that are still there.
async fn attached(chat: &Chat, message: &messages::Model) -> Result<Vec<FileId>, ApiError> {
    let reader = chat.db().read();
    let mut found = attachments::existing(reader, message.workspace_id, &[message.id]).await?;
    Ok(found.remove(&message.id).unwrap_or_default())
}

async fn write(chat: &Chat, at: InThread, writing: Writing<'_>) -> Result<Exchange, ApiError> {
    at.require_writer()?;
    let InThread { caller, thread, .. } = at;
    if let Some(client_id) = &writing.client_id {
        let repeat = repeats::find(chat, &caller, &thread, client_id, &writing.said()).await?;
        if let Repeat::Of(first) = repeat {
            return Ok(*first);
        }
    }
    // Who answers is decided before anything is stored, so that a refusal leaves nothing behind.
    let mentions = mentions::resolve(chat, &caller, &thread, writing.content).await?;
    let members = member_count(chat.db().read(), &thread).await?;
    let is_always = effective_answers(&thread, members) == Answers::Always;
    let mut prepared = Vec::new();
    for asked in asked(&writing, &mentions, is_always) {
        let asking = Asking {
            words: Some(writing.content),
            after: match writing.parent {
                Field::Keep => thread.head_id,
                Field::Clear => None,
                Field::Set(id) => Some(id),
            },
            files: writing.said().files,
        };
        prepared.push(prepare(chat, &caller, &thread, asked, asking).await?);
    }
    let db = chat.db();
    let keys = db.keys(caller.workspace.0).await?;
    let tx = db.write().await?;
    let current = locked_for(&tx, &caller, &thread).await?;
    let parent = match writing.parent {
        Field::Keep => current.head_id,
        Field::Clear => None,
        Field::Set(id) => Some(require_message(&tx, &current, "parent_id", id).await?.id),
    };
    let quoted = match writing.reply_to {
        Some(id) => Some(require_message(&tx, &current, "reply_to", id).await?),
        None => None,
    };
    files::require_attachable(chat.files(), &tx, &caller, &writing.attachments).await?;
    let body = Body {
        text: writing.content.to_owned(),
        ..Body::default()
    };
    let id = MessageId::new();
    let sealed = seal_body(&keys, id, &body).map_err(DbError::from)?;
    let mut message = blank(&tx, &current, id, parent, sealed);
    message.author_id = Some(caller.user);
    message.client_id = writing.client_id.clone();
    let facts = Facts {
        reply_to: writing.reply_to,
        mentions: mentions.all.clone(),
    };
    message.metadata = serde_json::to_string(&facts).map_err(DbError::from)?;
    let mut rows = vec![message];
    let mut tip = id;
    for prepared in &prepared {
        let reply = reply_to(&tx, &keys, &current, Some(tip), prepared, None)?;
        tip = reply.id;
        rows.push(reply);
    }
    let stored = match insert(&tx, &mut rows).await {
        Ok(()) => attachments::attach(&tx, (caller.workspace, current.id, id), writing.said().files).await,
        Err(error) => Err(error),
    };
    if let Err(error) = stored {
        let Some(client_id) = writing.client_id.as_deref().filter(|_| error.is_duplicate()) else {
            return Err(error.into());
        };
        // The same message arrived twice at the same moment and the other one was first.
        drop(tx);
        return match repeats::find(chat, &caller, &thread, client_id, &writing.said()).await? {
            Repeat::Of(first) => Ok(*first),
            Repeat::New => Err(error.into()),
        };
    }
    let mut stored = rows.into_iter();
    let message = stored.next();
    let mut news = News::of(caller.workspace);
    if let Some(message) = &message {
        let is_shared = current.visibility == Visibility::Workspace || members > 1;
        if is_shared && reads::advance(&tx, &current, caller.user, message.seq).await? {
            // Those in the thread see it by the message itself.
            let payload = serde_json::json!({ "thread_id": current.id });
            news.tell(Scope::User(caller.user), "state.changed", payload);
        }
        let notices = notices(message, &mentions, quoted.as_ref());
        notifications::tell(&tx, &mut news, &current, caller.user, notices).await?;
    }
    if current.archived {
        news.listed(&current, &audience(&*tx, &current).await?, "thread.changed");
    }
    news.write(&tx).await?;
    move_head(&tx, current, tip).await?;
    let begun = stored
        .zip(prepared)
        .map(|(reply, prepared)| {
            let task = task(&caller, &thread, &reply, prepared, id, false);
            (reply.id, task, Body::default())
        })
        .collect();
    let replies = commit_and_begin(chat, tx, begun).await?;
    Ok(Exchange { message, replies })
}

/// Who is to answer what a person writes: the models that it names; else, unless nobody should, the one that was
/// chosen for it or for the thread.
fn asked<'a>(writing: &Writing<'a>, mentions: &Mentions, is_always: bool) -> Vec<Wanted<'a>> {
    if writing.reply == Some(false) {
        return Vec::new();
    }
    if mentions.asked.is_empty() {
        let one = writing
            .reply
            .unwrap_or(is_always)
            .then_some(Wanted::Usual(writing.model));
        return one.into_iter().collect();
    }
    mentions.asked.iter().cloned().map(Wanted::Named).collect()
}

/// Who is told of a message.
fn notices(message: &messages::Model, mentions: &Mentions, quoted: Option<&messages::Model>) -> Vec<Notice> {
    let notice = |user, kind| Notice {
        user,
        kind,
        message: Some(message.id),
        seq: message.seq,
    };
    let named = mentions
        .people()
        .map(|user| notice(user, NotificationKind::Mention));
    let quoted = quoted.and_then(|quoted| quoted.author_id);
    named
        .chain(quoted.map(|user| notice(user, NotificationKind::Reply)))
        .collect()
}
