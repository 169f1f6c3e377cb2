//! The writers: take pages and webhooks out of the queue, one lane after the other, and write them.

use std::sync::Arc;
use std::time::Duration;

use connectors::source::{BadRecord, Record};
use db::entity::{connectors as rows, sync_slices};
use db::sync_kinds::SliceState;
use db::{ConnectorId, DbError, SyncRunId, Tx, WorkspaceId};
use kit::api::{ApiError, Code};
use uuid::Uuid;

use super::batch::BatchMessage;
use super::leases::Lease;
use super::letters::{Letter, Stage, bury, raise};
use super::slices::{self, Added};
use super::positions;
use crate::connectors::{Reader, RoleWord};
use crate::ingest::word_or;
use crate::queue::{Claim, Message, Queue, Topic};
use crate::warehouse::{self, Batch, Loaded};
use crate::{Business, connectors as ours, webhooks};

/// How often it is looked for messages that nobody told of.
const LOOK: Duration = Duration::from_secs(1);
/// How often a page is tried that the store does not take.
const TRIES: i32 = 6;
/// So many webhooks of one source are written together.
const HOOKS: u64 = 100;
/// More records of a slice that are not understood stop it: something is wrong with all of them.
const MOST_FAILED: i64 = 50;
/// So does a hundredth of them, once there are enough to tell.
const ENOUGH: i64 = 500;

pub(super) fn start(business: &Business) {
    for _ in 0..business.config().ingest.writers {
        let business = business.clone();
        let life = business.lifecycle().clone();
        life.clone().spawn("ingest", async move {
            let loader = Loader::new(&business);
            let mut after = WorkspaceId(Uuid::nil());
            while !life.is_stopping() {
                match serve_lanes(&loader, &mut after).await {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(error) => {
                        tracing::warn!(error = %error, "messages cannot be claimed");
                        tokio::time::sleep(LOOK).await;
                    }
                }
                tokio::select! {
                    () = word_or(&business.ingest().lanes, LOOK) => {}
                    () = life.stopping() => {}
                }
            }
        });
    }
}

/// Writes what is first in one lane of each topic; answers whether there was anything. `after` is the tenant that was
/// served last.
pub(crate) async fn serve_lanes(loader: &Loader, after: &mut WorkspaceId) -> Result<bool, ApiError> {
    let queue = &loader.business.ingest().queue;
    let hooks = queue.claim(Topic::Webhook, HOOKS, *after).await?;
    let had_hooks = hooks.is_some();
    if let Some(claim) = hooks {
        webhooks::serve(loader, claim).await?;
    }
    let Some(claim) = queue.claim(Topic::Batch, 1, *after).await? else {
        return Ok(had_hooks);
    };
    *after = claim.lane.workspace;
    serve_batch(loader, claim).await?;
    loader.business.ingest().written.notify_waiters();
    loader.business.ingest().lanes.notify_one();
    Ok(true)
}

/// What writes: knows the connectors that it has opened.
pub(crate) struct Loader {
    pub business: Business,
    open: moka::sync::Cache<(ConnectorId, i64), Arc<Reader>>,
}

/// Records as they are to be written, and those that cannot be.
#[derive(Debug, Default)]
pub(crate) struct Meant {
    pub loaded: Vec<Loaded>,
    pub letters: Vec<Letter>,
}

impl Loader {
    pub fn new(business: &Business) -> Self {
        Self {
            business: business.clone(),
            open: moka::sync::Cache::new(64),
        }
    }

    /// A connector, opened.
    pub async fn reader(&self, row: &rows::Model) -> Result<Arc<Reader>, ApiError> {
        // Another one as soon as its row changes: its values may be others.
        let key = (row.id, row.updated_at);
        if let Some(reader) = self.open.get(&key) {
            return Ok(reader);
        }
        let reader = Arc::new(ours::open(&self.business, row).await?);
        self.open.insert(key, reader.clone());
        Ok(reader)
    }
}

