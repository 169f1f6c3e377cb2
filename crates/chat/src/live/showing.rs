//! From ids to what people see. The log holds ids only; what an event is about is read when it is shown, once for all
//! who watch. So an event on the wire brings things as they are now, and applying it twice changes nothing.

use std::collections::{BTreeMap, HashMap};

use axum::extract::ws::Utf8Bytes;
use db::entity::{event_log, messages};
use db::events::{Hint, Scope};
use db::kinds::{Role, Visibility};
use db::{DbError, MessageId, SessionId, ThreadId, UserId, WorkspaceId};
use identity::members::MemberOut;
use identity::settings::SettingsOut;
use identity::workspaces::WorkspaceShared;
use identity::{Caller, Permission};
use kit::api::ApiError;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::authority;
use super::connection::{Connection, Frame};
use super::frames::{Name, ServerFrame};
use super::hub::Live;
use super::outgoing::Waiting;
use crate::drafts::ThreadDraft;
use crate::members::ThreadMemberOut;
use crate::messages::MessageOut;
use crate::notifications::NotificationOut;
use crate::reads::{ReadMark, StateOut};
use crate::threads::ThreadShared;
use crate::{drafts, members, messages as rows, notifications, reads, threads};

const CREATED: &str = "message.created";
const READ: &str = "read.changed";

/// Threads and drafts in the snapshots of people and workspaces.
const NEWEST: u64 = 50;

/// What events name. Which of it is there depends on the kind.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Payload {
    pub message_id: Option<MessageId>,
    pub thread_id: Option<ThreadId>,
    pub user_id: Option<UserId>,
    pub session_id: Option<SessionId>,
    pub notification_ids: Vec<Uuid>,
    pub action: Option<String>,
    /// The sender's own id of what they sent.
    pub by: Option<String>,
}

/// An event as the log has it.
#[derive(Clone, Debug)]
pub struct Logged {
    pub seq: i64,
    pub acl: i64,
    pub kind: String,
    pub workspace: Option<WorkspaceId>,
    pub payload: Payload,
}

impl Logged {
    /// What a hint says, if it says all.
    pub fn from_hint(hint: Hint) -> Option<Self> {
        Some(Self {
            seq: hint.s,
            acl: hint.a,
            kind: hint.k,
            workspace: hint.w,
            payload: serde_json::from_str(hint.p?.get()).ok()?,
        })
    }

    fn is_of_message(&self) -> bool {
        self.kind.starts_with("message.")
    }
}

impl From<event_log::Model> for Logged {
    fn from(row: event_log::Model) -> Self {
        Self {
            seq: row.seq,
            acl: row.acl_ver,
            kind: row.kind,
            workspace: row.workspace_id,
            payload: serde_json::from_str(&row.payload).unwrap_or_default(),
        }
    }
}

/// The named parts of a scope: an event brings some of them, a snapshot all.
#[derive(Debug, Default, Serialize)]
pub struct Parts {
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<ThreadShared>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<Vec<MessageOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reads: Option<Vec<ReadMark>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Members>,
    #[serde(skip_serializing_if = "Option::is_none")]
    threads: Option<Vec<ThreadShared>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<WorkspaceShared>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<SettingsOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    states: Option<Vec<StateOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drafts: Option<Vec<ThreadDraft>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notifications: Option<Vec<NotificationOut>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    gone: BTreeMap<&'static str, Vec<Uuid>>,
}

/// The people of a thread or of a workspace.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Members {
    OfThread(Vec<ThreadMemberOut>),
    OfWorkspace(Vec<MemberOut>),
}

impl Parts {
    fn without(what: &'static str, id: Uuid) -> Self {
        Self {
            gone: BTreeMap::from([(what, vec![id])]),
            ..Self::default()
        }
    }
}

/// An event as it is sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub seq: i64,
    pub acl: i64,
    pub kind: Box<str>,
    pub workspace: Option<WorkspaceId>,
    pub payload: Payload,
    full: Frame,
    /// For those whom its content does not concern: guests of a workspace, the same person in another workspace.
    bare: Option<Frame>,
}

