//! The room itself: what its functions work with.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use ai::Ai;
use db::Db;
use kit::lifecycle::Lifecycle;

use crate::Rooms;
use crate::index::Index;

/// What can be set.
#[derive(Clone, Debug)]
pub struct FilesConfig {
    /// The folder of temporary files, and of objects where no other store is configured.
    pub folder: PathBuf,
}

/// Files and the index; cheap to clone.
#[derive(Clone)]
pub struct Files(Arc<Inner>);

struct Inner {
    db: Db,
    ai: Ai,
    lifecycle: Lifecycle,
    config: FilesConfig,
    rooms: OnceLock<Arc<dyn Rooms>>,
    index: Index,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Files")
            .field("config", &self.0.config)
            .finish_non_exhaustive()
    }
}

impl Files {
    /// The room over its store.
    pub fn new(db: Db, ai: Ai, lifecycle: Lifecycle, config: FilesConfig) -> Self {
        Self(Arc::new(Inner {
            db,
            ai,
            lifecycle,
            config,
            rooms: OnceLock::new(),
            index: Index::default(),
        }))
    }

    /// Tells it who may enter which threads; once, before anything is served.
    pub fn set_rooms(&self, rooms: Arc<dyn Rooms>) {
        let _ = self.0.rooms.set(rooms);
    }

    /// The store.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// The models.
    pub fn ai(&self) -> &Ai {
        &self.0.ai
    }

    /// Start and stop.
    pub fn lifecycle(&self) -> &Lifecycle {
        &self.0.lifecycle
    }

    /// What the index keeps in memory.
    pub fn index(&self) -> &Index {
        &self.0.index
    }

    /// The floor above; none before it was told.
    pub fn rooms(&self) -> Option<&dyn Rooms> {
        self.0.rooms.get().map(|rooms| &**rooms)
    }
}