/// Understands records, each for itself. Of two states of the same one the newer counts.
pub(crate) fn understand(reader: &Reader, stream: &str, records: Vec<Record>, bad: Vec<BadRecord>) -> Meant {
    let mut meant = Meant {
        letters: bad.into_iter().map(|bad| Letter::unread(stream, bad)).collect(),
        ..Meant::default()
    };
    let mut newest: std::collections::HashMap<(String, String), usize> = std::collections::HashMap::new();
    for record in records {
        let key = (record.stream.clone(), record.source_id.clone());
        match reader.map(&record) {
            Ok(meaning) => {
                let loaded = Loaded { record, meaning };
                if let Some(at) = newest.get(&key) {
                    if meant.loaded[*at].record.version <= loaded.record.version {
                        meant.loaded[*at] = loaded;
                    }
                } else {
                    newest.insert(key, meant.loaded.len());
                    meant.loaded.push(loaded);
                }
            }
            Err(error) => meant.letters.push(Letter::of(record, Stage::Map, error)),
        }
    }
    meant
}

/// Where records belong.
#[derive(Clone, Debug)]
pub(crate) struct Origin<'a> {
    pub row: &'a rows::Model,
    pub run: SyncRunId,
    pub slice: i64,
    pub seq: i64,
    pub fetched_at: kit::clock::Timestamp,
}

/// Writes what was understood and what was not; answers how many records were new or changed.
pub(crate) async fn write(business: &Business, tx: &Tx, origin: &Origin<'_>, meant: Meant) -> Result<i64, DbError> {
    let row = origin.row;
    let mut by_stream: std::collections::BTreeMap<String, Vec<Loaded>> = std::collections::BTreeMap::new();
    for loaded in meant.loaded {
        by_stream.entry(loaded.record.stream.clone()).or_default().push(loaded);
    }
    let mut written = 0;
    for (stream, records) in by_stream {
        let batch = Batch {
            connector: row.id,
            role: RoleWord::of(&row.role).counted(),
            run: origin.run,
            stream,
            slice: origin.slice,
            seq: origin.seq,
            records,
            fetched_at: origin.fetched_at,
        };
        let report = warehouse::load(business, tx, row.workspace_id, &batch).await?;
        written += report.written as i64;
        let ids = batch.records.iter().map(|loaded| loaded.record.source_id.as_str());
        raise(tx, row.workspace_id, row.id, &batch.stream, ids).await?;
    }
    if !meant.letters.is_empty() {
        let keys = business.db().keys(row.workspace_id.0).await?;
        bury(tx, &keys, row.workspace_id, row.id, meant.letters).await?;
        ours::announce(tx, row.workspace_id, row.id).await?;
    }
    Ok(written)
}

