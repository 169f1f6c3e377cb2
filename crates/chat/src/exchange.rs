//! Writing into a thread: a new message, an edit, another try, going on with an answer. Each stores first, in one
//! transaction, and then begins the answer, which from there on belongs to the server.

use std::sync::Arc;
use std::time::Duration;

use ai::{Asker, Plan};
use db::entity::{messages, threads};
use db::events::{Event, Scope};
use db::kinds::{MessageRole, MessageStatus};
use db::leases::{Claim, Lease};
use db::{DbError, MessageId, ThreadId, Tx, UserId, WorkspaceId};
use identity::{Caller, Permission};
use kit::api::{ApiError, Code};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use crate::Chat;
use crate::access::{AtMessage, InThread};
use crate::answering::{self, Task};
use crate::generation::Generation;
use crate::inputs::{EditIn, MessageIn, RegenerateIn};
use crate::messages::{Body, open_body, seal_body};
use crate::mirror::follow;
use crate::patch::Field;
use crate::prompt::{self, Instructions};
use crate::repeats::{self, Repeat};

/// What came of it: what was stored, and the answer, running or already there.
#[derive(Debug)]
pub struct Exchange {
    /// The person's message.
    pub message: Option<messages::Model>,
    /// The answer's message.
    pub reply: Option<MessageId>,
    /// The answer, while it runs here.
    pub running: Option<Arc<Generation>>,
}

/// What a person writes, whichever call it came by.
struct Writing<'a> {
    content: &'a str,
    model: Option<&'a str>,
    parent: Field<MessageId>,
    reply: bool,
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
        reply: input.reply.unwrap_or(true),
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
        message,
    } = at;
    if message.role != MessageRole::User {
        return Err(ApiError::invalid(
            "content",
            "Only what a person wrote can be edited; an answer can be tried again.",
        ));
    }
    let writing = Writing {
        content: &input.content,
        model: input.model.as_deref(),
        parent: message.parent_id.map_or(Field::Clear, Field::Set),
        reply: input.reply.unwrap_or(true),
        client_id: input.client_id.or(key),
    };
    write(chat, InThread { caller, thread }, writing).await
}

