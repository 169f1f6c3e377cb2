//! The chain of the audit trail. Rows are written at the end of the transaction of the act, each bound to the one
//! before by a keyed hash whose key is in the vault: whoever has only the database can not make one that fits.
//!
//! Each workspace has a chain, and what belongs to none has one. The chain's head is held from the moment its rows are
//! written until the commit that follows at once, so that the acts of a workspace wait for each other no longer than
//! that; it is the last lock that a transaction takes, so nobody waits in a circle.

mod adopt;
mod verify;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kit::secret::same_secret;
use kit::vault::hmac_sha256;
use parking_lot::Mutex;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, Value,
};
use uuid::Uuid;

use crate::entity::{audit, audit_heads};
use crate::{Db, DbError, Tx, WorkspaceId, dialect};

pub(crate) use adopt::adopt;
pub use verify::{Broken, Verified, chains, verify};

/// Makes and checks the links of all chains.
#[derive(Clone)]
pub(crate) struct Trail {
    key: Arc<[u8; 32]>,
    /// The highest numbers that this process has written: a head that falls behind them was put back.
    seen: Arc<Mutex<HashMap<Uuid, i64>>>,
}

impl std::fmt::Debug for Trail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Trail")
    }
}

/// The chain that a row belongs to.
fn chain_of(row: &audit::Model) -> Uuid {
    row.workspace_id.map_or(Uuid::nil(), |id| id.0)
}

/// Texts with their lengths in front, so that nothing can move from one field to the next.
fn put(message: &mut Vec<u8>, part: &[u8]) {
    message.extend_from_slice(&(part.len() as u64).to_be_bytes());
    message.extend_from_slice(part);
}

impl Trail {
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            key: Arc::new(key),
            seen: Arc::default(),
        }
    }

    /// The link of a row with this number after the link `before`.
    fn link(&self, before: &[u8], seq: i64, row: &audit::Model) -> Vec<u8> {
        let mut message = b"audit row\0".to_vec();
        put(&mut message, before);
        put(&mut message, &seq.to_be_bytes());
        put(&mut message, chain_of(row).as_bytes());
        put(&mut message, row.id.as_bytes());
        put(
            &mut message,
            row.actor_id.map_or(Uuid::nil(), |id| id.0).as_bytes(),
        );
        put(&mut message, &[u8::from(row.actor_id.is_some())]);
        for text in [&row.action, &row.target, &row.address, &row.details] {
            put(&mut message, text.as_bytes());
        }
        put(&mut message, &row.at.to_be_bytes());
        hmac_sha256(&*self.key, &message).to_vec()
    }

    /// What a chain begins after.
    fn root(&self, chain: Uuid) -> Vec<u8> {
        let mut message = b"audit root\0".to_vec();
        put(&mut message, chain.as_bytes());
        hmac_sha256(&*self.key, &message).to_vec()
    }

    /// That a head is ours.
    fn proof(&self, chain: Uuid, seq: i64, mac: &[u8]) -> Vec<u8> {
        let mut message = b"audit head\0".to_vec();
        put(&mut message, chain.as_bytes());
        put(&mut message, &seq.to_be_bytes());
        put(&mut message, mac);
        hmac_sha256(&*self.key, &message).to_vec()
    }

    fn is_ours(&self, head: &audit_heads::Model) -> bool {
        same_secret(&self.proof(head.chain, head.seq, &head.mac), &head.proof)
    }

    /// Whether this process has seen the chain go further than that.
    fn is_behind(&self, head: &audit_heads::Model) -> bool {
        self.seen
            .lock()
            .get(&head.chain)
            .is_some_and(|seen| *seen > head.seq)
    }

    /// The head of a chain, held until the end of the transaction; a new chain begins with its root.
    async fn hold(&self, conn: &impl ConnectionTrait, chain: Uuid) -> Result<audit_heads::Model, DbError> {
        let sql = "INSERT INTO audit_heads (chain, seq, mac, proof) VALUES ($1, 0, $2, $3) \
                   ON CONFLICT (chain) DO UPDATE SET seq = audit_heads.seq RETURNING seq, mac, proof";
        let root = self.root(chain);
        let proof = self.proof(chain, 0, &root);
        let values: [Value; 3] = [chain.into(), root.into(), proof.into()];
        let row = conn.query_one_raw(dialect::statement(conn, sql, values)).await?;
        let row = row.ok_or_else(|| sea_orm::DbErr::RecordNotFound("the head of a chain".to_owned()))?;
        let mut head = audit_heads::Model {
            chain,
            seq: row.try_get("", "seq")?,
            mac: row.try_get("", "mac")?,
            proof: row.try_get("", "proof")?,
        };
        if !self.is_ours(&head) || self.is_behind(&head) {
            // Going on from it would make it look right; so the chain stays visibly broken here.
            tracing::error!(chain = %chain, "the head of the audit trail was changed in the database");
            head.mac = hmac_sha256(&*self.key, b"a head that is not ours").to_vec();
        }
        Ok(head)
    }

    /// Puts a chain's head where its newest row is.
    async fn advance(&self, conn: &impl ConnectionTrait, head: &audit_heads::Model) -> Result<(), DbError> {
        audit_heads::Entity::update_many()
            .set(audit_heads::ActiveModel {
                seq: Set(head.seq),
                mac: Set(head.mac.clone()),
                proof: Set(self.proof(head.chain, head.seq, &head.mac)),
                ..Default::default()
            })
            .filter(audit_heads::Column::Chain.eq(head.chain))
            .exec(conn)
            .await?;
        Ok(())
    }

    /// Links the rows of a transaction to their chains, right before its commit; answers how far each chain is then.
    pub async fn append(
        &self,
        tx: &DatabaseTransaction,
        rows: Vec<audit::Model>,
    ) -> Result<Vec<(Uuid, i64)>, DbError> {
        // In one order, so that two transactions that write in the same chains do not wait in a circle.
        let mut by_chain: BTreeMap<Uuid, Vec<audit::Model>> = BTreeMap::new();
        for row in rows {
            by_chain.entry(chain_of(&row)).or_default().push(row);
        }
        let mut ends = Vec::with_capacity(by_chain.len());
        for (chain, mut rows) in by_chain {
            let mut head = self.hold(tx, chain).await?;
            for row in &mut rows {
                head.seq += 1;
                head.mac = self.link(&head.mac, head.seq, row);
                row.seq = Some(head.seq);
                row.mac = Some(head.mac.clone());
            }
            let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
            audit::Entity::insert_many(rows)
                .exec_without_returning(tx)
                .await?;
            self.advance(tx, &head).await?;
            ends.push((chain, head.seq));
        }
        Ok(ends)
    }

    /// Notes what was committed.
    pub fn noted(&self, ends: Vec<(Uuid, i64)>) {
        let mut seen = self.seen.lock();
        for (chain, seq) in ends {
            let known = seen.entry(chain).or_default();
            *known = (*known).max(seq);
        }
    }

    /// Forgets a chain that was taken down with its workspace.
    fn forget(&self, chain: Uuid) {
        self.seen.lock().remove(&chain);
    }
}

impl Db {
    /// Takes down the trail of a workspace that was erased; that it was is told by the one that belongs to none.
    pub async fn take_trail_down(&self, tx: &Tx, workspace: WorkspaceId) -> Result<(), DbError> {
        audit::Entity::delete_many()
            .filter(audit::Column::WorkspaceId.eq(workspace))
            .exec(&**tx)
            .await?;
        audit_heads::Entity::delete_by_id(workspace.0).exec(&**tx).await?;
        self.trail.forget(workspace.0);
        Ok(())
    }
}
