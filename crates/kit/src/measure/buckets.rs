//! The buckets of every distribution: fixed, so that those of any two nodes and minutes can be added. Each upper bound
//! is a quarter above the one before; below eight each whole number has its own. In microseconds they reach from one
//! to ten minutes.

const FIRST: u64 = 1;
/// Ten minutes in microseconds.
const LAST: u64 = 600_000_000;

const fn next(bound: u64) -> u64 {
    let wider = bound * 5 / 4;
    if wider > bound { wider } else { bound + 1 }
}

const fn how_many() -> usize {
    let (mut bound, mut count) = (FIRST, 1);
    while bound < LAST {
        bound = next(bound);
        count += 1;
    }
    count
}

const COUNT: usize = how_many();

const fn bounds() -> [u64; COUNT] {
    let mut all = [FIRST; COUNT];
    let mut at = 1;
    while at < COUNT {
        all[at] = next(all[at - 1]);
        at += 1;
    }
    all
}

/// The upper bounds, the bound itself included. Whatever is above the last one has a bucket of its own after it.
pub static BOUNDS: [u64; COUNT] = bounds();

/// The bucket of a value: an index into [`BOUNDS`], or one past its end.
pub fn bucket_of(value: u64) -> usize {
    BOUNDS.partition_point(|bound| *bound < value)
}

/// The smallest and the largest whole number of a bucket.
pub(super) fn range_of(bucket: usize) -> (u64, u64) {
    let lowest = match bucket.checked_sub(1) {
        None => 0,
        Some(before) => BOUNDS.get(before).map_or(u64::MAX, |bound| bound + 1),
    };
    (lowest, BOUNDS.get(bucket).copied().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_rise_by_a_quarter_at_most_once_they_are_not_single_numbers() {
        assert!(COUNT < 100, "{COUNT}");
        assert!(BOUNDS[COUNT - 1] >= LAST);
        for pair in BOUNDS.windows(2) {
            assert!(pair[0] < pair[1]);
            assert!(pair[1] == pair[0] + 1 || pair[1] * 4 <= pair[0] * 5, "{pair:?}");
        }
    }

    #[test]
    fn a_value_lies_in_its_bucket() {
        for value in [0, 1, 2, 9, 10, 11, 1_000, 599_999_999, LAST, u64::MAX] {
            let (low, high) = range_of(bucket_of(value));
            assert!((low..=high).contains(&value), "{value}");
        }
    }
}
