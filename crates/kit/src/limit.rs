//! Rate limits: so many requests a minute for each key, counted in the process.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::cache::{Cache, RATE_LIMIT_WINDOW};
use crate::clock::{Clock, Timestamp};

/// What a request is told about its limit, in the headers `RateLimit-Limit`, `-Remaining` and `-Reset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests in one window.
    pub limit: u32,
    /// How many are left in this one.
    pub remaining: u32,
    /// When the window ends.
    pub reset_in: Duration,
    /// Whether this request is within it.
    pub allowed: bool,
}

#[derive(Debug)]
struct Window {
    began: Timestamp,
    used: u32,
}

/// Counts requests by key, `ratelimit:{workspace}:{person}:{endpoint}` or by address.
#[derive(Clone, Debug)]
pub struct RateLimiter {
    clock: Clock,
    windows: Cache<Arc<Mutex<Window>>>,
}

impl RateLimiter {
    /// Counts nothing yet.
    pub fn new(clock: Clock) -> Self {
        // A window is forgotten some time after its end; until then its own start decides.
        Self {
            clock,
            windows: Cache::new("ratelimit", RATE_LIMIT_WINDOW * 2, 200_000),
        }
    }

    /// Counts one request for `key` against `limit` a minute.
    pub fn take(&self, key: &impl std::fmt::Display, limit: u32) -> Allowance {
        let now = self.clock.now();
        let window = self
            .windows
            .get_or_put(key, || Arc::new(Mutex::new(Window { began: now, used: 0 })));
        let mut window = window.lock();
        if now.since(window.began) >= RATE_LIMIT_WINDOW {
            *window = Window { began: now, used: 0 };
        }
        let allowed = window.used < limit;
        if allowed {
            window.used += 1;
        }
        Allowance {
            limit,
            remaining: limit.saturating_sub(window.used),
            reset_in: RATE_LIMIT_WINDOW.saturating_sub(now.since(window.began)),
            allowed,
        }
    }

    /// What `key` has left, without counting anything.
    pub fn look(&self, key: &impl std::fmt::Display, limit: u32) -> Allowance {
        let now = self.clock.now();
        let fresh = (now, 0);
        let (began, used) = self.windows.get(key).map_or(fresh, |window| {
            let window = window.lock();
            if now.since(window.began) >= RATE_LIMIT_WINDOW {
                fresh
            } else {
                (window.began, window.used)
            }
        });
        Allowance {
            limit,
            remaining: limit.saturating_sub(used),
            reset_in: RATE_LIMIT_WINDOW.saturating_sub(now.since(began)),
            allowed: used < limit,
        }
    }

    /// Forgets what was counted, for instance the failed attempts before a success.
    pub fn forget(&self, key: &impl std::fmt::Display) {
        self.windows.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_admits_its_limit_and_then_waits_for_its_end() {
        let clock = Clock::fixed(Timestamp(0));
        let limiter = RateLimiter::new(clock.clone());
        for left in (0..3).rev() {
            let got = limiter.take(&"a", 3);
            assert!(got.allowed);
            assert_eq!(got.remaining, left);
        }
        assert!(!limiter.take(&"a", 3).allowed);
        assert!(limiter.take(&"b", 3).allowed, "keys do not share");
        clock.advance(RATE_LIMIT_WINDOW);
        assert!(limiter.take(&"a", 3).allowed);
    }
}
