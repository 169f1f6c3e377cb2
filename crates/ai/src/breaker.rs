//! Health of providers, a breaker for each key: after several failures in a row a key rests for a while, then one
//! request may try; a rate limit is kept until its time is over.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kit::clock::Timestamp;
use parking_lot::Mutex;
use providers::{ErrorKind, ProviderError};

/// Failures in a row after which a key rests.
const FAILURES: u32 = 5;
/// The first rest; each further one is twice as long.
const REST: Duration = Duration::from_secs(5);
/// The longest rest.
const LONGEST_REST: Duration = Duration::from_secs(120);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    rests: u32,
    resting_until: Option<Timestamp>,
    limited_until: Option<Timestamp>,
}

/// Whether a key may be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Go,
    /// It failed too often; not before then.
    Resting(Duration),
    /// The provider said so; not before then.
    Limited(Duration),
}

/// The breaker of one key.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

impl Breaker {
    /// May this key be used? When a rest is over, the first to ask may try and the others wait for the result.
    pub fn ask(&self, now: Timestamp) -> Verdict {
        let mut state = self.0.lock();
        if let Some(until) = state.limited_until.filter(|u| *u > now) {
            return Verdict::Limited(until.since(now));
        }
        match state.resting_until {
            Some(until) if until > now => Verdict::Resting(until.since(now)),
            Some(_) => {
                state.resting_until = Some(now.plus(REST));
                Verdict::Go
            }
            None => Verdict::Go,
        }
    }

    /// It answered.
    pub fn succeeded(&self) {
        let mut state = self.0.lock();
        if state.failures > 0 || state.resting_until.is_some() || state.limited_until.is_some() {
            *state = State::default();
        }
    }

    /// It failed.
    pub fn failed(&self, error: &ProviderError, now: Timestamp) {
        let mut state = self.0.lock();
        if error.kind == ErrorKind::RateLimited {
            state.limited_until = error.retry_after.map(|wait| now.plus(wait.min(LONGEST_REST)));
            return;
        }
        if !error.counts_for_breaker() {
            return;
        }
        state.failures += 1;
        if state.failures >= FAILURES {
            let rest = REST.saturating_mul(1 << state.rests.min(8)).min(LONGEST_REST);
            state.resting_until = Some(now.plus(rest));
            state.rests += 1;
        }
    }
}

/// The breakers of all keys, by the key's name.
#[derive(Debug, Default)]
pub struct Breakers(Mutex<HashMap<String, Arc<Breaker>>>);

impl Breakers {
    /// The breaker of a key; the same one while the program runs.
    pub fn of(&self, key: &str) -> Arc<Breaker> {
        let mut all = self.0.lock();
        match all.get(key) {
            Some(breaker) => breaker.clone(),
            None => all.entry(key.to_owned()).or_default().clone(),
        }
    }

    /// Forgets a key's past, when the key was replaced.
    pub fn forget(&self, key: &str) {
        self.0.lock().remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use providers::ProviderKind;

    fn error(kind: ErrorKind) -> ProviderError {
        ProviderError::new(ProviderKind::Groq, kind)
    }

    #[test]
    fn a_key_that_keeps_failing_rests_and_then_one_may_try() {
        let breaker = Breaker::default();
        let mut now = Timestamp(0);
        for _ in 0..FAILURES {
            assert_eq!(breaker.ask(now), Verdict::Go);
            breaker.failed(&error(ErrorKind::Server), now);
        }
        assert_eq!(breaker.ask(now), Verdict::Resting(REST));
        now = now.plus(REST);
        assert_eq!(breaker.ask(now), Verdict::Go);
        assert!(matches!(breaker.ask(now), Verdict::Resting(_)), "only one tries");
        breaker.failed(&error(ErrorKind::Server), now);
        assert_eq!(breaker.ask(now), Verdict::Resting(REST * 2));
        breaker.succeeded();
        assert_eq!(breaker.ask(now), Verdict::Go);
    }

    #[test]
    fn what_is_the_callers_fault_does_not_count() {
        let breaker = Breaker::default();
        for _ in 0..50 {
            breaker.failed(&error(ErrorKind::BadRequest), Timestamp(0));
            breaker.failed(&error(ErrorKind::InvalidKey), Timestamp(0));
        }
        assert_eq!(breaker.ask(Timestamp(0)), Verdict::Go);
        let mut limited = error(ErrorKind::RateLimited);
        limited.retry_after = Some(Duration::from_secs(3));
        breaker.failed(&limited, Timestamp(0));
        assert_eq!(breaker.ask(Timestamp(1_000_000)), Verdict::Limited(Duration::from_secs(2)));
    }
}
