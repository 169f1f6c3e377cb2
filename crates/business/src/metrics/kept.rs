//! Answers that were computed, kept for some minutes and no longer than their data stay what they are.

use std::sync::Arc;

use db::WorkspaceId;
use kit::cache::{Cache, QUERY_LIFETIME};
use kit::clock::Timestamp;
use questions::calendar::Calendar;

use super::answer::MetricAnswer;
use super::bounds::moments;
use super::compile::Moments;
use super::query::MetricQuery;

/// How many answers are kept.
const MOST: u64 = 2_000;

/// Kept answers, by workspace and question, each with the number of its data.
#[derive(Debug)]
pub(crate) struct Kept(Cache<(i64, Arc<MetricAnswer>)>);

impl Default for Kept {
    fn default() -> Self {
        Self(Cache::new("cache:query", QUERY_LIFETIME, MOST))
    }
}

impl Kept {
    pub fn get(&self, key: &String, version: i64) -> Option<Arc<MetricAnswer>> {
        self.0
            .get(key)
            .filter(|(of, _)| *of == version)
            .map(|(_, answer)| answer)
    }

    pub fn put(&self, key: &String, version: i64, answer: Arc<MetricAnswer>) {
        self.0.put(key, (version, answer));
    }
}

/// The name of a question: `{workspace}:{hash}`. A range that is over is the same whenever it is asked for; one that is
/// not, the same within a minute.
pub(super) fn key(
    workspace: WorkspaceId,
    query: &MetricQuery,
    exactly: Option<Moments>,
    calendar: &Calendar,
) -> String {
    let end = exactly.map_or_else(
        || moments(calendar, query.days, Timestamp(i64::MAX - 1)).end,
        |m| m.end,
    );
    let is_over = end <= query.now.micros() && query.compare.is_none();
    let now = if is_over { 0 } else { query.now.seconds() / 60 };
    let exactly = exactly.map(|m| (m.begin, m.end));
    let question = MetricQuery {
        now: Timestamp(now),
        ..query.clone()
    };
    let text = serde_json::to_vec(&(question, exactly)).unwrap_or_default();
    let hash = kit::vault::sha256(&text);
    let hash: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{workspace}:{hash}")
}
