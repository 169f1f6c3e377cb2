//! What actions and workflows need of the floor above.

use std::sync::{Arc, OnceLock};

use db::{MessageId, ThreadId};
use futures::future::BoxFuture;
use identity::Caller;
use kit::api::{ApiError, Code};
use uuid::Uuid;

/// Threads.
pub trait ThreadPoster: Send + Sync + 'static {
    /// Writes a message of this person into a thread that they may write in; no model answers it. With the same key again
    /// nothing is written, and the first message is answered.
    fn post(
        &self,
        author: Caller,
        thread: ThreadId,
        text: String,
        key: Uuid,
    ) -> BoxFuture<'_, Result<MessageId, ApiError>>;
}

/// Who has been let in.
#[derive(Default)]
pub(crate) struct Doors {
    pub threads: OnceLock<Arc<dyn ThreadPoster>>,
}

impl Doors {
    /// Threads; 409 in a house that has none.
    pub fn threads(&self) -> Result<&dyn ThreadPoster, ApiError> {
        let absent = || ApiError::new(Code::Conflict, "This installation has no threads.");
        self.threads.get().map(|threads| &**threads).ok_or_else(absent)
    }
}
