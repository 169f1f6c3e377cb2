//! All of a scope, for a snapshot.

use db::kinds::Role;
use db::{ThreadId, UserId, WorkspaceId};
use identity::{Caller, Permission};
use kit::api::ApiError;

use super::parts::{Members, Parts};
use crate::live::authority;
use crate::live::hub::Live;
use crate::{drafts, members, messages as rows, notifications, reads, threads};

/// Threads and drafts in the snapshots of people and workspaces.
const NEWEST: u64 = 50;

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