impl Sent {
    /// Its bytes.
    pub fn len(&self) -> usize {
        self.full.0.len()
    }

    /// Queues it for a connection.
    pub fn send_to(&self, scope: Scope, connection: &Connection) {
        let frame = match &self.bare {
            Some(bare) if !self.concerns(scope, &connection.caller()) => bare,
            _ => &self.full,
        };
        connection.send(Waiting::Event(scope, self.seq), frame.clone());
    }

    fn concerns(&self, scope: Scope, caller: &Caller) -> bool {
        match scope {
            Scope::Thread(_) => true,
            Scope::Workspace(_) => caller.role != Role::Guest,
            Scope::User(_) => self
                .workspace
                .is_none_or(|workspace| workspace == caller.workspace),
        }
    }
}

/// Several events of a scope as one text: an array of frames.
#[derive(Debug)]
pub struct Together {
    /// The number of the first.
    pub first: i64,
    all: Frame,
}

impl Together {
    /// The longest text that is put together, in bytes.
    const LONGEST: usize = 64 * 1024;

    /// All of them, where there are several and everybody sees the same.
    pub fn of(events: &[Sent]) -> Option<Self> {
        let [first, _, ..] = events else { return None };
        let bytes: usize = events.iter().map(|sent| sent.len() + 1).sum();
        if bytes > Self::LONGEST || events.iter().any(|sent| sent.bare.is_some()) {
            return None;
        }
        let mut text = String::with_capacity(bytes + 1);
        for (at, sent) in events.iter().enumerate() {
            text.push(if at == 0 { '[' } else { ',' });
            text.push_str(&sent.full.0);
        }
        text.push(']');
        Some(Self {
            first: first.seq,
            all: Frame(text.into()),
        })
    }

    /// Queues them for a connection that has none of them.
    pub fn send_to(&self, scope: Scope, connection: &Connection) {
        connection.send(Waiting::Event(scope, self.first), self.all.clone());
    }
}

/// Makes events ready to be sent, in their order.
pub async fn events(live: &Live, scope: Scope, events: Vec<Logged>) -> Result<Vec<Sent>, ApiError> {
    let mut sent = Vec::with_capacity(events.len());
    let all = parts_of(live, scope, &events).await?;
    for (event, parts) in events.into_iter().zip(all) {
        let encode = |d: &Parts| -> Result<Utf8Bytes, ApiError> {
            let d = serde_json::value::to_raw_value(d).map_err(ApiError::internal)?;
            let frame = ServerFrame::Ev {
                c: Name(scope),
                s: event.seq,
                kind: &event.kind,
                d: &d,
                by: event.payload.by.as_deref(),
            };
            Ok(frame.encode())
        };
        let full = Frame(encode(&parts)?);
        let has_others = match scope {
            Scope::Thread(_) => false,
            Scope::Workspace(_) => true,
            Scope::User(_) => event.workspace.is_some(),
        };
        let bare = has_others
            .then(|| encode(&Parts::default()))
            .transpose()?
            .map(Frame);
        sent.push(Sent {
            seq: event.seq,
            acl: event.acl,
            kind: event.kind.into(),
            workspace: event.workspace,
            payload: event.payload,
            full,
            bare,
        });
    }
    Ok(sent)
}

/// What events bring, each in its place.
async fn parts_of(live: &Live, scope: Scope, events: &[Logged]) -> Result<Vec<Parts>, ApiError> {
    let workspace = events.first().and_then(|event| event.workspace);
    if let (Scope::Thread(thread), Some(workspace)) = (scope, workspace) {
        return in_thread_together(live, workspace, thread, events).await;
    }
    let mut all = Vec::with_capacity(events.len());
    for event in events {
        all.push(one_of(live, scope, event).await?);
    }
    Ok(all)
}

