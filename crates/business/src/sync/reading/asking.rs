//! Asking a source for a page, with patience where patience helps.

use std::time::Duration;

use connectors::source::{Page, Slice, Source, SourceError};

use super::{Reading, Trouble};
use crate::connectors::sentence;

/// How often a source that is away is asked again.
const TRIES: u32 = 7;
/// How often an answer that is not understood is asked for again: it may have been cut.
const DOUBTS: u32 = 2;
/// How often a source may say that it is too much, in a row.
const WAITS: u32 = 120;
/// The longest wait for a source that says when to come back.
const LONGEST: Duration = Duration::from_mins(15);
/// The longest wait for one that does not.
const CAP: Duration = Duration::from_mins(1);

/// Half of the wait for certain, the other half by chance, so that those who wait do not all come back together.
pub(super) fn jittered(wait: Duration) -> Duration {
    let chance = u32::from_be_bytes(kit::ids::random_bytes());
    wait / 2 + (wait / 2).mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

fn backoff(tries: u32) -> Duration {
    Duration::from_millis(500).saturating_mul(1 << tries.min(10)).min(CAP)
}

impl Reading<'_> {
    /// One page of a slice.
    pub(super) async fn ask(
        &self,
        source: &Source,
        stream: &str,
        slice: Slice,
        token: Option<&str>,
    ) -> Result<Page, Trouble> {
        let (mut tries, mut doubts, mut waits) = (0, 0, 0);
        loop {
            self.check_wanted()?;
            let error = tokio::select! {
                page = source.page(stream, slice, token) => match page {
                    Ok(page) => return Ok(page),
                    Err(error) => error,
                },
                () = self.unwanted.cancelled() => return Err(Trouble::Unwanted),
                () = self.business.lifecycle().stopping() => return Err(Trouble::Stopping),
            };
            let wait = match &error {
                SourceError::RateLimited(wait) if waits < WAITS => {
                    waits += 1;
                    // Not before it said; a little later, so that not all come at once.
                    let wait = (*wait).min(LONGEST);
                    wait + jittered(Duration::from_millis(200))
                }
                SourceError::Unavailable(_) if tries < TRIES => {
                    tries += 1;
                    jittered(backoff(tries))
                }
                SourceError::Protocol(_) if doubts < DOUBTS => {
                    doubts += 1;
                    jittered(backoff(doubts))
                }
                _ => return Err(trouble(&error)),
            };
            tracing::debug!(run = %self.run.id, stream, error = %error, ?wait, "a page is asked for again");
            self.rest(wait).await?;
        }
    }
}

/// What an error means for the run.
fn trouble(error: &SourceError) -> Trouble {
    let why = sentence(error);
    match error {
        SourceError::Unauthorized(_) => Trouble::Reconnect(why),
        SourceError::Forbidden(_) => Trouble::Stream("forbidden", why),
        SourceError::Config { .. } => Trouble::Run(why),
        SourceError::RateLimited(_) | SourceError::Unavailable(_) | SourceError::Protocol(_) => {
            Trouble::Stream("failed", why)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute_and_are_never_the_same_for_all() {
        assert_eq!(backoff(0), Duration::from_millis(500));
        assert_eq!(backoff(3), Duration::from_secs(4));
        assert_eq!(backoff(30), CAP);
        let waits: std::collections::BTreeSet<_> = (0..50).map(|_| jittered(CAP)).collect();
        assert!(waits.len() > 40);
        assert!(waits.iter().all(|wait| (CAP / 2..=CAP).contains(wait)));
    }
}
