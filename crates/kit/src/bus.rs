//! Hints between the parts of the program (and, later, between nodes): "scope S has reached number N".
//! A hint may be lost; the event log is the truth, and whoever sees a gap reads it.

use tokio::sync::broadcast;

/// Something was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// `t:<thread>`, `w:<workspace>` or `u:<person>`.
    pub scope: String,
    /// The newest number of that scope.
    pub seq: i64,
}

/// Carries hints to whoever listens.
#[derive(Clone, Debug)]
pub struct Bus(broadcast::Sender<Hint>);

impl Default for Bus {
    fn default() -> Self {
        Self(broadcast::Sender::new(4096))
    }
}

impl Bus {
    /// Tells all listeners; nobody listening is fine.
    pub fn publish(&self, hint: Hint) {
        let _ = self.0.send(hint);
    }

    /// Hears every hint from now on. A listener that lags is told how many it missed and must read the log.
    pub fn listen(&self) -> broadcast::Receiver<Hint> {
        self.0.subscribe()
    }
}
