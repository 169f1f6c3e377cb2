//! The queue in the store's own tables: lanes that are leased, and messages in them.

use std::time::Duration;

use db::dialect::{now_sql, skip_locked_sql, statement};
use db::entity::{ingest_lanes, ingest_queue};
use db::{Db, DbError, Sealed, Tx, WorkspaceId};
use kit::api::ApiError;
use kit::blobs::Blobs;
use kit::vault::Place;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{Claim, Lane, Message, Parcel, Queue, Topic, objects};

/// The store's table as a queue.
#[derive(Clone, Debug)]
pub struct StoreQueue {
    db: Db,
    blobs: Blobs,
    lease: Duration,
}

/// How long whoever works on a lane is believed to live after its last word.
const LEASE: Duration = Duration::from_secs(30);
/// A store that takes so many rows in one statement takes them all.
const ROWS: usize = 500;

const fn place(id: Uuid) -> Place<'static> {
    Place {
        column: "ingest_queue.body",
        row: id,
    }
}

impl StoreQueue {
    /// Over this store.
    pub const fn new(db: Db, blobs: Blobs) -> Self {
        Self {
            db,
            blobs,
            lease: LEASE,
        }
    }

    /// With another lease: for tests that wait for its end.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Lets every lease run out: those of an embedded store that has just been opened have no owner.
    pub async fn expire_all(&self) -> Result<(), DbError> {
        let tx = self.db.write().await?;
        tx.execute_raw(statement(&*tx, "UPDATE ingest_lanes SET leased_until = 0", []))
            .await?;
        tx.commit().await
    }

    /// A look without the write lock: an idle node should not write.
    async fn is_idle(&self, topic: Topic) -> Result<bool, DbError> {
        let found = ingest_lanes::Entity::find()
            .filter(ingest_lanes::Column::Topic.eq(topic.name()))
            .filter(ingest_lanes::Column::DueAt.lte(self.db.now().micros()))
            .filter(ingest_lanes::Column::Waiting.gt(0))
            .limit(1)
            .one(self.db.read())
            .await?;
        Ok(found.is_none())
    }

    async fn take_lane(
        &self,
        tx: &Tx,
        topic: Topic,
        after: WorkspaceId,
    ) -> Result<Option<(Lane, i64)>, DbError> {
        let backend = tx.get_database_backend();
        let (now, lock) = (now_sql(backend), skip_locked_sql(backend));
        let sql = format!(
            "UPDATE ingest_lanes SET fence = fence + 1, leased_until = {now} + {lease} \
             WHERE (workspace_id, topic, key) IN (SELECT workspace_id, topic, key FROM ingest_lanes \
             WHERE topic = $1 AND waiting > 0 AND due_at <= $2 AND leased_until < {now} \
             ORDER BY CASE WHEN workspace_id > $3 THEN 0 ELSE 1 END, workspace_id, due_at LIMIT 1 {lock}) \
             RETURNING workspace_id, key, fence",
            lease = self.lease.as_micros(),
        );
        let values = [topic.name().into(), tx.now().micros().into(), after.0.into()];
        let Some(row) = tx.query_one_raw(statement(&**tx, &sql, values)).await? else {
            return Ok(None);
        };
        let lane = Lane {
            workspace: WorkspaceId(row.try_get("", "workspace_id")?),
            topic,
            key: row.try_get("", "key")?,
        };
        Ok(Some((lane, row.try_get("", "fence")?)))
    }

    async fn first_messages(tx: &Tx, lane: Lane, most: u64) -> Result<Vec<ingest_queue::Model>, DbError> {
        let sql = "UPDATE ingest_queue SET attempts = attempts + 1 WHERE workspace_id = $1 AND topic = $2 AND key = $3 \
                   AND id IN (SELECT id FROM ingest_queue WHERE workspace_id = $1 AND topic = $2 AND key = $3 \
                   ORDER BY id LIMIT $4) RETURNING *";
        let values = [
            lane.workspace.0.into(),
            lane.topic.name().into(),
            lane.key.into(),
            (most as i64).into(),
        ];
        let rows = tx.query_all_raw(statement(&**tx, sql, values)).await?;
        let rows: Result<Vec<_>, _> = rows
            .iter()
            .map(|row| ingest_queue::Model::from_query_result(row, ""))
            .collect();
        let mut rows = rows?;
        rows.sort_by_key(|row| row.id);
        Ok(rows)
    }

