//! Pages by counting, in a list that changes while it is read.
//!
//! A record that is edited leaves the window of time that is being read, and all behind it move one place up: whoever asks
//! for "the records from 100 on" then never sees the one that moved from 100 to 99. So pages overlap by one record, the
//! list is in ascending order of ids that never change, and where the seam does not fit one goes back until it does. What
//! was in the list throughout is read, whatever happens to the others.

use serde::{Deserialize, Serialize};

/// Where a page begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seam {
    /// How many records are passed over.
    pub offset: u64,
    /// The last id that was read.
    pub last: Option<i64>,
    /// How many pages in a row had nothing new.
    #[serde(default)]
    pub idle: u8,
}

/// What to do with a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Take all but the first `skip`, and go on if there is a next.
    Take {
        /// Records that were read before.
        skip: usize,
        /// Where to go on.
        next: Option<Seam>,
    },
    /// Take nothing and read again from here.
    Back(Seam),
    /// The source does not keep to the order, or gives the same page for ever.
    Broken,
}

/// Pages in a row without anything new that are still no circle.
const MOST_IDLE: u8 = 50;

/// Looks at a page of at most `size` (at least 2) ids that was asked for at `at`.
pub fn step(at: &Seam, ids: &[i64], size: usize) -> Step {
    if ids.windows(2).any(|pair| pair[0] >= pair[1]) || ids.len() > size || size < 2 {
        return Step::Broken;
    }
    let skip = at.last.map_or(0, |last| ids.partition_point(|id| *id <= last));
    let fits = at.offset == 0 || skip > 0;
    if !fits {
        let back = (size as u64 / 2).max(1);
        return Step::Back(Seam { offset: at.offset.saturating_sub(back), ..at.clone() });
    }
    if ids.len() < size {
        return Step::Take { skip, next: None };
    }
    let idle = if skip == ids.len() { at.idle + 1 } else { 0 };
    if idle > MOST_IDLE {
        return Step::Broken;
    }
    let last = at.last.max(ids.last().copied());
    Step::Take { skip, next: Some(Seam { offset: at.offset + size as u64 - 1, last, idle }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// Reads the whole list with pages of `size`; before each request `edit` may take ids away.
    fn read(list: &mut BTreeSet<i64>, size: usize, mut edit: impl FnMut(&mut BTreeSet<i64>)) -> Vec<i64> {
        let (mut at, mut all) = (Seam::default(), Vec::new());
        for _ in 0..10_000 {
            edit(list);
            let page: Vec<i64> = list.iter().copied().skip(at.offset as usize).take(size).collect();
            match step(&at, &page, size) {
                Step::Take { skip, next } => {
                    all.extend(&page[skip..]);
                    match next {
                        Some(next) => at = next,
                        None => return all,
                    }
                }
                Step::Back(back) => at = back,
                Step::Broken => panic!("broken"),
            }
        }
        panic!("no end");
    }

    #[test]
    fn a_row_that_leaves_takes_no_neighbour_along() {
        let mut list: BTreeSet<i64> = (1..=10).collect();
        let mut requests = 0;
        let all = read(&mut list, 4, |list| {
            requests += 1;
            if requests == 2 {
                list.remove(&2);
                list.remove(&4);
            }
        });
        assert_eq!(all, (1..=10).collect::<Vec<_>>());
    }

    #[test]
    fn a_source_that_ignores_the_offset_is_noticed() {
        let mut at = Seam::default();
        for n in 0..200 {
            match step(&at, &[1, 2, 3], 3) {
                Step::Take { next: Some(next), .. } => at = next,
                Step::Broken => return assert!(n > 1),
                other => panic!("{other:?}"),
            }
        }
        panic!("not noticed");
    }

    #[test]
    fn disorder_is_refused() {
        assert_eq!(step(&Seam::default(), &[2, 1], 10), Step::Broken);
        assert_eq!(step(&Seam::default(), &[1, 1], 10), Step::Broken);
        assert_eq!(step(&Seam::default(), &[1, 2, 3], 2), Step::Broken);
    }

    proptest! {
        #[test]
        fn whatever_the_size_and_the_edits_every_row_that_stays_is_read_once(
            ids in prop::collection::btree_set(1_i64..500, 0..120),
            size in 2_usize..20,
            leaving in prop::collection::vec((0_usize..12, 0_usize..120), 0..60),
        ) {
            let mut list = ids.clone();
            let order: Vec<i64> = ids.iter().copied().collect();
            let mut requests = 0;
            let mut gone = BTreeSet::new();
            let all = read(&mut list, size, |list| {
                for (when, which) in &leaving {
                    if *when == requests && let Some(id) = order.get(*which) {
                        list.remove(id);
                        gone.insert(*id);
                    }
                }
                requests += 1;
            });
            let read: BTreeSet<i64> = all.iter().copied().collect();
            prop_assert_eq!(read.len(), all.len(), "a row came twice");
            prop_assert!(read.is_subset(&ids));
            for id in ids.difference(&gone) {
                prop_assert!(read.contains(id), "{} was lost", id);
            }
        }

        #[test]
        fn rows_that_come_in_between_take_nothing_away(
            ids in prop::collection::btree_set(1_i64..500, 0..120),
            coming in prop::collection::vec((0_usize..12, 1_i64..500), 0..30),
            size in 2_usize..20,
        ) {
            let mut list = ids.clone();
            let mut requests = 0;
            let all = read(&mut list, size, |list| {
                list.extend(coming.iter().filter(|(when, _)| *when == requests).map(|(_, id)| *id));
                requests += 1;
            });
            let read: BTreeSet<i64> = all.iter().copied().collect();
            prop_assert_eq!(read.len(), all.len());
            prop_assert!(ids.is_subset(&read));
        }
    }
}
