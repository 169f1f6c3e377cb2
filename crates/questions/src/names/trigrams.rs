//! Which values share enough groups of three letters with a word to be worth a look.

use std::collections::{HashMap, HashSet};

/// How many shared groups more than one are asked for, where the word has enough of them.
const MORE: usize = 3;

/// Values by the groups of three letters in them.
#[derive(Debug, Default)]
pub struct Trigrams {
    /// Sorted by length, so that those of a fitting length lie together.
    lists: HashMap<[char; 3], Vec<u32>>,
    /// How many letters each value has.
    lengths: Vec<u16>,
}

impl Trigrams {
    /// Adds a value; values come in the order of their ids.
    pub fn add(&mut self, id: u32, key: &str) {
        self.lengths
            .push(key.chars().count().min(usize::from(u16::MAX)) as u16);
        for group in groups(key) {
            self.lists.entry(group).or_default().push(id);
        }
    }

    /// After the last value.
    pub fn finish(&mut self) {
        let lengths = &self.lengths;
        for list in self.lists.values_mut() {
            list.sort_by_key(|id| (lengths[*id as usize], *id));
            list.shrink_to_fit();
        }
    }

    /// Values that may lie within so many slips. A slip spoils four groups at most (two letters exchanged), so of any
    /// `4 * slips + n` groups `n` are left whole: the rarest ones are looked through.
    pub fn candidates(&self, key: &str, slips: usize) -> Vec<u32> {
        let letters = key.chars().count();
        let mut lists: Vec<&[u32]> = groups(key)
            .into_iter()
            .map(|group| self.of_length(&group, letters, slips))
            .collect();
        lists.sort_by_key(|list| list.len());
        let shared = lists.len().saturating_sub(4 * slips).clamp(1, MORE);
        let mut ids: Vec<u32> = lists
            .into_iter()
            .take(4 * slips + shared)
            .flatten()
            .copied()
            .collect();
        ids.sort_unstable();
        let often = ids.chunk_by(|a, b| a == b).filter(|run| run.len() >= shared);
        often.map(|run| run[0]).collect()
    }

    fn of_length(&self, group: &[char; 3], letters: usize, slips: usize) -> &[u32] {
        let Some(list) = self.lists.get(group) else {
            return &[];
        };
        let length = |id: &u32| usize::from(self.lengths[*id as usize]);
        let from = list.partition_point(|id| length(id) + slips < letters);
        let to = list.partition_point(|id| length(id) <= letters + slips);
        &list[from..to.max(from)]
    }
}

fn groups(key: &str) -> HashSet<[char; 3]> {
    let letters: Vec<char> = std::iter::once(' ').chain(key.chars()).chain([' ']).collect();
    letters
        .windows(3)
        .map(|three| [three[0], three[1], three[2]])
        .collect()
}
