//! How a run ends: what it came to is written down and told.

use db::entity::{connectors as rows, sync_runs, sync_slices};
use db::sync_kinds::{SliceState, SyncMode, SyncStatus};
use db::{DbError, Sealed, Tx};
use kit::api::ApiError;
use kit::measure::Name;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::positions::{self, Found};
use super::reading::{Reading, seconds_of};
use super::show::{StreamOut, error_place, streams_of};
use super::{news, slices};
use crate::{Business, connectors, schedules};

/// What a run came to.
struct End {
    status: SyncStatus,
    why: Option<String>,
    reconnect: bool,
}

/// Everything was read that can be read.
pub(super) async fn ended(reading: &Reading<'_>) -> Result<(), ApiError> {
    let all = slices::all(
        reading.business.db().read(),
        reading.run.workspace_id,
        reading.run.id,
    )
    .await?;
    let streams = streams_of(&all, &[]);
    let broken = |word: &str| reading.broken.values().any(|(of, _)| *of == word);
    let failed = streams.iter().filter(|stream| stream.status != "done").count();
    let refused: i64 = streams.iter().map(|stream| stream.failed).sum();
    let read: i64 = streams.iter().map(|stream| stream.read).sum();
    let is_upload = reading.run.mode == SyncMode::Upload;
    let status = if broken("suspect") || broken("forbidden") {
        SyncStatus::Suspect
    } else if is_upload && refused > 0 {
        // Nobody sends a file's rows again by themselves: whoever brought it has to know.
        SyncStatus::Partial
    } else if failed == 0 {
        SyncStatus::Success
    } else if failed == streams.len() {
        SyncStatus::Failed
    } else {
        SyncStatus::Partial
    };
    let mut sentences: Vec<&str> = reading.broken.values().map(|(_, why)| why.as_str()).collect();
    sentences.retain(|why| !why.is_empty());
    sentences.dedup();
    let mut why = (!sentences.is_empty()).then(|| sentences.join(" "));
    if status != SyncStatus::Success && why.is_none() {
        why = Some(if is_upload {
            format!("{refused} of its {read} records could not be understood.")
        } else {
            "Too many of its records could not be understood.".to_owned()
        });
    }
    let end = End {
        status,
        why,
        reconnect: false,
    };
    finish(reading, end).await
}

/// Nothing more can be read.
pub(super) async fn failed(reading: &Reading<'_>, why: &str, reconnect: bool) -> Result<(), ApiError> {
    let end = End {
        status: SyncStatus::Failed,
        why: Some(why.to_owned()),
        reconnect,
    };
    finish(reading, end).await
}

/// A person wanted it to end.
pub(super) async fn cancelled(reading: &Reading<'_>) -> Result<(), ApiError> {
    let end = End {
        status: SyncStatus::Cancelled,
        why: None,
        reconnect: false,
    };
    finish(reading, end).await
}

