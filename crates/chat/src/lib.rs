//! Conversations: threads, messages as a tree, and the answers of models.
//!
//! A message is sealed before it is stored (`messages`). An answer belongs to the server (`generation`): it is
//! written into a buffer that whoever watches reads from his own offset, saved as a draft each second, and ended
//! in one transaction with its usage and its event (`answering`). An edit or another try never overwrites
//! anything: it is a sibling in the tree, and a thread's head says which branch is in view.

mod access;
mod answering;
mod assistants;
mod attachments;
mod breakglass;
mod drafts;
mod exchange;
mod export;
mod generation;
mod inputs;
mod keeping;
pub mod live;
mod members;
mod mentions;
mod messages;
mod mirror;
mod news;
mod notifications;
mod own;
mod posting;
mod prompt;
mod reactions;
mod reads;
mod recovery;
mod relay;
mod repeats;
mod routes;
mod search;
mod threads;
mod titles;

use std::sync::Arc;
use std::time::Duration;

use ai::Ai;
use business::Business;
use db::Db;
use files::Files;
use kit::lifecycle::Lifecycle;

use generation::Generations;
use mirror::Mirrors;

pub use recovery::start;
pub use routes::routes;
pub use titles::MakeTitle;

/// What an operator can set.
#[derive(Clone, Copy, Debug)]
pub struct ChatConfig {
    /// How often a running answer is saved.
    pub draft_every: Duration,
    /// How long running answers may go on once the program stops.
    pub drain: Duration,
    /// Whether a model names threads; otherwise their first words do.
    pub titles_by_model: bool,
}

impl Default for ChatConfig {
    fn default() -> Self {
        Self {
            draft_every: Duration::from_secs(1),
            drain: Duration::from_secs(20),
            titles_by_model: true,
        }
    }
}

/// The room's handle; cheap to clone.
#[derive(Clone, Debug)]
pub struct Chat(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    ai: Ai,
    files: Files,
    business: Business,
    lifecycle: Lifecycle,
    config: ChatConfig,
    generations: Generations,
    mirrors: Mirrors,
}

impl Chat {
    /// The room over the floors below it.
    pub fn new(
        db: Db,
        ai: Ai,
        files: Files,
        business: Business,
        lifecycle: Lifecycle,
        config: ChatConfig,
    ) -> Self {
        files.set_rooms(Arc::new(attachments::Threads));
        let chat = Self(Arc::new(Inner {
            db,
            ai,
            files,
            business,
            lifecycle,
            config,
            generations: Generations::default(),
            mirrors: Mirrors::default(),
        }));
        search::offer(&chat);
        posting::offer(&chat);
        chat
    }

    fn db(&self) -> &Db {
        &self.0.db
    }

    /// Files and the index.
    pub fn files(&self) -> &Files {
        &self.0.files
    }

    /// Business data.
    pub fn business(&self) -> &Business {
        &self.0.business
    }

    /// Whether no other node can be over the same store: the embedded one has one process.
    fn is_alone(&self) -> bool {
        self.0.db.backend() == "sqlite"
    }
}
