//! What is left of a question when everything known is read: slips of the pen, unknown names, words of no meaning.

use super::{Claim, Mention, NamedFilter, Reading};
use crate::names::{NameMatch, ValueIndex};
use crate::text::{Kind, key};
use crate::vocabulary::Vocabulary;

/// With more unknown words than this a text is not read as a question with slips in it.
const MOST_TRIED: usize = 12;

/// Words that nothing is known of.
#[derive(Clone, Debug, PartialEq)]
pub struct Leftover {
    /// The first token.
    pub at: usize,
    /// The token behind the last.
    pub end: usize,
    /// What sort of doubt it leaves.
    pub doubt: Doubt,
}

/// What sort of doubt words leave.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// A name by where it stands or how it is written; no value is called so.
    UnknownName,
    /// Some words of several values.
    Several(Vec<NameMatch>),
    /// A word of no known meaning.
    Unknown,
}

impl Reading<'_> {
    /// Reads what is left.
    pub(super) fn read_leftovers(&mut self, vocabulary: &Vocabulary, index: &ValueIndex) {
        let tokens = &self.text.tokens;
        let mut at = 0;
        let mut runs: Vec<(usize, usize)> = Vec::new();
        while at < tokens.len() {
            if !self.is_left(at) {
                at += 1;
                continue;
            }
            let begin = at;
            while at < tokens.len() && self.is_left(at) && (at == begin || tokens[at].mark.is_none()) {
                at += 1;
            }
            runs.push((begin, at));
        }
        let left: usize = runs.iter().map(|(begin, end)| end - begin).sum();
        if left > MOST_TRIED {
            // A text about something else: its words are not slips of ours.
            let unknown = |(at, end)| Leftover {
                at,
                end,
                doubt: Doubt::Unknown,
            };
            self.leftovers.extend(
                runs.into_iter()
                    .flat_map(|(begin, end)| (begin..end).map(|at| (at, at + 1)))
                    .map(unknown),
            );
            return;
        }
        for (begin, end) in runs {
            self.read_run(begin, end, vocabulary, index);
        }
    }

    fn is_left(&self, at: usize) -> bool {
        let token = &self.text.tokens[at];
        let meaning = match token.kind {
            Kind::Word => !self.lexicon.is_filler(&token.text),
            Kind::Number | Kind::Quote | Kind::Id => true,
            Kind::Symbol | Kind::Email | Kind::Url => false,
        };
        self.claim(at) == Claim::Free && meaning
    }

    fn read_run(&mut self, begin: usize, end: usize, vocabulary: &Vocabulary, index: &ValueIndex) {
        // The whole run first, then its words one by one.
        if end - begin > 1 && self.read_as_name(begin, end, index) {
            return;
        }
        let mut unread: Vec<usize> = Vec::new();
        for at in begin..end {
            let read = self.read_as_word(at, vocabulary) || self.read_as_name(at, at + 1, index);
            if !read {
                unread.push(at);
            }
        }
        if unread.is_empty() {
            return;
        }
        let whole = unread.len() == end - begin;
        let (at, end) = if whole {
            (begin, end)
        } else {
            (unread[0], unread[0] + 1)
        };
        if let Some(several) = self.several(at, end, index) {
            self.leftovers.push(Leftover {
                at,
                end,
                doubt: several,
            });
            return;
        }
        let doubt = if self.looks_like_name(at) {
            Doubt::UnknownName
        } else {
            Doubt::Unknown
        };
        self.leftovers.push(Leftover { at, end, doubt });
    }

    /// A metric or a dimension with a slip of the pen.
    fn read_as_word(&mut self, at: usize, vocabulary: &Vocabulary) -> bool {
        let token = &self.text.tokens[at];
        if token.kind != Kind::Word || self.lexicon.knows(&token.text) {
            return false;
        }
        let Some((known, meaning)) = vocabulary.near(&token.text) else {
            return false;
        };
        let mention = Mention {
            at,
            end: at + 1,
            meaning: meaning.clone(),
        };
        let written = self.text.written(at, at + 1).to_owned();
        if meaning.metric.is_some() && self.metrics.is_empty() && meaning.dimension.is_none() {
            self.metrics.push(mention);
        } else if meaning.dimension.is_some() && self.unknown_group.as_ref() == Some(&written) {
            self.unknown_group = None;
            self.groups.push(mention);
        } else if meaning.metric.is_some() && self.metrics.is_empty() {
            self.metrics.push(mention);
        } else {
            return false;
        }
        self.forgiven.push((written, known.to_owned()));
        self.claims.take(at, at + 1, Claim::Word);
        true
    }

    /// A name with a slip of the pen, or by some of its words if they are of one only.
    fn read_as_name(&mut self, at: usize, end: usize, index: &ValueIndex) -> bool {
        let written = self.text.written(at, end).to_owned();
        let single = &self.text.tokens[at];
        if end - at == 1 && self.lexicon.knows(&single.text) && !matches!(single.kind, Kind::Quote | Kind::Id)
        {
            return false;
        }
        let name = key(&written);
        let mut found = index.near(&name);
        if found.is_empty() {
            found = index.by_words(&name);
            // One common word of a long name names it only where a name is expected.
            let vague = end - at == 1 && !self.looks_like_name(at);
            if found.len() != 1 || vague {
                return false;
            }
        }
        if let Some(best) = found.first() {
            self.forgiven.push((written, best.value.clone()));
        }
        self.claims.take(at, end, Claim::Name);
        self.names.push(NamedFilter {
            at,
            end,
            matches: found,
            not: false,
        });
        self.place_names();
        self.names.sort_by_key(|name| name.at);
        true
    }

    fn several(&self, at: usize, end: usize, index: &ValueIndex) -> Option<Doubt> {
        let found = index.by_words(&key(self.text.written(at, end)));
        (found.len() > 1).then_some(Doubt::Several(found))
    }

    /// Whether a word stands where a name stands, or is written like one.
    fn looks_like_name(&self, at: usize) -> bool {
        let token = &self.text.tokens[at];
        let german = self.lexicon.language == crate::catalogue::Language::De;
        if matches!(token.kind, Kind::Quote | Kind::Id) || (token.capital && at > 0 && !german) {
            return true;
        }
        let mut before = at;
        while before > 0 {
            before -= 1;
            let word = &self.text.tokens[before];
            if self.claim(before) != Claim::Free {
                return self.is_except(before);
            }
            if self.lexicon.is_place(&word.text) || self.cue_at("how_many", before).is_some() {
                return true;
            }
            if !self.lexicon.is_filler(&word.text) {
                return false;
            }
        }
        false
    }
}
