//! Turns vectors by a secret rotation of the workspace. Lengths and angles stay, so that what is near stays near; but
//! without the key nobody can compare a vector with those of words that they know.
//!
//! Three rounds of keyed signs and a Hadamard transform. A length that is no power of two is covered by two transforms
//! that overlap, each of which is a rotation by itself.

use kit::vault::{KeyedHash, OwnerKeys, VaultError};

const ROUNDS: usize = 3;

/// The rotation of one workspace and model.
#[derive(Clone)]
pub struct Rotation {
    /// For each round and place: whether the sign is flipped.
    flips: Vec<bool>,
    dims: usize,
}

impl std::fmt::Debug for Rotation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rotation({} dimensions)", self.dims)
    }
}

impl Rotation {
    /// The rotation of a workspace for vectors of a model.
    pub fn new(keys: &OwnerKeys, model: &str, dims: usize) -> Result<Self, VaultError> {
        let hash = KeyedHash::new(&keys.derive("search.vectors")?);
        let mut flips = Vec::with_capacity(ROUNDS * dims + 256);
        let mut block: u32 = 0;
        while flips.len() < ROUNDS * dims {
            let bytes = hash.of(&[model.as_bytes(), &[0], &block.to_be_bytes()]);
            flips.extend((0..256).map(|bit| bytes[bit / 8] >> (bit % 8) & 1 == 1));
            block += 1;
        }
        Ok(Self { flips, dims })
    }

    /// A vector, turned. One of another length is cut or filled.
    pub fn turned(&self, mut vector: Vec<f32>) -> Vec<f32> {
        vector.resize(self.dims, 0.0);
        if self.dims == 0 {
            return vector;
        }
        let power = 1 << self.dims.ilog2();
        for flips in self.flips.chunks_exact(self.dims).take(ROUNDS) {
            for (number, flip) in vector.iter_mut().zip(flips) {
                *number = if *flip { -*number } else { *number };
            }
            transform(&mut vector[..power]);
            if power < self.dims {
                transform(&mut vector[self.dims - power..]);
            }
        }
        vector
    }
}

/// The fast Hadamard transform, scaled to keep lengths.
fn transform(numbers: &mut [f32]) {
    let mut half = 1;
    while half < numbers.len() {
        for block in numbers.chunks_exact_mut(half * 2) {
            let (left, right) = block.split_at_mut(half);
            for (a, b) in left.iter_mut().zip(right) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
    let scale = 1.0 / (numbers.len() as f32).sqrt();
    numbers.iter_mut().for_each(|number| *number *= scale);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> OwnerKeys {
        let master = kit::vault::MasterKeys::generate();
        let owner = kit::ids::new_id();
        let wrapped = master.new_data_key(owner, 1).unwrap();
        master.open_owner(owner, [(1, &wrapped[..])]).unwrap()
    }

    fn dot(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    proptest::proptest! {
        #[test]
        fn angles_stay_and_directions_do_not(dims in 8_usize..700, seed in 0_u32..1000) {
            let vector = |salt: u32| -> Vec<f32> {
                let numbers = (0..dims as u32).map(|n| ((n * 7919 + (seed + salt) * 104_729) % 1009) as f32 / 504.5 - 1.0);
                let numbers: Vec<f32> = numbers.collect();
                let length = dot(&numbers, &numbers).sqrt();
                numbers.iter().map(|n| n / length).collect()
            };
            let (a, b) = (vector(1), vector(2));
            let rotation = Rotation::new(&keys(), "m", dims).unwrap();
            let (x, y) = (rotation.turned(a.clone()), rotation.turned(b.clone()));
            proptest::prop_assert!((dot(&a, &b) - dot(&x, &y)).abs() < 1e-3);
            proptest::prop_assert!((dot(&x, &x) - 1.0).abs() < 1e-3);
            if dims > 100 {
                proptest::prop_assert!(dot(&a, &x).abs() < 0.6, "it points elsewhere");
            }
        }
    }
}
