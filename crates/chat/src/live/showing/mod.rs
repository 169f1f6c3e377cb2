//! From ids to what people see. The log holds ids only; what an event is about is read when it is shown, once for all
//! who watch. So an event on the wire brings things as they are now, and applying it twice changes nothing.

mod changes;
mod parts;
mod whole;

use axum::extract::ws::Utf8Bytes;
use db::entity::event_log;
use db::events::{Hint, Scope};
use db::kinds::{MessageStatus, Role};
use db::{FileId, MessageId, SessionId, ThreadId, UserId, WorkspaceId};
use identity::Caller;
use kit::api::ApiError;
use serde::Deserialize;
use uuid::Uuid;

use parts::Parts;
pub use whole::{Viewer, person, thread, workspace};

use super::connection::{Connection, Frame};
use super::frames::{Name, ServerFrame};
use super::hub::Live;
use super::outgoing::Waiting;

/// What events name. Which of it is there depends on the kind.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Payload {
    pub message_id: Option<MessageId>,
    pub thread_id: Option<ThreadId>,
    pub user_id: Option<UserId>,
    pub session_id: Option<SessionId>,
    /// The API token, in events about one.
    pub token_id: Option<Uuid>,
    pub notification_ids: Vec<Uuid>,
    pub file_id: Option<FileId>,
    pub action: Option<String>,
    /// How an answer ended.
    #[serde(deserialize_with = "of_answer")]
    pub status: Option<MessageStatus>,
    /// The sender's own id of what they sent.
    pub by: Option<String>,
}

/// Other things end, too, in words of their own.
fn of_answer<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<MessageStatus>, D::Error> {
    let word = serde_json::Value::deserialize(deserializer)?;
    Ok(MessageStatus::deserialize(word).ok())
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
    let all = changes::parts_of(live, scope, &events).await?;
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
