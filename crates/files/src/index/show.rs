//! What was found, opened: only the sources of the hits are, and only for whoever may see them.

use std::collections::HashMap;

use db::kinds::IndexKind;
use db::{FileId, UserId, WorkspaceId};
use kit::api::ApiError;
use kit::clock::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::pages::pages_of;
use super::query::Query;
use super::rights::Seeker;
use super::search::{Hit, Ranked};
use super::snippet::Marker;
use crate::Files;

/// Who wrote something that was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HitAuthor)]
pub struct Author {
    /// The person.
    pub id: UserId,
    /// Their name.
    pub full_name: String,
}

/// The texts that some chunks are part of.
pub(crate) struct Opened {
    texts: HashMap<(IndexKind, Uuid), String>,
    pages: HashMap<(FileId, i32), String>,
}

impl Opened {
    /// Opens what is needed to show these chunks: their texts, and the titles of their threads.
    pub(crate) async fn of(
        files: &Files,
        workspace: WorkspaceId,
        ranked: &[Ranked],
    ) -> Result<Self, ApiError> {
        let mut ids: HashMap<IndexKind, Vec<Uuid>> = HashMap::new();
        let mut pages = Vec::new();
        for Ranked { chunk, .. } in ranked {
            ids.entry(chunk.kind).or_default().push(chunk.source_id);
            if let Some(thread) = chunk.thread_id {
                ids.entry(IndexKind::Thread).or_default().push(thread.0);
            }
            if let Some(page) = chunk.page {
                pages.push((FileId(chunk.source_id), page));
            }
        }
        let mut texts = HashMap::new();
        for (kind, mut ids) in ids {
            ids.sort_unstable();
            ids.dedup();
            let Some(source) = files.index().sources.get(kind) else {
                continue;
            };
            let opened = source.open(workspace, &ids).await?;
            texts.extend(opened.into_iter().map(|text| ((kind, text.id), text.text)));
        }
        let pages = pages_of(files.db(), workspace, &pages).await?;
        Ok(Self { texts, pages })
    }

    /// The text of a chunk; none where its source cannot be read any more.
    pub(crate) fn text(&self, ranked: &Ranked) -> Option<&str> {
        let chunk = &ranked.chunk;
        let whole = match chunk.page {
            Some(page) => self.pages.get(&(FileId(chunk.source_id), page))?,
            None => self.texts.get(&(chunk.kind, chunk.source_id))?,
        };
        // What was changed a moment ago is not cut where it was.
        Some(
            whole
                .get(chunk.start as usize..chunk.stop as usize)
                .unwrap_or(whole),
        )
    }

    fn title(&self, ranked: &Ranked) -> Option<String> {
        let chunk = &ranked.chunk;
        let key = match (chunk.kind, chunk.thread_id) {
            (IndexKind::Message, Some(thread)) => (IndexKind::Thread, thread.0),
            (kind, _) => (kind, chunk.source_id),
        };
        self.texts.get(&key).cloned()
    }
}

/// Opens and shows, best first, at most `limit`.
pub(crate) async fn show(
    files: &Files,
    seeker: Seeker,
    query: &Query,
    mut ranked: Vec<Ranked>,
    limit: usize,
) -> Result<Vec<Hit>, ApiError> {
    ranked.truncate(limit);
    let opened = Opened::of(files, seeker.workspace, &ranked).await?;
    let authors = ranked.iter().filter_map(|one| one.chunk.author_id);
    let people = identity::people::authors(files.db(), authors).await?;
    let marker = Marker::new(&query.parts);
    let hits = ranked.iter().filter_map(|one| {
        let chunk = &one.chunk;
        let snippet = marker.snippet(opened.text(one)?);
        let person = chunk.author_id.and_then(|id| people.get(&id));
        Some(Hit {
            kind: chunk.kind,
            id: chunk.source_id,
            thread_id: chunk.thread_id,
            file_id: (chunk.kind == IndexKind::File).then_some(FileId(chunk.source_id)),
            page: chunk.page,
            title: opened.title(one),
            snippet: snippet.text,
            marks: snippet.marks,
            score: one.score,
            twins: one.twins,
            author: person.map(|p| Author {
                id: p.id,
                full_name: p.full_name.clone(),
            }),
            created_at: Timestamp(chunk.created_at),
        })
    });
    Ok(hits.collect())
}