/// What events of a thread bring: a message comes with those beside it, whose list of siblings it changed, and with
/// how far its author has read; the last message also with the thread. However many events there are, the store is
/// asked as often as for one of each kind.
async fn in_thread_together(
    live: &Live,
    workspace: WorkspaceId,
    thread: ThreadId,
    events: &[Logged],
) -> Result<Vec<Parts>, ApiError> {
    let about = |event: &Logged| event.payload.message_id.filter(|_| event.is_of_message());
    let shown = families(live, workspace, thread, events.iter().filter_map(about)).await?;
    let marks = marks(live, workspace, thread, events, &shown).await?;
    let marks_of = |user: Option<UserId>| -> Option<Vec<ReadMark>> {
        let found = marks.iter().filter(|mark| Some(mark.user_id) == user);
        Some(found.copied().collect())
    };
    let mut all = Vec::with_capacity(events.len());
    for event in events {
        let parts = match about(event) {
            Some(message) => match shown.get(&message) {
                Some(found) => {
                    let beside = found.siblings.iter().filter(|id| **id != message);
                    let beside = beside.filter_map(|id| shown.get(id));
                    let author = found.author.as_ref().map(|author| author.id);
                    Parts {
                        messages: Some(std::iter::once(found).chain(beside).cloned().collect()),
                        reads: marks_of(author).filter(|marks| !marks.is_empty() && event.kind == CREATED),
                        ..Parts::default()
                    }
                }
                None => Parts {
                    messages: Some(Vec::new()),
                    ..Parts::without("messages", message.0)
                },
            },
            None if event.kind == READ => Parts {
                reads: marks_of(event.payload.user_id),
                ..Parts::default()
            },
            None => in_thread(live, workspace, thread, event).await?,
        };
        all.push(parts);
    }
    if let Some(last) = events.iter().rposition(Logged::is_of_message)
        && let Some(parts) = all.get_mut(last)
    {
        parts.thread = threads::shared(live.chat(), workspace, &[thread]).await?.pop();
    }
    Ok(all)
}

/// How far those have read of whom events tell it.
async fn marks(
    live: &Live,
    workspace: WorkspaceId,
    thread: ThreadId,
    events: &[Logged],
    shown: &HashMap<MessageId, MessageOut>,
) -> Result<Vec<ReadMark>, ApiError> {
    let who = |event: &Logged| match &*event.kind {
        READ => event.payload.user_id,
        CREATED => shown
            .get(&event.payload.message_id?)?
            .author
            .as_ref()
            .map(|author| author.id),
        _ => None,
    };
    let mut people: Vec<UserId> = events.iter().filter_map(who).collect();
    people.sort_unstable();
    people.dedup();
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let Some(row) = authority::thread_row(live, workspace, thread).await? else {
        return Ok(Vec::new());
    };
    Ok(reads::of_people(live.chat(), &row, &people).await?)
}

/// Messages, with those beside them.
async fn families(
    live: &Live,
    workspace: WorkspaceId,
    thread: ThreadId,
    ids: impl Iterator<Item = MessageId>,
) -> Result<HashMap<MessageId, MessageOut>, ApiError> {
    let mut shown = HashMap::new();
    let mut wanted: Vec<MessageId> = ids.collect();
    // Those beside the first ones have the same family, so that the second round is the last.
    while !wanted.is_empty() {
        let found = show_messages(live, workspace, thread, wanted).await?;
        let beside = found.values().flat_map(|m| m.siblings.iter().copied());
        wanted = beside
            .filter(|id| !found.contains_key(id) && !shown.contains_key(id))
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        if found.is_empty() {
            break;
        }
        shown.extend(found);
    }
    Ok(shown)
}

async fn show_messages(
    live: &Live,
    workspace: WorkspaceId,
    thread: ThreadId,
    ids: impl IntoIterator<Item = MessageId>,
) -> Result<HashMap<MessageId, MessageOut>, ApiError> {
    let found = messages::Entity::of(workspace)
        .filter(messages::Column::ThreadId.eq(thread))
        .filter(messages::Column::Id.is_in(ids))
        .all(live.db().read())
        .await
        .map_err(DbError::from)?;
    let shown = rows::show(live.chat(), workspace, found).await?;
    Ok(shown.into_iter().map(|message| (message.id, message)).collect())
}

