//! Where measurements gather until somebody fetches them.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::{Name, Sums};

/// Locks, so that two seldom want the same one.
const SHARDS: usize = 16;
/// After so many readings without news a set of labels is forgotten: a day of minutes.
const IDLE: u32 = 24 * 60;
/// Characters of a label.
const LONGEST: usize = 120;
/// What stands for everything above the bound.
const OTHER: &str = "other";

/// One name with one set of labels.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What.
    pub name: Name,
    /// The values of its labels, in their order.
    pub labels: Arc<[String]>,
    /// What was measured.
    pub sums: Sums,
}

#[derive(Debug)]
struct Entry {
    name: Name,
    labels: Arc<[String]>,
    /// Since the last reading.
    fresh: Sums,
    /// Before it, since the program began.
    before: Sums,
    idle: u32,
}

#[derive(Debug)]
struct Inner {
    hasher: RandomState,
    shards: [Mutex<HashMap<u64, Entry>>; SHARDS],
    /// Sets of labels of each name.
    sets: Vec<AtomicUsize>,
}

/// The recorder of one program; cheap to clone.
#[derive(Clone, Debug)]
pub struct Recorder(Arc<Inner>);

impl Default for Recorder {
    fn default() -> Self {
        Self(Arc::new(Inner {
            hasher: RandomState::new(),
            shards: Default::default(),
            sets: Name::ALL.iter().map(|_| AtomicUsize::new(0)).collect(),
        }))
    }
}

impl Recorder {
    /// Notes a value: one more count, the present level, or one of a distribution. The labels stand in the order of
    /// [`Name::labels`].
    pub fn note(&self, name: Name, labels: &[&str], value: u64) {
        debug_assert_eq!(labels.len(), name.labels().len(), "{}", name.name());
        if !self.note_known(name, labels, value) {
            self.note_new(name, labels, value);
        }
    }

    /// Counts one.
    pub fn count(&self, name: Name, labels: &[&str]) {
        self.note(name, labels, 1);
    }

    /// Notes how long something took.
    pub fn time(&self, name: Name, labels: &[&str], took: Duration) {
        self.note(name, labels, u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    fn hash(&self, name: Name, labels: &[&str]) -> u64 {
        self.0.hasher.hash_one((name, labels))
    }

    fn shard(&self, hash: u64) -> &Mutex<HashMap<u64, Entry>> {
        &self.0.shards[hash as usize % SHARDS]
    }

    fn note_known(&self, name: Name, labels: &[&str], value: u64) -> bool {
        let hash = self.hash(name, labels);
        match self.shard(hash).lock().get_mut(&hash) {
            Some(entry) => {
                entry.fresh.add(name.kind(), value);
                true
            }
            None => false,
        }
    }

    fn note_new(&self, name: Name, labels: &[&str], value: u64) {
        let sets = &self.0.sets[name as usize];
        let others = [OTHER; 8];
        let is_full = sets.load(Ordering::Relaxed) >= name.most_sets();
        let labels = if is_full {
            &others[..labels.len().min(8)]
        } else {
            labels
        };
        let hash = self.hash(name, labels);
        let mut shard = self.shard(hash).lock();
        let entry = shard.entry(hash).or_insert_with(|| {
            sets.fetch_add(1, Ordering::Relaxed);
            Entry {
                name,
                labels: labels.iter().map(|label| plain(label)).collect(),
                fresh: Sums::default(),
                before: Sums::default(),
                idle: 0,
            }
        });
        entry.fresh.add(name.kind(), value);
    }

    /// Takes what was measured since the last time.
    pub fn take(&self) -> Vec<Reading> {
        let mut taken = Vec::new();
        for shard in &self.0.shards {
            let mut shard = shard.lock();
            shard.retain(|_, entry| {
                if entry.fresh.count == 0 {
                    entry.idle += 1;
                    let stays = entry.idle < IDLE;
                    if !stays {
                        self.0.sets[entry.name as usize].fetch_sub(1, Ordering::Relaxed);
                    }
                    return stays;
                }
                entry.idle = 0;
                let sums = std::mem::take(&mut entry.fresh);
                entry.before.then(&sums);
                taken.push(Reading {
                    name: entry.name,
                    labels: entry.labels.clone(),
                    sums,
                });
                true
            });
        }
        taken
    }

    /// Everything since the program began.
    pub fn totals(&self) -> Vec<Reading> {
        let mut all = Vec::new();
        for shard in &self.0.shards {
            for entry in shard.lock().values() {
                let mut sums = entry.before.clone();
                sums.then(&entry.fresh);
                all.push(Reading {
                    name: entry.name,
                    labels: entry.labels.clone(),
                    sums,
                });
            }
        }
        all
    }
}

/// A label as every store takes it.
fn plain(label: &str) -> String {
    label.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_gone_and_still_in_the_whole() {
        let recorder = Recorder::default();
        recorder.note(Name::CacheHits, &["a"], 2);
        recorder.count(Name::CacheHits, &["a"]);
        recorder.count(Name::CacheHits, &["b"]);
        let mut taken = recorder.take();
        taken.sort_by(|x, y| x.labels.cmp(&y.labels));
        let sums: Vec<u64> = taken.iter().map(|reading| reading.sums.sum).collect();
        assert_eq!(sums, [3, 1]);
        assert!(recorder.take().is_empty());
        recorder.count(Name::CacheHits, &["a"]);
        let whole: u64 = recorder.totals().iter().map(|reading| reading.sums.sum).sum();
        assert_eq!(whole, 5);
    }

    #[test]
    fn labels_are_bounded_and_nothing_is_lost() {
        let recorder = Recorder::default();
        let many = Name::CacheHits.most_sets() + 50;
        for at in 0..many {
            recorder.count(Name::CacheHits, &[&at.to_string()]);
        }
        let taken = recorder.take();
        assert_eq!(taken.len(), Name::CacheHits.most_sets() + 1);
        assert_eq!(taken.iter().map(|r| r.sums.sum).sum::<u64>(), many as u64);
        let others = taken.iter().find(|r| r.labels[0] == OTHER).unwrap();
        assert_eq!(others.sums.sum, 50);
    }

    #[test]
    fn what_is_idle_for_a_day_makes_room() {
        let recorder = Recorder::default();
        recorder.count(Name::CacheHits, &["a"]);
        for _ in 0..=IDLE {
            recorder.take();
        }
        assert!(recorder.totals().is_empty());
        assert_eq!(
            recorder.0.sets[Name::CacheHits as usize].load(Ordering::Relaxed),
            0
        );
    }
}
