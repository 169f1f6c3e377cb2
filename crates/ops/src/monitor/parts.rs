//! The parts that the house stands on: asked every few seconds, each with a limit to its patience, so that one that
//! answers slowly is seen before it does not answer at all.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use db::Db;
use futures::future::BoxFuture;
use kit::clock::Timestamp;
use kit::lifecycle::Lifecycle;
use parking_lot::Mutex;
use serde::Serialize;
use utoipa::ToSchema;

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = MonitorStanding)]
pub enum Standing {
    /// It answers.
    Ok,
    /// It answers, but slowly or not all of it.
    Degraded,
    /// It does not answer.
    Down,
    /// There is none here.
    Absent,
}

/// Asks a part: how it is, and a sentence where there is something to say.
pub type Check = Arc<dyn Fn() -> BoxFuture<'static, (Standing, Option<String>)> + Send + Sync>;

/// What was seen of a part.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitorPart)]
pub struct PartOut {
    /// Such as `store`.
    pub part: &'static str,
    pub state: Standing,
    /// Since when it is so.
    pub since: Timestamp,
    /// A sentence.
    #[schema(required)]
    pub detail: Option<String>,
}

struct Part {
    check: Check,
    seen: PartOut,
}

/// The parts.
pub struct Parts {
    db: Db,
    all: Mutex<Vec<Part>>,
}

/// How often they are asked.
const EVERY: Duration = Duration::from_secs(15);
/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// What takes longer is slow.
const SLOW: Duration = Duration::from_millis(500);
/// Less free room of a disk than this is told.
const LITTLE: f64 = 0.1;
/// With less than this nothing more can be written soon.
const NOTHING: f64 = 0.02;

impl Parts {
    /// The store, the server between the nodes, and the disk.
    pub fn new(db: &Db, folder: PathBuf) -> Self {
        let parts = Self {
            db: db.clone(),
            all: Mutex::default(),
        };
        let store = db.clone();
        parts.add(
            "store",
            Arc::new(move || {
                let store = store.clone();
                Box::pin(async move {
                    match store.ping().await {
                        Ok(()) => (Standing::Ok, None),
                        Err(error) => (Standing::Down, Some(error.to_string())),
                    }
                })
            }),
        );
        let bus = db.bus().clone();
        parts.add(
            "redis",
            Arc::new(move || {
                let standing = match bus.remote() {
                    None => Standing::Absent,
                    Some(remote) if remote.is_up() => Standing::Ok,
                    Some(_) => Standing::Down,
                };
                Box::pin(async move { (standing, None) })
            }),
        );
        parts.add(
            "disk",
            Arc::new(move || {
                let said = match free_share(&folder) {
                    None => (Standing::Absent, None),
                    Some(free) => (
                        if free < NOTHING {
                            Standing::Down
                        } else if free < LITTLE {
                            Standing::Degraded
                        } else {
                            Standing::Ok
                        },
                        Some(format!("{:.0} % free", free * 100.0)),
                    ),
                };
                Box::pin(async move { said })
            }),
        );
        parts
    }

    /// Watches another part.
    pub fn add(&self, part: &'static str, check: Check) {
        let seen = PartOut {
            part,
            state: Standing::Absent,
            since: self.db.now(),
            detail: None,
        };
        self.all.lock().push(Part { check, seen });
    }

    /// What was seen last.
    pub fn seen(&self) -> Vec<PartOut> {
        self.all.lock().iter().map(|part| part.seen.clone()).collect()
    }

    /// Asks all of them now.
    pub async fn look(&self) {
        let checks: Vec<(usize, Check)> = {
            let all = self.all.lock();
            all.iter().map(|part| part.check.clone()).enumerate().collect()
        };
        let asked = checks
            .into_iter()
            .map(|(at, check)| async move { (at, ask(&check).await) });
        for (at, (state, detail)) in futures::future::join_all(asked).await {
            let now = self.db.now();
            if let Some(part) = self.all.lock().get_mut(at) {
                if part.seen.state != state {
                    part.seen.since = now;
                }
                part.seen.state = state;
                part.seen.detail = detail;
            }
        }
    }

    pub(crate) async fn watch(&self, lifecycle: &Lifecycle) {
        while !lifecycle.is_stopping() {
            self.look().await;
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = lifecycle.stopping() => return,
            }
        }
    }
}

async fn ask(check: &Check) -> (Standing, Option<String>) {
    let began = Instant::now();
    match tokio::time::timeout(PATIENCE, check()).await {
        Err(_) => {
            let seconds = PATIENCE.as_secs();
            (Standing::Down, Some(format!("No answer within {seconds} s.")))
        }
        Ok((Standing::Ok, _)) if began.elapsed() >= SLOW => {
            let took = began.elapsed().as_millis();
            (Standing::Degraded, Some(format!("It takes {took} ms to answer.")))
        }
        Ok(said) => said,
    }
}

/// Which part of a folder's disk is free, from 0 to 1; none where that cannot be asked.
pub fn free_share(folder: &Path) -> Option<f64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    (disk.f_blocks > 0).then(|| disk.f_bavail as f64 / disk.f_blocks as f64)
}

/// Bytes of memory that this program takes; none where the system does not tell.
pub fn memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_part_that_answers_slowly_is_degraded() {
        let slow: Check = Arc::new(|| {
            Box::pin(async {
                tokio::time::sleep(SLOW + Duration::from_millis(50)).await;
                (Standing::Ok, None)
            })
        });
        let (state, detail) = ask(&slow).await;
        assert_eq!(state, Standing::Degraded);
        assert!(detail.unwrap().contains("ms to answer"));
        let quick: Check = Arc::new(|| Box::pin(async { (Standing::Ok, None) }));
        assert_eq!(ask(&quick).await, (Standing::Ok, None));
    }

    #[test]
    fn a_disk_and_memory_can_be_asked() {
        let free = free_share(Path::new("/")).unwrap();
        assert!((0.0..=1.0).contains(&free));
        assert!(memory().is_none_or(|bytes| bytes > 1 << 20));
    }
}