async fn one_of(live: &Live, scope: Scope, event: &Logged) -> Result<Parts, ApiError> {
    match (scope, event.workspace) {
        (Scope::Workspace(workspace), _) => in_workspace(live, workspace, event).await,
        (Scope::User(user), workspace) => of_person(live, user, workspace, event).await,
        (Scope::Thread(_), _) => Ok(Parts::default()),
    }
}

async fn in_thread(
    live: &Live,
    workspace: WorkspaceId,
    thread: ThreadId,
    event: &Logged,
) -> Result<Parts, ApiError> {
    let chat = live.chat();
    match &*event.kind {
        // Who may enter is another one perhaps: people come with their marks, and go with them.
        "members.changed" | "thread.changed" => {
            let Some(row) = authority::thread_row(live, workspace, thread).await? else {
                return Ok(Parts::default());
            };
            let everybody = members::of_thread(chat, &row).await?;
            let (marks, mut left) = reads::of_thread_with_gone(chat, &row).await?;
            let user = event.payload.user_id;
            let has_left = user.filter(|user| everybody.iter().all(|m| m.user_id != *user));
            let mut parts = Parts {
                thread: threads::shared(chat, workspace, &[thread]).await?.pop(),
                members: Some(Members::OfThread(everybody)),
                reads: Some(marks),
                ..Parts::default()
            };
            if let Some(user) = has_left {
                parts.gone.insert("members", vec![user.0]);
                left.push(user);
            }
            if !left.is_empty() {
                parts
                    .gone
                    .insert("reads", left.into_iter().map(|user| user.0).collect());
            }
            Ok(parts)
        }
        _ => Ok(Parts {
            thread: threads::shared(chat, workspace, &[thread]).await?.pop(),
            ..Parts::default()
        }),
    }
}

async fn in_workspace(live: &Live, workspace: WorkspaceId, event: &Logged) -> Result<Parts, ApiError> {
    let chat = live.chat();
    let kind = &*event.kind;
    if kind == "thread.removed" {
        let id = event.payload.thread_id.unwrap_or(ThreadId(Uuid::nil()));
        return Ok(Parts::without("threads", id.0));
    }
    if let ("thread.created" | "thread.changed", Some(thread)) = (kind, event.payload.thread_id) {
        let threads = threads::shared(chat, workspace, &[thread]).await?;
        let seen = threads
            .into_iter()
            .filter(|t| t.visibility == Visibility::Workspace);
        return Ok(Parts {
            threads: Some(seen.collect()),
            ..Parts::default()
        });
    }
    if let (true, Some(user)) = (kind.starts_with("member."), event.payload.user_id) {
        let rows = identity::members::shown(live.db(), workspace, Some(&[user])).await?;
        if rows.is_empty() {
            return Ok(Parts::without("members", user.0));
        }
        return Ok(Parts {
            members: Some(Members::OfWorkspace(rows)),
            ..Parts::default()
        });
    }
    if kind == "workspace.changed" {
        return Ok(Parts {
            workspace: identity::workspaces::shared(live.db(), workspace).await?,
            ..Parts::default()
        });
    }
    Ok(Parts::default())
}

async fn of_person(
    live: &Live,
    user: UserId,
    workspace: Option<WorkspaceId>,
    event: &Logged,
) -> Result<Parts, ApiError> {
    let chat = live.chat();
    if event.kind == "settings.changed" {
        return Ok(Parts {
            settings: Some(identity::settings::all(live.db(), user).await?),
            ..Parts::default()
        });
    }
    let Some(workspace) = workspace else {
        return Ok(Parts::default());
    };
    let thread = event.payload.thread_id;
    Ok(match (&*event.kind, thread) {
        ("thread.created" | "thread.changed", Some(thread)) => Parts {
            threads: Some(shared_with(live, workspace, user, thread).await?),
            ..Parts::default()
        },
        ("thread.removed", Some(thread)) => {
            let mut parts = Parts::without("threads", thread.0);
            // Perhaps it only moved from this list to the workspace's.
            if shared_with(live, workspace, user, thread).await?.is_empty() {
                parts.gone.insert("states", vec![thread.0]);
                parts.gone.insert("drafts", vec![thread.0]);
            }
            parts
        }
        ("state.changed", Some(thread)) => Parts {
            states: Some(reads::states_of(chat, workspace, user, Some(&[thread])).await?),
            ..Parts::default()
        },
        ("draft.changed", Some(thread)) => Parts {
            drafts: Some(drafts::of_person(chat, workspace, user, Some(thread), 1).await?),
            ..Parts::default()
        },
        (kind, _) if kind.starts_with("notification.") => {
            let ids = &event.payload.notification_ids;
            Parts {
                notifications: Some(
                    notifications::shown(chat, workspace, user, Some(ids), ids.len() as u64).await?,
                ),
                ..Parts::default()
            }
        }
        _ => Parts::default(),
    })
}

