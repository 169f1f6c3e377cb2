//! The worker: takes what waits, opens it, cuts it, and writes chunks with their words and vectors. One for each node,
//! woken by the commits of its own and by the clock for those of others.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use db::entity::{chunks, index_queue};
use db::index::{Piece, Space, claim, insert, postpone};
use db::kinds::IndexKind;
use db::{DbError, FileId, Tx, WorkspaceId};
use kit::api::ApiError;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::rotation::Rotation;
use super::source::Text;
use super::words::{Hasher, Token, languages_of, split};
use super::{chunks as cutting, pages, spaces};
use crate::Files;

/// How many sources are taken at once.
const BATCH: u64 = 64;
/// How often is looked for what other nodes have queued.
const EVERY: Duration = Duration::from_secs(1);
/// How many pages of a file are opened at once, and how many chunks one transaction writes at most.
const PAGES: u64 = 16;
const CHUNKS: usize = 128;

/// What can stand in the way.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("{0}")]
    Store(#[from] DbError),
    #[error("no vectors could be made: {0}")]
    Vectors(ApiError),
}

/// A text on its way into the index.
struct Draft {
    row: chunks::Model,
    text: String,
}

/// Runs until the program stops.
pub(crate) fn start(files: &Files) {
    let inner = files.clone();
    files.lifecycle().spawn("index", async move {
        let life = inner.lifecycle().clone();
        while !life.is_stopping() {
            match run_once(&inner).await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => tracing::warn!(error = %error, "the index cannot be brought up to date"),
            }
            tokio::select! {
                () = inner.db().texts_waiting() => {}
                () = tokio::time::sleep(EVERY) => {}
                () = life.stopping() => {}
            }
        }
    });
}

/// Indexes one batch; answers how many sources it took.
pub(crate) async fn run_once(files: &Files) -> Result<usize, DbError> {
    let rows = claim(files.db(), BATCH).await?;
    let count = rows.len();
    let mut by_workspace: BTreeMap<WorkspaceId, Vec<index_queue::Model>> = BTreeMap::new();
    for row in rows {
        by_workspace.entry(row.workspace_id).or_default().push(row);
    }
    for (workspace, rows) in by_workspace {
        let error = match index_all(files, workspace, &rows).await {
            Ok(()) => continue,
            Err(Trouble::Vectors(error)) => {
                tracing::warn!(workspace.id = %workspace, error = %error, "texts are found by their words alone for now");
                let tickets: Vec<_> = rows.iter().map(|row| row.ticket).collect();
                postpone(files.db(), &tickets, pause(&rows[0])).await?;
                continue;
            }
            Err(Trouble::Store(error)) => error,
        };
        tracing::debug!(workspace.id = %workspace, error = %error, "a batch was not indexed as a whole");
        // One of them may be at fault: each by itself, so that it holds up nobody else.
        for row in &rows {
            if let Err(error) = index_all(files, workspace, std::slice::from_ref(row)).await {
                tracing::warn!(source.id = %row.source_id, attempts = row.attempts, error = %error, "a text was not indexed; it will be tried again");
                postpone(files.db(), &[row.ticket], pause(row)).await?;
            }
        }
    }
    spaces::settle(files).await?;
    Ok(count)
}

/// How long one that failed waits.
fn pause(row: &index_queue::Model) -> Duration {
    Duration::from_secs(1 << row.attempts.clamp(0, 10)).min(Duration::from_mins(10))
}

async fn index_all(
    files: &Files,
    workspace: WorkspaceId,
    rows: &[index_queue::Model],
) -> Result<(), Trouble> {
    let mut writer = Writer::new(files, workspace).await?;
    let mut texts: HashMap<(IndexKind, uuid::Uuid), Text> = HashMap::new();
    for kind in files.index().sources.kinds() {
        let ids: Vec<_> = rows
            .iter()
            .filter(|r| r.kind == kind)
            .map(|r| r.source_id)
            .collect();
        if let Some(source) = files.index().sources.get(kind).filter(|_| !ids.is_empty()) {
            let opened = source.open(workspace, &ids).await?;
            texts.extend(opened.into_iter().map(|text| ((kind, text.id), text)));
        }
    }
    let mut small = Vec::new();
    for row in rows {
        match texts.remove(&(row.kind, row.source_id)) {
            Some(text) if row.kind == IndexKind::File => index_file(&mut writer, row, text).await?,
            text => small.push((row, text)),
        }
    }
    let mut drafts = Vec::new();
    let mut begun = Vec::new();
    for (row, text) in small {
        if let Some(text) = text {
            drafts.extend(
                cut(row, &text, None, 0)
                    .into_iter()
                    .map(|draft| (row.source_id, draft)),
            );
        }
        begun.push(row);
        if drafts.len() >= CHUNKS {
            writer
                .write(&begun, std::mem::take(&mut drafts), End::Done)
                .await?;
            begun.clear();
        }
    }
    writer.write(&begun, drafts, End::Done).await?;
    writer.complain()
}

