//! `GET /admin/monitor`.

use std::collections::BTreeMap;
use std::time::Duration;

use db::entity::jobs;
use db::kinds::JobState;
use db::{DbError, dialect};
use identity::{Caller, Permission};
use kit::api::ApiError;
use kit::clock::Timestamp;
use kit::measure::{Label, Name};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::figures::{FigureOut, figures};
use super::parts::PartOut;
use crate::Ops;
use crate::series::{self, Wanted};

/// The dashboard.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonitorOut {
    pub now: Timestamp,
    /// What the house stands on.
    pub health: Vec<PartOut>,
    /// The last hour against the hour before.
    pub figures: Vec<FigureOut>,
    /// Empty for who does not administer the installation, like what follows.
    pub nodes: Vec<NodeOut>,
    pub jobs: Vec<JobKindOut>,
    pub caches: Vec<CacheOut>,
    /// Live connections of all nodes.
    pub sockets: u64,
}

/// One node.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonitorNode)]
pub struct NodeOut {
    pub id: Uuid,
    pub name: String,
    pub version: String,
    pub started_at: Timestamp,
    pub seen_at: Timestamp,
    /// Whether it is the one that answers.
    pub current: bool,
}

/// The jobs of one kind.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonitorJobs)]
pub struct JobKindOut {
    pub kind: String,
    pub waiting: u64,
    pub running: u64,
    pub failed: u64,
    /// How long the first one that is due has been waiting.
    pub oldest_seconds: u64,
}

/// One cache, in the last hour.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonitorCache)]
pub struct CacheOut {
    pub name: String,
    pub hits: u64,
    pub misses: u64,
    #[schema(required)]
    pub entries: Option<u64>,
}

/// A node that was not seen for so long is gone.
const GONE: Duration = Duration::from_mins(3);

/// The dashboard, for a workspace or for all.
pub async fn monitor(ops: &Ops, caller: &Caller) -> Result<MonitorOut, ApiError> {
    caller.require(Permission::ReadMonitor)?;
    let is_for_all = caller.may(Permission::AdministerInstance);
    let of = (!is_for_all).then(|| caller.workspace.to_string());
    let mut out = MonitorOut {
        now: ops.now(),
        health: ops.parts().seen(),
        figures: figures(ops, &of).await?,
        nodes: Vec::new(),
        jobs: Vec::new(),
        caches: Vec::new(),
        sockets: 0,
    };
    if is_for_all {
        out.nodes = nodes(ops).await?;
        out.jobs = job_kinds(ops).await?;
        out.caches = caches(ops).await?;
        out.sockets = sockets(ops).await?;
    }
    Ok(out)
}

/// Nodes that live.
pub async fn nodes(ops: &Ops) -> Result<Vec<NodeOut>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        node: Uuid,
        name: String,
        version: String,
        started_at: i64,
        seen_at: i64,
    }
    let conn = ops.db().read();
    let sql = "SELECT node, name, version, started_at, seen_at FROM node_signs WHERE seen_at > $1 ORDER BY started_at";
    let values = [ops.now().minus(GONE).micros().into()];
    let rows = Row::find_by_statement(dialect::statement(conn, sql, values))
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| NodeOut {
            id: row.node,
            current: row.node == ops.node(),
            name: row.name,
            version: row.version,
            started_at: Timestamp(row.started_at),
            seen_at: Timestamp(row.seen_at),
        })
        .collect())
}

async fn job_kinds(ops: &Ops) -> Result<Vec<JobKindOut>, DbError> {
    use jobs::Column as C;
    let rows: Vec<(String, JobState, i64, i64)> = jobs::Entity::find()
        .filter(C::State.ne(JobState::Done))
        .select_only()
        .column(C::Kind)
        .column(C::State)
        .column_as(C::Id.count(), "many")
        .column_as(C::RunAt.min(), "first")
        .group_by(C::Kind)
        .group_by(C::State)
        .into_tuple()
        .all(ops.db().read())
        .await?;
    let mut kinds: BTreeMap<String, JobKindOut> = BTreeMap::new();
    for (kind, state, count, first) in rows {
        let of = kinds.entry(kind.clone()).or_insert(JobKindOut {
            kind,
            waiting: 0,
            running: 0,
            failed: 0,
            oldest_seconds: 0,
        });
        let count = u64::try_from(count).unwrap_or(0);
        match state {
            JobState::Waiting => {
                of.waiting = count;
                of.oldest_seconds = ops.now().since(Timestamp(first)).as_secs();
            }
            JobState::Running => of.running = count,
            JobState::Failed => of.failed = count,
            JobState::Done => {}
        }
    }
    Ok(kinds.into_values().collect())
}

async fn caches(ops: &Ops) -> Result<Vec<CacheOut>, DbError> {
    let now = ops.now();
    let hour = |name| {
        let mut wanted = Wanted::whole(name, now.minus(Duration::from_hours(1)), now);
        wanted.step = 3_601;
        wanted.by(Label::Cache)
    };
    let mut all: BTreeMap<String, CacheOut> = BTreeMap::new();
    for name in [Name::CacheHits, Name::CacheMisses, Name::CacheEntries] {
        for (cache, sums) in series::total(ops, &hour(name)).await? {
            let of = all.entry(cache.clone()).or_insert(CacheOut {
                name: cache,
                hits: 0,
                misses: 0,
                entries: None,
            });
            match name {
                Name::CacheHits => of.hits = sums.sum,
                Name::CacheMisses => of.misses = sums.sum,
                _ => of.entries = Some(sums.last),
            }
        }
    }
    Ok(all.into_values().collect())
}

async fn sockets(ops: &Ops) -> Result<u64, DbError> {
    let now = ops.now();
    let mut wanted = Wanted::whole(Name::SocketsOpen, now.minus(Duration::from_mins(3)), now);
    wanted.step = 3_601;
    let sums = series::total(ops, &wanted).await?;
    Ok(sums.into_values().next().map_or(0, |sums| sums.last))
}
