//! Passages of given files that answer a question: what a model is given to read.

use db::entity::chunks;
use db::{FileId, WorkspaceId};
use kit::api::ApiError;
use sea_orm::{ColumnTrait, Condition};

use super::IndexKind;
use super::query::{LONGEST, Query};
use super::search::{Mode, by_meaning, find_words, fuse};
use super::show::Opened;
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
    files: &Files,
    workspace: WorkspaceId,
    among: &[FileId],
    question: &str,
    k: usize,
) -> Result<Vec<Passage>, ApiError> {
    if among.is_empty() || k == 0 {
        return Ok(Vec::new());
    }
    let question: String = question.chars().take(LONGEST).collect();
    // A question is no query: what looks like an operator or a quotation in it is not meant as one.
    let question = question.replace([':', '"', '“', '”', '„', '«', '»', '「', '」'], " ");
    let query = Query::parse(&question);
    let condition = Condition::all()
        .add(chunks::Column::Kind.eq(IndexKind::File))
        .add(chunks::Column::Page.is_not_null())
        .add(chunks::Column::SourceId.is_in(among.iter().map(|file| file.0)));
    let (words, meaning) = tokio::join!(
        find_words(files, workspace, &query, condition.clone(), k * 4),
        by_meaning(files, workspace, &query.meaning, Mode::Hybrid, condition)
    );
    let mut ranked = fuse(&[words?, meaning?.unwrap_or_default()], files.db().clock().now());
    ranked.truncate(k);
    let opened = Opened::of(files, workspace, &ranked).await?;
    let passages = ranked.iter().filter_map(|one| {
        Some(Passage {
            file_id: FileId(one.chunk.source_id),
            page: one.chunk.page,
            text: opened.text(one)?.to_owned(),
            score: one.score,
        })
    });
    Ok(passages.collect())
}
