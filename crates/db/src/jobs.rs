//! Work that outlives a request: a row written in the caller's transaction, run by whichever worker claims it,
//! again after a pause when it asks for that, and by another worker when the first one dies.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use kit::lifecycle::Lifecycle;
use kit::measure::Name;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::entity::jobs;
use crate::kinds::JobState;
use crate::{Db, DbError, Tx, dialect};

/// How long a worker may take before another one assumes it dead.
const LEASE: Duration = Duration::from_mins(2);
/// How often a job is begun before it is given up.
const MAX_ATTEMPTS: i32 = 8;

/// How many jobs run at once: they wait for others (a model, a shop) more than they work.
const AT_ONCE: usize = 3;
/// How long a finished job can be looked at.
const KEPT: Duration = Duration::from_hours(7 * 24);

/// A kind of work. Running it twice must do no more than running it once.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Its name in the store.
    const KIND: &'static str;

    /// While a job with the same key waits, another is not added.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// Why a job did not succeed.
#[derive(Debug)]
pub enum JobError {
    /// Try again after that long.
    Retry(Duration, String),
    /// Trying again would not help.
    Fail(String),
}

impl<E: std::error::Error> From<E> for JobError {
    fn from(error: E) -> Self {
        Self::Retry(Duration::from_secs(5), error.to_string())
    }
}

impl Tx {
    /// Adds a job, to run when this transaction is committed.
    pub async fn job<J: Job>(&self, job: &J) -> Result<(), DbError> {
        self.job_after(job, Duration::ZERO).await
    }

    /// Adds a job that is due later.
    pub async fn job_after<J: Job>(&self, job: &J, delay: Duration) -> Result<(), DbError> {
        use sea_orm::sea_query::OnConflict;
        let row = jobs::ActiveModel {
            id: Set(kit::ids::new_id()),
            kind: Set(J::KIND.to_owned()),
            payload: Set(serde_json::to_string(job)?),
            unique_key: Set(job.unique_key().map(|key| format!("{}:{key}", J::KIND))),
            state: Set(JobState::Waiting),
            run_at: Set(self.now.plus(delay).micros()),
            attempts: Set(0),
            leased_until: Set(None),
            last_error: Set(None),
            created_at: Set(self.now.micros()),
            finished_at: Set(None),
        };
        jobs::Entity::insert(row)
            .on_conflict(
                OnConflict::column(jobs::Column::UniqueKey)
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(&**self)
            .await?;
        self.has_jobs.store(true, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    }
}

type Handler = Arc<dyn Fn(String) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync>;

/// Knows how to run each kind of job.
#[derive(Clone, Default)]
pub struct Worker {
    handlers: HashMap<&'static str, Handler>,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.handlers.keys()).finish()
    }
}

struct Claimed {
    id: Uuid,
    kind: String,
    payload: String,
    attempts: i32,
    run_at: i64,
}

impl Worker {
    /// Registers a kind.
    #[must_use]
    pub fn with<J: Job, F>(mut self, run: impl Fn(J) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        let run = Arc::new(run);
        let handler: Handler = Arc::new(move |payload| {
            let run = run.clone();
            Box::pin(async move {
                match serde_json::from_str(&payload) {
                    Ok(job) => run(job).await,
                    Err(error) => Err(JobError::Fail(format!("its payload is not understood: {error}"))),
                }
            })
        });
        self.handlers.insert(J::KIND, handler);
        self
    }

