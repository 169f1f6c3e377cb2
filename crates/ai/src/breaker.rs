//! Health of providers, a breaker for each key: after several failures in a row a key rests for a while, then one
//! request may try. A rate limit is kept beside it, for each model, because that is how providers count.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kit::clock::Timestamp;
use parking_lot::Mutex;
use providers::{ErrorKind, ProviderError};

/// Failures in a row after which a key rests.
pub const FAILURES: u32 = 5;
/// The first rest; each further one is twice as long.
const REST: Duration = Duration::from_secs(5);
/// The longest rest, and the longest that a rate limit is believed without asking again.
const LONGEST_REST: Duration = Duration::from_mins(2);
/// More limited models than this are not kept apart.
const MOST_LIMITED: usize = 64;

#[derive(Debug, Default)]
struct State {
    failures: u32,
    rests: u32,
    resting_until: Option<Timestamp>,
    limited: Vec<(String, Timestamp)>,
}

/// Whether a key may be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Go,
    /// It failed too often; not before then.
    Resting(Duration),
    /// The provider said so for this model; not before then.
    Limited(Duration),
}

/// The breaker of one key.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

impl Breaker {
    /// May this key be asked for this model? When a rest is over, the first to ask may try; the others wait for what
    /// it learns, or, if it learns nothing, for another rest.
    pub fn ask(&self, model: &str, now: Timestamp) -> Verdict {
        let mut state = self.0.lock();
        if !state.limited.is_empty() {
            state.limited.retain(|(_, until)| *until > now);
            if let Some((_, until)) = state.limited.iter().find(|(limited, _)| limited == model) {
                return Verdict::Limited(until.since(now));
            }
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

    /// Whether it rests, without asking for a try.
    pub fn is_resting(&self, now: Timestamp) -> bool {
        self.0.lock().resting_until.is_some_and(|until| until > now)
    }

    /// It says its first word: the others need not wait any longer. Failures are only forgotten at the end of an
    /// answer, or a provider that always breaks off in the middle would look healthy.
    pub fn began(&self) {
        self.0.lock().resting_until = None;
    }

    /// It answered.
    pub fn succeeded(&self) {
        let mut state = self.0.lock();
        (state.failures, state.rests, state.resting_until) = (0, 0, None);
    }

    /// It failed.
    pub fn failed(&self, model: &str, error: &ProviderError, now: Timestamp) {
        if error.kind == ErrorKind::Cancelled {
            return;
        }
        if !error.counts_for_breaker() {
            // Whoever refuses is there and well.
            self.succeeded();
        }
        let mut state = self.0.lock();
        if let (ErrorKind::RateLimited, Some(wait)) = (error.kind, error.retry_after) {
            state.limited.retain(|(limited, _)| limited != model);
            if state.limited.len() < MOST_LIMITED {
                let until = now.plus(wait.min(LONGEST_REST));
                state.limited.push((model.to_owned(), until));
            }
        }
        if error.counts_for_breaker() {
            state.failures += 1;
            if state.failures >= FAILURES {
                let rest = REST.saturating_mul(1 << state.rests.min(8)).min(LONGEST_REST);
                state.resting_until = Some(now.plus(rest));
                state.rests += 1;
            }
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

    fn limited(seconds: u64) -> ProviderError {
        let mut limited = error(ErrorKind::RateLimited);
        limited.retry_after = Some(Duration::from_secs(seconds));
        limited
    }

    #[test]
    fn a_key_that_keeps_failing_rests_and_then_one_may_try() {
        let breaker = Breaker::default();
        let mut now = Timestamp(0);
        for _ in 0..FAILURES {
            assert_eq!(breaker.ask("m", now), Verdict::Go);
            breaker.failed("m", &error(ErrorKind::Server), now);
        }
        assert_eq!(breaker.ask("m", now), Verdict::Resting(REST));
        now = now.plus(REST);
        assert_eq!(breaker.ask("m", now), Verdict::Go);
        assert!(
            matches!(breaker.ask("m", now), Verdict::Resting(_)),
            "only one tries"
        );
        breaker.failed("m", &error(ErrorKind::Server), now);
        assert_eq!(breaker.ask("m", now), Verdict::Resting(REST * 2));
        breaker.succeeded();
        assert_eq!(breaker.ask("m", now), Verdict::Go);
    }

    #[test]
    fn whoever_tries_and_is_never_heard_of_again_blocks_nobody_for_long() {
        let breaker = Breaker::default();
        for _ in 0..FAILURES {
            breaker.failed("m", &error(ErrorKind::Unreachable), Timestamp(0));
        }
        let later = Timestamp(0).plus(REST);
        assert_eq!(breaker.ask("m", later), Verdict::Go);
        assert_eq!(breaker.ask("m", later.plus(REST)), Verdict::Go);
    }

    #[test]
    fn breaking_off_in_the_middle_counts() {
        let breaker = Breaker::default();
        for _ in 0..FAILURES {
            assert_eq!(breaker.ask("m", Timestamp(0)), Verdict::Go);
            breaker.began();
            breaker.failed("m", &error(ErrorKind::BrokenStream), Timestamp(0));
        }
        assert_eq!(breaker.ask("m", Timestamp(0)), Verdict::Resting(REST));
    }

    #[test]
    fn what_is_the_callers_fault_does_not_count_and_shows_that_it_is_well() {
        let breaker = Breaker::default();
        for kind in [ErrorKind::BadRequest, ErrorKind::InvalidKey].repeat(25) {
            breaker.failed("m", &error(kind), Timestamp(0));
        }
        assert_eq!(breaker.ask("m", Timestamp(0)), Verdict::Go);
        for _ in 0..FAILURES {
            breaker.failed("m", &error(ErrorKind::Server), Timestamp(0));
        }
        let later = Timestamp(0).plus(REST);
        assert_eq!(breaker.ask("m", later), Verdict::Go);
        breaker.failed("m", &error(ErrorKind::BadRequest), later);
        assert_eq!(breaker.ask("m", later), Verdict::Go);
    }

    #[test]
    fn a_rate_limit_belongs_to_its_model_and_to_its_time() {
        let breaker = Breaker::default();
        breaker.failed("m", &limited(3), Timestamp(0));
        let after = |seconds: u64| Timestamp(0).plus(Duration::from_secs(seconds));
        assert_eq!(
            breaker.ask("m", after(1)),
            Verdict::Limited(Duration::from_secs(2))
        );
        assert_eq!(breaker.ask("n", after(1)), Verdict::Go);
        breaker.succeeded();
        assert_eq!(
            breaker.ask("m", after(2)),
            Verdict::Limited(Duration::from_secs(1))
        );
        assert_eq!(breaker.ask("m", after(3)), Verdict::Go);
    }
}