/// A file's name, then its pages, some at a time.
async fn index_file(writer: &mut Writer<'_>, row: &index_queue::Model, name: Text) -> Result<(), Trouble> {
    let (workspace, file) = (row.workspace_id, FileId(row.source_id));
    let mut drafts = cut(row, &name, None, 0);
    let (mut after, mut part) = (i32::MIN, 1);
    let mut end = End::First;
    loop {
        let (pages, last) = pages::pages_after(writer.files.db(), workspace, file, after, PAGES).await?;
        for (page, text) in pages {
            let text = Text { text, ..name.clone() };
            let cut = cut(row, &text, Some(page), part);
            part += cut.len() as i32;
            drafts.extend(cut);
        }
        let Some(last) = last else { break };
        after = last;
        while drafts.len() >= CHUNKS {
            let rest = drafts.split_off(CHUNKS);
            let some = std::mem::replace(&mut drafts, rest);
            if !writer
                .write(
                    &[row],
                    some.into_iter().map(|d| (row.source_id, d)).collect(),
                    end,
                )
                .await?
            {
                return Ok(());
            }
            end = End::More;
        }
    }
    let end = if end == End::First { End::Done } else { End::Last };
    writer
        .write(
            &[row],
            drafts.into_iter().map(|d| (row.source_id, d)).collect(),
            end,
        )
        .await?;
    Ok(())
}

/// The chunks of a text, without their tokens.
fn cut(row: &index_queue::Model, text: &Text, page: Option<i32>, first: i32) -> Vec<Draft> {
    let ranges = cutting::cut(&text.text).into_iter().zip(first..);
    let draft = |(range, part): (std::ops::Range<usize>, i32)| Draft {
        text: text.text[range.clone()].to_owned(),
        row: chunks::Model {
            id: 0,
            workspace_id: row.workspace_id,
            kind: row.kind,
            source_id: row.source_id,
            thread_id: text.thread,
            author_id: text.author,
            page,
            part,
            start: range.start as i32,
            stop: range.end as i32,
            tokens_count: 0,
            twin: 0,
            created_at: text.created_at,
        },
    };
    ranges.map(draft).collect()
}

/// Which part of a source is being written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// All of it: what was found of it before goes.
    Done,
    /// The first part of a long one: what was found of it before goes, and it waits on.
    First,
    /// A further part.
    More,
    /// The last part.
    Last,
}

/// Writes the drafts of one workspace.
struct Writer<'a> {
    files: &'a Files,
    workspace: WorkspaceId,
    hasher: Hasher,
    space: Option<(Space, Rotation)>,
    /// Why words were written without vectors.
    trouble: Option<ApiError>,
}

impl<'a> Writer<'a> {
    async fn new(files: &'a Files, workspace: WorkspaceId) -> Result<Self, Trouble> {
        let keys = files.db().keys(workspace.0).await?;
        let hasher = Hasher::new(&keys).map_err(DbError::from)?;
        let (space, trouble) = match spaces::to_write(files, workspace).await {
            Ok(space) => (space, None),
            Err(Trouble::Vectors(error)) => (None, Some(error)),
            Err(other) => return Err(other),
        };
        let space = match space {
            Some(space) => {
                let rotation = Rotation::new(&keys, &space.model, space.dims).map_err(DbError::from)?;
                Some((space, rotation))
            }
            None => None,
        };
        Ok(Self {
            files,
            workspace,
            hasher,
            space,
            trouble,
        })
    }

