//! Reading a question: which of its words are dates, metrics, dimensions, names, rankings … and which are left.
//! Nothing is decided here; what is left over is what nobody understood, and is never dropped silently.

mod claims;
mod cues;
mod leftover;
mod names;

pub use claims::Claim;
pub use leftover::{Doubt, Leftover};
pub use names::NamedFilter;

use claims::Claims;

use crate::catalogue::{Catalogue, Language};
use crate::dates::{self, Found, Unit};
use crate::lexicon::Lexicon;
use crate::names::{NameMatch, ValueIndex};
use crate::text::Text;
use crate::vocabulary::{Meaning, Vocabulary};

/// A word of the catalogue in a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// The first token.
    pub at: usize,
    /// The token behind the last.
    pub end: usize,
    /// What it may mean.
    pub meaning: Meaning,
}

/// The best or worst few, as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaidRank {
    /// How many; none: by the number of the noun.
    pub count: Option<u32>,
    /// From the least.
    pub ascending: bool,
    /// Where it was said.
    pub at: usize,
}

/// A comparison, as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The first token.
    pub at: usize,
    /// The token behind the last.
    pub end: usize,
}

/// What was read.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // each says whether a word of its sort was there
pub struct Reading<'a> {
    /// The words.
    pub text: &'a Text,
    /// Of which language.
    pub lexicon: &'static Lexicon,
    /// The dates.
    pub dates: Vec<Found>,
    /// The metrics, in reading order; a weak one is a verb that a better one replaces.
    pub metrics: Vec<Mention>,
    /// The metric was said by a verb only ("sold").
    pub verb: bool,
    /// Dimensions to group by.
    pub groups: Vec<Mention>,
    /// Units of time to cut by.
    pub grain: Option<Unit>,
    /// A unit was asked for as the thing to rank ("which month").
    pub rank_units: bool,
    /// A trend was asked for.
    pub trend: bool,
    /// Dimensions that were named without a part to play.
    pub idle: Vec<Mention>,
    /// Names that were found.
    pub names: Vec<NamedFilter>,
    /// The best or worst few.
    pub rank: Option<SaidRank>,
    /// The other end, where both were said.
    pub other_rank: Option<SaidRank>,
    /// Part of the whole.
    pub share: bool,
    /// "compared with", "vs".
    pub comparison: Option<Comparison>,
    /// "same period last year", with the unit that was said.
    pub compare_year: Option<Comparison>,
    /// "month over month", with the unit that was said.
    pub compare_period: Option<(Comparison, Option<Unit>)>,
    /// "grew", "change".
    pub growth: bool,
    /// "how many".
    pub how_many: bool,
    /// "how much", "how many".
    pub quantity: bool,
    /// A group that nothing is known of ("by salesperson").
    pub unknown_group: Option<String>,
    /// Amounts that were said, with their signs.
    pub amounts: Vec<(usize, usize)>,
    /// What is left.
    pub leftovers: Vec<Leftover>,
    /// Begins as a question that follows another.
    pub follows: bool,
    /// Names that were read with a slip forgiven: written, read.
    pub forgiven: Vec<(String, String)>,
    excepts: Vec<usize>,
    claims: Claims,
}

impl<'a> Reading<'a> {
    /// Reads a question.
    pub fn of(
        text: &'a Text,
        language: Language,
        catalogue: &Catalogue,
        index: &ValueIndex,
        zone: Option<&str>,
    ) -> Self {
        let lexicon = Lexicon::of(language);
        let vocabulary = Vocabulary::new(catalogue, language);
        let mut dates = dates::find(text, lexicon, zone);
        if dates.is_empty() && language != Language::En {
            // "YTD" and its like are said in every language.
            dates = dates::find(text, Lexicon::of(Language::En), zone);
        }
        let mut reading = Self {
            text,
            lexicon,
            dates,
            metrics: Vec::new(),
            verb: false,
            groups: Vec::new(),
            grain: None,
            rank_units: false,
            trend: false,
            idle: Vec::new(),
            names: Vec::new(),
            rank: None,
            other_rank: None,
            share: false,
            comparison: None,
            compare_year: None,
            compare_period: None,
            growth: false,
            how_many: false,
            quantity: false,
            unknown_group: None,
            amounts: Vec::new(),
            leftovers: Vec::new(),
            follows: false,
            forgiven: Vec::new(),
            excepts: Vec::new(),
            claims: Claims::new(text.tokens.len()),
        };
        let mentions = reading.settle(&vocabulary, index);
        reading.read_cues(mentions);
        reading.place_names();
        reading.read_leftovers(&vocabulary, index);
        reading
    }

