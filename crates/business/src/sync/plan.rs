//! Cutting a run into slices.

use std::time::Duration;

use connectors::manifest::{Incremental, Span};
use db::entity::sync_positions;
use db::sync_kinds::{SyncMode, SyncTrigger};
use kit::clock::Timestamp;

/// How far back is read when nobody said since when.
const USUAL_PAST: Duration = Duration::from_hours(24 * 731);
/// Never more slices of one stream than this: windows grow instead.
const MOST: i64 = 1_000;

/// A slice to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub from: Option<Timestamp>,
    pub to: Timestamp,
    /// Whether the position moves to its end; else the history is filled down to its beginning.
    pub moves_cursor: bool,
}

/// What a plan depends on besides the stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub mode: SyncMode,
    pub trigger: SyncTrigger,
    pub now: Timestamp,
    /// Since when the person wants to read.
    pub start: Option<Timestamp>,
}

/// The slices of one stream in the order in which they are read; none when there is nothing to do now.
pub(super) fn slices(
    stream: &Incremental,
    wish: &Wish,
    position: Option<&sync_positions::Model>,
) -> Vec<Planned> {
    let cursor = position.and_then(|row| row.cursor_at).map(Timestamp);
    let Some(Span(window)) = stream.window else {
        return whole(stream, wish, cursor);
    };
    let now = wish.now.minus(stream.lag.0);
    let start = wish.start.unwrap_or_else(|| now.minus(USUAL_PAST)).min(now.minus(Duration::from_secs(1)));
    let long = stream.first_window.map_or(window, |span| span.0);
    let (Some(cursor), SyncMode::Incremental) = (cursor, wish.mode) else {
        return backwards(start, now, long, true);
    };
    let from = cursor.minus(stream.lookback.0).max(start).min(now);
    let mut all = forwards(from, now, window);
    let floor = position.and_then(|row| row.floor_at).map(Timestamp);
    let is_filled = position.is_some_and(|row| row.is_filled);
    // What an earlier run did not come to, or a person now wants from earlier on.
    if let Some(floor) = floor
        && floor > start
        && (!is_filled || floor.since(start) > Duration::from_hours(24))
    {
        all.extend(backwards(start, floor, long, false));
    }
    all
}

/// A stream that cannot be asked for a slice of time is read as a whole, now and then.
fn whole(stream: &Incremental, wish: &Wish, cursor: Option<Timestamp>) -> Vec<Planned> {
    let is_due = cursor.is_none_or(|cursor| cursor.plus(stream.whole_every.0) <= wish.now);
    if wish.mode == SyncMode::Incremental && wish.trigger == SyncTrigger::Schedule && !is_due {
        return Vec::new();
    }
    vec![Planned {
        from: None,
        to: wish.now,
        moves_cursor: true,
    }]
}

fn fitting(from: Timestamp, to: Timestamp, window: Duration) -> i64 {
    let window = (window.as_micros() as i64).max(1_000_000);
    let length = to.micros().saturating_sub(from.micros());
    window.max(length / MOST + 1)
}

/// Oldest first, so that the position moves on with each.
fn forwards(from: Timestamp, to: Timestamp, window: Duration) -> Vec<Planned> {
    let window = fitting(from, to, window);
    let mut all = Vec::new();
    let mut at = from.micros();
    while at < to.micros() {
        let end = at.saturating_add(window).min(to.micros());
        all.push(Planned {
            from: Some(Timestamp(at)),
            to: Timestamp(end),
            moves_cursor: true,
        });
        at = end;
    }
    all
}

