//! A model in the box: SmolLM2-135M-Instruct (Apache-2.0), so that the page answers with no key and no network.
//!
//! It is a demonstration: it speaks, but it knows little and confuses much. Any real provider goes first.
//!
//! - [`pull`] fetches the file (93 MB) once and checks its hash. Always compiled.
//! - [`open`] makes a [`LocalModel`](crate::LocalModel) of it. With the feature `builtin-model`; without it, `None`.
//!
//! The model is loaded at the first question and freed when nobody asked for a while. It runs on one thread of its
//! own, one answer at a time; a few more may wait, beyond that the answer is `Overloaded`. Dropping the stream
//! of an answer ends the work at the next word. Why it is built as it is: `docs/decisions/0003-builtin-model.md`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

mod pull;

#[cfg(feature = "builtin-model")]
mod engine;
#[cfg(feature = "builtin-model")]
mod gguf;
#[cfg(feature = "builtin-model")]
mod llama;
#[cfg(feature = "builtin-model")]
mod local;
#[cfg(feature = "builtin-model")]
mod matrix;
#[cfg(feature = "builtin-model")]
mod prompt;
#[cfg(feature = "builtin-model")]
mod sampler;
#[cfg(feature = "builtin-model")]
mod text;
#[cfg(feature = "builtin-model")]
mod vocabulary;
#[cfg(feature = "builtin-model")]
mod worker;

pub use pull::{FILE, PullError, Pulled, SHA256, SIZE, Step, is_installed, path_in, pull, verify};

/// The model's id.
pub const MODEL: &str = "smollm2-135m-instruct";
/// The model's name for a person, which says what it is.
pub const NAME: &str = "SmolLM2 135M (demonstration)";

/// How the model is used.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder that [`pull`] filled.
    pub dir: PathBuf,
    /// How many tokens of conversation it holds, 128 to 8192. Each that is really used takes 46 kB.
    pub context: usize,
    /// After so long without a question it is freed.
    pub idle: Duration,
    /// So many questions may wait for the one that is being answered.
    pub max_waiting: usize,
}

impl Settings {
    /// The usual, for the model in this folder.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            context: 2048,
            idle: Duration::from_mins(5),
            max_waiting: 8,
        }
    }
}

/// What can go wrong with the model in the box.
#[derive(Debug, thiserror::Error)]
pub enum BuiltinError {
    /// Its file is not there.
    #[error("the demonstration model is not installed; run `tributary model pull`")]
    NotInstalled,
    /// Its file is another one.
    #[error("the demonstration model's file is damaged or another one; run `tributary model pull`")]
    WrongFile,
    /// Its file has the right hash but cannot be understood.
    #[error("the demonstration model's file cannot be used: {0}")]
    Broken(String),
    /// Too many wait.
    #[error("too many are waiting for the demonstration model")]
    Busy,
    /// The question alone is longer than it can read.
    #[error("the question is longer than the demonstration model can read")]
    TooLong,
    /// Its file cannot be read.
    #[error("the demonstration model's file cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

/// The model, ready to be asked. Costs nothing until then: neither the file nor its hash is looked at. `None`
/// when this program was built without it.
#[cfg(feature = "builtin-model")]
pub fn open(settings: Settings) -> Option<Arc<dyn crate::LocalModel>> {
    Some(Arc::new(local::BuiltinModel::new(settings)))
}

/// The model, ready to be asked: `None`, because this program was built without it.
#[cfg(not(feature = "builtin-model"))]
#[allow(clippy::needless_pass_by_value)] // as above
pub fn open(_settings: Settings) -> Option<Arc<dyn crate::LocalModel>> {
    None
}

#[cfg(all(test, feature = "builtin-model"))]
mod tests;
