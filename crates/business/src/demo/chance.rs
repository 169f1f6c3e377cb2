//! Chance that can be repeated: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).

/// A source of numbers that a seed decides.
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// From a seed and what it is for, so that parts do not depend on each other.
    pub fn new(seed: u64, part: u64) -> Self {
        let mut chance = Self(seed ^ part.wrapping_mul(0xA24B_AED4_963E_E407));
        chance.next();
        chance
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `end`, which is not zero.
    pub fn below(&mut self, end: u64) -> u64 {
        // Multiplied instead of divided: even, and without a loop.
        ((u128::from(self.next()) * u128::from(end.max(1))) >> 64) as u64
    }

    /// In so many of a hundred cases.
    pub fn percent(&mut self, of_hundred: u64) -> bool {
        self.below(100) < of_hundred
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len() as u64) as usize)
    }

    /// One of these by their weights.
    pub fn weighted<'a, T>(&mut self, from: &'a [(u64, T)]) -> Option<&'a T> {
        let all: u64 = from.iter().map(|(weight, _)| weight).sum();
        let mut at = self.below(all);
        for (weight, one) in from {
            if at < *weight {
                return Some(one);
            }
            at -= weight;
        }
        None
    }
}
