//! What every back end of the queue has to do. A test of a back end is one call of [`all`] with a way to make it.

use std::time::Duration;

use db::{Db, DbConfig, Tx, WorkspaceId};
use kit::blobs::Blobs;
use kit::bus::Bus;
use kit::clock::Clock;
use kit::vault::MasterKeys;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{Claim, Lane, Queue, StoreQueue, Topic};

const LEASE: Duration = Duration::from_millis(300);

/// A store with tenants.
struct House {
    db: Db,
    tenants: Vec<WorkspaceId>,
    blobs: Blobs,
    _folder: tempfile::TempDir,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = DbConfig::Sqlite {
            path: folder.path().join("test.db"),
            sync_every_commit: false,
        };
        let db = Db::open(&config, MasterKeys::generate(), Clock::system(), Bus::local())
            .await
            .unwrap();
        let mut tenants: Vec<_> = (0..3).map(|_| WorkspaceId::new()).collect();
        tenants.sort_unstable();
        let tx = db.write().await.unwrap();
        for tenant in &tenants {
            db.create_keys(&tx, tenant.0).await.unwrap();
        }
        tx.commit().await.unwrap();
        Self {
            db,
            tenants,
            blobs: Blobs::folder(&folder.path().join("blobs")).unwrap(),
            _folder: folder,
        }
    }

    fn lane(&self, tenant: usize) -> Lane {
        Lane {
            workspace: self.tenants[tenant],
            topic: Topic::Batch,
            key: Uuid::from_u128(tenant as u128 + 1),
        }
    }
}

async fn add(queue: &impl Queue, tx: &Tx, lane: Lane, text: &str) -> i64 {
    let body = RawValue::from_string(serde_json::json!(text).to_string()).unwrap();
    let parcel = queue.pack(lane, &body).await.unwrap();
    queue.enqueue(tx, lane, vec![parcel]).await.unwrap()
}

async fn put(queue: &impl Queue, house: &House, lane: Lane, texts: &[&str]) {
    let tx = house.db.write().await.unwrap();
    for text in texts {
        add(queue, &tx, lane, text).await;
    }
    tx.commit().await.unwrap();
}

fn texts(claim: &Claim) -> Vec<String> {
    let text = |body: &RawValue| serde_json::from_str(body.get()).unwrap();
    claim.messages.iter().map(|message| text(&message.body)).collect()
}

async fn claim(queue: &impl Queue, most: u64) -> Option<Claim> {
    queue
        .claim(Topic::Batch, most, WorkspaceId(Uuid::nil()))
        .await
        .unwrap()
}

async fn finish(queue: &impl Queue, house: &House, claim: Claim) -> bool {
    let tx = house.db.write().await.unwrap();
    let ids: Vec<_> = claim.messages.iter().map(|message| message.id).collect();
    let held = queue.done(&tx, &claim, &ids).await.unwrap();
    if held {
        tx.commit().await.unwrap();
        queue.clear(claim).await;
    }
    held
}

/// All of it.
async fn all<Q: Queue>(make: impl Fn(&House) -> Q) {
    let house = House::new().await;
    keeps_the_order(&make(&house), &house).await;
    let house = House::new().await;
    forgets_what_was_not_committed(&make(&house), &house).await;
    let house = House::new().await;
    gives_a_dead_workers_messages_to_another(&make(&house), &house).await;
    let house = House::new().await;
    goes_round_among_tenants(&make(&house), &house).await;
    let house = House::new().await;
    carries_long_messages(&make(&house), &house).await;
    let house = House::new().await;
    loses_nothing_among_many_workers(&make(&house), &house).await;
}

async fn keeps_the_order(queue: &impl Queue, house: &House) {
    put(queue, house, house.lane(0), &["a", "b", "c"]).await;
    put(queue, house, house.lane(1), &["x"]).await;
    let first = claim(queue, 2).await.unwrap();
    assert_eq!(texts(&first), ["a", "b"]);
    // Nobody else gets "c" before "a" and "b" are done; other lanes go on.
    let other = claim(queue, 2).await.unwrap();
    assert_eq!(texts(&other), ["x"]);
    assert!(claim(queue, 2).await.is_none());
    assert!(finish(queue, house, other).await);
    assert!(finish(queue, house, first).await);
    let rest = claim(queue, 2).await.unwrap();
    assert_eq!(texts(&rest), ["c"]);
    assert!(finish(queue, house, rest).await);
    assert!(claim(queue, 2).await.is_none());
    assert_eq!(queue.waiting(house.lane(0)).await.unwrap(), 0);
}