    /// Fails at the end if there were no vectors: the words are there, and the rest is tried again.
    fn complain(self) -> Result<(), Trouble> {
        self.trouble.map_or(Ok(()), |error| Err(Trouble::Vectors(error)))
    }

    /// Writes some chunks; answers whether their sources still waited.
    async fn write(
        &mut self,
        rows: &[&index_queue::Model],
        drafts: Vec<(uuid::Uuid, Draft)>,
        end: End,
    ) -> Result<bool, Trouble> {
        let vectors = self.vectors(&drafts).await?;
        let pieces: Vec<_> = drafts
            .into_iter()
            .map(|(source, draft)| (source, self.piece(draft)))
            .collect();
        let tx = self.files.db().write().await?;
        // Whoever deletes one of them waits here, or has been quicker, and then it is not written.
        let waiting = held(&tx, self.workspace, rows).await?;
        let ready = waiting.iter().map(|row| row.source_id).collect::<Vec<_>>();
        if matches!(end, End::Done | End::First) {
            let old = Query::select()
                .column(chunks::Column::Id)
                .from(chunks::Entity)
                .and_where(chunks::Column::WorkspaceId.eq(self.workspace))
                .and_where(chunks::Column::SourceId.is_in(ready.iter().copied()))
                .to_owned();
            db::index::delete(&tx, old).await?;
        }
        let (mut written, mut turned) = (Vec::new(), Vec::new());
        for ((source, piece), vector) in pieces.into_iter().zip(vectors) {
            if ready.contains(&source) {
                written.push(piece);
                turned.push(vector);
            }
        }
        let ids = insert(&tx, written).await?;
        if let Some((space, rotation)) = &self.space {
            let vectors = ids
                .into_iter()
                .zip(turned)
                .filter_map(|(id, vector)| Some((id, vector?)));
            let place = (space, self.workspace);
            self.files
                .index()
                .vectors()
                .insert(&tx, place, rotation, vectors.collect())
                .await?;
        }
        if matches!(end, End::Done | End::Last) && self.trouble.is_none() {
            let tickets = waiting.iter().map(|row| row.ticket);
            index_queue::Entity::delete_many()
                .filter(index_queue::Column::Ticket.is_in(tickets))
                .exec(&*tx)
                .await
                .map_err(DbError::from)?;
        }
        tx.commit().await?;
        Ok(!ready.is_empty() || rows.is_empty())
    }

    /// A vector for each draft, or none where none can be made now.
    async fn vectors(&mut self, drafts: &[(uuid::Uuid, Draft)]) -> Result<Vec<Option<Vec<f32>>>, Trouble> {
        let without = || vec![None; drafts.len()];
        if self.space.is_none() || drafts.is_empty() {
            return Ok(without());
        }
        let texts: Vec<&str> = drafts.iter().map(|(_, draft)| &*draft.text).collect();
        match spaces::embed(self.files, self.workspace, &texts).await {
            Ok(vectors) if vectors.len() == drafts.len() => Ok(vectors.into_iter().map(Some).collect()),
            Ok(_) => Ok(without()),
            Err(error) => {
                self.trouble = Some(error);
                Ok(without())
            }
        }
    }

    fn piece(&mut self, draft: Draft) -> Piece {
        let words = split(&draft.text);
        let tokens = self.hasher.tokens(&words, &languages_of(&draft.text));
        let texts =
            |tokens: &mut dyn Iterator<Item = &Token>| tokens.map(|t| t.as_str().to_owned()).collect();
        Piece {
            row: chunks::Model {
                tokens_count: tokens.count() as i32,
                twin: self.hasher.twin(&words),
                ..draft.row
            },
            words: texts(&mut tokens.words.iter()),
            stems: texts(&mut tokens.stems.iter()),
            starts: texts(&mut tokens.starts.iter()),
        }
    }
}

/// Those of the rows that still wait as they were taken, held until the end of the transaction.
async fn held(
    tx: &Tx,
    workspace: WorkspaceId,
    rows: &[&index_queue::Model],
) -> Result<Vec<index_queue::Model>, DbError> {
    Ok(index_queue::Entity::of(workspace)
        .filter(index_queue::Column::Ticket.is_in(rows.iter().map(|row| row.ticket)))
        .lock_exclusive()
        .all(&**tx)
        .await?)
}