async fn finish(reading: &Reading<'_>, end: End) -> Result<(), ApiError> {
    let business = reading.business;
    let keys = business.db().keys(reading.run.workspace_id.0).await?;
    let tx = business.db().write().await?;
    let Some(run) = reading.lease.holds(&tx).await? else {
        return Ok(());
    };
    let Some(row) = connectors::find(&*tx, run.workspace_id, run.connector_id).await? else {
        return Ok(());
    };
    let all = slices::all(&*tx, run.workspace_id, run.id).await?;
    let noted: Vec<StreamOut> = reading
        .broken
        .iter()
        .map(|(name, (word, _))| StreamOut {
            name: name.clone(),
            read: 0,
            written: 0,
            failed: 0,
            status: (*word).to_owned(),
        })
        .collect();
    let streams = streams_of(&all, &noted);
    let sum = |what: fn(&StreamOut) -> i64| streams.iter().map(what).sum::<i64>();
    let now = tx.now().micros();
    let run = sync_runs::Model {
        status: end.status,
        streams: serde_json::to_string(&streams).map_err(DbError::from)?,
        records_read: sum(|stream| stream.read),
        records_written: sum(|stream| stream.written),
        records_failed: sum(|stream| stream.failed),
        error: match &end.why {
            Some(why) => Some(Sealed::seal(&keys, error_place(run.id), why).map_err(DbError::from)?),
            None => None,
        },
        finished_at: Some(now),
        ..run
    };
    save(&tx, &run).await?;
    measure(business, &run, &row.kind);
    if run.mode != SyncMode::Upload && end.status != SyncStatus::Cancelled {
        remember(&tx, &run, &all).await?;
    }
    let next_due = settle(reading, &tx, &row, &run, &end, &all).await?;
    news::ended(business, &tx, &run, &row, next_due).await?;
    if let Some(object) = &run.object {
        tx.job(&super::upload::DropUpload {
            workspace: run.workspace_id,
            object: object.clone(),
        })
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn save(tx: &Tx, run: &sync_runs::Model) -> Result<(), DbError> {
    let change = sync_runs::ActiveModel {
        status: Set(run.status),
        streams: Set(run.streams.clone()),
        records_read: Set(run.records_read),
        records_written: Set(run.records_written),
        records_failed: Set(run.records_failed),
        error: Set(run.error.clone()),
        finished_at: Set(run.finished_at),
        ..Default::default()
    };
    sync_runs::Entity::update_many()
        .set(change)
        .filter(sync_runs::Column::WorkspaceId.eq(run.workspace_id))
        .filter(sync_runs::Column::Id.eq(run.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// What was found, by stream: the next run compares.
async fn remember(tx: &Tx, run: &sync_runs::Model, all: &[sync_slices::Model]) -> Result<(), DbError> {
    let mut streams: Vec<&str> = all.iter().map(|slice| slice.stream.as_str()).collect();
    streams.dedup();
    streams.sort_unstable();
    streams.dedup();
    for stream in streams {
        let of = || all.iter().filter(|slice| slice.stream == stream);
        if of().any(|slice| slice.state != SliceState::Done) {
            continue;
        }
        let found = Found {
            seconds: seconds_of(run.mode, of()),
            rows: of().map(|slice| slice.records_read).sum(),
        };
        positions::remember(tx, run.workspace_id, run.connector_id, stream, found).await?;
    }
    Ok(())
}

/// What the run means for the connector and its schedule.
/// Notes how long a run took and what it brought.
fn measure(business: &Business, run: &sync_runs::Model, kind: &str) {
    let recorder = business.db().recorder();
    let workspace = run.workspace_id.to_string();
    let status = run.status.word();
    let began = run.started_at.unwrap_or(run.created_at);
    let took = run.finished_at.unwrap_or(began) - began;
    let labels = [kind, status, workspace.as_str()];
    recorder.note(Name::SyncRuns, &labels, u64::try_from(took).unwrap_or(0));
    let written = u64::try_from(run.records_written).unwrap_or(0);
    recorder.note(Name::SyncRecords, &[kind, &workspace], written);
}

async fn settle(
    reading: &Reading<'_>,
    tx: &Tx,
    row: &rows::Model,
    run: &sync_runs::Model,
    end: &End,
    all: &[sync_slices::Model],
) -> Result<Option<kit::clock::Timestamp>, ApiError> {
    let why = end.why.as_deref().unwrap_or_default();
    let well = matches!(end.status, SyncStatus::Success | SyncStatus::Partial);
    match end.status {
        _ if end.reconnect => connectors::needs_reconnect(reading.business, tx, row, why).await?,
        SyncStatus::Failed => drop(connectors::failed_often(reading.business, tx, row, why).await?),
        SyncStatus::Cancelled => {}
        _ => {
            let fresh = (end.status == SyncStatus::Success)
                .then(|| fresh_until(all))
                .flatten();
            connectors::went_well(
                reading.business,
                tx,
                row,
                run.finished_at,
                fresh,
                end.why.as_deref(),
            )
            .await?;
        }
    }
    let Some(schedule) = row.schedule_id else {
        return Ok(None);
    };
    if end.status != SyncStatus::Cancelled {
        schedules::ended(
            tx,
            row.workspace_id,
            schedule,
            well || end.status == SyncStatus::Suspect,
        )
        .await?;
    }
    let schedule = schedules::get(&**tx, row.workspace_id, schedule).await?;
    Ok(schedule.as_ref().and_then(schedules::next_due))
}

/// Everything that changed before is in the tables, of every stream that was read up to the present.
fn fresh_until(all: &[sync_slices::Model]) -> Option<i64> {
    let mut newest: std::collections::BTreeMap<&str, i64> = std::collections::BTreeMap::new();
    for slice in all.iter().filter(|slice| slice.moves_cursor) {
        let at = newest.entry(&slice.stream).or_insert(slice.to_at);
        *at = (*at).max(slice.to_at);
    }
    newest.into_values().min()
}