async fn serve_batch(loader: &Loader, claim: Claim) -> Result<(), ApiError> {
    let queue = &loader.business.ingest().queue;
    let Some(message) = claim.messages.first() else {
        return Ok(());
    };
    let attempts = message.attempts;
    match write_batch(loader, &claim, message, attempts > TRIES).await {
        Ok(true) => {
            queue.clear(claim).await;
            Ok(())
        }
        Ok(false) => {
            tracing::warn!("another node went on with a page");
            Ok(())
        }
        Err(error) => {
            // A store that is away or full is no fault of the page.
            let is_away = error.code == Code::Unavailable;
            tracing::warn!(error = %error, attempts, "a page could not be written");
            let rest = Duration::from_millis(500) * (1 << attempts.clamp(0, 6) as u32);
            if is_away && attempts > TRIES {
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
            Ok(queue.release(claim, rest).await?)
        }
    }
}

/// Writes one page, and takes it out of the queue, in one transaction; false when somebody else has it. One that was tried
/// too often is given up: its records become dead letters.
async fn write_batch(loader: &Loader, claim: &Claim, message: &Message, give_up: bool) -> Result<bool, ApiError> {
    let business = &loader.business;
    let workspace = claim.lane.workspace;
    let queue = &business.ingest().queue;
    let done = [message.id];
    let Ok(batch) = serde_json::from_str::<BatchMessage>(message.body.get()) else {
        tracing::error!("a page cannot be read and is thrown away");
        let tx = business.db().write().await?;
        let held = queue.done(&tx, claim, &done).await?;
        tx.commit().await?;
        return Ok(held);
    };
    let row = ours::find(business.db().read(), workspace, batch.connector).await?;
    // What is understood before the transaction keeps no other writer waiting.
    let meant = match &row {
        Some(row) => {
            let reader = loader.reader(row).await?;
            Some(understand(&reader, &batch.stream, batch.records.clone(), batch.bad.clone()))
        }
        None => None,
    };
    let tx = business.db().write().await?;
    if let (Some(row), Some(meant)) = (row, meant)
        && let Some(slice) = slice_of(&tx, workspace, &batch).await?
    {
        if give_up {
            dead(business, &tx, &row, &batch).await?;
            slices::give_up(&tx, workspace, batch.run, &batch.stream).await?;
        } else {
            add(business, &tx, &row, &slice, &batch, meant).await?;
        }
    }
    if !queue.done(&tx, claim, &done).await? {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

/// The slice of a page, if the page still counts: its run goes on with the same reader, and the slice is being read for
/// the same time.
async fn slice_of(tx: &Tx, workspace: WorkspaceId, batch: &BatchMessage) -> Result<Option<sync_slices::Model>, DbError> {
    let lease = Lease {
        workspace,
        run: batch.run,
        fence: batch.fence,
    };
    if lease.reads(tx).await?.is_none() {
        return Ok(None);
    }
    let slice = slices::one(&**tx, workspace, batch.run, &batch.stream, batch.slice).await?;
    Ok(slice.filter(|slice| slice.epoch == batch.epoch && slice.state == SliceState::Reading))
}

async fn add(
    business: &Business,
    tx: &Tx,
    row: &rows::Model,
    slice: &sync_slices::Model,
    batch: &BatchMessage,
    meant: Meant,
) -> Result<(), DbError> {
    let origin = Origin {
        row,
        run: batch.run,
        slice: batch.ledger(),
        seq: batch.seq,
        fetched_at: batch.fetched_at,
    };
    let failed = meant.letters.len() as i64;
    let read = (batch.records.len() + batch.bad.len()) as i64;
    let written = write(business, tx, &origin, meant).await?;
    let (all_failed, all_read) = (slice.records_failed + failed, slice.records_read + read);
    let too_many = all_failed > MOST_FAILED || (all_read >= ENOUGH && all_failed * 100 > all_read);
    let state = if batch.last && !too_many { SliceState::Done } else { SliceState::Reading };
    if !slices::add(tx, slice, Added { read, written, failed }, state).await? {
        return Ok(());
    }
    if too_many {
        return slices::give_up(tx, slice.workspace_id, batch.run, &batch.stream).await;
    }
    if state == SliceState::Done && slice.stream != super::files::STREAM {
        let all = slices::all(&**tx, slice.workspace_id, batch.run).await?;
        let is_filled = all
            .iter()
            .filter(|other| other.stream == slice.stream)
            .all(|other| other.state == SliceState::Done);
        positions::advance(tx, row.id, slice, is_filled).await?;
    }
    Ok(())
}

/// A page that the store does not take: its records are kept one by one, so that none of them is lost without a sign.
async fn dead(business: &Business, tx: &Tx, row: &rows::Model, batch: &BatchMessage) -> Result<(), DbError> {
    let why = "It could not be written.";
    let records = batch.records.iter().cloned();
    let mut letters: Vec<Letter> = records
        .map(|record| Letter::of(record, Stage::Load, why.to_owned()))
        .collect();
    letters.extend(batch.bad.iter().cloned().map(|bad| Letter::unread(&batch.stream, bad)));
    let keys = business.db().keys(row.workspace_id.0).await?;
    bury(tx, &keys, row.workspace_id, row.id, letters).await?;
    ours::announce(tx, row.workspace_id, row.id).await
}
