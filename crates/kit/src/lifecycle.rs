//! Start and stop. Tasks are spawned by name and tracked; stopping has two stages: no new work, then, after
//! the grace period, the end.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// The handle that every long-lived part holds.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
    servants: TaskTracker,
}

impl Lifecycle {
    /// Nothing runs yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs a task that is waited for at shutdown and dropped at its hard end.
    #[allow(clippy::disallowed_methods)] // the one door to new tasks
    pub fn spawn<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let hard = self.hard.clone();
        self.tasks.spawn(
            async move {
                tokio::select! {
                    () = task => {}
                    () = hard.cancelled() => tracing::debug!(task.name = name, "dropped at shutdown"),
                }
            }
            .instrument(tracing::info_span!(parent: None, "task", task.name = name)),
        );
    }

    /// Runs what the tasks need until their own end, such as the bus: nobody waits for it, and the hard end drops it.
    #[allow(clippy::disallowed_methods)]
    pub fn serve<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let hard = self.hard.clone();
        self.servants.spawn(
            async move {
                tokio::select! {
                    () = task => {}
                    () = hard.cancelled() => {}
                }
            }
            .instrument(tracing::info_span!(parent: None, "task", task.name = name)),
        );
    }

    /// Ends when no new work should begin.
    pub async fn stopping(&self) {
        self.soft.cancelled().await;
    }

    /// Whether stopping has begun.
    pub fn is_stopping(&self) -> bool {
        self.soft.is_cancelled()
    }

    /// First stage: no new work.
    pub fn begin_stop(&self) {
        self.soft.cancel();
    }

    /// Both stages: waits up to `grace` for the tasks, then drops what is left. Answers whether all ended by themselves.
    pub async fn stop(&self, grace: Duration) -> bool {
        self.soft.cancel();
        self.tasks.close();
        let clean = tokio::time::timeout(grace, self.tasks.wait()).await.is_ok();
        self.hard.cancel();
        self.servants.close();
        let ended = async { tokio::join!(self.tasks.wait(), self.servants.wait()) };
        let _ = tokio::time::timeout(Duration::from_secs(1), ended).await;
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stopping_waits_for_tasks_and_drops_the_stubborn() {
        let life = Lifecycle::new();
        let (done, heard) = tokio::sync::oneshot::channel();
        let inner = life.clone();
        life.spawn("polite", async move {
            inner.stopping().await;
            let _ = done.send(());
        });
        assert!(life.stop(Duration::from_secs(5)).await);
        heard.await.unwrap();

        let life = Lifecycle::new();
        life.spawn("stubborn", std::future::pending());
        assert!(!life.stop(Duration::from_millis(10)).await);
    }
}
