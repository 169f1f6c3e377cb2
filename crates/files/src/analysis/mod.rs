//! What a model says about a file, kept with the file: asked for by whoever sees it, seen by whoever sees it.
//!
//! An analysis belongs to the server, like an answer in a thread: it goes on when its reader leaves (`writing`), is saved
//! as a draft each second together with the word that its node lives, and when the node does not live any more it is
//! marked as interrupted (`keeping`). Anybody can ask again with another prompt or model: several stand beside each
//! other, none is overwritten.

mod asking;
mod keeping;
mod routes;
mod words;
mod writing;

use std::collections::HashMap;
use std::sync::Arc;

use ai::answer::Buffer;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use keeping::start;
pub(crate) use routes::routes;

/// The analyses that this process is writing.
#[derive(Debug, Default)]
pub(crate) struct Analyses(Mutex<HashMap<Uuid, Arc<Running>>>);

/// One of them.
#[derive(Debug)]
pub(crate) struct Running {
    id: Uuid,
    buffer: Buffer,
    /// Ends it.
    stop: CancellationToken,
}

impl AsRef<Buffer> for Running {
    fn as_ref(&self) -> &Buffer {
        &self.buffer
    }
}

impl Analyses {
    fn begin(&self, id: Uuid) -> Arc<Running> {
        let running = Arc::new(Running {
            id,
            buffer: Buffer::after(ai::answer::Progress::default()),
            stop: CancellationToken::new(),
        });
        self.0.lock().insert(id, running.clone());
        running
    }

    fn get(&self, id: Uuid) -> Option<Arc<Running>> {
        self.0.lock().get(&id).cloned()
    }

    fn end(&self, id: Uuid) {
        self.0.lock().remove(&id);
    }
}
