//! The room itself: what its functions work with.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use ai::Ai;
use db::{Db, DbError};
use kit::blobs::{BlobError, Blobs, S3Config};
use kit::lifecycle::Lifecycle;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::Rooms;
use crate::analysis::Analyses;
use crate::index::Index;
use crate::plans::PlanLimits;
use crate::processing::{Readers, ReadingLimits};
use crate::scan::ClamAddress;
use crate::signing::Signer;

/// How many transactions at once add files.
const AT_ONCE: usize = 2;

/// What can be set.
#[derive(Clone, Debug)]
pub struct FilesConfig {
    /// The folder of temporary files, and of objects where no bucket is configured.
    pub folder: PathBuf,
    /// The bucket of objects.
    pub s3: Option<S3Config>,
    /// The virus scanner.
    pub clamav: Option<ClamAddress>,
    /// How large files may be, and how much there may be.
    pub limits: PlanLimits,
    /// Where people reach the page; addresses of files begin with it.
    pub public_url: Option<String>,
    /// What the processes that read files may use.
    pub reading: ReadingLimits,
}

impl FilesConfig {
    fn blobs(&self) -> Result<Blobs, BlobError> {
        match &self.s3 {
            Some(s3) => Blobs::s3(s3),
            None => Blobs::folder(&self.folder.join("blobs")),
        }
    }

    /// Where temporary files are, which no name leads to.
    pub fn temporary(&self) -> PathBuf {
        self.folder.join("tmp")
    }
}

/// Files and the index; cheap to clone.
#[derive(Clone)]
pub struct Files(Arc<Inner>);

struct Inner {
    db: Db,
    ai: Ai,
    blobs: Blobs,
    lifecycle: Lifecycle,
    config: FilesConfig,
    rooms: OnceLock<Arc<dyn Rooms>>,
    /// Who adds to a workspace stands in line for it, and each holds a connection to the store: a few may.
    adding: Semaphore,
    signer: OnceLock<Signer>,
    analyses: Analyses,
    readers: Readers,
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
    pub fn new(db: Db, ai: Ai, lifecycle: Lifecycle, config: FilesConfig) -> Result<Self, BlobError> {
        Ok(Self(Arc::new(Inner {
            db,
            ai,
            blobs: config.blobs()?,
            lifecycle,
            readers: Readers::new(&config.reading),
            config,
            rooms: OnceLock::new(),
            adding: Semaphore::new(AT_ONCE),
            signer: OnceLock::new(),
            analyses: Analyses::default(),
            index: Index::default(),
        })))
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

    /// The store of objects.
    pub fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }

    /// Start and stop.
    pub fn lifecycle(&self) -> &Lifecycle {
        &self.0.lifecycle
    }

    /// What was set.
    pub fn config(&self) -> &FilesConfig {
        &self.0.config
    }

    /// The analyses that are being written here.
    pub(crate) fn analyses(&self) -> &Analyses {
        &self.0.analyses
    }

    /// The processes that read files.
    pub(crate) fn readers(&self) -> &Readers {
        &self.0.readers
    }

    /// What the index keeps in memory.
    pub fn index(&self) -> &Index {
        &self.0.index
    }

    /// Waits for a place among those who add files, before a transaction begins; it is held until the end of it.
    pub(crate) async fn turn_to_add(&self) -> Option<SemaphorePermit<'_>> {
        self.0.adding.acquire().await.ok()
    }

    /// The floor above; none before it was told.
    pub fn rooms(&self) -> Option<&dyn Rooms> {
        self.0.rooms.get().map(|rooms| &**rooms)
    }

    /// What signs addresses.
    pub(crate) async fn signer(&self) -> Result<Signer, DbError> {
        if let Some(signer) = self.0.signer.get() {
            return Ok(signer.clone());
        }
        let signer = Signer::of(&self.0.db, self.0.config.public_url.as_deref()).await?;
        Ok(self.0.signer.get_or_init(|| signer).clone())
    }
}
