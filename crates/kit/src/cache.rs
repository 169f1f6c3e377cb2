//! Values kept in the process for a while: least recently used go first, each kind has its lifetime.
//!
//! The keys are the documented ones, so that a second level shared by several nodes can take them as they
//! are: `session:{session}`, `ratelimit:{workspace}:{person}:{endpoint}`, `cache:query:{workspace}:{hash}`.

use std::time::Duration;

use crate::measure::{Name, Recorder};

/// How long a session's row may be believed without asking the store (it is dropped at sign-out).
pub const SESSION_LIFETIME: Duration = Duration::from_hours(1);
/// How long the answer of a query may be kept (it is dropped when its data change).
pub const QUERY_LIFETIME: Duration = Duration::from_mins(5);
/// How long a rate limit counts.
pub const RATE_LIMIT_WINDOW: Duration = Duration::from_mins(1);

/// One kind of cached value.
#[derive(Clone, Debug)]
pub struct Cache<V: Clone + Send + Sync + 'static> {
    prefix: &'static str,
    values: moka::sync::Cache<String, V>,
    recorder: Option<Recorder>,
}

impl<V: Clone + Send + Sync + 'static> Cache<V> {
    /// An empty cache; `prefix` is the first part of each key.
    pub fn new(prefix: &'static str, lifetime: Duration, capacity: u64) -> Self {
        Self {
            prefix,
            values: moka::sync::Cache::builder()
                .max_capacity(capacity)
                .time_to_live(lifetime)
                .build(),
            recorder: None,
        }
    }

    /// The same, with its hits and misses counted.
    #[must_use]
    pub fn counted(mut self, recorder: &Recorder) -> Self {
        self.recorder = Some(recorder.clone());
        self
    }

    fn key(&self, id: &impl std::fmt::Display) -> String {
        format!("{}:{id}", self.prefix)
    }

    /// The value, if it is here and fresh.
    pub fn get(&self, id: &impl std::fmt::Display) -> Option<V> {
        let found = self.values.get(&self.key(id));
        if let Some(recorder) = &self.recorder {
            let name = if found.is_some() {
                Name::CacheHits
            } else {
                Name::CacheMisses
            };
            recorder.count(name, &[self.prefix]);
        }
        found
    }

    /// Keeps a value.
    pub fn put(&self, id: &impl std::fmt::Display, value: V) {
        self.values.insert(self.key(id), value);
    }

    /// The value, or the given one, which is then kept.
    pub fn get_or_put(&self, id: &impl std::fmt::Display, make: impl FnOnce() -> V) -> V {
        self.values.get_with(self.key(id), make)
    }

    /// Forgets one.
    pub fn remove(&self, id: &impl std::fmt::Display) {
        self.values.invalidate(&self.key(id));
    }
}
