//! Names in a question: which words may be one, and what is said of them.

use super::{Claim, Reading};
use crate::catalogue::Language;
use crate::names::NameMatch;
use crate::text::Kind;

/// A name in a question.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedFilter {
    /// The first token.
    pub at: usize,
    /// The token behind the last.
    pub end: usize,
    /// What it may be.
    pub matches: Vec<NameMatch>,
    /// Everything but it.
    pub not: bool,
}

impl Reading<'_> {
    /// Whether a single word may be a name: words that every question has are none, unless they are written as one.
    pub(super) fn may_be_name(&self, at: usize) -> bool {
        let Some(token) = self.text.tokens.get(at) else {
            return false;
        };
        match token.kind {
            Kind::Quote | Kind::Id => true,
            Kind::Word => {
                let ordinary = self.lexicon.knows(&token.text);
                let shouted = self.text.original[token.start..token.end]
                    .chars()
                    .all(char::is_uppercase);
                let marked = shouted || (token.capital && at > 0 && self.lexicon.language != Language::De);
                !ordinary
                    || (marked && !self.lexicon.is_filler(&token.text))
                    || (shouted && token.text.len() == 2 && at > 0)
            }
            _ => false,
        }
    }

    /// Looks at what stands around the names: "except", and the dimension that one is said to be of.
    pub(super) fn place_names(&mut self) {
        let mut places: Vec<(usize, bool, Option<String>)> = Vec::new();
        for name in &self.names {
            let mut at = name.at;
            let mut not = false;
            while at > 0 && !not {
                at -= 1;
                let token = &self.text.tokens[at];
                not = self.is_except(at);
                let passes = match self.claim(at) {
                    Claim::Free => self.lexicon.is_filler(&token.text),
                    Claim::Word => self
                        .idle
                        .iter()
                        .any(|mention| mention.at <= at && at < mention.end),
                    Claim::Name => true,
                    _ => not,
                };
                if !passes {
                    break;
                }
            }
            let beside = self.idle.iter().find(|mention| {
                self.only_filler(mention.end, name.at) || self.only_filler(name.end, mention.at)
            });
            let of = beside.and_then(|mention| mention.meaning.dimension.clone());
            places.push((name.at, not, of));
        }
        let mut used = Vec::new();
        for (name, (_, not, of)) in self.names.iter_mut().zip(places) {
            name.not = not;
            if let Some(of) = of
                && name.matches.iter().any(|found| found.dimension == of)
            {
                name.matches.retain(|found| found.dimension == of);
                used.push(of);
            }
        }
        self.idle.retain(|mention| {
            mention
                .meaning
                .dimension
                .as_ref()
                .is_none_or(|of| !used.contains(of))
        });
    }

    /// Whether nothing but articles and prepositions lies between two places, two at most.
    fn only_filler(&self, from: usize, to: usize) -> bool {
        from <= to
            && to - from <= 2
            && (from..to)
                .all(|at| self.claim(at) == Claim::Free && self.lexicon.is_filler(&self.text.tokens[at].text))
    }
}
