//! What actions and workflows need of the floor above.

use db::{MessageId, ThreadId};
use futures::future::BoxFuture;
use identity::Caller;
use kit::api::ApiError;
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