    /// Runs jobs until the program stops, a few at a time, and forgets those that ended long ago.
    pub fn start(self, db: &Db, lifecycle: &Lifecycle) {
        for _ in 0..AT_ONCE {
            let (worker, db, life) = (self.clone(), db.clone(), lifecycle.clone());
            lifecycle.spawn("jobs", async move { worker.run(&db, &life).await });
        }
        let (db, life) = (db.clone(), lifecycle.clone());
        lifecycle.spawn("finished jobs", async move {
            while !life.is_stopping() {
                let before = db.clock.now().minus(KEPT);
                if let Err(error) = forget_finished(&db, before).await {
                    tracing::warn!(error = %error, "finished jobs were not forgotten");
                }
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_hours(1)) => {}
                    () = life.stopping() => {}
                }
            }
        });
    }

    async fn run(&self, db: &Db, life: &Lifecycle) {
        while !life.is_stopping() {
            match self.run_due(db).await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => tracing::warn!(error = %error, "jobs cannot be claimed"),
            }
            tokio::select! {
                () = db.jobs_waiting.notified() => {}
                () = tokio::time::sleep(Duration::from_secs(2)) => {}
                () = life.stopping() => {}
            }
        }
    }

    /// Runs what is due now, one after the other; answers how many.
    pub async fn run_due(&self, db: &Db) -> Result<usize, DbError> {
        let mut count = 0;
        while let Some(job) = claim(db).await? {
            count += 1;
            let waited = db.now().since(kit::clock::Timestamp(job.run_at));
            db.recorder.time(Name::JobWait, &[&job.kind], waited);
            let began = Instant::now();
            let outcome = match self.handlers.get(job.kind.as_str()) {
                Some(handler) => handler(job.payload.clone()).await,
                None => Err(JobError::Retry(
                    Duration::from_mins(1),
                    "no worker here knows this kind".into(),
                )),
            };
            let status = match &outcome {
                Ok(()) => "ok",
                Err(JobError::Retry(..)) if job.attempts < MAX_ATTEMPTS => "again",
                Err(_) => "failed",
            };
            db.recorder
                .time(Name::JobRun, &[&job.kind, status], began.elapsed());
            finish(db, &job, outcome).await?;
        }
        Ok(count)
    }
}

async fn claim(db: &Db) -> Result<Option<Claimed>, DbError> {
    use sea_orm::{PaginatorTrait, QuerySelect};
    let now = db.clock.now();
    // A look without the write lock first: an idle server should not write.
    let due = jobs::Entity::find()
        .filter(jobs::Column::State.is_in([JobState::Waiting, JobState::Running]))
        .filter(jobs::Column::RunAt.lte(now.micros()))
        .limit(1)
        .count(db.read())
        .await?;
    if due == 0 {
        return Ok(None);
    }
    let tx = db.write().await?;
    let sql = dialect::claim_job_sql(tx.get_database_backend());
    let values: [Value; 2] = [now.micros().into(), now.plus(LEASE).micros().into()];
    let row = tx.query_one_raw(dialect::statement(&*tx, sql, values)).await?;
    let claimed = match row {
        Some(row) => Some(Claimed {
            id: row.try_get("", "id")?,
            kind: row.try_get("", "kind")?,
            payload: row.try_get("", "payload")?,
            attempts: row.try_get("", "attempts")?,
            run_at: row.try_get("", "run_at")?,
        }),
        None => None,
    };
    tx.commit().await?;
    Ok(claimed)
}

async fn finish(db: &Db, job: &Claimed, outcome: Result<(), JobError>) -> Result<(), DbError> {
    let tx = db.write().await?;
    let now = tx.now();
    let mut row = jobs::ActiveModel {
        leased_until: Set(None),
        ..Default::default()
    };
    match outcome {
        Ok(()) => {
            row.state = Set(JobState::Done);
            row.finished_at = Set(Some(now.micros()));
            row.unique_key = Set(None);
        }
        Err(JobError::Retry(after, why)) if job.attempts < MAX_ATTEMPTS => {
            tracing::debug!(job.kind = %job.kind, job.id = %job.id, error = %why, "a job will be tried again");
            let pause = after.saturating_mul(1 << job.attempts.clamp(0, 10) as u32);
            row.state = Set(JobState::Waiting);
            row.run_at = Set(now.plus(pause.min(Duration::from_hours(1))).micros());
            row.last_error = Set(Some(why));
        }
        Err(JobError::Retry(_, why) | JobError::Fail(why)) => {
            tracing::warn!(job.kind = %job.kind, job.id = %job.id, error = %why, "a job was given up");
            row.state = Set(JobState::Failed);
            row.finished_at = Set(Some(now.micros()));
            row.last_error = Set(Some(why));
            row.unique_key = Set(None);
        }
    }
    jobs::Entity::update_many()
        .set(row)
        .filter(jobs::Column::Id.eq(job.id))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Forgets jobs that ended before the given time.
async fn forget_finished(db: &Db, before: kit::clock::Timestamp) -> Result<(), DbError> {
    let tx = db.write().await?;
    jobs::Entity::delete_many()
        .filter(jobs::Column::FinishedAt.lt(before.micros()))
        .exec(&*tx)
        .await?;
    tx.commit().await
}