async fn forgets_what_was_not_committed(queue: &impl Queue, house: &House) {
    let lane = house.lane(0);
    let tx = house.db.write().await.unwrap();
    assert_eq!(add(queue, &tx, lane, "never").await, 1);
    drop(tx);
    assert!(claim(queue, 1).await.is_none());
    put(queue, house, lane, &["a"]).await;
    // A writer that fails before its commit leaves the message where it was.
    let held = claim(queue, 1).await.unwrap();
    let tx = house.db.write().await.unwrap();
    assert!(queue.done(&tx, &held, &[held.messages[0].id]).await.unwrap());
    drop(tx);
    queue.release(held, Duration::ZERO).await.unwrap();
    let again = claim(queue, 1).await.unwrap();
    assert_eq!(texts(&again), ["a"]);
    assert_eq!(again.messages[0].attempts, 2);
    // One that gives it back for later rests.
    queue.release(again, Duration::from_mins(1)).await.unwrap();
    assert!(claim(queue, 1).await.is_none());
}

async fn gives_a_dead_workers_messages_to_another(queue: &impl Queue, house: &House) {
    put(queue, house, house.lane(0), &["a"]).await;
    let dead = claim(queue, 1).await.unwrap();
    tokio::time::sleep(LEASE / 2).await;
    assert!(queue.renew(&dead).await.unwrap());
    tokio::time::sleep(LEASE * 2 / 3).await;
    assert!(claim(queue, 1).await.is_none(), "it was renewed");
    tokio::time::sleep(LEASE).await;
    let heir = claim(queue, 1).await.unwrap();
    assert_eq!(texts(&heir), ["a"]);
    assert!(heir.fence > dead.fence);
    // Whoever was believed dead and comes back changes nothing.
    assert!(!queue.renew(&dead).await.unwrap());
    assert!(!finish(queue, house, dead).await);
    assert!(finish(queue, house, heir).await);
}

async fn goes_round_among_tenants(queue: &impl Queue, house: &House) {
    put(queue, house, house.lane(1), &["1", "1", "1", "1"]).await;
    put(queue, house, house.lane(0), &["0", "0"]).await;
    put(queue, house, house.lane(2), &["2", "2"]).await;
    let mut served = Vec::new();
    let mut after = WorkspaceId(Uuid::nil());
    while let Some(claim) = queue.claim(Topic::Batch, 1, after).await.unwrap() {
        after = claim.lane.workspace;
        served.extend(texts(&claim));
        assert!(finish(queue, house, claim).await);
    }
    assert_eq!(served.concat(), "01201211");
}

async fn carries_long_messages(queue: &impl Queue, house: &House) {
    let long = "ü".repeat(600_000);
    put(queue, house, house.lane(0), &[&long, "short"]).await;
    let both = claim(queue, 5).await.unwrap();
    assert_eq!(texts(&both), [long, "short".to_owned()]);
    assert!(finish(queue, house, both).await);
}

async fn loses_nothing_among_many_workers(queue: &impl Queue, house: &House) {
    for n in 0..60 {
        put(queue, house, house.lane(n % 3), &[&n.to_string()]).await;
    }
    let work = async || {
        let mut seen = Vec::new();
        while let Some(claim) = claim(queue, 2).await {
            seen.extend(texts(&claim));
            assert!(finish(queue, house, claim).await);
        }
        seen
    };
    let (a, b, c) = tokio::join!(work(), work(), work());
    let mut all: Vec<u32> = [a, b, c].concat().iter().map(|n| n.parse().unwrap()).collect();
    all.sort_unstable();
    assert_eq!(all, (0..60).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_stores_table_is_a_queue() {
    all(|house| StoreQueue::new(house.db.clone(), house.blobs.clone()).with_lease(LEASE)).await;
}
