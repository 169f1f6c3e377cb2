//! The search: by words and by meaning at the same time, put together by their ranks, opened, and shown.

use std::collections::HashMap;
use std::time::Instant;

use db::entity::chunks;
use db::index::{Found, Space, search_words};
use db::kinds::IndexKind;
use db::{DbError, FileId, ThreadId, WorkspaceId};
use kit::api::ApiError;
use kit::clock::Timestamp;
use sea_orm::{Condition, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::narrow::condition;
use super::query::Query;
use super::rights::Seeker;
use super::rotation::Rotation;
use super::show::{Author, show};
use super::spaces;
use super::wanted::Wanted;
use super::words::Hasher;
use crate::Files;

/// How texts are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// By their words.
    Keyword,
    /// By their meaning.
    Semantic,
    /// By both.
    #[default]
    Hybrid,
}

/// What could not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Degraded {
    /// Nothing was looked for by its meaning.
    Semantic,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What.
    pub query: Query,
    /// How.
    pub mode: Mode,
    /// Among what.
    pub kinds: Vec<IndexKind>,
    /// How many.
    pub limit: usize,
}

/// Something that was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Hit {
    /// What it is.
    pub kind: IndexKind,
    /// The message, thread, file or record.
    pub id: Uuid,
    /// Its thread.
    #[schema(required)]
    pub thread_id: Option<ThreadId>,
    /// The file.
    #[schema(required)]
    pub file_id: Option<FileId>,
    /// The page of the file; null where its name was found.
    #[schema(required)]
    pub page: Option<i32>,
    /// The title of the thread, or the name of the file.
    #[schema(required)]
    pub title: Option<String>,
    /// The part of the text that shows why, in one line.
    pub snippet: String,
    /// What was looked for in the snippet: from and to, in UTF-16 units.
    #[schema(value_type = Vec<[u32; 2]>)]
    pub marks: Vec<[u32; 2]>,
    /// How well it fits; only to be compared.
    pub score: f64,
    /// How many others say the same and were left out.
    pub twins: u32,
    /// Who wrote it; null for a model.
    #[schema(required)]
    pub author: Option<Author>,
    /// When.
    pub created_at: Timestamp,
}

/// What was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Hits {
    /// Best first.
    pub hits: Vec<Hit>,
    /// How it was looked for.
    pub mode: Mode,
    /// What could not be done.
    #[schema(required)]
    pub degraded: Option<Degraded>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// How many chunks are looked at by their words: the newest that have them.
const LOOKED_AT: u64 = 2_000;
/// How many are ranked of each half.
const RANKED: usize = 100;
/// The constant of reciprocal rank fusion: how little the first place counts before the second.
const EVENNESS: f64 = 60.0;
/// By how much the newest is preferred to the oldest of the same rank, and how soon that is half gone.
const FRESH: f64 = 0.10;
const FRESH_FOR: f64 = 30.0 * 24.0 * 3600.0 * 1e6;
/// What is less alike than this means something else.
const ALIKE: f64 = 0.28;
/// How many pages of one file are shown.
const PAGES: usize = 3;

/// A chunk with its place among the others.
#[derive(Clone, Debug)]
pub(crate) struct Ranked {
    pub chunk: chunks::Model,
    pub score: f64,
    pub twins: u32,
}

/// Looks for something on behalf of somebody.
pub async fn search(files: &Files, seeker: Seeker, request: &Request) -> Result<Hits, ApiError> {
    let began = Instant::now();
    let mut mode = request.mode;
    let mut degraded = None;
    let condition = condition(files, seeker, request).await?;
    let ranked = match condition {
        Some(_) if request.query.is_empty() => Vec::new(),
        None => Vec::new(), // a person or a thread is named whom nobody knows
        Some(condition) if request.query.parts.is_empty() => newest(files, seeker, condition).await?,
        Some(condition) => {
            // What was quoted must stand there; meaning cannot tell.
            if request.query.has_quotations() {
                mode = Mode::Keyword;
            }
            let (words, meaning) = tokio::join!(
                by_words(files, seeker.workspace, request, mode, condition.clone()),
                by_meaning(
                    files,
                    seeker.workspace,
                    &request.query.meaning,
                    mode,
                    condition.clone()
                )
            );
            let (mut words, meaning) = (words?, meaning?);
            if meaning.is_none() {
                degraded = Some(Degraded::Semantic);
                if mode == Mode::Semantic {
                    words = by_words(files, seeker.workspace, request, Mode::Keyword, condition).await?;
                }
            }
            fuse(&[words, meaning.unwrap_or_default()], files.db().clock().now())
        }
    };
    let hits = show(files, seeker, &request.query, fold(ranked), request.limit).await?;
    let took_ms = began.elapsed().as_millis() as u64;
    Ok(Hits {
        hits,
        mode: request.mode,
        degraded,
        took_ms,
    })
}

/// The chunks that have the words, best first: all of the words, and then some of them.
async fn by_words(
    files: &Files,
    workspace: WorkspaceId,
    request: &Request,
    mode: Mode,
    condition: Condition,
) -> Result<Vec<Found>, ApiError> {
    if mode == Mode::Semantic {
        return Ok(Vec::new());
    }
    find_words(files, workspace, &request.query, condition, request.limit).await
}

