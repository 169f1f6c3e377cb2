//! The words that say what to do with metrics, dimensions and dates.

use super::{Claim, Comparison, Mention, Reading, SaidRank};
use crate::dates::{Unit, read_slot};
use crate::pattern::{Caught, Slot};
use crate::text::Kind;

/// A cue that was found.
pub(super) struct Cue {
    pub(super) at: usize,
    pub(super) end: usize,
    number: Option<i64>,
    pub(super) unit: Option<Unit>,
}

impl Reading<'_> {
    /// Reads the cues around the words of the catalogue.
    pub(super) fn read_cues(&mut self, mentions: Vec<Mention>) {
        self.follows = self.cue_at("follow", 0).is_some();
        if let Some(cue) = self.free_cue_at("follow_same", 0) {
            self.follows = self.claims.take(cue.at, cue.end, Claim::Cue);
        }
        self.read_amounts();
        self.read_comparisons();
        while let Some(cue) = self.take_cue("except") {
            self.excepts.extend(cue.at..cue.end);
        }
        self.share = self.take_cue("share").is_some();
        self.how_many = self.find_cue("how_many").is_some();
        self.quantity = self.how_many || self.find_cue("number_cue").is_some();
        let mut mentions: Vec<Option<Mention>> = mentions.into_iter().map(Some).collect();
        self.read_groups(&mut mentions);
        self.growth = self.take_cue("growth").is_some();
        self.read_grain();
        self.read_rank();
        self.read_which(&mut mentions);
        self.read_ranked(&mut mentions);
        for mention in mentions.into_iter().flatten() {
            match mention.meaning {
                ref meaning if meaning.metric.is_some() => self.metrics.push(mention),
                _ => self.idle.push(mention),
            }
        }
        self.weigh_verbs();
        // A ranking without "by" takes the dimension that stands somewhere else.
        if (self.rank.is_some() || self.share)
            && self.groups.is_empty()
            && self.idle.len() == 1
            && self.names.is_empty()
        {
            self.groups.append(&mut self.idle);
        }
        self.read_count_of_group();
    }

    fn read_comparisons(&mut self) {
        let place = |cue: &Cue| Comparison {
            at: cue.at,
            end: cue.end,
        };
        self.comparison = self.take_cue("compare").as_ref().map(place);
        if let Some(cue) = self.take_cue("compare_verb") {
            // "compare A with B": the second is what it is compared with, wherever the verb stands.
            let second = self.dates.get(1).map_or(cue.end, |date| date.at);
            self.comparison.get_or_insert(Comparison {
                at: cue.at,
                end: second,
            });
        }
    }

    /// "by country", "per month", "by revenue" (of a ranking), "by PayPal" (a name).
    fn read_groups(&mut self, mentions: &mut [Option<Mention>]) {
        let mut at = 0;
        while at < self.text.tokens.len() {
            let Some(cue) = self.free_cue_at("group", at) else {
                at += 1;
                continue;
            };
            at = cue.end;
            let mut next = cue.end;
            let mut last_group = false;
            loop {
                // "by the country", "by country and month"
                while self.is_free_filler(next) && next < cue.end + 6 {
                    next += 1;
                }
                if let Some(unit) = self.free_unit(next) {
                    self.claims.take(next, next + 1, Claim::Cue);
                    self.grain = Some(unit);
                    next += 1;
                } else if let Some(place) = mention_at(mentions, next) {
                    let Some(mention) = mentions[place].take() else {
                        break;
                    };
                    next = mention.end;
                    if mention.meaning.dimension.is_some() {
                        self.groups.push(mention);
                    } else {
                        self.metrics.push(mention);
                    }
                } else {
                    if !last_group {
                        self.note_unknown_group(cue.at, next);
                    }
                    break;
                }
                last_group = true;
                self.claims.take(cue.at, cue.end, Claim::Cue);
                at = next;
                let joined = self.text.tokens.get(next).is_some_and(|token| {
                    matches!(token.text.as_str(), "and" | "e" | "y" | "und" | "et") || token.mark == Some(',')
                });
                if !joined {
                    break;
                }
            }
        }
    }

    /// "by salesperson": a word behind "by" that nothing is known of.
    fn note_unknown_group(&mut self, cue: usize, at: usize) {
        let Some(token) = self.text.tokens.get(at) else {
            return;
        };
        let said_by = self
            .lexicon
            .cue("unsaid")
            .iter()
            .any(|pattern| pattern.words().any(|word| word == self.text.tokens[cue].text));
        let unknown = self.claim(at) == Claim::Free
            && token.kind == Kind::Word
            && !self.lexicon.knows(&token.text)
            && !token.capital;
        if said_by && unknown {
            self.unknown_group
                .get_or_insert_with(|| self.text.written(at, at + 1).to_owned());
        }
    }

    fn read_grain(&mut self) {
        let units = [
            ("grain_day", Unit::Day),
            ("grain_week", Unit::Week),
            ("grain_month", Unit::Month),
            ("grain_quarter", Unit::Quarter),
            ("grain_year", Unit::Year),
        ];
        for (name, unit) in units {
            if self.take_cue(name).is_some() {
                self.grain.get_or_insert(unit);
            }
        }
        self.trend = self.take_cue("trend").is_some();
    }

    fn read_rank(&mut self) {
        for (name, ascending) in [
            ("bottom", true),
            ("top", false),
            ("bottom_word", true),
            ("top_word", false),
        ] {
            while let Some(cue) = self.take_cue(name) {
                let count = cue.number.and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
                let rank = SaidRank {
                    count,
                    ascending,
                    at: cue.at,
                };
                match &mut self.rank {
                    // "best" beside "top 5", or "least" beside "most".
                    Some(known) if known.ascending == ascending => known.count = known.count.or(count),
                    Some(_) => self.other_rank = Some(rank),
                    None => self.rank = Some(rank),
                }
            }
        }
    }

    /// "which country", "which 5 products", "which month".
    fn read_which(&mut self, mentions: &mut [Option<Mention>]) {
        for (name, skips) in [("which", true), ("which_direct", false)] {
            for at in 0..self.text.tokens.len() {
                let Some(cue) = self.free_cue_at(name, at) else {
                    continue;
                };
                let mut next = cue.end;
                while skips && next < cue.end + 5 && self.is_skipped(next) {
                    next += 1;
                }
                if let Some(unit) = self.free_unit(next) {
                    self.claims.take(next, next + 1, Claim::Cue);
                    self.grain.get_or_insert(unit);
                    self.rank_units = true;
                    self.claims.take(cue.at, cue.end, Claim::Cue);
                } else if let Some(place) = mention_at(mentions, next) {
                    let dimension = mentions[place]
                        .as_ref()
                        .is_some_and(|mention| mention.meaning.dimension.is_some());
                    if dimension && self.groups.is_empty() {
                        self.groups.extend(mentions[place].take());
                        self.claims.take(cue.at, cue.end, Claim::Cue);
                        self.rank.get_or_insert(SaidRank {
                            count: None,
                            ascending: false,
                            at: cue.at,
                        });
                    }
                }
            }
        }
    }

    /// "top 5 products", "the best customers".
    fn read_ranked(&mut self, mentions: &mut [Option<Mention>]) {
        if self.rank.is_none() || !self.groups.is_empty() || self.rank_units {
            return;
        }
        let cue_ends = (1..self.text.tokens.len())
            .filter(|at| self.claim(at - 1) == Claim::Cue)
            .collect::<Vec<_>>();
        for end in cue_ends {
            let mut next = end;
            while next < end + 3 && self.is_skipped(next) {
                next += 1;
            }
            if let Some(unit) = self.free_unit(next) {
                self.claims.take(next, next + 1, Claim::Cue);
                self.grain.get_or_insert(unit);
                self.rank_units = true;
                return;
            }
            let place = mention_at(mentions, next).filter(|place| {
                mentions[*place]
                    .as_ref()
                    .is_some_and(|mention| mention.meaning.dimension.is_some())
            });
            if let Some(place) = place {
                self.groups.extend(mentions[place].take());
                return;
            }
        }
        // French, Spanish and Portuguese put the adjective behind: "los productos mejores".
        if let Some(rank) = self.rank {
            let before = mentions.iter().position(|mention| {
                mention.as_ref().is_some_and(|mention| {
                    mention.meaning.dimension.is_some()
                        && mention.meaning.metric.is_none()
                        && mention.end <= rank.at
                        && rank.at - mention.end <= 1
                })
            });
            if let Some(place) = before {
                self.groups.extend(mentions[place].take());
            }
        }
    }

    /// "the 5 products with the most returns": the number stands before the group.
    fn read_count_of_group(&mut self) {
        let Some(before) = self.groups.first().and_then(|group| group.at.checked_sub(1)) else {
            return;
        };
        let number =
            read_slot(self.lexicon, &self.text.tokens, Slot::Number, before).map(|(number, _)| number);
        let number = number
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| *number > 0);
        if let (Some(rank), Some(number)) = (&mut self.rank, number)
            && rank.count.is_none()
            && self.claims.take(before, before + 1, Claim::Cue)
        {
            rank.count = Some(number);
        }
    }

    /// A verb ("sold") means the main metric only where nothing better was said.
    fn weigh_verbs(&mut self) {
        let verb = |mention: &Mention| {
            mention.end - mention.at == 1
                && self.lexicon.cue("sell").iter().any(|pattern| {
                    pattern
                        .words()
                        .any(|word| word == self.text.tokens[mention.at].text)
                })
        };
        let (weak, strong): (Vec<Mention>, Vec<Mention>) =
            std::mem::take(&mut self.metrics).into_iter().partition(verb);
        let said =
            !weak.is_empty() || (0..self.text.tokens.len()).any(|at| self.cue_at("sell", at).is_some());
        while self.take_cue("sell").is_some() {}
        self.verb = said && strong.is_empty();
        self.metrics = strong;
        self.metrics.sort_by_key(|mention| mention.at);
    }

    /// "over £100": what no frame can hold, and what must not be dropped.
    fn read_amounts(&mut self) {
        for at in 0..self.text.tokens.len() {
            let token = &self.text.tokens[at];
            if token.kind == Kind::Symbol && token.text != "%" {
                let number = |place: usize| {
                    self.text
                        .tokens
                        .get(place)
                        .is_some_and(|token| token.kind == Kind::Number)
                        && self.claim(place) == Claim::Free
                };
                let (from, to) = if number(at + 1) {
                    (at, at + 2)
                } else if at > 0 && number(at - 1) {
                    (at - 1, at + 1)
                } else {
                    continue;
                };
                if self.claims.take(from, to, Claim::Amount) {
                    self.amounts.push((from, to));
                }
            }
            if let Some(cue) = self.free_cue_at("over", at) {
                let number = self.text.tokens.get(cue.end);
                let number = number
                    .is_some_and(|token| crate::amounts::read(&token.text, self.lexicon.language).is_some());
                if number && self.claims.take(cue.at, cue.end + 1, Claim::Amount) {
                    self.amounts.push((cue.at, cue.end + 1));
                } else if self
                    .text
                    .tokens
                    .get(cue.end)
                    .is_some_and(|token| token.kind == Kind::Symbol)
                {
                    self.claims.take(cue.at, cue.end, Claim::Cue);
                }
            }
        }
    }

    /// Whether "except" or its like stands at a token.
    pub(super) fn is_except(&self, at: usize) -> bool {
        self.excepts.contains(&at)
    }

    /// The first place of a cue whose words are free; they are taken.
    fn take_cue(&mut self, name: &str) -> Option<Cue> {
        let cue = self.find_cue(name)?;
        self.claims.take(cue.at, cue.end, Claim::Cue).then_some(cue)
    }

    fn find_cue(&self, name: &str) -> Option<Cue> {
        (0..self.text.tokens.len()).find_map(|at| self.free_cue_at(name, at))
    }

    fn free_cue_at(&self, name: &str, at: usize) -> Option<Cue> {
        self.best_cue(name, at, |end| (at..end).all(|at| self.claim(at) == Claim::Free))
    }

    /// The longest pattern of a cue at a place.
    pub(super) fn cue_at(&self, name: &str, at: usize) -> Option<Cue> {
        self.best_cue(name, at, |_| true)
    }

    fn best_cue(&self, name: &str, at: usize, fits: impl Fn(usize) -> bool) -> Option<Cue> {
        let read = |slot, at| read_slot(self.lexicon, &self.text.tokens, slot, at);
        let mut caught: Vec<Caught> = Vec::new();
        let mut best: Option<Cue> = None;
        for pattern in self.lexicon.cue(name) {
            let Some(end) = pattern.at(&self.text.tokens, at, &read, &mut caught) else {
                continue;
            };
            if end <= at || best.as_ref().is_some_and(|best| best.end >= end) || !fits(end) {
                continue;
            }
            let value = |slot| {
                caught
                    .iter()
                    .find(|caught| caught.slot == slot)
                    .map(|caught| caught.value)
            };
            let said = (at..end).find_map(|at| self.lexicon.unit(&self.text.tokens[at].text));
            let unit = value(Slot::Unit).map(Unit::of_number).or(said);
            best = Some(Cue {
                at,
                end,
                number: value(Slot::Number),
                unit,
            });
        }
        best
    }

    fn is_free_filler(&self, at: usize) -> bool {
        self.claim(at) == Claim::Free
            && self.text.tokens.get(at).is_some_and(|token| {
                self.lexicon.is_filler(&token.text) && self.lexicon.unit(&token.text).is_none()
            })
    }

    fn free_unit(&self, at: usize) -> Option<Unit> {
        let token = self
            .text
            .tokens
            .get(at)
            .filter(|_| self.claim(at) == Claim::Free)?;
        self.lexicon
            .unit(&token.text)
            .filter(|unit| unit.grain().is_some())
    }

    /// Words that may stand between "which" and the thing: "of our", "the 5 best".
    fn is_skipped(&self, at: usize) -> bool {
        let Some(token) = self.text.tokens.get(at) else {
            return false;
        };
        let little = self
            .lexicon
            .cue("which_skip")
            .iter()
            .any(|pattern| pattern.words().any(|word| word == token.text));
        little
            || self.claim(at) == Claim::Cue
            || (self.claim(at) == Claim::Free && token.kind == Kind::Number)
    }
}

fn mention_at(mentions: &[Option<Mention>], at: usize) -> Option<usize> {
    mentions
        .iter()
        .position(|mention| mention.as_ref().is_some_and(|mention| mention.at == at))
}
