//! The model that makes a workspace's vectors.

use db::WorkspaceId;
use kit::api::ApiError;

use super::builtin::{StaticModel, builtin};
use crate::Ai;

/// Bytes that are embedded at once without leaving the thread: some tenths of a millisecond, a query or a message.
const AT_ONCE: usize = 16 * 1024;

/// A model that makes vectors; cheap to make, so ask for it anew for each piece of work.
#[derive(Clone, Debug)]
pub struct Embedder {
    model: &'static StaticModel,
}

impl Ai {
    /// The model that makes a workspace's vectors.
    #[allow(clippy::unused_async)] // a workspace will choose
    pub async fn embedder(&self, _workspace: WorkspaceId) -> Result<Embedder, ApiError> {
        Ok(Embedder { model: builtin() })
    }
}

impl Embedder {
    /// Its name: `builtin/…` or `provider/model`. Vectors of different names cannot be compared.
    pub fn id(&self) -> &str {
        self.model.id()
    }

    /// How many numbers a vector has.
    pub fn dims(&self) -> usize {
        self.model.dims()
    }

    /// One vector a text, in their order, each of length one; zero for a text without a word.
    pub async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ApiError> {
        let model = self.model;
        if texts.iter().map(|text| text.len()).sum::<usize>() <= AT_ONCE {
            return Ok(texts.iter().map(|text| model.embed(text)).collect());
        }
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let work = move || texts.iter().map(|text| model.embed(text)).collect();
        tokio::task::spawn_blocking(work)
            .await
            .map_err(ApiError::internal)
    }
}
