//! Names and what they stand for, compared without regard to the case of letters.

use std::collections::HashMap;

/// What is known under which name.
#[derive(Debug)]
pub struct Names<T> {
    known: HashMap<String, Vec<T>>,
    /// Short forms; one that could be two stands for nobody.
    short: HashMap<String, Option<T>>,
    longest: usize,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self {
            known: HashMap::new(),
            short: HashMap::new(),
            longest: 0,
        }
    }
}

/// A name in the form in which names are compared.
pub fn folded(name: &str) -> String {
    name.trim().chars().flat_map(char::to_lowercase).collect()
}

impl<T: Clone + PartialEq> Names<T> {
    fn key(&mut self, name: &str) -> Option<String> {
        let key = folded(name);
        self.longest = self.longest.max(key.chars().count());
        Some(key).filter(|key| !key.is_empty())
    }

    /// A name that only the first one has who claims it.
    pub fn claim(&mut self, name: &str, meaning: T) {
        if let Some(key) = self.key(name) {
            self.known.entry(key).or_insert_with(|| vec![meaning]);
        }
    }

    /// A name that several may have: it stands for all of them.
    pub fn share(&mut self, name: &str, meaning: T) {
        if let Some(key) = self.key(name) {
            let all = self.known.entry(key).or_default();
            if !all.contains(&meaning) {
                all.push(meaning);
            }
        }
    }

    /// A short form, good while it can be only one.
    pub fn suggest(&mut self, name: &str, meaning: T) {
        if let Some(key) = self.key(name) {
            self.short
                .entry(key)
                .and_modify(|known| {
                    if known.as_ref() != Some(&meaning) {
                        *known = None;
                    }
                })
                .or_insert(Some(meaning));
        }
    }

    /// What a folded name stands for.
    pub fn get(&self, key: &str) -> Option<&[T]> {
        if let Some(known) = self.known.get(key) {
            return Some(known);
        }
        self.short.get(key)?.as_ref().map(std::slice::from_ref)
    }

    /// The characters of the longest name.
    pub const fn longest(&self) -> usize {
        self.longest
    }
}
