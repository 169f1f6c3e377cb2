//! The reader: goes through the slices of a run and puts their pages into the queue.

mod asking;
mod pages;

pub(super) use pages::seconds_of;

use std::collections::BTreeMap;
use std::time::Duration;

use db::entity::{connectors as rows, sync_runs, sync_slices};
use db::sync_kinds::{SliceState, SyncMode};
use kit::api::ApiError;
use kit::clock::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use tokio_util::sync::CancellationToken;

use super::leases::Lease;
use super::plan::{self, Planned, Wish};
use super::positions::{self, Found};
use super::show::StreamOut;
use super::{ending, files, news, slices};
use crate::connectors::{self, Reader};
use crate::queue::{Lane, Topic};
use crate::{Business, ingest};

/// How long it is waited between two looks whether pages were written.
const LOOK: Duration = Duration::from_millis(200);

/// Why reading ends before its end.
#[derive(Debug)]
pub(super) enum Trouble {
    /// A person wants it to end.
    Unwanted,
    /// The program stops; another goes on.
    Stopping,
    /// This stream cannot be read; others can. The word says how it is shown.
    Stream(&'static str, String),
    /// Nothing can be read.
    Run(String),
    /// Nothing can be read before a person connects it again.
    Reconnect(String),
    /// The store; what was begun is begun again.
    Store(ApiError),
}

impl<E: Into<ApiError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Store(error.into())
    }
}

/// A run that is being read.
pub(super) struct Reading<'a> {
    pub business: &'a Business,
    pub run: sync_runs::Model,
    pub row: rows::Model,
    pub lease: Lease,
    pub unwanted: CancellationToken,
    /// What the last runs found, by stream.
    pub usual: BTreeMap<String, Vec<Found>>,
    /// Streams that did not end well, with the reason.
    pub broken: BTreeMap<String, (&'static str, String)>,
}

/// Reads a run to its end, or as far as it goes.
pub(super) async fn read(
    business: &Business,
    run: sync_runs::Model,
    lease: Lease,
    unwanted: CancellationToken,
) -> Result<(), ApiError> {
    let Some(row) = connectors::find(business.db().read(), run.workspace_id, run.connector_id).await? else {
        return Ok(());
    };
    if run.cancel_requested {
        unwanted.cancel();
    }
    let mut reading = Reading {
        business,
        run,
        row,
        lease,
        unwanted,
        usual: BTreeMap::new(),
        broken: BTreeMap::new(),
    };
    let outcome = reading.go().await;
    match outcome {
        Ok(()) => ending::ended(&reading).await,
        Err(Trouble::Unwanted) => ending::cancelled(&reading).await,
        Err(Trouble::Stopping) => Ok(lease.hand_over(business.db()).await?),
        Err(Trouble::Run(why) | Trouble::Stream(_, why)) => ending::failed(&reading, &why, false).await,
        Err(Trouble::Reconnect(why)) => ending::failed(&reading, &why, true).await,
        Err(Trouble::Store(error)) => Err(error),
    }
}

