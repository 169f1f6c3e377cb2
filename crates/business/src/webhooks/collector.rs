//! Writing webhooks down: those that come at the same time in one transaction, so that a commit costs each of them little.
//! Each is answered after the commit.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use db::entity::webhook_inbox as rows;
use db::sync_kinds::HookState;
use db::{ConnectorId, DbError, Sealed, Tx, WorkspaceId};
use kit::api::{ApiError, Code};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::HookMessage;
use crate::Business;
use crate::queue::{Lane, Parcel, Queue, Topic};

/// So many are written in one transaction.
const TOGETHER: usize = 250;
/// So many stand in line in memory.
const LINE: usize = 2_000;
/// When to come again where too many wait.
const LATER: Duration = Duration::from_secs(10);

/// A webhook that was verified.
pub(super) struct Arrival {
    pub workspace: WorkspaceId,
    pub connector: ConnectorId,
    pub key: String,
    pub topic: String,
    pub id: Uuid,
    pub body: Sealed,
    pub parcel: Parcel,
    pub answer: oneshot::Sender<Result<Uuid, ApiError>>,
}

/// The line of those that wait to be written.
#[derive(Debug)]
pub(crate) struct Collector {
    line: OnceLock<mpsc::Sender<Arrival>>,
    /// Sources of which too many wait.
    full: moka::sync::Cache<ConnectorId, ()>,
}

impl Default for Collector {
    fn default() -> Self {
        let full = moka::sync::Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(2));
        Self {
            line: OnceLock::new(),
            full: full.build(),
        }
    }
}

fn too_many() -> ApiError {
    ApiError {
        retry_after: Some(LATER),
        ..ApiError::new(Code::RateLimited, "Too many webhooks of this source wait; please send it again later.")
    }
}

impl Collector {
    /// 429 while too many webhooks of a source wait.
    pub(super) fn check(&self, connector: ConnectorId) -> Result<(), ApiError> {
        if self.full.contains_key(&connector) {
            return Err(too_many());
        }
        Ok(())
    }

    /// Stands in line.
    pub(super) fn put(&self, arrival: Arrival) -> Result<(), ApiError> {
        let stopping = || ApiError::unavailable("The server is stopping.", Duration::from_secs(5));
        let line = self.line.get().ok_or_else(stopping)?;
        line.try_send(arrival).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => too_many(),
            mpsc::error::TrySendError::Closed(_) => stopping(),
        })
    }
}

pub(super) fn start(business: &Business) {
    let (line, mut waiting) = mpsc::channel(LINE);
    if business.ingest().collector.line.set(line).is_err() {
        return;
    }
    let business = business.clone();
    let life = business.lifecycle().clone();
    // Until the very end: whoever was let in before the stop gets an answer.
    life.clone().serve("webhooks", async move {
        let mut some = Vec::with_capacity(TOGETHER);
        while waiting.recv_many(&mut some, TOGETHER).await > 0 {
            write_together(&business, std::mem::take(&mut some)).await;
        }
    });
}

/// A webhook that waits for the end of the transaction, and the id that its sender will be told.
type Waiting = (oneshot::Sender<Result<Uuid, ApiError>>, Uuid);

async fn write_together(business: &Business, arrivals: Vec<Arrival>) {
    let mut by_lane: BTreeMap<(WorkspaceId, ConnectorId), Vec<Arrival>> = BTreeMap::new();
    for arrival in arrivals {
        by_lane.entry((arrival.workspace, arrival.connector)).or_default().push(arrival);
    }
    let mut waiting: Vec<Waiting> = Vec::new();
    let outcome = write_all(business, by_lane, &mut waiting).await;
    if outcome.is_ok() {
        business.ingest().lanes.notify_one();
    }
    for (answer, id) in waiting {
        // Whoever hung up does not hear it; what was written is written.
        let _ = answer.send(match &outcome {
            Ok(()) => Ok(id),
            Err(error) => Err(error.clone()),
        });
    }
}

