//! Cues at the beginning of a sentence: what it wants done.

use crate::dates::read_slot;
use crate::lexicon::Lexicon;
use crate::text::Text;

/// The cues of a language, and of English behind it.
#[derive(Debug)]
pub struct Cues<'a> {
    /// The asker's language.
    pub lexicon: &'a Lexicon,
}

impl Cues<'_> {
    /// Where the longest pattern of a cue ends that begins at a place.
    pub fn starts(&self, text: &Text, name: &str, at: usize) -> Option<usize> {
        let read = |slot, at| read_slot(self.lexicon, &text.tokens, slot, at);
        let mut caught = Vec::new();
        let ends = self
            .lexicon
            .cue(name)
            .iter()
            .filter_map(|pattern| pattern.at(&text.tokens, at, &read, &mut caught));
        ends.filter(|end| *end > at).max()
    }

    /// The first place of a cue: where it begins and ends.
    pub fn find(&self, text: &Text, name: &str, from: usize) -> Option<(usize, usize)> {
        (from..text.tokens.len()).find_map(|at| self.starts(text, name, at).map(|end| (at, end)))
    }

    /// The first token behind "please", "could you" and their like.
    pub fn past_politeness(&self, text: &Text) -> usize {
        let mut at = 0;
        while let Some(end) = self.starts(text, "polite", at) {
            at = end;
        }
        at
    }

    /// Whether the word carries no meaning.
    pub fn is_filler(&self, word: &str) -> bool {
        self.lexicon.is_filler(word)
    }
}
