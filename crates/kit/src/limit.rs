//! Rate limits: so many requests a minute for each key, counted in the process, or on the server between the nodes
//! while it answers at once.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use redis::Script;
use tokio::time::{Instant, timeout};

use crate::bus::Remote;
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

/// How long the server between the nodes may take.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long it is not asked after it took longer.
const PAUSE: Duration = Duration::from_secs(1);

/// Counts on the server, in one step: the limit, the window in milliseconds, and whether to count or only to look.
const COUNT: &str = r"
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  used = 0
  left = tonumber(ARGV[2])
end
local allowed = used < tonumber(ARGV[1])
if allowed and ARGV[3] == '1' then
  used = used + 1
  redis.call('SET', KEYS[1], used, 'PX', left)
end
return {used, left, allowed and 1 or 0}
";

/// The server between the nodes.
#[derive(Clone)]
struct Shared {
    remote: Arc<Remote>,
    count: Arc<Script>,
    not_before: Arc<Mutex<Option<Instant>>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

/// Counts requests by key, `ratelimit:{workspace}:{person}:{endpoint}` or by address.
#[derive(Clone, Debug)]
pub struct RateLimiter {
    clock: Clock,
    windows: Cache<Arc<Mutex<Window>>>,
    shared: Option<Shared>,
}

impl RateLimiter {
    /// Counts in the process; nothing yet.
    pub fn new(clock: Clock) -> Self {
        Self::over(clock, None)
    }

    /// Counts for all nodes together, where there is a server between them.
    pub fn over(clock: Clock, remote: Option<Arc<Remote>>) -> Self {
        // A window is forgotten some time after its end; until then its own start decides.
        Self {
            clock,
            windows: Cache::new("ratelimit", RATE_LIMIT_WINDOW * 2, 200_000),
            shared: remote.map(|remote| Shared {
                remote,
                count: Arc::new(Script::new(COUNT)),
                not_before: Arc::default(),
            }),
        }
    }

    /// Counts one request for `key` against `limit` a minute.
    pub async fn take(&self, key: &str, limit: u32) -> Allowance {
        match self.ask(key, limit, true).await {
            Some(allowance) => allowance,
            None => self.take_here(key, limit),
        }
    }

    /// What `key` has left, without counting anything.
    pub async fn look(&self, key: &str, limit: u32) -> Allowance {
        match self.ask(key, limit, false).await {
            Some(allowance) => allowance,
            None => self.look_here(key, limit),
        }
    }

    /// Forgets what was counted, for instance the failed attempts before a success.
    pub async fn forget(&self, key: &str) {
        self.windows.remove(&key);
        if let Some(mut connection) = self.shared.as_ref().and_then(|s| s.remote.connection()) {
            let mut command = redis::cmd("DEL");
            command.arg(format!("ratelimit:{key}"));
            let _ = timeout(PATIENCE, command.exec_async(&mut connection)).await;
        }
    }

    /// Asks the server; none when it is away or slow, and then this node counts by itself.
    async fn ask(&self, key: &str, limit: u32, counts: bool) -> Option<Allowance> {
        let shared = self.shared.as_ref()?;
        let mut connection = shared.remote.connection()?;
        if shared.not_before.lock().is_some_and(|end| Instant::now() < end) {
            return None;
        }
        let mut call = shared.count.key(format!("ratelimit:{key}"));
        call.arg(limit)
            .arg(RATE_LIMIT_WINDOW.as_millis() as u64)
            .arg(u8::from(counts));
        let answer = timeout(PATIENCE, call.invoke_async::<(u32, u64, u8)>(&mut connection)).await;
        let Ok(Ok((used, left, allowed))) = answer else {
            *shared.not_before.lock() = Some(Instant::now() + PAUSE);
            return None;
        };
        Some(Allowance {
            limit,
            remaining: limit.saturating_sub(used),
            reset_in: Duration::from_millis(left),
            allowed: allowed == 1,
        })
    }

    fn take_here(&self, key: &str, limit: u32) -> Allowance {
        let now = self.clock.now();
        let window = self
            .windows
            .get_or_put(&key, || Arc::new(Mutex::new(Window { began: now, used: 0 })));
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

    fn look_here(&self, key: &str, limit: u32) -> Allowance {
        let now = self.clock.now();
        let fresh = (now, 0);
        let (began, used) = self.windows.get(&key).map_or(fresh, |window| {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_window_admits_its_limit_and_then_waits_for_its_end() {
        let clock = Clock::fixed(Timestamp(0));
        let limiter = RateLimiter::new(clock.clone());
        for left in (0..3).rev() {
            let got = limiter.take("a", 3).await;
            assert!(got.allowed);
            assert_eq!(got.remaining, left);
        }
        assert!(!limiter.take("a", 3).await.allowed);
        assert!(limiter.take("b", 3).await.allowed, "keys do not share");
        clock.advance(RATE_LIMIT_WINDOW);
        assert!(limiter.take("a", 3).await.allowed);
    }
}