    /// Decides which of dates, words of the catalogue and names keep the words that they share: the longer one.
    fn settle(&mut self, vocabulary: &Vocabulary, index: &ValueIndex) -> Vec<Mention> {
        enum What {
            Date(Found),
            Word(Mention),
            Name(Vec<NameMatch>),
            /// "same period last year": a comparison that holds words of a date.
            Year(Comparison),
            Period(Comparison, Option<Unit>),
        }
        let tokens = &self.text.tokens;
        let mut spans: Vec<(usize, usize, What)> = Vec::new();
        let words: Vec<Option<(Meaning, usize)>> = (0..tokens.len())
            .map(|at| {
                vocabulary
                    .at(tokens, at)
                    .map(|(meaning, end)| (meaning.clone(), end))
            })
            .collect();
        for found in std::mem::take(&mut self.dates) {
            spans.push((found.at, found.end, What::Date(found)));
        }
        for (at, word) in words.iter().enumerate() {
            if let Some(cue) = self.cue_at("compare_year", at) {
                spans.push((at, cue.end, What::Year(Comparison { at, end: cue.end })));
            }
            if let Some(cue) = self.cue_at("compare_period", at) {
                spans.push((
                    at,
                    cue.end,
                    What::Period(Comparison { at, end: cue.end }, cue.unit),
                ));
            }
            if let Some((meaning, end)) = word {
                spans.push((
                    at,
                    *end,
                    What::Word(Mention {
                        at,
                        end: *end,
                        meaning: meaning.clone(),
                    }),
                ));
            }
        }
        let may = |at: usize| self.may_be_name(at);
        for span in index.scan(self.text, |_| true) {
            if span.end - span.at > 1 || may(span.at) {
                spans.push((span.at, span.end, What::Name(span.matches)));
            }
        }
        // Longest first; the sort is stable, so that dates come before words and words before names.
        spans.sort_by_key(|(at, end, _)| std::cmp::Reverse(end - at));
        let mut mentions = Vec::new();
        for (at, end, what) in spans {
            let claim = match &what {
                What::Date(_) => Claim::Date,
                What::Word(_) => Claim::Word,
                What::Name(_) => Claim::Name,
                What::Year(_) | What::Period(..) => Claim::Cue,
            };
            if !self.claims.take(at, end, claim) {
                continue;
            }
            match what {
                What::Date(found) => self.dates.push(found),
                What::Word(mention) => mentions.push(mention),
                What::Year(cue) => self.compare_year = Some(cue),
                What::Period(cue, unit) => self.compare_period = Some((cue, unit)),
                What::Name(matches) => self.names.push(NamedFilter {
                    at,
                    end,
                    matches,
                    not: false,
                }),
            }
        }
        self.dates.sort_by_key(|found| found.at);
        self.names.sort_by_key(|name| name.at);
        mentions.sort_by_key(|mention| mention.at);
        mentions
    }

    /// What holds a token.
    pub fn claim(&self, at: usize) -> Claim {
        self.claims.of(at)
    }

    /// Whether anything but a metric was said that is about numbers.
    pub fn has_cue(&self) -> bool {
        !self.dates.is_empty()
            || !self.groups.is_empty()
            || !self.names.is_empty()
            || self.grain.is_some()
            || self.rank.is_some()
            || self.trend
            || self.share
            || self.compares()
            || self.how_many
    }

    /// "Germany vs France": two names around the comparison, which are shown side by side.
    pub fn side_by_side(&self) -> bool {
        self.comparison.is_some_and(|cue| {
            let before = self.names.iter().any(|name| name.end == cue.at);
            before
                && self
                    .names
                    .iter()
                    .any(|name| name.at >= cue.end && name.at <= cue.end + 1)
        })
    }

    /// Whether anything was said about a comparison.
    pub fn compares(&self) -> bool {
        self.comparison.is_some()
            || self.compare_year.is_some()
            || self.compare_period.is_some()
            || self.growth
    }
}