/// A thread as somebody sees it who may still enter it.
async fn shared_with(
    live: &Live,
    workspace: WorkspaceId,
    user: UserId,
    thread: ThreadId,
) -> Result<Vec<ThreadShared>, ApiError> {
    let scope = Scope::Thread(thread);
    let welcome = authority::welcome(live, scope, workspace, [user].into()).await?;
    if welcome.is_empty() {
        return Ok(Vec::new());
    }
    Ok(threads::shared(live.chat(), workspace, &[thread]).await?)
}

/// For whom a snapshot is made.
#[derive(Clone, Copy, Debug)]
pub struct Viewer {
    workspace: WorkspaceId,
    user: UserId,
    role: Role,
    reads_members: bool,
}

impl From<&Caller> for Viewer {
    fn from(caller: &Caller) -> Self {
        Self {
            workspace: caller.workspace,
            user: caller.user,
            role: caller.role,
            reads_members: caller.may(Permission::ReadMembers),
        }
    }
}

/// All of a thread, with its last messages.
pub async fn thread(live: &Live, viewer: Viewer, thread: ThreadId, last: u16) -> Result<Parts, ApiError> {
    let chat = live.chat();
    let Some(row) = authority::thread_row(live, viewer.workspace, thread).await? else {
        return Err(ApiError::not_found("thread"));
    };
    let mut messages = match row.head_id {
        Some(head) => {
            let branch = rows::Branch::To(head);
            rows::list(chat, viewer.workspace, thread, branch, None, usize::from(last))
                .await?
                .rows
        }
        None => Vec::new(),
    };
    messages.reverse();
    Ok(Parts {
        thread: threads::shared(chat, viewer.workspace, &[thread]).await?.pop(),
        members: Some(Members::OfThread(members::of_thread(chat, &row).await?)),
        reads: Some(reads::of_thread(chat, &row).await?),
        messages: Some(messages),
        ..Parts::default()
    })
}

/// All of a workspace: guests see its name only.
pub async fn workspace(live: &Live, viewer: Viewer) -> Result<Parts, ApiError> {
    let mut parts = Parts {
        workspace: identity::workspaces::shared(live.db(), viewer.workspace).await?,
        ..Parts::default()
    };
    if viewer.role != Role::Guest {
        parts.threads = Some(threads::newest_of_workspace(live.chat(), viewer.workspace, NEWEST).await?);
    }
    if viewer.reads_members && viewer.role != Role::Guest {
        let rows = identity::members::shown(live.db(), viewer.workspace, None).await?;
        parts.members = Some(Members::OfWorkspace(rows));
    }
    Ok(parts)
}

/// All of a person in the workspace that they are in.
pub async fn person(live: &Live, viewer: Viewer) -> Result<Parts, ApiError> {
    let (chat, workspace, user) = (live.chat(), viewer.workspace, viewer.user);
    Ok(Parts {
        settings: Some(identity::settings::all(live.db(), user).await?),
        threads: Some(threads::newest_of_person(chat, workspace, user, NEWEST).await?),
        states: Some(reads::states_of(chat, workspace, user, None).await?),
        drafts: Some(drafts::of_person(chat, workspace, user, None, NEWEST).await?),
        notifications: Some(notifications::shown(chat, workspace, user, None, NEWEST).await?),
        ..Parts::default()
    })
}
