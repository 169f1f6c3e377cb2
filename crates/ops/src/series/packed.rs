//! How one name's measurements of one step are kept: all sets of labels in one value, numbers as short as they are.

use std::collections::BTreeMap;

use kit::measure::{Kind, Sums};

/// Sums by labels.
pub type Sets = BTreeMap<Vec<String>, Sums>;

const VERSION: u8 = 1;

/// Packs.
pub fn pack<'a>(sets: impl IntoIterator<Item = (&'a [String], &'a Sums)>) -> Vec<u8> {
    let mut out = vec![VERSION];
    for (labels, sums) in sets {
        put(&mut out, labels.len() as u64);
        for label in labels {
            put(&mut out, label.len() as u64);
            out.extend_from_slice(label.as_bytes());
        }
        for number in [sums.count, sums.sum, sums.min, sums.max, sums.last] {
            put(&mut out, number);
        }
        let filled = || sums.buckets.iter().enumerate().filter(|(_, count)| **count > 0);
        put(&mut out, filled().count() as u64);
        for (bucket, count) in filled() {
            put(&mut out, bucket as u64);
            put(&mut out, u64::from(*count));
        }
    }
    out
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number as u8 & 0x7f) | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    fn sums(&mut self) -> Option<Sums> {
        let mut sums = Sums {
            count: self.number()?,
            sum: self.number()?,
            min: self.number()?,
            max: self.number()?,
            last: self.number()?,
            buckets: Vec::new(),
        };
        for _ in 0..self.number()? {
            let bucket = usize::try_from(self.number()?).ok()?;
            sums.count_in(bucket, u32::try_from(self.number()?).unwrap_or(u32::MAX));
        }
        Some(sums)
    }
}

/// Goes through what was packed; what is broken or of a newer version ends it.
pub fn each(data: &[u8], mut tell: impl FnMut(&[&str], Sums)) {
    let Some((&VERSION, rest)) = data.split_first() else {
        return;
    };
    let mut reader = Reader(rest);
    let mut labels = Vec::new();
    while !reader.0.is_empty() {
        let Some(count) = reader.number().filter(|count| *count <= 8) else {
            return;
        };
        labels.clear();
        for _ in 0..count {
            let Some(label) = reader.text() else { return };
            labels.push(label);
        }
        let Some(sums) = reader.sums() else { return };
        tell(&labels, sums);
    }
}

/// Unpacks into what is there, as measured beside it.
pub fn beside(sets: &mut Sets, data: &[u8], kind: Kind) {
    each(data, |labels, sums| {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        sets.entry(labels).or_default().beside(&sums, kind);
    });
}

/// Adds sets of another time.
pub fn then(sets: &mut Sets, other: Sets) {
    for (labels, sums) in other {
        sets.entry(labels).or_default().then(&sums);
    }
}

/// Packs sets.
pub fn pack_sets(sets: &Sets) -> Vec<u8> {
    pack(sets.iter().map(|(labels, sums)| (&labels[..], sums)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_comes_back(
            values in proptest::collection::vec((".{0,12}", 0_u64..900_000_000), 1..60),
        ) {
            let mut sets = Sets::new();
            for (label, value) in &values {
                let labels = vec![label.clone(), "x".to_owned()];
                sets.entry(labels).or_default().add(Kind::Distribution, *value);
            }
            let mut back = Sets::new();
            beside(&mut back, &pack_sets(&sets), Kind::Distribution);
            prop_assert_eq!(back, sets);
        }

        #[test]
        fn rubbish_ends_without_harm(data in proptest::collection::vec(any::<u8>(), 0..200)) {
            each(&data, |_, _| {});
            let mut said = vec![VERSION];
            said.extend(data);
            each(&said, |_, _| {});
        }
    }
}