/// Newest first, so that last month can be asked about before everything is there.
fn backwards(from: Timestamp, to: Timestamp, window: Duration, first_moves: bool) -> Vec<Planned> {
    let window = fitting(from, to, window);
    let mut all = Vec::new();
    let mut end = to.micros();
    while end > from.micros() {
        let begin = end.saturating_sub(window).max(from.micros());
        all.push(Planned {
            from: Some(Timestamp(begin)),
            to: Timestamp(end),
            moves_cursor: first_moves && all.is_empty(),
        });
        end = begin;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use db::{ConnectorId, WorkspaceId};

    const DAY: Duration = Duration::from_hours(24);

    fn at(day: u64) -> Timestamp {
        Timestamp(1_700_000_000_000_000).plus(DAY * day as u32)
    }

    fn stream(window: Option<Duration>) -> Incremental {
        Incremental {
            window: window.map(Span),
            lag: Span(Duration::ZERO),
            lookback: Span(Duration::from_hours(1)),
            ..Incremental::default()
        }
    }

    fn wish(mode: SyncMode) -> Wish {
        Wish {
            mode,
            trigger: SyncTrigger::Schedule,
            now: at(100),
            start: Some(at(70)),
        }
    }

    fn position(cursor: Timestamp, floor: Timestamp, is_filled: bool) -> sync_positions::Model {
        sync_positions::Model {
            workspace_id: WorkspaceId::new(),
            connector_id: ConnectorId::new(),
            stream: "orders".to_owned(),
            cursor_at: Some(cursor.micros()),
            floor_at: Some(floor.micros()),
            is_filled,
            recent: "[]".to_owned(),
            updated_at: 0,
        }
    }

    fn covers(slices: &[Planned], from: Timestamp, to: Timestamp) {
        let mut sorted = slices.to_vec();
        sorted.sort_by_key(|slice| slice.to);
        assert_eq!(sorted.first().unwrap().from, Some(from));
        assert_eq!(sorted.last().unwrap().to, to);
        for pair in sorted.windows(2) {
            assert_eq!(pair[1].from, Some(pair[0].to), "without a gap");
        }
    }

    #[test]
    fn a_first_run_reads_the_newest_first_and_leaves_no_gap() {
        let slices = slices(&stream(Some(7 * DAY)), &wish(SyncMode::First), None);
        assert_eq!(slices.len(), 5);
        covers(&slices, at(70), at(100));
        assert!(slices[0].moves_cursor && slices[0].to == at(100));
        assert!(slices[1..].iter().all(|slice| !slice.moves_cursor));
    }

    #[test]
    fn an_incremental_run_goes_from_a_little_before_the_position() {
        let done = position(at(99), at(70), true);
        let slices = slices(&stream(Some(7 * DAY)), &wish(SyncMode::Incremental), Some(&done));
        assert_eq!(slices.len(), 1);
        covers(&slices, at(99).minus(Duration::from_hours(1)), at(100));
    }

    #[test]
    fn a_history_that_is_not_complete_is_filled() {
        let half = position(at(100), at(93), false);
        let slices = slices(&stream(Some(7 * DAY)), &wish(SyncMode::Incremental), Some(&half));
        covers(&slices[1..], at(70), at(93));
        assert!(slices[1..].iter().all(|slice| !slice.moves_cursor));
    }

    #[test]
    fn a_stream_without_windows_is_read_whole_once_a_day() {
        let day_old = position(at(99), at(70), true);
        let young = position(at(100).minus(Duration::from_hours(2)), at(70), true);
        let stream = stream(None);
        assert_eq!(slices(&stream, &wish(SyncMode::Incremental), Some(&day_old)).len(), 1);
        assert!(slices(&stream, &wish(SyncMode::Incremental), Some(&young)).is_empty());
        assert_eq!(slices(&stream, &wish(SyncMode::Full), Some(&young)).len(), 1);
    }

    #[test]
    fn a_long_history_in_short_windows_does_not_become_a_million_slices() {
        let wish = Wish {
            start: Some(Timestamp(0)),
            ..wish(SyncMode::First)
        };
        let slices = slices(&stream(Some(Duration::from_secs(1))), &wish, None);
        assert!(slices.len() <= MOST as usize + 1);
        covers(&slices, Timestamp(0), at(100));
    }
}
