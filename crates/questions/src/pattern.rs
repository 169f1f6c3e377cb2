//! Patterns of the lexicons: words in order, with alternatives (`last|past`), things that may be missing (`the?`) and
//! slots that something is read from (`{number}`).

use crate::text::{Token, fold};

/// What a slot reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// A number in digits or words.
    Number,
    /// A day of the month, perhaps as an ordinal.
    Day,
    /// First, second …
    Ordinal,
    /// A year of four digits that a shop may have seen.
    Year,
    /// Any number as a year.
    AnyYear,
    /// Day, week, month …
    Unit,
    /// A month's name.
    Month,
    /// A day of the week.
    Weekday,
    /// `q3`, `t3`.
    Quarter,
    /// `h1`, `s1`.
    Half,
    /// `fy2011`.
    FiscalYear,
    /// `kw12`, `w12`.
    Week,
    /// A date that was read already.
    Date,
    /// A word that means a dimension.
    Dimension,
}

impl Slot {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "number" => Self::Number,
            "day" => Self::Day,
            "ordinal" => Self::Ordinal,
            "year" => Self::Year,
            "any_year" => Self::AnyYear,
            "unit" => Self::Unit,
            "month" => Self::Month,
            "weekday" => Self::Weekday,
            "quarter" => Self::Quarter,
            "half" => Self::Half,
            "fiscal_year" => Self::FiscalYear,
            "week" => Self::Week,
            "date" => Self::Date,
            "dimension" => Self::Dimension,
            _ => return None,
        })
    }
}

/// What a slot read: a number whose meaning the slot knows (a month's number, the place of a date among those read).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caught {
    /// Which slot.
    pub slot: Slot,
    /// What it read.
    pub value: i64,
}

#[derive(Clone, Debug)]
enum Part {
    Words(Vec<String>),
    Slot(Slot),
}

/// Words in order.
#[derive(Clone, Debug)]
pub struct Pattern(Vec<(Part, bool)>);

impl Pattern {
    /// Reads a pattern; none where it is malformed or a slot has no such name.
    pub fn parse(source: &str) -> Option<Self> {
        let mut parts = Vec::new();
        for piece in source.split_whitespace() {
            let (piece, optional) = piece
                .strip_suffix('?')
                .map_or((piece, false), |piece| (piece, true));
            let part = match piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}')) {
                Some(name) => Part::Slot(Slot::named(name)?),
                // A slot stands alone, not among alternatives.
                None if piece.contains(['{', '}', '?']) => return None,
                None => Part::Words(piece.split('|').map(fold).collect()),
            };
            parts.push((part, optional));
        }
        (!parts.is_empty()).then_some(Self(parts))
    }

    /// All words that occur in it.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .flat_map(|(part, _)| match part {
                Part::Words(words) => words.as_slice(),
                Part::Slot(_) => &[],
            })
            .map(String::as_str)
    }

    /// Matches at a place; gives where it ends. `read` reads a slot at a place: all values it may have, with their ends.
    pub fn at(
        &self,
        tokens: &[Token],
        at: usize,
        read: &impl Fn(Slot, usize) -> Option<(i64, usize)>,
        caught: &mut Vec<Caught>,
    ) -> Option<usize> {
        caught.clear();
        go(&self.0, tokens, at, read, caught)
    }
}

fn go(
    parts: &[(Part, bool)],
    tokens: &[Token],
    at: usize,
    read: &impl Fn(Slot, usize) -> Option<(i64, usize)>,
    caught: &mut Vec<Caught>,
) -> Option<usize> {
    let Some(((part, optional), rest)) = parts.split_first() else {
        return Some(at);
    };
    let next = match part {
        Part::Words(words) => tokens
            .get(at)
            .filter(|token| words.contains(&token.text))
            .map(|_| (None, at + 1)),
        Part::Slot(slot) => (at < tokens.len())
            .then(|| read(*slot, at))
            .flatten()
            .map(|(value, end)| (Some(Caught { slot: *slot, value }), end)),
    };
    if let Some((value, end)) = next {
        let before = caught.len();
        caught.extend(value);
        if let Some(end) = go(rest, tokens, end, read, caught) {
            return Some(end);
        }
        caught.truncate(before);
    }
    if *optional {
        go(rest, tokens, at, read, caught)
    } else {
        None
    }
}
