//! Walking the chains: whether every row is there, in its place, and as it was written.

use std::collections::BTreeSet;
use std::fmt::Write;

use kit::clock::Timestamp;
use kit::secret::same_secret;
use kit::vault::sha256;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, IsolationLevel, Order, QueryFilter, QueryOrder,
    QuerySelect, TransactionOptions, TransactionTrait,
};
use uuid::Uuid;

use super::Trail;
use crate::entity::{audit, audit_heads, workspaces};
use crate::{Db, DbError, INSTANCE, WorkspaceId};

/// Rows that are read at once.
const BATCH: u64 = 2_000;

/// Where a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The row; none where one is missing.
    pub id: Option<Uuid>,
    /// When it says it was written.
    pub at: Option<Timestamp>,
    /// What is wrong, in a sentence.
    pub reason: String,
}

/// What a walk found.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// Rows that were looked at.
    pub rows: u64,
    /// The oldest.
    pub from: Option<Timestamp>,
    /// The newest.
    pub to: Option<Timestamp>,
    /// The first place that does not hold.
    pub broken: Option<Broken>,
    /// The heads of all chains that were walked, as one hash: whoever keeps it elsewhere can compare.
    pub head: String,
}

/// Every chain that there is or should be.
pub async fn chains(db: &Db) -> Result<Vec<Uuid>, DbError> {
    let mut all = BTreeSet::from([INSTANCE]);
    let heads: Vec<Uuid> = audit_heads::Entity::find()
        .select_only()
        .column(audit_heads::Column::Chain)
        .into_tuple()
        .all(db.read())
        .await?;
    let rooms: Vec<Uuid> = workspaces::Entity::find()
        .select_only()
        .column(workspaces::Column::Id)
        .into_tuple()
        .all(db.read())
        .await?;
    let told: Vec<Option<Uuid>> = audit::Entity::find()
        .select_only()
        .distinct()
        .column(audit::Column::WorkspaceId)
        .into_tuple()
        .all(db.read())
        .await?;
    all.extend(heads);
    all.extend(rooms);
    all.extend(told.into_iter().flatten());
    Ok(all.into_iter().collect())
}

/// Walks these chains.
pub async fn verify(db: &Db, chains: &[Uuid]) -> Result<Verified, DbError> {
    let mut found = Verified::default();
    let mut heads = Vec::new();
    for chain in chains {
        let options = TransactionOptions {
            // What is written meanwhile is not seen: SQLite's readers see one moment by themselves.
            isolation_level: (db.backend() == "postgres").then_some(IsolationLevel::RepeatableRead),
            ..TransactionOptions::default()
        };
        let tx = db.read().begin_with_options(options).await?;
        let broken = walk(&tx, &db.trail, *chain, &mut found, &mut heads).await?;
        tx.commit().await?;
        if found.broken.is_none() {
            found.broken = broken;
        }
    }
    for byte in sha256(&heads) {
        let _ = write!(found.head, "{byte:02x}");
    }
    Ok(found)
}

fn at(row: &audit::Model, reason: &str) -> Broken {
    Broken {
        id: Some(row.id),
        at: Some(Timestamp(row.at)),
        reason: reason.to_owned(),
    }
}

fn missing(reason: &str) -> Broken {
    Broken {
        id: None,
        at: None,
        reason: reason.to_owned(),
    }
}

async fn walk(
    tx: &DatabaseTransaction,
    trail: &Trail,
    chain: Uuid,
    found: &mut Verified,
    heads: &mut Vec<u8>,
) -> Result<Option<Broken>, DbError> {
    let head = audit_heads::Entity::find_by_id(chain).one(tx).await?;
    let of_chain = || {
        audit::Entity::find().filter(if chain == INSTANCE {
            audit::Column::WorkspaceId.is_null()
        } else {
            audit::Column::WorkspaceId.eq(chain)
        })
    };
    let mut broken = of_chain()
        .filter(audit::Column::Seq.is_null())
        .one(tx)
        .await?
        .map(|row| at(&row, "This row was not written by Tributary."));
    let (mut before, mut seq) = (trail.root(chain), 0);
    loop {
        let rows = of_chain()
            .filter(audit::Column::Seq.gt(seq))
            .order_by(audit::Column::Seq, Order::Asc)
            .limit(BATCH)
            .all(tx)
            .await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            note(found, row);
            let number = row.seq.unwrap_or_default();
            let mac = row.mac.clone().unwrap_or_default();
            if broken.is_none() {
                broken = judge(trail, &before, seq, row, number, &mac);
            }
            (before, seq) = (mac, number);
        }
    }
    // Two rows of one number, or a number below the first: the walk by numbers passes over them.
    let kept = of_chain().filter(audit::Column::Seq.is_not_null());
    let kept = sea_orm::PaginatorTrait::count(kept, tx).await?;
    if broken.is_none() && kept != u64::try_from(seq).unwrap_or_default() {
        broken = Some(missing("A row stands twice in the trail."));
    }
    let broken = match broken {
        Some(broken) => Some(broken),
        None => judge_head(tx, trail, chain, head.as_ref(), (seq, &before)).await?,
    };
    if let Some(head) = head {
        heads.extend_from_slice(chain.as_bytes());
        heads.extend_from_slice(&head.mac);
    }
    Ok(broken)
}

fn note(found: &mut Verified, row: &audit::Model) {
    let moment = Timestamp(row.at);
    found.rows += 1;
    found.from = Some(found.from.map_or(moment, |from| from.min(moment)));
    found.to = Some(found.to.map_or(moment, |to| to.max(moment)));
}

fn judge(
    trail: &Trail,
    before: &[u8],
    seq: i64,
    row: &audit::Model,
    number: i64,
    mac: &[u8],
) -> Option<Broken> {
    if number != seq + 1 {
        return Some(at(row, "A row before this one is missing."));
    }
    let is_right = same_secret(&trail.link(before, number, row), mac);
    (!is_right).then(|| {
        at(
            row,
            "This row, or the one before it, was changed or stands in another's place.",
        )
    })
}

/// Whether the chain ends where its head says, and begins where its workspace does.
async fn judge_head(
    tx: &DatabaseTransaction,
    trail: &Trail,
    chain: Uuid,
    head: Option<&audit_heads::Model>,
    (seq, mac): (i64, &[u8]),
) -> Result<Option<Broken>, DbError> {
    let Some(head) = head else {
        let is_left = workspaces::Entity::find_by_id(WorkspaceId(chain)).one(tx).await?;
        let should_be = chain == INSTANCE || seq > 0 || is_left.is_some();
        return Ok(should_be.then(|| missing("The trail's end is missing.")));
    };
    if !trail.is_ours(head) {
        return Ok(Some(missing("The note of where the trail ends was changed.")));
    }
    if head.seq != seq || !same_secret(&head.mac, mac) || trail.is_behind(head) {
        return Ok(Some(missing("The newest rows are missing.")));
    }
    let first = audit::Entity::find()
        .filter(audit::Column::WorkspaceId.eq(chain))
        .filter(audit::Column::Seq.eq(1))
        .one(tx)
        .await?;
    let room = workspaces::Entity::find_by_id(WorkspaceId(chain)).one(tx).await?;
    let is_late = room
        .zip(first)
        .is_some_and(|(room, first)| first.at > room.created_at);
    Ok(is_late.then(|| missing("The beginning of a workspace's trail is missing.")))
}
