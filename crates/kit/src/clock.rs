//! The one source of time. Everything that asks for the hour asks a [`Clock`], so that a test can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment as integer microseconds since 1970-01-01T00:00:00Z; the store keeps just this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This moment moved forward.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// This moment moved back.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads RFC 3339, as every field ending in `_at` is written.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>()
            .ok()
            .map(|t| Self(t.as_microsecond()))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(t) => write!(f, "{t}"),
            Err(_) => f.write_str("9999-12-31T23:59:59Z"),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("expected a time such as 2026-01-31T12:00:00Z"))
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::DateTime,
            )))
            .into()
    }
}

impl utoipa::ToSchema for Timestamp {}

/// A difference below this is the way between two machines and not a wrong clock.
const APART: Duration = Duration::from_secs(1);

/// Tells the time: the machine's, put right where others know better, or one that a test sets.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    is_fixed: bool,
    /// The moment of a fixed clock, in microseconds; else what is added to the machine's.
    micros: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still until [`Clock::advance`].
    pub fn fixed(at: Timestamp) -> Self {
        Self {
            is_fixed: true,
            micros: Arc::new(AtomicI64::new(at.0)),
        }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        let micros = self.micros.load(Ordering::SeqCst);
        if self.is_fixed {
            Timestamp(micros)
        } else {
            Timestamp(machine().saturating_add(micros))
        }
    }

    /// Agrees on the time with somebody whom all ask; answers whether the clock was put right. A test's clock is not.
    pub fn agree(&self, with: Timestamp) -> bool {
        let is_apart = !self.is_fixed && self.now().0.abs_diff(with.0) > APART.as_micros() as u64;
        if is_apart {
            self.micros
                .store(with.0.saturating_sub(machine()), Ordering::SeqCst);
        }
        is_apart
    }

    /// Moves a fixed clock on; the machine's clock is not ours to move.
    pub fn advance(&self, by: Duration) {
        if self.is_fixed {
            self.micros.fetch_add(
                i64::try_from(by.as_micros()).unwrap_or(i64::MAX),
                Ordering::SeqCst,
            );
        }
    }
}

/// Microseconds by the machine's clock.
#[allow(clippy::disallowed_methods)] // the one door to it
fn machine() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_written_and_read_as_rfc_3339() {
        let t = Timestamp::parse("2026-11-21T01:02:03.000004Z").unwrap();
        assert_eq!(t.to_string(), "2026-11-21T01:02:03.000004Z");
        assert_eq!(Timestamp::parse("2026-11-21T02:02:03.000004+01:00"), Some(t));
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn a_clock_that_is_wrong_is_put_right_and_one_that_is_nearly_right_is_left_alone() {
        let hour = Duration::from_hours(1);
        let clock = Clock::system();
        let ahead = clock.now().plus(hour);
        assert!(clock.agree(ahead));
        assert!(clock.clone().now() >= ahead);
        assert!(!clock.agree(clock.now().plus(Duration::from_millis(300))));
        assert!(clock.agree(clock.now().minus(hour)));
        assert!(clock.now() < ahead);
        assert!(!Clock::fixed(Timestamp(5)).agree(ahead));
    }

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = Clock::fixed(Timestamp(5));
        assert_eq!(clock.now(), Timestamp(5));
        clock.advance(Duration::from_micros(7));
        assert_eq!(clock.clone().now(), Timestamp(12));
    }
}
