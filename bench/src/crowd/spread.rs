//! A histogram of microseconds, exact to three per cent, of fixed size.

use serde_json::{Value, json};

const STEPS: usize = 32;

pub struct Spread {
    buckets: Vec<u64>,
    count: u64,
    most: u64,
}

impl Default for Spread {
    fn default() -> Self {
        Self {
            buckets: vec![0; 60 * STEPS],
            count: 0,
            most: 0,
        }
    }
}

impl Spread {
    fn bucket(us: u64) -> usize {
        if us < STEPS as u64 {
            return us as usize;
        }
        let exponent = 63 - us.leading_zeros() as usize;
        let within = ((us >> (exponent - 5)) & 31) as usize;
        (exponent - 4) * STEPS + within
    }

    fn least_of(bucket: usize) -> u64 {
        if bucket < STEPS {
            return bucket as u64;
        }
        let exponent = bucket / STEPS + 4;
        (1 << exponent) + (((bucket % STEPS) as u64) << (exponent - 5))
    }

    pub fn add(&mut self, us: u64) {
        let last = self.buckets.len() - 1;
        self.buckets[Self::bucket(us).min(last)] += 1;
        self.count += 1;
        self.most = self.most.max(us);
    }

    fn at(&self, share: f64) -> u64 {
        let rank = (self.count as f64 * share) as u64;
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen > rank {
                return Self::least_of(bucket);
            }
        }
        self.most
    }

    pub fn json(&self) -> Value {
        if self.count == 0 {
            return Value::Null;
        }
        json!({ "p50": self.at(0.5), "p90": self.at(0.9), "p99": self.at(0.99), "max": self.most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_within_three_per_cent() {
        let mut spread = Spread::default();
        (1..=100_000).for_each(|us| spread.add(us));
        for (share, us) in [(0.5, 50_000.0), (0.99, 99_000.0)] {
            let told = spread.at(share) as f64;
            assert!((told - us).abs() / us < 0.04, "{share}: {told}");
        }
    }
}