async fn write_all(
    business: &Business,
    by_lane: BTreeMap<(WorkspaceId, ConnectorId), Vec<Arrival>>,
    waiting: &mut Vec<Waiting>,
) -> Result<(), ApiError> {
    let mut lanes = Vec::new();
    for (at, arrivals) in by_lane {
        let mut rows = Vec::with_capacity(arrivals.len());
        for arrival in arrivals {
            waiting.push((arrival.answer, arrival.id));
            rows.push(Row {
                key: arrival.key,
                topic: arrival.topic,
                id: arrival.id,
                body: arrival.body,
                parcel: arrival.parcel,
            });
        }
        lanes.push((at, rows));
    }
    let tx = business.db().write().await?;
    for ((workspace, connector), rows) in lanes {
        let known = write_lane(business, &tx, workspace, connector, rows).await?;
        for (_, id) in waiting.iter_mut() {
            if let Some(before) = known.get(id) {
                *id = *before;
            }
        }
    }
    Ok(tx.commit().await?)
}

struct Row {
    key: String,
    topic: String,
    id: Uuid,
    body: Sealed,
    parcel: Parcel,
}

/// Writes the webhooks of one source; answers which of them were there before, under which id.
async fn write_lane(
    business: &Business,
    tx: &Tx,
    workspace: WorkspaceId,
    connector: ConnectorId,
    rows: Vec<Row>,
) -> Result<BTreeMap<Uuid, Uuid>, DbError> {
    let mut known = BTreeMap::new();
    let keys: Vec<String> = rows.iter().map(|row| row.key.clone()).collect();
    let mut before = known_keys(tx, workspace, connector, keys.clone()).await?;
    let now = tx.now().micros();
    let (mut fresh, mut parcels) = (Vec::new(), BTreeMap::new());
    for row in rows {
        if let Some(id) = before.get(&row.key) {
            known.insert(row.id, *id);
            continue;
        }
        before.insert(row.key.clone(), row.id);
        parcels.insert(row.id, row.parcel);
        fresh.push(rows::ActiveModel {
            workspace_id: Set(workspace),
            connector_id: Set(connector),
            key: Set(row.key),
            id: Set(row.id),
            topic: Set(row.topic),
            body: Set(Some(row.body)),
            state: Set(HookState::Waiting),
            error: Set(None),
            received_at: Set(now),
            done_at: Set(None),
        });
    }
    if fresh.is_empty() {
        return Ok(known);
    }
    let same = [rows::Column::WorkspaceId, rows::Column::ConnectorId, rows::Column::Key];
    rows::Entity::insert_many(fresh)
        .on_conflict(OnConflict::columns(same).do_nothing().to_owned())
        .exec_without_returning(&**tx)
        .await?;
    // Another node may have been quicker with the same one.
    let now_there = known_keys(tx, workspace, connector, keys).await?;
    let ours: std::collections::BTreeSet<Uuid> = now_there.values().copied().collect();
    for (key, id) in before {
        if let Some(there) = now_there.get(&key)
            && *there != id
        {
            known.insert(id, *there);
        }
    }
    let parcels: Vec<Parcel> = parcels
        .into_iter()
        .filter(|(id, _)| ours.contains(id))
        .map(|(_, parcel)| parcel)
        .collect();
    let lane = Lane {
        workspace,
        topic: Topic::Webhook,
        key: connector.0,
    };
    let count = business.ingest().queue.enqueue(tx, lane, parcels).await?;
    if count > business.config().ingest.inbox {
        business.ingest().collector.full.insert(connector, ());
    }
    Ok(known)
}

async fn known_keys(
    tx: &Tx,
    workspace: WorkspaceId,
    connector: ConnectorId,
    keys: Vec<String>,
) -> Result<BTreeMap<String, Uuid>, DbError> {
    let found: Vec<(String, Uuid)> = rows::Entity::of(workspace)
        .filter(rows::Column::ConnectorId.eq(connector))
        .filter(rows::Column::Key.is_in(keys))
        .select_only()
        .columns([rows::Column::Key, rows::Column::Id])
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok(found.into_iter().collect())
}

/// The message of a webhook in the queue.
pub(super) async fn pack(
    business: &Business,
    workspace: WorkspaceId,
    connector: ConnectorId,
    message: &HookMessage,
) -> Result<Parcel, ApiError> {
    let lane = Lane {
        workspace,
        topic: Topic::Webhook,
        key: connector.0,
    };
    let body = serde_json::value::to_raw_value(message).map_err(DbError::from)?;
    business.ingest().queue.pack(lane, &body).await
}
