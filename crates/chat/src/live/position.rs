//! Where a scope stands on this node: pure state. Numbers are passed on in order and once; a number that is missing
//! is read from the log before anything after it. The newest events are kept for those who come back after a blink.

use std::collections::VecDeque;

use db::events::Head;

/// Events that are kept for those who come back.
const KEPT: usize = 256;
/// Their bytes, together.
const KEPT_BYTES: usize = 256 * 1024;

/// What a number that arrives means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It was here before.
    Old,
    /// It is the next one.
    Next,
    /// Numbers before it are missing: the log has them.
    Gap,
}

/// The position, with the newest events.
#[derive(Debug)]
pub struct Position<E> {
    /// How far it is, and which permissions are in force.
    pub head: Head,
    recent: VecDeque<(i64, usize, E)>,
    bytes: usize,
}

impl<E> Position<E> {
    /// Begins at a head.
    pub fn at(head: Head) -> Self {
        Self {
            head,
            recent: VecDeque::new(),
            bytes: 0,
        }
    }

    /// Judges a number.
    pub fn judge(&self, seq: i64) -> Arrival {
        match seq - self.head.seq {
            1 => Arrival::Next,
            ahead if ahead > 1 => Arrival::Gap,
            _ => Arrival::Old,
        }
    }

    /// Goes on by one event, which takes `bytes` on the wire.
    pub fn advance(&mut self, acl: i64, bytes: usize, event: E) {
        self.head.seq += 1;
        self.head.acl = self.head.acl.max(acl);
        self.bytes += bytes;
        self.recent.push_back((self.head.seq, bytes, event));
        while self.recent.len() > KEPT || self.bytes > KEPT_BYTES {
            let Some((_, bytes, _)) = self.recent.pop_front() else {
                break;
            };
            self.bytes -= bytes;
        }
    }

    /// The events after a number, if all of them are still here.
    pub fn since(&self, seq: i64) -> Option<impl Iterator<Item = &E>> {
        let missing = usize::try_from(self.head.seq - seq).ok()?;
        let first = self.recent.len().checked_sub(missing)?;
        Some(self.recent.range(first..).map(|(_, _, event)| event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(seq: i64) -> Head {
        Head {
            epoch: 1,
            seq,
            acl: 1,
        }
    }

    #[test]
    fn what_is_kept_is_whole_or_not_given() {
        let mut position = Position::at(head(10));
        for n in 11..=14 {
            position.advance(1, 10, n);
        }
        let since = |seq| position.since(seq).map(|e| e.copied().collect::<Vec<_>>());
        assert_eq!(since(12), Some(vec![13, 14]));
        assert_eq!(since(10), Some(vec![11, 12, 13, 14]));
        assert_eq!(since(14), Some(vec![]));
        assert_eq!(since(9), None, "event 10 was before its time");
        assert_eq!(since(15), None, "ahead of us");
    }

    #[test]
    fn memory_is_bounded() {
        let mut position = Position::at(head(0));
        for n in 0..10_000 {
            position.advance(1, 100_000, n);
        }
        assert!(position.recent.len() <= 2);
        assert_eq!(position.head.seq, 10_000);
    }

    proptest::proptest! {
        /// However hints are doubled, swapped and dropped, each number passes once and in order.
        #[test]
        fn every_number_once_and_in_order(hints in proptest::collection::vec(1i64..40, 0..200)) {
            let mut position = Position::at(head(0));
            let mut passed = Vec::new();
            for seq in hints {
                match position.judge(seq) {
                    Arrival::Old => proptest::prop_assert!(seq <= position.head.seq),
                    Arrival::Next => { position.advance(1, 1, seq); passed.push(seq); }
                    Arrival::Gap => for n in position.head.seq + 1..=seq { position.advance(1, 1, n); passed.push(n); }
                }
            }
            proptest::prop_assert_eq!(&passed, &(1..=position.head.seq).collect::<Vec<_>>());
        }
    }
}
