//! Vectors for texts: points that lie near each other when texts mean about the same.
//!
//! `builtin` is the model inside the binary: a table of one vector for each piece of a word, of which a text's vector
//! is the mean. It needs no key, no download and no network. `embedder` is what search asks: the model that a
//! workspace has chosen (`choice`), or else the built-in one. `surface` is OpenAI's call for programs.

mod builtin;
pub(crate) mod choice;
mod embedder;
mod surface;

pub use builtin::{StaticModel, builtin};
pub use embedder::Embedder;
pub(crate) use surface::EmbeddingRequest;
