//! What happens by the clock, once a second: heartbeats, signs of life, presence, sign-ins that have ended.

use std::sync::atomic::Ordering;
use std::time::Duration;

use identity::tickets::Holder;
use kit::measure;

use super::connection::{Connection, Frame};
use super::frames::{Bye, ServerFrame};
use super::hub::Live;
use super::outgoing::Waiting;

/// Seconds between the heartbeats of a connection.
pub const HEARTBEAT: u64 = 25;
/// Seconds between the words of a node.
const BEAT: u64 = 3;
/// Seconds between two looks at a sign-in.
const SIGN_IN: u64 = 60;
/// Seconds between two times that old events are forgotten.
const FORGET: u64 = 3600;
/// A client that is silent for so long is gone; it is asked for a sign of life in between.
pub const SILENT: Duration = Duration::from_secs(24);

/// After so many milliseconds between two ticks this program was paused, and not its clients.
const AWAY: i64 = 4_000;

/// Keeps time until the program stops.
pub async fn run(live: &Live) {
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut before = live.now_ms();
    for second in 0_u64.. {
        tokio::select! {
            _ = seconds.tick() => {}
            () = live.stopping() => break,
        }
        live.tell_presence(second.is_multiple_of(BEAT));
        let now = live.now_ms();
        let was_away = now - std::mem::replace(&mut before, now) > AWAY;
        let connections = live.connections();
        live.db()
            .recorder()
            .note(measure::Name::SocketsOpen, &[], connections.len() as u64);
        for connection in connections {
            if was_away {
                // The silence was ours: what clients said meanwhile is still to be read.
                connection.heard_at.store(now, Ordering::Relaxed);
            }
            let silence = connection.silence(now);
            if silence >= SILENT {
                connection.close(Bye::Slow);
            } else if silence >= SILENT / 2 && second.is_multiple_of(4) {
                connection.ping();
            }
            let turn = second.wrapping_add(connection.number);
            if turn.is_multiple_of(HEARTBEAT) {
                beat(live, &connection);
            }
            if turn.is_multiple_of(SIGN_IN) {
                check_sign_in(live, &connection);
            }
        }
        if second.is_multiple_of(FORGET) {
            forget_old_events(live);
        }
        if second.is_multiple_of(10) {
            live.forget_idle_feeds();
        }
    }
    // Clients go to another node, or come back to this one.
    for connection in live.connections() {
        connection.close(Bye::Drain);
    }
}

fn beat(live: &Live, connection: &Connection) {
    let h = connection
        .held()
        .into_iter()
        .filter(|scope| !connection.owes(*scope))
        .filter_map(|scope| Some((scope.to_string(), live.existing(scope)?.head()?.seq)))
        .collect();
    let t = live.db().clock().now().micros() / 1000;
    let frame = Frame(ServerFrame::Hb { t, h }.encode());
    connection.send(Waiting::Heads, frame);
}

fn forget_old_events(live: &Live) {
    let db = live.db().clone();
    live.spawn("old events", async move {
        if let Err(error) = db::events::forget_old(&db).await {
            tracing::warn!(error = %error, "old events could not be forgotten");
        }
    });
}

fn check_sign_in(live: &Live, connection: &std::sync::Arc<Connection>) {
    let (live, connection) = (live.clone(), connection.clone());
    live.clone().spawn("live sign-in", async move {
        let caller = connection.caller();
        match Holder::from(&caller)
            .as_caller(live.identity(), caller.via, caller.address)
            .await
        {
            Ok(Some(now)) => connection.set_caller(now),
            Ok(None) => connection.close(Bye::SignIn),
            // The store is away: whoever is here stays.
            Err(error) => tracing::warn!(error = %error, "a sign-in could not be checked"),
        }
    });
}
