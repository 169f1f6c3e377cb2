//! What was measured in some time: how often, how much in all, the least, the most, and the buckets.

use super::buckets::{BOUNDS, bucket_of, range_of};
use super::names::Kind;

/// Measurements added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many.
    pub count: u64,
    /// All together.
    pub sum: u64,
    /// The least.
    pub min: u64,
    /// The most.
    pub max: u64,
    /// The newest, which counts for levels.
    pub last: u64,
    /// How many in each bucket; empty where there is no distribution.
    pub buckets: Vec<u32>,
}

impl Sums {
    /// Adds one value.
    pub fn add(&mut self, kind: Kind, value: u64) {
        self.min = if self.count == 0 {
            value
        } else {
            self.min.min(value)
        };
        self.max = self.max.max(value);
        self.count += 1;
        self.sum = self.sum.saturating_add(value);
        self.last = value;
        if kind == Kind::Distribution {
            self.count_in(bucket_of(value), 1);
        }
    }

    /// Counts in a bucket; the buckets grow as far as they are needed.
    pub fn count_in(&mut self, bucket: usize, count: u32) {
        let bucket = bucket.min(BOUNDS.len());
        if self.buckets.len() <= bucket {
            self.buckets.resize(bucket + 1, 0);
        }
        if let Some(slot) = self.buckets.get_mut(bucket) {
            *slot = slot.saturating_add(count);
        }
    }

    /// Adds what was measured at another time.
    pub fn then(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.min = if self.count == 0 {
            other.min
        } else {
            self.min.min(other.min)
        };
        self.max = self.max.max(other.max);
        self.count += other.count;
        self.sum = self.sum.saturating_add(other.sum);
        self.last = other.last;
        for (bucket, count) in other.buckets.iter().enumerate() {
            if *count > 0 {
                self.count_in(bucket, *count);
            }
        }
    }

    /// Adds what was measured at the same time elsewhere: levels stand on each other.
    pub fn beside(&mut self, other: &Self, kind: Kind) {
        if kind != Kind::Level || self.count == 0 || other.count == 0 {
            self.then(other);
            return;
        }
        self.min += other.min;
        self.max += other.max;
        self.last += other.last;
        // The mean of the sum is the sum of the means.
        let mean = self.mean() + other.mean();
        self.count = self.count.max(other.count);
        self.sum = (mean * self.count as f64).round() as u64;
    }

    /// The mean; 0 of nothing.
    pub fn mean(&self) -> f64 {
        if self.count == 0 {
            0.0
        } else {
            self.sum as f64 / self.count as f64
        }
    }

    /// The value below which this part (0 to 1) of all values lies; at most a quarter (or one) off.
    pub fn percentile(&self, part: f64) -> Option<f64> {
        let all: u64 = self.buckets.iter().map(|count| u64::from(*count)).sum();
        if all == 0 {
            return None;
        }
        let rank = (part.clamp(0.0, 1.0) * all as f64).ceil().max(1.0);
        let mut before = 0.0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            let count = f64::from(*count);
            if count > 0.0 && before + count >= rank {
                let (low, high) = range_of(bucket);
                let (low, high) = (low.max(self.min) as f64, high.min(self.max) as f64);
                // The last value of the bucket is at its upper end.
                return Some(low + (high - low).max(0.0) * (rank - before) / count);
            }
            before += count;
        }
        Some(self.max as f64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[u64]) -> Sums {
        let mut sums = Sums::default();
        values.iter().for_each(|v| sums.add(Kind::Distribution, *v));
        sums
    }

    fn values() -> impl Strategy<Value = Vec<u64>> {
        proptest::collection::vec(prop_oneof![0_u64..20, 0_u64..100_000, 0_u64..600_000_000], 1..200)
    }

    #[test]
    fn levels_of_two_nodes_stand_on_each_other() {
        let mut here = Sums::default();
        here.add(Kind::Level, 10);
        here.add(Kind::Level, 20);
        let mut there = Sums::default();
        there.add(Kind::Level, 5);
        here.beside(&there, Kind::Level);
        assert_eq!((here.last, here.max, here.count), (25, 25, 2));
        assert!((here.mean() - 20.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_has_no_percentile() {
        assert_eq!(Sums::default().percentile(0.5), None);
    }

    proptest! {
        #[test]
        fn sums_of_parts_are_the_sums_of_the_whole(a in values(), b in values()) {
            let mut parts = of(&a);
            parts.then(&of(&b));
            let whole = of(&[a, b].concat());
            prop_assert_eq!(parts, whole);
        }

        #[test]
        fn a_percentile_is_at_most_a_quarter_off(mut all in values(), part in 0.01_f64..1.0) {
            let said = of(&all).percentile(part).unwrap();
            all.sort_unstable();
            let rank = ((part * all.len() as f64).ceil() as usize).max(1);
            let right = all[rank - 1] as f64;
            prop_assert!((said - right).abs() <= right * 0.25 + 1.0, "{} for {}", said, right);
        }
    }
}