    async fn read(&self, lane: Lane, row: ingest_queue::Model) -> Result<Message, ApiError> {
        let body: Box<RawValue> = if let Some(name) = &row.object {
            let bytes = objects::get(&self.db, &self.blobs, lane.workspace, name).await?;
            serde_json::from_slice(&bytes).map_err(DbError::from)?
        } else {
            let keys = self.db.keys(lane.workspace.0).await?;
            let sealed = row.body.as_ref().ok_or_else(|| ApiError::not_found("message"))?;
            sealed.open(&keys, place(row.id)).map_err(DbError::from)?
        };
        Ok(Message {
            id: row.id,
            body,
            attempts: row.attempts,
            object: row.object,
        })
    }

    /// Changes a lane, if the claim still holds.
    async fn change(
        &self,
        tx: &Tx,
        claim: &Claim,
        set: &str,
        values: impl IntoIterator<Item = sea_orm::Value> + Send,
    ) -> Result<bool, DbError> {
        let sql = format!(
            "UPDATE ingest_lanes SET {set} WHERE workspace_id = $1 AND topic = $2 AND key = $3 AND fence = $4"
        );
        let lane = claim.lane;
        let mut all: Vec<sea_orm::Value> = vec![
            lane.workspace.0.into(),
            lane.topic.name().into(),
            lane.key.into(),
            claim.fence.into(),
        ];
        all.extend(values);
        let changed = tx.execute_raw(statement(&**tx, &sql, all)).await?;
        Ok(changed.rows_affected() == 1)
    }
}

impl Queue for StoreQueue {
    async fn pack(&self, lane: Lane, body: &RawValue) -> Result<Parcel, ApiError> {
        let id = kit::ids::new_id();
        if body.get().len() > objects::LONG {
            let text = body.get().to_owned();
            let name = objects::put(&self.db, &self.blobs, lane.workspace, id, text).await?;
            return Ok(Parcel {
                id,
                body: None,
                object: Some(name),
            });
        }
        let keys = self.db.keys(lane.workspace.0).await?;
        Ok(Parcel {
            id,
            body: Some(Sealed::seal(&keys, place(id), body).map_err(DbError::from)?),
            object: None,
        })
    }

    async fn enqueue(&self, tx: &Tx, lane: Lane, parcels: Vec<Parcel>) -> Result<i64, DbError> {
        let now = tx.now().micros();
        let count = parcels.len() as i64;
        let mut rows = parcels.into_iter().map(|parcel| ingest_queue::ActiveModel {
            workspace_id: Set(lane.workspace),
            topic: Set(lane.topic.name().to_owned()),
            key: Set(lane.key),
            id: Set(parcel.id),
            body: Set(parcel.body),
            object: Set(parcel.object),
            attempts: Set(0),
            created_at: Set(now),
        });
        loop {
            let some: Vec<_> = rows.by_ref().take(ROWS).collect();
            if some.is_empty() {
                break;
            }
            ingest_queue::Entity::insert_many(some)
                .exec_without_returning(&**tx)
                .await?;
        }
        // After the messages: on PostgreSQL the lane is held from here to the end of the transaction.
        let sql = "INSERT INTO ingest_lanes (workspace_id, topic, key, waiting, fence, leased_until, due_at) \
                   VALUES ($1, $2, $3, $4, 0, 0, $5) ON CONFLICT (workspace_id, topic, key) \
                   DO UPDATE SET waiting = ingest_lanes.waiting + $4 RETURNING waiting";
        let values = [
            lane.workspace.0.into(),
            lane.topic.name().into(),
            lane.key.into(),
            count.into(),
            now.into(),
        ];
        let row = tx.query_one_raw(statement(&**tx, sql, values)).await?;
        let row = row.ok_or_else(|| sea_orm::DbErr::RecordNotInserted)?;
        Ok(row.try_get("", "waiting")?)
    }

