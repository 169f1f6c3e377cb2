//! Writing into a thread: a new message, an edit, another try, going on with an answer. Each stores first, in one
//! transaction, and then begins the answer, which from there on belongs to the server.

mod answers;
mod begin;
mod events;
mod prepare;
mod rows;
mod write;

use std::sync::Arc;

use db::MessageId;
use db::entity::messages;

use crate::generation::Generation;

pub use answers::{go_on, go_on_after, regenerate, stop};
pub(crate) use events::{announce, announce_end};
pub(crate) use prepare::asker;
pub use write::{edit, post};

/// An answer of an exchange.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its message.
    pub id: MessageId,
    /// The answer, while it runs here.
    pub running: Option<Arc<Generation>>,
}

impl Reply {
    /// An answer that is being written, here or on another node.
    fn of(running: Arc<Generation>) -> Self {
        Self {
            id: running.id,
            running: Some(running),
        }
    }
}

/// What came of it: what was stored, and the answers, running or already there.
#[derive(Debug, Default)]
pub struct Exchange {
    /// The person's message.
    pub message: Option<messages::Model>,
    /// The answers, in the order of the branch.
    pub replies: Vec<Reply>,
}