async fn write(chat: &Chat, at: InThread, writing: Writing<'_>) -> Result<Exchange, ApiError> {
    let InThread { caller, thread } = at;
    caller.require(Permission::WriteThreads)?;
    if let Some(client_id) = &writing.client_id {
        let repeat = repeats::find(chat, &caller, &thread, client_id, writing.content).await?;
        if let Repeat::Of(first) = repeat {
            return Ok(*first);
        }
    }
    // Which model answers is decided before anything is stored, so that a refusal leaves nothing behind.
    let prepared = if writing.reply {
        Some(prepare(chat, &caller, &thread, writing.model).await?)
    } else {
        None
    };
    let db = chat.db();
    let keys = db.keys(caller.workspace.0).await?;
    let tx = db.write().await?;
    let Some(current) = locked(&tx, &thread).await? else {
        return Err(ApiError::not_found("thread"));
    };
    let parent = match writing.parent {
        Field::Keep => current.head_id,
        Field::Clear => None,
        Field::Set(id) => Some(require_parent(&tx, &current, id).await?),
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
    let mut rows = vec![message];
    if let Some(prepared) = &prepared {
        rows.push(reply_to(&tx, &keys, &current, Some(id), prepared, None)?);
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
    let mut rows = rows.into_iter();
    let (message, reply) = (rows.next(), rows.next());
    let head = reply.as_ref().map_or(id, |r| r.id);
    move_head(&tx, current, head).await?;
    let running = if let (Some(reply), Some(prepared)) = (&reply, prepared) {
        let task = task(&caller, &thread, reply, prepared, id, false);
        Some(commit_and_begin(chat, tx, reply.id, task, Body::default()).await?)
    } else {
        tx.commit().await?;
        None
    };
    Ok(Exchange {
        message,
        reply: reply.map(|r| r.id),
        running,
    })
}

/// Begins another answer beside one (or the first answer to a message of a person).
pub async fn regenerate(
    chat: &Chat,
    at: AtMessage,
    input: RegenerateIn,
    key: Option<String>,
) -> Result<Exchange, ApiError> {
    let AtMessage {
        caller,
        thread,
        message,
    } = at;
    let asked = match message.role {
        MessageRole::Assistant => message
            .parent_id
            .ok_or_else(|| ApiError::invalid("id", "This answer has no question."))?,
        MessageRole::User | MessageRole::System => message.id,
    };
    let prepared = prepare(chat, &caller, &thread, input.model.as_deref()).await?;
    let db = chat.db();
    let keys = db.keys(caller.workspace.0).await?;
    let tx = db.write().await?;
    let Some(current) = locked(&tx, &thread).await? else {
        return Err(ApiError::not_found("thread"));
    };
    // Asked under the thread's lock, so that the second of two sees the first.
    if let Some(key) = &key
        && let Repeat::Of(first) = repeats::find_reply(chat, &caller, &thread, key).await?
    {
        return Ok(*first);
    }
    let mut rows = [reply_to(&tx, &keys, &current, Some(asked), &prepared, key)?];
    insert(&tx, &mut rows).await?;
    let [reply] = rows;
    move_head(&tx, current, reply.id).await?;
    let task = task(&caller, &thread, &reply, prepared, asked, false);
    let running = Some(commit_and_begin(chat, tx, reply.id, task, Body::default()).await?);
    Ok(Exchange {
        message: None,
        reply: Some(reply.id),
        running,
    })
}

/// Goes on with an answer that is not whole.
pub async fn go_on(chat: &Chat, at: AtMessage) -> Result<Exchange, ApiError> {
    go_on_after(chat, at, None).await
}

/// The same for one that another node handed over, unless somebody else goes on with it already.
pub async fn go_on_after(chat: &Chat, at: AtMessage, after: Option<Lease>) -> Result<Exchange, ApiError> {
    let AtMessage {
        caller,
        thread,
        message,
    } = at;
    if let Some(running) = follow(chat, caller.workspace, message.id).await {
        return Ok(Exchange {
            message: None,
            reply: Some(message.id),
            running: Some(running),
        });
    }
    let open = matches!(
        message.status,
        MessageStatus::Interrupted | MessageStatus::Stopped | MessageStatus::Failed
    );
    let asked = message
        .parent_id
        .filter(|_| message.role == MessageRole::Assistant && open);
    let Some(asked) = asked else {
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
    let prepared = prepare(
        chat,
        &caller,
        &thread,
        message.model.as_deref().filter(|m| m.contains('/')),
    )
    .await?;
    let tx = chat.db().write().await?;
    let change = messages::ActiveModel {
        status: Set(MessageStatus::Streaming),
        error: Set(None),
        updated_at: Set(tx.now().micros()),
        ..Default::default()
    };
    let changed = messages::Entity::update_many()
        .set(change)
        .filter(messages::Column::WorkspaceId.eq(caller.workspace))
        .filter(messages::Column::Id.eq(message.id))
        .filter(messages::Column::Status.eq(message.status))
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    if changed.rows_affected == 0 {
        drop(tx);
        return found_running(chat, caller.workspace, message.id).await;
    }
    announce(&tx, &message, "message.resumed").await?;
    let tip = if body.text.is_empty() { asked } else { message.id };
    let mut task = task(&caller, &thread, &message, prepared, tip, !body.text.is_empty());
    task.after = after;
    let running = Some(commit_and_begin(chat, tx, message.id, task, body).await?);
    Ok(Exchange {
        message: None,
        reply: Some(message.id),
        running,
    })
}

/// Somebody else was quicker to go on with it.
async fn found_running(chat: &Chat, workspace: WorkspaceId, id: MessageId) -> Result<Exchange, ApiError> {
    let running = follow(chat, workspace, id).await;
    let running = running
        .ok_or_else(|| ApiError::new(Code::Conflict, "Somebody else has just gone on with this answer."))?;
    Ok(Exchange {
        message: None,
        reply: Some(id),
        running: Some(running),
    })
}

/// How long a stop may take to arrive: longer than it takes to notice that the answer's node has died.
const STOPS_WITHIN: Duration = Duration::from_secs(20);

/// Ends a running answer, wherever it is written; what was written is kept.
pub async fn stop(chat: &Chat, at: AtMessage) -> Result<messages::Model, ApiError> {
    if let Some(generation) = follow(chat, at.caller.workspace, at.message.id).await {
        generation.stop.cancel();
        let _ = tokio::time::timeout(STOPS_WITHIN, generation.ended()).await;
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

async fn prepare(
    chat: &Chat,
    caller: &Caller,
    thread: &threads::Model,
    asked: Option<&str>,
) -> Result<Prepared, ApiError> {
    caller.require(Permission::UseModels)?;
    let instructions = prompt::instructions(chat, caller, thread).await?;
    let wanted = asked
        .or(thread.model.as_deref())
        .or(instructions.model.as_deref());
    let plan = chat.0.ai.plan(asker(caller), wanted).await?;
    let model = wanted.unwrap_or("auto").to_owned();
    Ok(Prepared {
        instructions,
        plan,
        model,
    })
}

fn asker(caller: &Caller) -> Asker {
    Asker {
        workspace: caller.workspace,
        user: caller.user,
    }
}

fn task(
    caller: &Caller,
    thread: &threads::Model,
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
        after: None,
    }
}

/// Stores what was written and begins the answer. The buffer is there before the commit: whoever finds the answer in
/// the store finds its writer too.
async fn commit_and_begin(
    chat: &Chat,
    tx: Tx,
    reply: MessageId,
    task: Task,
    written: Body,
) -> Result<Arc<Generation>, ApiError> {
    let generations = &chat.0.generations;
    let workspace = task.asker.workspace;
    let claim = Claim {
        workspace,
        message: reply,
        thread: task.thread,
        asked_by: task.asker.user,
        node: chat.db().bus().node(),
        run: kit::ids::new_id(),
        after: task.after,
    };
    let lease = tx.take_lease(claim).await?;
    let begun = lease.and_then(|lease| generations.begin(lease, task.thread, written));
    let Some(generation) = begun else {
        // Somebody else was quicker to go on with it; nothing of ours is needed.
        drop(tx);
        return follow(chat, workspace, reply)
            .await
            .ok_or_else(|| ApiError::not_found("message"));
    };
    if let Err(error) = tx.commit().await {
        generations.end(&generation);
        generation.update(|p| p.ended = Some(MessageStatus::Failed));
        return Err(error.into());
    }
    answering::begin(chat, generation.clone(), task);
    Ok(generation)
}

/// The thread's row, held until the end of the transaction, so that two writers form a line and not a fork.
async fn locked(tx: &Tx, thread: &threads::Model) -> Result<Option<threads::Model>, DbError> {
    let id = (thread.workspace_id, thread.id);
    Ok(threads::Entity::find_by_id(id)
        .lock_exclusive()
        .one(&**tx)
        .await?)
}

async fn require_parent(tx: &Tx, thread: &threads::Model, id: MessageId) -> Result<MessageId, ApiError> {
    let found = messages::Entity::find_by_id((thread.workspace_id, id))
        .one(&**tx)
        .await
        .map_err(DbError::from)?;
    match found {
        Some(row) if row.thread_id == thread.id => Ok(id),
        _ => Err(ApiError::invalid(
            "parent_id",
            "There is no such message in this thread.",
        )),
    }
}

fn blank(
    tx: &Tx,
    thread: &threads::Model,
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
    thread: &threads::Model,
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
    let at = (row.workspace_id, row.thread_id);
    announce_at(tx, at, (row.id, row.parent_id, row.role), kind).await
}

/// The same for a message that was not read.
pub(crate) async fn announce_at(
    tx: &Tx,
    (workspace, thread): (WorkspaceId, ThreadId),
    (id, parent, role): (MessageId, Option<MessageId>, MessageRole),
    kind: &str,
) -> Result<i64, DbError> {
    let payload = serde_json::json!({ "message_id": id, "parent_id": parent, "role": role });
    tx.event(Event {
        scope: Scope::Thread(thread),
        workspace: Some(workspace),
        kind,
        payload: &payload,
    })
    .await
}

async fn move_head(tx: &Tx, thread: threads::Model, head: MessageId) -> Result<(), DbError> {
    let change = threads::ActiveModel {
        head_id: Set(Some(head)),
        last_message_at: Set(tx.now().micros()),
        archived: Set(false),
        ..Default::default()
    };
    threads::Entity::update_many()
        .set(change)
        .filter(threads::Column::WorkspaceId.eq(thread.workspace_id))
        .filter(threads::Column::Id.eq(thread.id))
        .exec(&**tx)
        .await?;
    Ok(())
}
