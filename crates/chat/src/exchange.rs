//! Writing into a thread: a new message, an edit, another try, going on with an answer. Each stores first, in one
//! transaction, and then begins the answer, which from there on belongs to the server.

use std::sync::Arc;

use ai::{Asker, Plan};
use db::entity::{messages, threads as rows};
use db::events::{Event, Scope};
use db::kinds::{Answers, MessageRole, MessageStatus, NotificationKind, Visibility};
use db::{DbError, MessageId, ThreadId, Tx, UserId, WorkspaceId};
use identity::{Caller, Permission};
use kit::api::{ApiError, Code};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::Chat;
use crate::access::{AtMessage, InThread, locked_for};
use crate::answering::{self, Task};
use crate::generation::Generation;
use crate::inputs::{EditIn, MessageIn, RegenerateIn};
use crate::mentions::{self, Asked, Mentions};
use crate::messages::{Body, Facts, open_body, path_up, seal_body};
use crate::news::{News, audience};
use crate::notifications::{self, Notice};
use crate::patch::Field;
use crate::prompt::{self, Instructions};
use crate::reads;
use crate::repeats::{self, Repeat};
use crate::threads::{self, effective_answers, member_count};

/// How many answers may follow each other to one question, tries in between included.
const CHAIN: u64 = 400;

/// An answer of an exchange.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its message.
    pub id: MessageId,
    /// The answer, while it runs here.
    pub running: Option<Arc<Generation>>,
}

/// What came of it: what was stored, and the answers, running or already there.
#[derive(Debug, Default)]
pub struct Exchange {
    /// The person's message.
    pub message: Option<messages::Model>,
    /// The answers, in the order of the branch.
    pub replies: Vec<Reply>,
}

/// What a person writes, whichever call it came by.
struct Writing<'a> {
    content: &'a str,
    model: Option<&'a str>,
    parent: Field<MessageId>,
    reply: Option<bool>,
    reply_to: Option<MessageId>,
    client_id: Option<String>,
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
    let writing = Writing {
        content: &input.content,
        model: input.model.as_deref(),
        parent: message.parent_id.map_or(Field::Clear, Field::Set),
        reply: input.reply,
        reply_to: Facts::of(&message).reply_to,
        client_id: input.client_id.or(key),
    };
    let at = InThread { caller, thread, role };
    write(chat, at, writing).await
}

