//! A slice, page by page. It is complete when its last page has come and there are as many records as the source announced.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use connectors::source::{BadRecord, Page, Record, Slice, Source};
use db::entity::sync_slices;
use db::sync_kinds::{SliceState, SyncMode};
use kit::clock::Timestamp;

use super::{Reading, Trouble};
use crate::queue::Queue;
use crate::sync::batch::BatchMessage;
use crate::sync::{positions, slices};

/// So many pages are on their way at most: the writer sets the pace.
const AHEAD: i64 = 6;
/// How often a slice is read again that was not complete.
const READINGS: u32 = 3;
/// No slice has more pages: what goes on after that goes in circles.
const MOST_PAGES: i64 = 200_000;

fn hash_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// How a reading of a slice ended.
enum Read {
    /// All of it is on its way.
    Complete,
    /// Fewer records came than were announced.
    Short { announced: u64, came: u64 },
}

impl Reading<'_> {
    /// Reads a slice, again if it was not complete.
    pub(super) async fn slice(
        &mut self,
        source: &Source,
        slice: &sync_slices::Model,
        all: &[sync_slices::Model],
    ) -> Result<(), Trouble> {
        let mut missing = String::new();
        for _ in 0..READINGS {
            let epoch = self.begin(slice).await?;
            match self.pages(source, slice, epoch, all).await? {
                Read::Complete => return Ok(()),
                Read::Short { announced, came } => {
                    missing = format!("The source announced {announced} records and gave {came}.");
                    tracing::debug!(run = %self.run.id, stream = %slice.stream, announced, came, "a slice was not complete");
                }
            }
        }
        Err(Trouble::Stream("failed", missing))
    }

    /// Begins a reading of a slice, if this run is still ours.
    pub(in crate::sync) async fn begin(&self, slice: &sync_slices::Model) -> Result<i32, Trouble> {
        let tx = self.business.db().write().await?;
        if self.lease.holds(&tx).await?.is_none() {
            return Err(Trouble::Stopping);
        }
        let epoch = slices::begin(&tx, slice).await?;
        tx.commit().await?;
        Ok(epoch)
    }

    async fn pages(
        &mut self,
        source: &Source,
        slice: &sync_slices::Model,
        epoch: i32,
        all: &[sync_slices::Model],
    ) -> Result<Read, Trouble> {
        let wanted = Slice {
            from: slice.from_at.map(Timestamp),
            to: Timestamp(slice.to_at),
        };
        let (mut came, mut tokens) = (HashSet::new(), HashSet::new());
        let mut token: Option<String> = None;
        for seq in 0..MOST_PAGES {
            let page = self.ask(source, &slice.stream, wanted, token.as_deref()).await?;
            let Page {
                records,
                bad,
                next,
                announced,
                pause,
            } = page;
            came.extend(records.iter().map(|record| hash_of(&record.source_id)));
            came.extend(bad.iter().map(|bad| hash_of(bad.source_id.as_deref().unwrap_or(&bad.body))));
            let is_last = next.is_none();
            let count = came.len() as u64;
            if is_last {
                if let Some(announced) = announced.filter(|announced| *announced > count) {
                    return Ok(Read::Short { announced, came: count });
                }
                self.check_usual(slice, count, all).await?;
            }
            let message = self.message(slice, epoch, seq, is_last, records, bad);
            self.send(&message).await?;
            let Some(next) = next else {
                return Ok(Read::Complete);
            };
            if !tokens.insert(hash_of(&next)) {
                let why = "The source's pages go in circles.".to_owned();
                return Err(Trouble::Stream("failed", why));
            }
            token = Some(next);
            if !pause.is_zero() {
                self.rest(pause).await?;
            }
        }
        let why = "The source's pages do not end.".to_owned();
        Err(Trouble::Stream("failed", why))
    }

    pub(in crate::sync) fn message(
        &self,
        slice: &sync_slices::Model,
        epoch: i32,
        seq: i64,
        last: bool,
        records: Vec<Record>,
        bad: Vec<BadRecord>,
    ) -> BatchMessage {
        BatchMessage {
            run: self.run.id,
            fence: self.lease.fence,
            connector: self.run.connector_id,
            stream: slice.stream.clone(),
            slice: slice.slice,
            epoch,
            seq,
            last,
            records,
            bad,
            fetched_at: self.business.db().now(),
        }
    }

    /// Puts a page into the queue, when there is room.
    pub(in crate::sync) async fn send(&self, message: &BatchMessage) -> Result<(), Trouble> {
        self.wait_until_written(AHEAD).await?;
        let body = serde_json::value::to_raw_value(message).map_err(db::DbError::from)?;
        let queue = &self.business.ingest().queue;
        let parcel = queue.pack(self.lane(), &body).await?;
        let tx = self.business.db().write().await?;
        queue.enqueue(&tx, self.lane(), vec![parcel]).await?;
        tx.commit().await?;
        self.business.ingest().lanes.notify_one();
        Ok(())
    }

    /// Stops before the position moves over nothing where there is usually something.
    async fn check_usual(
        &self,
        slice: &sync_slices::Model,
        came: u64,
        all: &[sync_slices::Model],
    ) -> Result<(), Trouble> {
        if came > 0 {
            return Ok(());
        }
        let of_stream = || all.iter().filter(|other| other.stream == slice.stream);
        let counts = |other: &&sync_slices::Model| self.run.mode != SyncMode::Incremental || other.moves_cursor;
        let is_final = of_stream().filter(counts).all(|other| other.slice <= slice.slice);
        if !is_final {
            return Ok(());
        }
        self.wait_until_written(0).await?;
        let now = slices::all(self.business.db().read(), self.run.workspace_id, self.run.id).await?;
        let before: i64 = now
            .iter()
            .filter(|other| other.stream == slice.stream && other.state == SliceState::Done)
            .map(|other| other.records_read)
            .sum();
        let usual = self.usual.get(&slice.stream).map_or(&[][..], Vec::as_slice);
        let seconds = seconds_of(self.run.mode, of_stream());
        if before == 0 && positions::usually_has_rows(usual, seconds) {
            let why = format!("The source gave no {} where it usually has some.", slice.stream);
            return Err(Trouble::Stream("suspect", why));
        }
        Ok(())
    }
}

/// How long the time is that a run reads of a stream, in seconds; 0: all of it.
pub(in crate::sync) fn seconds_of<'a>(
    mode: SyncMode,
    slices: impl Iterator<Item = &'a sync_slices::Model>,
) -> u64 {
    if mode != SyncMode::Incremental {
        return 0;
    }
    let mut seconds = 0;
    for slice in slices.filter(|slice| slice.moves_cursor) {
        match slice.from_at {
            Some(from) => seconds += Timestamp(slice.to_at).since(Timestamp(from)).as_secs().max(1),
            None => return 0,
        }
    }
    seconds
}
