//! What somebody missed: who comes back after a blink, and who reads slowly.

use kit::api::ApiError;

use super::Feed;
use crate::live::connection::Connection;
use crate::live::frames::{Name, ServerFrame};
use crate::live::hub::Live;
use crate::live::showing::{self, Logged, Sent};

/// Events that a client which comes back is sent one by one; beyond, it is told to begin anew.
const REPLAYED: i64 = 500;
/// Events that a slow reader is given at once.
const FEW: u64 = 16;

impl Feed {
    /// The events after a number; nothing if they cannot all be had.
    pub(super) async fn replay(&self, live: &Live, seq: i64) -> Result<Option<Vec<Sent>>, ApiError> {
        let head = {
            let state = self.state.lock();
            let Some(position) = &state.position else {
                return Ok(None);
            };
            if let Some(recent) = position.since(seq) {
                return Ok(Some(recent.cloned().collect()));
            }
            position.head
        };
        if seq > head.seq {
            // The client has seen what this store has not: the store went back in time.
            tracing::error!(scope = %self.scope, client = seq, store = head.seq, "a client is ahead of the store");
            live.rotate_epoch(self.scope).await?;
            self.look(live).await?;
            return Ok(None);
        }
        if head.seq - seq > REPLAYED || seq < 0 {
            return Ok(None);
        }
        let rows = db::events::events_since(live.db(), self.scope, seq, REPLAYED as u64).await?;
        let rows: Vec<Logged> = rows
            .into_iter()
            .filter(|row| row.seq <= head.seq)
            .map(Logged::from)
            .collect();
        let is_whole = rows.first().is_some_and(|row| row.seq == seq + 1)
            && rows.last().is_some_and(|row| row.seq == head.seq);
        if !is_whole {
            return Ok(None);
        }
        Ok(Some(showing::events(live, self.scope, rows).await?))
    }

    /// Fills the hole of a slow reader that has room again, a little at a time: what does not go out would be read
    /// for nothing.
    pub(super) async fn catch_up(
        &self,
        live: &Live,
        connection: &Connection,
        from: i64,
    ) -> Result<(), ApiError> {
        let Some(head) = self.head().filter(|_| connection.holds(self.scope)) else {
            return Ok(());
        };
        let rows = db::events::events_since(live.db(), self.scope, from, FEW).await?;
        let rows: Vec<Logged> = rows
            .into_iter()
            .filter(|row| row.seq <= head.seq)
            .map(Logged::from)
            .collect();
        let is_whole = from == head.seq || rows.first().is_some_and(|row| row.seq == from + 1);
        let events = showing::events(live, self.scope, rows).await?;
        self.authorise_anew(live).await?;
        if !connection.holds(self.scope) {
            return Ok(());
        }
        // Nothing passes meanwhile; and what has passed since the log was read, when it was left out, is owed, too.
        let state = self.state.lock();
        let Some(head) = state.position.as_ref().map(|position| position.head) else {
            return Ok(());
        };
        connection.clean(self.scope);
        if !is_whole || head.seq - from > REPLAYED {
            let (c, e) = (Name(self.scope), head.epoch);
            connection.tell(&ServerFrame::Reset { c, e, why: "slow" });
            return Ok(());
        }
        let last = events.last().map_or(from, |sent| sent.seq);
        for sent in events {
            sent.send_to(self.scope, connection);
        }
        if last < head.seq {
            connection.owe(self.scope, last);
        }
        Ok(())
    }
}
