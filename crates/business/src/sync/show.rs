//! A run as people see it.

use std::collections::BTreeMap;

use db::entity::{connectors as rows, sync_runs, sync_slices};
use db::sync_kinds::{SliceState, SyncMode, SyncStatus, SyncTrigger};
use db::{ConnectorId, DbError, SyncRunId};
use kit::clock::Timestamp;
use kit::vault::Place;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{news, slices};
use crate::Business;

pub(super) const fn error_place(id: SyncRunId) -> Place<'static> {
    Place {
        column: "sync_runs.error",
        row: id.0,
    }
}

/// How far a run is, in slices.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProgressOut {
    /// Slices that are in the tables.
    done: u64,
    /// All of them; not known before it was begun.
    #[schema(required)]
    planned: Option<u64>,
    /// The stream that is being read.
    #[schema(required)]
    stream: Option<String>,
}

/// How one stream of a run did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct StreamOut {
    pub name: String,
    pub read: i64,
    pub written: i64,
    pub failed: i64,
    /// `planned`, `reading`, `done`, `failed`, `forbidden` or `suspect`.
    pub status: String,
}

/// A run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RunOut {
    id: SyncRunId,
    connector_id: ConnectorId,
    mode: SyncMode,
    trigger: SyncTrigger,
    status: SyncStatus,
    /// Records that the source gave.
    records_read: i64,
    /// Of them new or changed.
    records_written: i64,
    /// Of them not understood.
    records_failed: i64,
    #[schema(required)]
    duration_ms: Option<i64>,
    /// Why it did not end well.
    #[schema(required)]
    error: Option<String>,
    progress: ProgressOut,
    streams: Vec<StreamOut>,
    #[schema(required)]
    started_at: Option<Timestamp>,
    #[schema(required)]
    finished_at: Option<Timestamp>,
}

/// The streams of a run as its slices tell, with what was noted of those that did not end well.
pub(super) fn streams_of(slices: &[sync_slices::Model], noted: &[StreamOut]) -> Vec<StreamOut> {
    let mut all: BTreeMap<&str, Vec<&sync_slices::Model>> = BTreeMap::new();
    for slice in slices {
        all.entry(&slice.stream).or_default().push(slice);
    }
    let sum = |of: &[&sync_slices::Model], what: fn(&sync_slices::Model) -> i64| of.iter().map(|s| what(s)).sum();
    all.into_iter()
        .map(|(name, of)| {
            let any = |state| of.iter().any(|slice| slice.state == state);
            let status = match noted.iter().find(|stream| stream.name == name) {
                Some(noted) => noted.status.as_str(),
                None if any(SliceState::Failed) => "failed",
                None if of.iter().all(|slice| slice.state == SliceState::Done) => "done",
                None if any(SliceState::Done) || any(SliceState::Reading) => "reading",
                None => "planned",
            };
            StreamOut {
                name: name.to_owned(),
                read: sum(&of, |s| s.records_read),
                written: sum(&of, |s| s.records_written),
                failed: sum(&of, |s| s.records_failed),
                status: status.to_owned(),
            }
        })
        .collect()
}

/// Makes it.
pub(super) async fn show(business: &Business, run: &sync_runs::Model) -> Result<RunOut, DbError> {
    let noted: Vec<StreamOut> = serde_json::from_str(&run.streams)?;
    let slices = slices::all(business.db().read(), run.workspace_id, run.id).await?;
    let has_ended = run.finished_at.is_some();
    let streams = if has_ended || slices.is_empty() { noted } else { streams_of(&slices, &noted) };
    let sum = |what: fn(&StreamOut) -> i64| streams.iter().map(what).sum::<i64>();
    let error = match &run.error {
        Some(sealed) => {
            let keys = business.db().keys(run.workspace_id.0).await?;
            Some(sealed.open(&keys, error_place(run.id))?)
        }
        None => None,
    };
    let done = slices.iter().filter(|slice| slice.state == SliceState::Done).count() as u64;
    let reading = slices.iter().find(|slice| slice.state == SliceState::Reading);
    Ok(RunOut {
        id: run.id,
        connector_id: run.connector_id,
        mode: run.mode,
        trigger: run.trigger,
        status: run.status,
        records_read: if has_ended { run.records_read } else { sum(|s| s.read) },
        records_written: if has_ended { run.records_written } else { sum(|s| s.written) },
        records_failed: if has_ended { run.records_failed } else { sum(|s| s.failed) },
        duration_ms: news::duration_ms(run),
        error,
        progress: ProgressOut {
            done,
            planned: run.is_planned.then_some(slices.len() as u64),
            stream: reading.filter(|_| !has_ended).map(|slice| slice.stream.clone()),
        },
        streams,
        started_at: run.started_at.map(Timestamp),
        finished_at: run.finished_at.map(Timestamp),
    })
}

/// The newest runs of a connector.
pub(super) async fn list(
    business: &Business,
    row: &rows::Model,
    limit: u64,
) -> Result<Vec<RunOut>, DbError> {
    let found = sync_runs::Entity::of(row.workspace_id)
        .filter(sync_runs::Column::ConnectorId.eq(row.id))
        .order_by_desc(sync_runs::Column::CreatedAt)
        .order_by_desc(sync_runs::Column::Id)
        .limit(limit)
        .all(business.db().read())
        .await?;
    let mut all = Vec::with_capacity(found.len());
    for run in &found {
        all.push(show(business, run).await?);
    }
    Ok(all)
}

/// The run of a connector that goes on, or its newest.
pub(crate) async fn newest_run(business: &Business, row: &rows::Model) -> Result<Option<RunOut>, DbError> {
    Ok(list(business, row, 1).await?.pop())
}
