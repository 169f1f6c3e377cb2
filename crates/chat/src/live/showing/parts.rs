//! The named parts that events and snapshots bring.

use std::collections::BTreeMap;

use files::FileOut;
use identity::members::MemberOut;
use identity::settings::SettingsOut;
use identity::workspaces::WorkspaceShared;
use serde::Serialize;
use uuid::Uuid;

use crate::drafts::ThreadDraft;
use crate::members::ThreadMemberOut;
use crate::messages::MessageOut;
use crate::notifications::NotificationOut;
use crate::reads::{ReadMark, StateOut};
use crate::threads::ThreadShared;

/// The named parts of a scope: an event brings some of them, a snapshot all.
#[derive(Debug, Default, Serialize)]
pub struct Parts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadShared>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<Vec<MessageOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reads: Option<Vec<ReadMark>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Members>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<Vec<ThreadShared>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace: Option<WorkspaceShared>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<SettingsOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states: Option<Vec<StateOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drafts: Option<Vec<ThreadDraft>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notifications: Option<Vec<NotificationOut>>,
    /// Files that changed; no snapshot has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<FileOut>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub gone: BTreeMap<&'static str, Vec<Uuid>>,
}

/// The people of a thread or of a workspace.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Members {
    OfThread(Vec<ThreadMemberOut>),
    OfWorkspace(Vec<MemberOut>),
}

impl Parts {
    pub fn without(what: &'static str, id: Uuid) -> Self {
        Self {
            gone: BTreeMap::from([(what, vec![id])]),
            ..Self::default()
        }
    }
}