    async fn claim(&self, topic: Topic, most: u64, after: WorkspaceId) -> Result<Option<Claim>, ApiError> {
        if self.is_idle(topic).await? {
            return Ok(None);
        }
        let tx = self.db.write().await?;
        let Some((lane, fence)) = self.take_lane(&tx, topic, after).await? else {
            return Ok(None);
        };
        let rows = Self::first_messages(&tx, lane, most).await?;
        let mut claim = Claim {
            lane,
            fence,
            messages: Vec::with_capacity(rows.len()),
        };
        if rows.is_empty() {
            // The count was wrong: nothing may depend on it for ever.
            self.change(&tx, &claim, "waiting = 0, leased_until = 0", [])
                .await?;
            tx.commit().await?;
            return Ok(None);
        }
        tx.commit().await?;
        for row in rows {
            claim.messages.push(self.read(lane, row).await?);
        }
        Ok(Some(claim))
    }

    async fn renew(&self, claim: &Claim) -> Result<bool, DbError> {
        let tx = self.db.write().await?;
        let now = now_sql(tx.get_database_backend());
        let set = format!("leased_until = {now} + {}", self.lease.as_micros());
        let held = self.change(&tx, claim, &set, []).await?;
        tx.commit().await?;
        Ok(held)
    }

    async fn done(&self, tx: &Tx, claim: &Claim, messages: &[Uuid]) -> Result<bool, DbError> {
        let gone = ingest_queue::Entity::delete_many()
            .filter(ingest_queue::Column::WorkspaceId.eq(claim.lane.workspace))
            .filter(ingest_queue::Column::Topic.eq(claim.lane.topic.name()))
            .filter(ingest_queue::Column::Key.eq(claim.lane.key))
            .filter(ingest_queue::Column::Id.is_in(messages.iter().copied()))
            .exec(&**tx)
            .await?;
        // Last, so that whoever adds to the lane waits for the end of this transaction only.
        let set = "waiting = waiting - $5, leased_until = 0, due_at = $6";
        let values = [(gone.rows_affected as i64).into(), tx.now().micros().into()];
        self.change(tx, claim, set, values).await
    }

    async fn clear(&self, claim: Claim) {
        for message in claim.messages {
            if let Some(name) = message.object {
                objects::drop_one(&self.blobs, claim.lane.workspace, &name).await;
            }
        }
    }

    async fn release(&self, claim: Claim, rest: Duration) -> Result<(), DbError> {
        let tx = self.db.write().await?;
        let due = tx.now().plus(rest).micros();
        self.change(&tx, &claim, "leased_until = 0, due_at = $5", [due.into()])
            .await?;
        tx.commit().await
    }

    async fn waiting(&self, lane: Lane) -> Result<i64, DbError> {
        let key = (lane.workspace, lane.topic.name().to_owned(), lane.key);
        let found = ingest_lanes::Entity::find_by_id(key).one(self.db.read()).await?;
        Ok(found.map_or(0, |lane| lane.waiting))
    }

    async fn forget(&self, tx: &Tx, workspace: WorkspaceId, key: Uuid) -> Result<(), DbError> {
        ingest_queue::Entity::delete_many()
            .filter(ingest_queue::Column::WorkspaceId.eq(workspace))
            .filter(ingest_queue::Column::Key.eq(key))
            .exec(&**tx)
            .await?;
        ingest_lanes::Entity::delete_many()
            .filter(ingest_lanes::Column::WorkspaceId.eq(workspace))
            .filter(ingest_lanes::Column::Key.eq(key))
            .exec(&**tx)
            .await?;
        Ok(())
    }
}