impl Reading<'_> {
    pub fn lane(&self) -> Lane {
        Lane {
            workspace: self.run.workspace_id,
            topic: Topic::Batch,
            key: self.run.connector_id.0,
        }
    }

    async fn go(&mut self) -> Result<(), Trouble> {
        let reader = match connectors::open(self.business, &self.row).await {
            Ok(reader) => reader,
            Err(error) if error.code == kit::api::Code::Unavailable => return Err(Trouble::Store(error)),
            Err(error) => return Err(Trouble::Run(error.message)),
        };
        for (stream, row) in
            positions::of(self.business.db().read(), self.run.workspace_id, self.run.connector_id).await?
        {
            self.usual.insert(stream, positions::recent(Some(&row)));
        }
        if !self.run.is_planned {
            self.plan().await?;
        }
        for stream in serde_json::from_str::<Vec<StreamOut>>(&self.run.streams).unwrap_or_default() {
            let word = if stream.status == "forbidden" { "forbidden" } else { "failed" };
            self.broken.insert(stream.name, (word, String::new()));
        }
        match &reader {
            Reader::Source(source) => self.streams(source).await?,
            Reader::Files(Some(layout)) => files::read(self, layout).await?,
            Reader::Files(None) => {
                return Err(Trouble::Run("Nobody has said what the columns of the file mean.".to_owned()));
            }
        }
        self.settle().await
    }

    /// Cuts the run into slices and writes them down.
    async fn plan(&mut self) -> Result<(), Trouble> {
        let manifest = connectors::manifest_of(&self.row)?;
        let known = positions::of(self.business.db().read(), self.run.workspace_id, self.run.connector_id).await?;
        let now = self.business.db().now();
        let plan = if self.run.mode == SyncMode::Upload {
            let whole = Planned {
                from: None,
                to: now,
                moves_cursor: true,
            };
            vec![(files::STREAM.to_owned(), vec![whole])]
        } else {
            let wish = Wish {
                mode: self.run.mode,
                trigger: self.run.trigger,
                now,
                start: self.start_of().await?,
            };
            let of = |stream: &::connectors::manifest::Stream| {
                let slices = plan::slices(&stream.incremental, &wish, known.get(&stream.name));
                (stream.name.clone(), slices)
            };
            manifest.streams.iter().map(of).collect()
        };
        let tx = self.business.db().write().await?;
        let Some(run) = self.lease.holds(&tx).await? else {
            return Err(Trouble::Stopping);
        };
        slices::write(&tx, &run, &plan).await?;
        let planned = sync_runs::ActiveModel {
            is_planned: Set(true),
            ..Default::default()
        };
        sync_runs::Entity::update_many()
            .set(planned)
            .filter(sync_runs::Column::WorkspaceId.eq(run.workspace_id))
            .filter(sync_runs::Column::Id.eq(run.id))
            .exec(&*tx)
            .await
            .map_err(db::DbError::from)?;
        news::started(&tx, &run, &self.row).await?;
        tx.commit().await?;
        self.run = sync_runs::Model { is_planned: true, ..run };
        Ok(())
    }

    /// Since when the person wants to read: the first moment of that day, anywhere.
    async fn start_of(&self) -> Result<Option<Timestamp>, Trouble> {
        let values = connectors::values(self.business, &self.row).await?;
        let day = values.get("start_date").and_then(|text| text.parse::<jiff::civil::Date>().ok());
        let start = day.and_then(|day| day.at(0, 0, 0, 0).in_tz("UTC").ok());
        Ok(start.map(|start| Timestamp(start.timestamp().as_microsecond()).minus(Duration::from_hours(14))))
    }

    /// The slices of all streams, the first of each before the second of any.
    async fn streams(&mut self, source: &::connectors::source::Source) -> Result<(), Trouble> {
        let all = slices::all(self.business.db().read(), self.run.workspace_id, self.run.id).await?;
        let order: Vec<String> = source.streams().iter().map(|stream| stream.name.clone()).collect();
        let mut todo: Vec<&sync_slices::Model> = all.iter().collect();
        todo.sort_by_key(|slice| (slice.slice, order.iter().position(|name| *name == slice.stream)));
        for slice in todo {
            if matches!(slice.state, SliceState::Done | SliceState::Failed) || self.broken.contains_key(&slice.stream) {
                continue;
            }
            match self.slice(source, slice, &all).await {
                Ok(()) => {}
                Err(Trouble::Stream(word, why)) => self.give_up(&slice.stream, word, why).await?,
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// A stream that cannot be read any further.
    async fn give_up(&mut self, stream: &str, word: &'static str, why: String) -> Result<(), Trouble> {
        tracing::warn!(run = %self.run.id, stream, word, "a stream was given up");
        self.wait_until_written(0).await?;
        let tx = self.business.db().write().await?;
        if self.lease.holds(&tx).await?.is_none() {
            return Err(Trouble::Stopping);
        }
        slices::give_up(&tx, self.run.workspace_id, self.run.id, stream).await?;
        tx.commit().await?;
        self.broken.insert(stream.to_owned(), (word, why));
        Ok(())
    }

    /// Waits until all pages are written.
    async fn settle(&mut self) -> Result<(), Trouble> {
        self.wait_until_written(0).await?;
        let all = slices::all(self.business.db().read(), self.run.workspace_id, self.run.id).await?;
        // A page that could not be written at all was taken out of the queue: its slice will not become complete.
        let stuck: Vec<_> = all.iter().filter(|slice| slice.state == SliceState::Reading).collect();
        for slice in stuck {
            let why = "Its pages could not be written.".to_owned();
            self.give_up(&slice.stream, "failed", why).await?;
        }
        Ok(())
    }

    /// Waits until no more than so many pages are on their way.
    pub async fn wait_until_written(&self, most: i64) -> Result<(), Trouble> {
        use crate::queue::Queue;
        while self.business.ingest().queue.waiting(self.lane()).await? > most {
            self.check_wanted()?;
            ingest::word_or(&self.business.ingest().written, LOOK).await;
        }
        Ok(())
    }

    /// Whether it still makes sense to go on.
    pub fn check_wanted(&self) -> Result<(), Trouble> {
        if self.unwanted.is_cancelled() {
            return Err(Trouble::Unwanted);
        }
        if self.business.lifecycle().is_stopping() {
            return Err(Trouble::Stopping);
        }
        Ok(())
    }

    /// Rests, unless it makes no sense to go on.
    pub async fn rest(&self, wait: Duration) -> Result<(), Trouble> {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.unwanted.cancelled() => {}
            () = self.business.lifecycle().stopping() => {}
        }
        self.check_wanted()
    }
}