/// Chunks with all of the words; where they are fewer than `enough`, then those with some of them.
pub(crate) async fn find_words(
    files: &Files,
    workspace: WorkspaceId,
    query: &Query,
    condition: Condition,
    enough: usize,
) -> Result<Vec<Found>, ApiError> {
    let db = files.db();
    let keys = db.keys(workspace.0).await?;
    let wanted = Wanted::new(query, &mut Hasher::new(&keys).map_err(DbError::from)?);
    let totals = files.index().totals(db, workspace).await?;
    let mut found = search_words(db, workspace, totals, &wanted.all, condition.clone(), LOOKED_AT).await?;
    if found.len() < enough
        && let Some(any) = &wanted.any
    {
        let known: Vec<i64> = found.iter().map(|f| f.chunk.id).collect();
        let more = search_words(db, workspace, totals, any, condition, LOOKED_AT).await?;
        found.extend(more.into_iter().filter(|f| !known.contains(&f.chunk.id)));
    }
    found.truncate(RANKED * 2);
    Ok(found)
}

/// The chunks that mean it, nearest first; none where meaning cannot be asked.
pub(crate) async fn by_meaning(
    files: &Files,
    workspace: WorkspaceId,
    meaning: &str,
    mode: Mode,
    condition: Condition,
) -> Result<Option<Vec<Found>>, ApiError> {
    if mode == Mode::Keyword {
        return Ok(Some(Vec::new()));
    }
    if !files.index().vectors().is_there() {
        return Ok(None);
    }
    let asked = match spaces::to_search(files, workspace, meaning).await {
        Ok(asked) => asked,
        Err(error) => {
            tracing::warn!(error = %error, "a search went by words alone");
            return Ok(None);
        }
    };
    let mut lists = Vec::new();
    for (space, vector) in asked {
        match nearest(files, (&space, workspace), vector, condition.clone()).await {
            Ok(near) => lists.push(near),
            Err(error) => {
                tracing::warn!(error = %error, "a search went by words alone");
                return Ok(None);
            }
        }
    }
    Ok(Some(by_turns(lists)))
}

/// The nearest of one space.
async fn nearest(
    files: &Files,
    place: (&Space, WorkspaceId),
    vector: Vec<f32>,
    condition: Condition,
) -> Result<Vec<Found>, DbError> {
    // A text without a word means nothing.
    if vector.iter().all(|n| *n == 0.0) {
        return Ok(Vec::new());
    }
    let (space, workspace) = place;
    let keys = files.db().keys(workspace.0).await?;
    let rotation = Rotation::new(&keys, &space.model, space.dims)?;
    let vectors = files.index().vectors();
    let mut near = vectors
        .nearest(files.db(), place, &rotation, vector, condition, RANKED as u64)
        .await?;
    near.retain(|found| found.score >= ALIKE);
    Ok(near)
}

/// The lists as one: the first of each, the second of each… What two models call near cannot be compared.
fn by_turns(mut lists: Vec<Vec<Found>>) -> Vec<Found> {
    if lists.len() < 2 {
        return lists.pop().unwrap_or_default();
    }
    let mut lists: Vec<_> = lists.into_iter().map(Vec::into_iter).collect();
    let mut all = Vec::new();
    loop {
        let before = all.len();
        all.extend(lists.iter_mut().filter_map(Iterator::next));
        if all.len() == before {
            return all;
        }
    }
}

/// The newest, where a query names nothing but people, times and types.
async fn newest(files: &Files, seeker: Seeker, condition: Condition) -> Result<Vec<Ranked>, ApiError> {
    let rows = chunks::Entity::of(seeker.workspace)
        .filter(condition)
        .order_by_desc(chunks::Column::CreatedAt)
        .limit(RANKED as u64)
        .all(files.db().read())
        .await
        .map_err(DbError::from)?;
    let rank = |(n, chunk)| Ranked {
        chunk,
        score: 1.0 / (EVENNESS + n as f64),
        twins: 0,
    };
    Ok(rows.into_iter().enumerate().map(rank).collect())
}

/// Reciprocal rank fusion: who stands high in both lists stands first; what is new a little higher.
pub(crate) fn fuse(lists: &[Vec<Found>], now: Timestamp) -> Vec<Ranked> {
    let mut ranked: HashMap<i64, Ranked> = HashMap::new();
    for list in lists {
        for (place, found) in list.iter().enumerate() {
            let entry = ranked.entry(found.chunk.id).or_insert_with(|| Ranked {
                chunk: found.chunk.clone(),
                score: 0.0,
                twins: 0,
            });
            entry.score += 1.0 / (EVENNESS + place as f64 + 1.0);
        }
    }
    let mut ranked: Vec<Ranked> = ranked.into_values().collect();
    for one in &mut ranked {
        let age = (now.micros() - one.chunk.created_at).max(0) as f64;
        one.score *= 1.0 + FRESH * (-age / FRESH_FOR * std::f64::consts::LN_2).exp();
    }
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.chunk.id.cmp(&a.chunk.id)));
    ranked
}

/// Leaves out what says the same as something better, further parts of the same message or page, and further pages.
fn fold(ranked: Vec<Ranked>) -> Vec<Ranked> {
    let mut kept: Vec<Ranked> = Vec::new();
    let mut twins: HashMap<(IndexKind, i64), usize> = HashMap::new();
    let mut places: HashMap<(Uuid, Option<i32>), ()> = HashMap::new();
    let mut pages: HashMap<Uuid, usize> = HashMap::new();
    for one in ranked {
        let chunk = &one.chunk;
        let twin = (chunk.kind, chunk.twin);
        if let Some(first) = twins.get(&twin) {
            kept[*first].twins += u32::from(kept[*first].chunk.source_id != chunk.source_id);
            continue;
        }
        if places.insert((chunk.source_id, chunk.page), ()).is_some() {
            continue;
        }
        let shown = pages.entry(chunk.source_id).or_default();
        *shown += 1;
        if *shown > PAGES {
            continue;
        }
        twins.insert(twin, kept.len());
        kept.push(one);
    }
    kept
}
