//! The running answers of a thread, for those who watch it.

use std::sync::Arc;

use db::events::Scope;
use db::kinds::MessageStatus;
use db::{MessageId, WorkspaceId};
use uuid::Uuid;

use super::Feed;
use crate::live::authority;
use crate::live::connection::Connection;
use crate::live::hub::Live;
use crate::live::writing::Writing;

impl Feed {
    /// Shows the running answers of a thread to those who came late.
    pub(super) async fn show_running(&self, live: &Live, workspace: WorkspaceId, late: &[Arc<Connection>]) {
        let (Scope::Thread(thread), false) = (self.scope, late.is_empty()) else {
            return;
        };
        match authority::running(live, workspace, thread).await {
            Ok(messages) => {
                for message in messages {
                    self.follow(live, workspace, message, false).await;
                }
            }
            Err(error) => {
                tracing::warn!(scope = %self.scope, error = %error.message, "running answers were not found");
            }
        }
        let writing: Vec<_> = self.state.lock().writing.values().cloned().collect();
        for writing in writing {
            for connection in late {
                writing.show_whole(self.scope, connection);
            }
        }
    }

    pub(super) fn whole(&self, connection: &Connection, run: Uuid) {
        let writing = self.state.lock().writing.values().find(|w| w.run == run).cloned();
        if let Some(writing) = writing
            && connection.holds(self.scope)
        {
            writing.show_whole(self.scope, connection);
        }
    }

    /// Begins to pass a running answer on. One that has just begun is passed on from its beginning.
    pub(super) async fn follow(&self, live: &Live, workspace: WorkspaceId, message: MessageId, is_new: bool) {
        let Some(generation) = live.running(workspace, message).await else {
            return;
        };
        let writing = Arc::new(Writing::new(generation));
        {
            let mut state = self.state.lock();
            if state.writing.get(&message).is_some_and(|w| w.run == writing.run) {
                return;
            }
            state.writing.insert(message, writing.clone());
        }
        let Some(feed) = live.existing(self.scope) else {
            return;
        };
        live.spawn("live answer", async move { writing.pass_on(&feed, is_new).await });
    }

    /// The event that an answer has ended is about to be passed on.
    pub(super) fn close(&self, message: MessageId, status: Option<MessageStatus>) {
        let writing = self.state.lock().writing.remove(&message);
        if let Some(writing) = writing {
            writing.close(self, status);
        }
    }

    /// An answer has ended, or nobody watches it any more.
    pub fn unfollow(&self, writing: &Writing) {
        let mut state = self.state.lock();
        if state
            .writing
            .get(&writing.message)
            .is_some_and(|w| w.run == writing.run)
        {
            state.writing.remove(&writing.message);
        }
    }
}
