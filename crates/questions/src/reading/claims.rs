//! Which part of a reading holds each word.

/// What holds a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Claim {
    /// Nothing yet.
    #[default]
    Free,
    /// A date.
    Date,
    /// A word of the catalogue.
    Word,
    /// A name.
    Name,
    /// A word that says what to do with the others.
    Cue,
    /// An amount.
    Amount,
}

/// What holds each word.
#[derive(Debug)]
pub struct Claims(Vec<Claim>);

impl Claims {
    /// All free.
    pub fn new(length: usize) -> Self {
        Self(vec![Claim::Free; length])
    }

    /// Takes words that are all free; says whether it did.
    pub fn take(&mut self, at: usize, end: usize, claim: Claim) -> bool {
        let free = at < end && end <= self.0.len() && self.0[at..end].iter().all(|held| *held == Claim::Free);
        if free {
            self.0[at..end].fill(claim);
        }
        free
    }

    /// What holds a word; beyond the end nothing does.
    pub fn of(&self, at: usize) -> Claim {
        self.0.get(at).copied().unwrap_or_default()
    }
}
