//! The wire formats of AI providers: a request in, a stream of chunks out. No database, no product.
//!
//! - [`ProviderKind`] says who there is, [`Endpoint`] where one is and how one gets in.
//! - [`ChatRequest`] is what is asked: our own [`Conversation`], or an OpenAI client's body as it came.
//! - [`complete`] and [`stream`] ask. A [`ChunkStream`] can be listened to until its first content
//!   ([`ChunkStream::wait_for_content`]) before anything is promised to anybody.
//! - [`ProviderError`] is one list of failures for all of them, and says whether it is worth asking again or
//!   elsewhere.
//! - [`catalog`] knows models and prices; [`surface`] speaks OpenAI's format to our own clients.
//! - [`check_key`], [`list_models`], [`embed`] are the other things one asks a provider.
//! - [`LocalModel`] is the seam for a model inside this process; [`builtin`] is one.

mod answer;
pub mod builtin;
pub mod catalog;
mod conversation;
mod embeddings;
mod endpoint;
mod error;
mod kind;
mod local;
mod models;
mod request;
pub mod sse;
#[cfg(feature = "standin")]
pub mod standin;
mod stream;
pub mod surface;
#[cfg(test)]
mod tests;
mod wire;

pub use answer::{Answer, Chunk, Collector, FinishReason, Frame, Usage};
pub use conversation::{
    Conversation, Effort, Message, Part, ResponseFormat, Role, Source, Tool, ToolCall, ToolChoice,
};
pub use embeddings::{Embeddings, embed};
pub use endpoint::{Endpoint, EndpointError};
pub use error::{ErrorKind, ProviderError};
pub use kind::{ProviderKind, UnknownProvider, Wire};
pub use kit::http::{Client, Reach, Timeouts};
pub use kit::secret::Secret;
pub use local::LocalModel;
pub use models::{ModelInfo, check_key, list_models};
pub use request::{ChatRequest, Needs};
pub use stream::ChunkStream;
pub use wire::{complete, stream};
