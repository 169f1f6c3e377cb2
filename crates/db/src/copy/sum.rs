//! Whether two tables have the same rows, in whatever order they come.

use kit::vault::sha256;
use serde::{Deserialize, Serialize};

/// How many rows there are, and the sum of their hashes (SHA-256, added modulo 2^64 in four lanes). It guards against
/// accidents; against forgery a backup is sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// How many.
    pub rows: u64,
    /// Their hashes, added up.
    pub hash: [u64; 4],
}

impl Sum {
    /// Takes a row.
    pub fn add(&mut self, row: &[u8]) {
        self.rows += 1;
        for (lane, bytes) in self.hash.iter_mut().zip(sha256(row).chunks_exact(8)) {
            let mut number = [0; 8];
            number.copy_from_slice(bytes);
            *lane = lane.wrapping_add(u64::from_be_bytes(number));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[&[u8]]) -> Sum {
        let mut sum = Sum::default();
        rows.iter().for_each(|row| sum.add(row));
        sum
    }

    #[test]
    fn the_order_does_not_count_and_everything_else_does() {
        let sum = of(&[b"a", b"b", b"b"]);
        assert_eq!(sum, of(&[b"b", b"a", b"b"]));
        for other in [&[&b"a"[..], b"b"][..], &[b"a", b"a", b"b"], &[b"a", b"b", b"c"]] {
            assert_ne!(sum, of(other));
        }
    }
}