async fn write(chat: &Chat, at: InThread, writing: Writing<'_>) -> Result<Exchange, ApiError> {
    at.require_writer()?;
    let InThread { caller, thread, .. } = at;
    if let Some(client_id) = &writing.client_id {
        let repeat = repeats::find(chat, &caller, &thread, client_id, writing.content).await?;
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
        prepared.push(prepare(chat, &caller, &thread, asked).await?);
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
    let body = Body {
        text: writing.content.to_owned(),
        reasoning: String::new(),
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
    if let Err(error) = insert(&tx, &mut rows).await {
        let Some(client_id) = writing.client_id.as_deref().filter(|_| error.is_duplicate()) else {
            return Err(error.into());
        };
        // The same message arrived twice at the same moment and the other one was first.
        drop(tx);
        return match repeats::find(chat, &caller, &thread, client_id, writing.content).await? {
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
            reads::tell(&mut news, current.id, caller.user, message.seq);
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

/// Begins another answer beside one (or the first answer to a message of a person).
pub async fn regenerate(
    chat: &Chat,
    at: AtMessage,
    input: RegenerateIn,
    key: Option<String>,
) -> Result<Exchange, ApiError> {
    at.require_writer()?;
    let AtMessage {
        caller,
        thread,
        message,
        ..
    } = at;
    let parent = match message.role {
        MessageRole::Assistant => message
            .parent_id
            .ok_or_else(|| ApiError::invalid("id", "This answer has no question."))?,
        MessageRole::User | MessageRole::System => message.id,
    };
    let question = question_of(chat, &message, parent).await?;
    let wanted = Wanted::Usual(input.model.as_deref());
    let prepared = prepare(chat, &caller, &thread, wanted).await?;
    let db = chat.db();
    let keys = db.keys(caller.workspace.0).await?;
    let tx = db.write().await?;
    let current = locked_for(&tx, &caller, &thread).await?;
    // Asked under the thread's lock, so that the second of two sees the first.
    if let Some(key) = &key
        && let Repeat::Of(first) = repeats::find_reply(chat, &caller, &thread, key).await?
    {
        return Ok(*first);
    }
    let mut rows = [reply_to(&tx, &keys, &current, Some(parent), &prepared, key)?];
    insert(&tx, &mut rows).await?;
    let [reply] = rows;
    if current.archived {
        threads::announce(&tx, &current, "thread.changed").await?;
    }
    move_head(&tx, current, reply.id).await?;
    let task = task(&caller, &thread, &reply, prepared, question, false);
    let replies = commit_and_begin(chat, tx, vec![(reply.id, task, Body::default())]).await?;
    Ok(Exchange {
        message: None,
        replies,
    })
}

/// The question that an answer to `parent` answers: several answers to one question follow each other, and none of
/// them is told the others.
async fn question_of(
    chat: &Chat,
    message: &messages::Model,
    parent: MessageId,
) -> Result<MessageId, ApiError> {
    if message.role != MessageRole::Assistant {
        return Ok(parent);
    }
    let above = path_up(chat.db(), message.workspace_id, parent, CHAIN).await?;
    let question = above.iter().find(|row| row.role != MessageRole::Assistant);
    Ok(question.map_or(parent, |row| row.id))
}

/// Goes on with an answer that is not whole.
pub async fn go_on(chat: &Chat, at: AtMessage) -> Result<Exchange, ApiError> {
    at.require_writer()?;
    let AtMessage {
        caller,
        thread,
        message,
        ..
    } = at;
    if let Some(running) = chat.0.generations.get(message.id) {
        return Ok(Exchange {
            message: None,
            replies: vec![Reply {
                id: message.id,
                running: Some(running),
            }],
        });
    }
    let open = matches!(
        message.status,
        MessageStatus::Interrupted | MessageStatus::Stopped | MessageStatus::Failed
    );
    let parent = message
        .parent_id
        .filter(|_| message.role == MessageRole::Assistant && open);
    let Some(parent) = parent else {
        return Err(ApiError::new(
            Code::Conflict,
            "Only an answer that was interrupted, stopped or failed can go on.",
        ));
    };
    let keys = chat.db().keys(caller.workspace.0).await?;
    let Ok(body) = open_body(&keys, &message) else {
        let sentence =
            "What was written of this answer cannot be read any more. Please have it answered again.";
        return Err(ApiError::new(Code::Conflict, sentence));
    };
    let question = question_of(chat, &message, parent).await?;
    let wanted = Wanted::Usual(message.model.as_deref().filter(|m| m.contains('/')));
    let prepared = prepare(chat, &caller, &thread, wanted).await?;
    let tx = chat.db().write().await?;
    locked_for(&tx, &caller, &thread).await?;
    let mut row = message.clone().into_active_model();
    row.status = Set(MessageStatus::Streaming);
    row.error = Set(None);
    row.updated_at = Set(tx.now().micros());
    messages::Entity::update(row)
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    announce(&tx, &message, "message.resumed").await?;
    let continues = !body.text.is_empty();
    let tip = if continues { message.id } else { question };
    let task = task(&caller, &thread, &message, prepared, tip, continues);
    let replies = commit_and_begin(chat, tx, vec![(message.id, task, body)]).await?;
    Ok(Exchange {
        message: None,
        replies,
    })
}

/// Ends a running answer; what was written is kept.
pub async fn stop(chat: &Chat, at: AtMessage) -> Result<messages::Model, ApiError> {
    at.require_writer()?;
    if let Some(generation) = chat.0.generations.get(at.message.id) {
        generation.stop.cancel();
        generation.ended().await;
    }
    let found = crate::messages::find(chat.db(), at.caller.workspace, at.message.id).await?;
    found.ok_or_else(|| ApiError::not_found("message"))
}

/// Who will answer, with which instructions.
struct Prepared {
    instructions: Instructions,
    plan: Plan,
    model: String,
}

/// Who is wanted for an answer.
#[derive(Clone, Debug)]
enum Wanted<'a> {
    /// This model, or else the thread's, the assistant's, the person's, the workspace's.
    Usual(Option<&'a str>),
    /// Who was named in the text.
    Named(Asked),
}

async fn prepare(
    chat: &Chat,
    caller: &Caller,
    thread: &rows::Model,
    wanted: Wanted<'_>,
) -> Result<Prepared, ApiError> {
    caller.require(Permission::UseModels)?;
    let assistant = match &wanted {
        Wanted::Named(Asked::Assistant(id)) => Some(*id),
        _ => thread.assistant_id,
    };
    let instructions = prompt::instructions(chat, caller, assistant).await?;
    let (own, of_thread) = (instructions.model.as_deref(), thread.model.as_deref());
    let wish = match &wanted {
        Wanted::Usual(asked) => asked.or(of_thread).or(own),
        Wanted::Named(Asked::Model(id)) => Some(id.as_str()),
        Wanted::Named(Asked::Assistant(_)) => own.or(of_thread),
    };
    let plan = chat.0.ai.plan(asker(caller), wish).await?;
    let model = wish.unwrap_or("auto").to_owned();
    Ok(Prepared {
        instructions,
        plan,
        model,
    })
}

/// On whose account a caller asks.
pub(crate) fn asker(caller: &Caller) -> Asker {
    Asker {
        workspace: caller.workspace,
        user: caller.user,
    }
}

fn task(
    caller: &Caller,
    thread: &rows::Model,
    reply: &messages::Model,
    prepared: Prepared,
    tip: MessageId,
    continues: bool,
) -> Task {
    Task {
        asker: asker(caller),
        caller: *caller,
        thread: thread.id,
        is_untitled: thread.title.is_none(),
        parent: reply.parent_id,
        system: prepared.instructions.system,
        plan: prepared.plan,
        tip,
        continues,
    }
}

/// Stores what was written and begins the answers. The buffers are there before the commit: whoever finds an answer in
/// the store finds its writer too.
async fn commit_and_begin(
    chat: &Chat,
    tx: Tx,
    begun: Vec<(MessageId, Task, Body)>,
) -> Result<Vec<Reply>, ApiError> {
    let generations = &chat.0.generations;
    let mut running = Vec::with_capacity(begun.len());
    for (id, task, written) in begun {
        let Some(generation) = generations.begin(id, written.text, written.reasoning) else {
            // Somebody else was quicker to go on with it; nothing of ours is needed.
            let running = generations
                .get(id)
                .ok_or_else(|| ApiError::not_found("message"))?;
            return Ok(vec![Reply {
                id,
                running: Some(running),
            }]);
        };
        running.push((generation, task));
    }
    if let Err(error) = tx.commit().await {
        for (generation, _) in running {
            generations.end(generation.id);
            generation.update(|p| p.ended = Some(MessageStatus::Failed));
        }
        return Err(error.into());
    }
    Ok(running
        .into_iter()
        .map(|(generation, task)| {
            answering::begin(chat, generation.clone(), task);
            Reply {
                id: generation.id,
                running: Some(generation),
            }
        })
        .collect())
}

async fn require_message(
    tx: &Tx,
    thread: &rows::Model,
    field: &str,
    id: MessageId,
) -> Result<messages::Model, ApiError> {
    let found = messages::Entity::find_by_id((thread.workspace_id, id))
        .one(&**tx)
        .await
        .map_err(DbError::from)?;
    found
        .filter(|row| row.thread_id == thread.id)
        .ok_or_else(|| ApiError::invalid(field, "There is no such message in this thread."))
}

fn blank(
    tx: &Tx,
    thread: &rows::Model,
    id: MessageId,
    parent: Option<MessageId>,
    body: db::Sealed,
) -> messages::Model {
    let now = tx.now().micros();
    messages::Model {
        workspace_id: thread.workspace_id,
        id,
        thread_id: thread.id,
        parent_id: parent,
        author_id: None::<UserId>,
        role: MessageRole::User,
        body,
        status: MessageStatus::Complete,
        error: None,
        model: None,
        provider: None,
        usage: None,
        client_id: None,
        metadata: "{}".to_owned(),
        seq: 0,
        created_at: now,
        updated_at: now,
    }
}

/// Writes new messages with their events, in this order.
async fn insert(tx: &Tx, rows: &mut [messages::Model]) -> Result<(), DbError> {
    for row in rows.iter_mut() {
        row.seq = announce(tx, row, "message.created").await?;
    }
    messages::Entity::insert_many(rows.iter().map(|row| row.clone().into_active_model()))
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// The row of an answer that is about to be written.
fn reply_to(
    tx: &Tx,
    keys: &kit::vault::OwnerKeys,
    thread: &rows::Model,
    parent: Option<MessageId>,
    prepared: &Prepared,
    client_id: Option<String>,
) -> Result<messages::Model, DbError> {
    let id = MessageId::new();
    let mut reply = blank(tx, thread, id, parent, seal_body(keys, id, &Body::default())?);
    reply.role = MessageRole::Assistant;
    reply.status = MessageStatus::Streaming;
    reply.model = Some(prepared.model.clone());
    reply.client_id = client_id;
    Ok(reply)
}

/// Writes the event of a message; answers its number.
pub(crate) async fn announce(tx: &Tx, row: &messages::Model, kind: &str) -> Result<i64, DbError> {
    let about = (row.id, row.parent_id, row.role);
    let at = (row.workspace_id, row.thread_id);
    tell(tx, at, about, row.client_id.as_deref(), kind).await
}

/// The same for a message that was not read.
pub(crate) async fn announce_at(
    tx: &Tx,
    at: (WorkspaceId, ThreadId),
    about: (MessageId, Option<MessageId>, MessageRole),
    kind: &str,
) -> Result<i64, DbError> {
    tell(tx, at, about, None, kind).await
}

async fn tell(
    tx: &Tx,
    (workspace, thread): (WorkspaceId, ThreadId),
    (id, parent, role): (MessageId, Option<MessageId>, MessageRole),
    by: Option<&str>,
    kind: &str,
) -> Result<i64, DbError> {
    let mut payload = serde_json::json!({ "message_id": id, "parent_id": parent, "role": role });
    if let Some(by) = by {
        payload["by"] = by.into();
    }
    tx.event(Event {
        scope: Scope::Thread(thread),
        workspace: Some(workspace),
        kind,
        payload: &payload,
    })
    .await
}

async fn move_head(tx: &Tx, thread: rows::Model, head: MessageId) -> Result<(), DbError> {
    let change = rows::ActiveModel {
        head_id: Set(Some(head)),
        last_message_at: Set(tx.now().micros()),
        archived: Set(false),
        ..Default::default()
    };
    rows::Entity::update_many()
        .set(change)
        .filter(rows::Column::WorkspaceId.eq(thread.workspace_id))
        .filter(rows::Column::Id.eq(thread.id))
        .exec(&**tx)
        .await?;
    Ok(())
}
