//! The seam for a model that runs inside this process.
//!
//! A room that has such a model (the one behind the Cargo feature `builtin-model`) implements [`LocalModel`]
//! and hands it to [`Endpoint::builtin`](crate::Endpoint::builtin). From there on it is a provider like
//! the others: same request, same chunks, same errors.

use crate::{ChatRequest, ChunkStream, ModelInfo, ProviderError};

/// A model that answers without a wire.
pub trait LocalModel: Send + Sync {
    /// Answers. The stream begins with [`Chunk::Start`](crate::Chunk::Start), ends with
    /// [`Chunk::Finish`](crate::Chunk::Finish) (then, if it counts, [`Chunk::Usage`](crate::Chunk::Usage)),
    /// and stops its work when it is dropped. Build it with [`ChunkStream::local`]; read the conversation
    /// with [`ChatRequest::conversation`].
    fn chat(&self, model: &str, request: &ChatRequest) -> Result<ChunkStream, ProviderError>;

    /// The models it has.
    fn models(&self) -> Vec<ModelInfo>;
}
