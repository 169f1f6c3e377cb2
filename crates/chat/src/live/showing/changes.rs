//! What an event brings: the things that it names, as they are now.

use std::collections::HashMap;

use db::entity::{files, messages};
use db::events::Scope;
use db::kinds::Visibility;
use db::{DbError, FileId, MessageId, ThreadId, UserId, WorkspaceId};
use kit::api::ApiError;
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::Logged;
use super::parts::{Members, Parts};
use crate::live::authority;
use crate::live::hub::Live;
use crate::messages::MessageOut;
use crate::reads::ReadMark;
use crate::threads::ThreadShared;
use crate::{drafts, members, messages as rows, notifications, reads, threads};

const CREATED: &str = "message.created";
const READ: &str = "read.changed";

/// What events bring, each in its place.
pub async fn parts_of(live: &Live, scope: Scope, events: &[Logged]) -> Result<Vec<Parts>, ApiError> {
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
    if let Some(file) = file_of(event) {
        return changed_file(live, workspace, None, file).await;
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
    if let Some(file) = file_of(event) {
        return changed_file(live, workspace, Some(user), file).await;
    }
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

/// The file that an event is about.
fn file_of(event: &Logged) -> Option<FileId> {
    event.payload.file_id.filter(|_| event.kind.starts_with("file."))
}

/// A file as its owner sees it, or as the workspace does: to those who see it no more it is gone.
async fn changed_file(
    live: &Live,
    workspace: WorkspaceId,
    owner: Option<UserId>,
    file: FileId,
) -> Result<Parts, ApiError> {
    let found = files::Entity::of(workspace)
        .filter(files::Column::Id.eq(file))
        .one(live.db().read())
        .await
        .map_err(DbError::from)?;
    let seen = found.filter(|row| match owner {
        Some(owner) => row.owner_id == owner,
        None => row.visibility == Visibility::Workspace,
    });
    let Some(row) = seen else {
        return Ok(Parts {
            files: Some(Vec::new()),
            ..Parts::without("files", file.0)
        });
    };
    let shown = ::files::shown(live.chat().files(), workspace, &[row]).await?;
    Ok(Parts {
        files: Some(shown),
        ..Parts::default()
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
