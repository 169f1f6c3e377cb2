//! Finding dates in a question.

use super::numeric::{self, Order};
use super::when::When;
use crate::lexicon::Lexicon;
use crate::pattern::{Caught, Slot};
use crate::text::{Kind, Text, Token};

/// A date that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The first token.
    pub at: usize,
    /// The token behind the last.
    pub end: usize,
    /// What it says.
    pub when: When,
    /// Whether an hour stood beside it, which is not looked at.
    pub hour: bool,
}

/// Finds dates in a question, in reading order, none within another. `zone` is where the asker's days begin.
pub fn find(text: &Text, lexicon: &Lexicon, zone: Option<&str>) -> Vec<Found> {
    let tokens = &text.tokens;
    let order = Order::of(lexicon.language, zone);
    // Every place's longest simple date, before it is asked whether a month's name is one: in a range it is.
    let simple: Vec<Option<Found>> = (0..tokens.len())
        .map(|at| simple_at(tokens, at, lexicon, order))
        .collect();
    let dates: Vec<When> = simple
        .iter()
        .map(|found| found.as_ref().map_or(When::All, |found| found.when.clone()))
        .collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let alone = simple[at].clone().filter(|found| !is_shy(tokens, found, lexicon));
        let range = range_at(tokens, at, lexicon, &simple, &dates);
        let best = match (alone, range) {
            (Some(alone), Some(range)) if alone.end >= range.end => Some(alone),
            (alone, range) => range.or(alone),
        };
        match best {
            Some(mut best) => {
                if let Some(end) = hour_at(tokens, best.end) {
                    (best.end, best.hour) = (end, true);
                }
                at = best.end;
                found.push(best);
            }
            None => at += 1,
        }
    }
    found
}

fn simple_at(tokens: &[Token], at: usize, lexicon: &Lexicon, order: Order) -> Option<Found> {
    let token = &tokens[at];
    if token.kind == Kind::Number
        && let Some(when) = numeric::read(&token.text, order)
    {
        return Some(Found {
            at,
            end: at + 1,
            when,
            hour: false,
        });
    }
    if !matches!(token.kind, Kind::Number | Kind::Word) {
        return None;
    }
    let read = |slot, at| read_slot(lexicon, tokens, slot, at);
    best_at(tokens, at, lexicon, false, &read, &[])
}

fn range_at(
    tokens: &[Token],
    at: usize,
    lexicon: &Lexicon,
    simple: &[Option<Found>],
    dates: &[When],
) -> Option<Found> {
    // A slot for a date catches the place where one begins.
    let read = |slot, at: usize| match slot {
        Slot::Date => {
            // "the" and its like may stand before a date.
            let mut place = at;
            loop {
                if let Some(found) = simple.get(place)?.as_ref() {
                    return Some((place as i64, found.end));
                }
                if place - at >= 2 || !lexicon.is_filler(&tokens[place].text) {
                    return None;
                }
                place += 1;
            }
        }
        slot => read_slot(lexicon, tokens, slot, at),
    };
    best_at(tokens, at, lexicon, true, &read, dates)
}

/// The longest match of the simple patterns, or of those of ranges.
fn best_at(
    tokens: &[Token],
    at: usize,
    lexicon: &Lexicon,
    ranges: bool,
    read: &impl Fn(Slot, usize) -> Option<(i64, usize)>,
    dates: &[When],
) -> Option<Found> {
    let mut caught: Vec<Caught> = Vec::new();
    let mut best: Option<Found> = None;
    for (rule, pattern) in lexicon.dates.iter().filter(|(rule, _)| rule.is_range() == ranges) {
        let Some(end) = pattern.at(tokens, at, read, &mut caught) else {
            continue;
        };
        if end <= at || best.as_ref().is_some_and(|best| best.end >= end) {
            continue;
        }
        if let Some(when) = rule.when(&caught, dates) {
            best = Some(Found {
                at,
                end,
                when,
                hour: false,
            });
        }
    }
    best
}

/// Whether what was found is a single month's name that may be another word, and nothing beside it speaks for a month.
fn is_shy(tokens: &[Token], found: &Found, lexicon: &Lexicon) -> bool {
    let token = &tokens[found.at];
    if found.end - found.at != 1 || lexicon.month(&token.text).is_none() {
        return false;
    }
    if tokens
        .get(found.end)
        .is_some_and(|next| lexicon.is_pronoun(&next.text))
    {
        return true;
    }
    if !lexicon.is_shy(&token.text) {
        return false;
    }
    let before = found.at.checked_sub(1).and_then(|before| tokens.get(before));
    !before.is_some_and(|before| lexicon.is_place(&before.text) || before.kind == Kind::Number)
}

/// Where an hour beside a date ends.
fn hour_at(tokens: &[Token], at: usize) -> Option<usize> {
    let hour = |token: &Token| {
        let clock = token
            .text
            .split_once(':')
            .is_some_and(|(hours, _)| hours.parse::<u8>().is_ok_and(|h| h < 25));
        let digits = token.text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let ending = &token.text[digits.len()..];
        clock || (matches!(ending, "am" | "pm" | "h") && digits.parse::<u8>().is_ok_and(|h| h < 25))
    };
    let next = tokens.get(at)?;
    if hour(next) {
        return Some(at + 1);
    }
    let word = matches!(next.text.as_str(), "at" | "um" | "as" | "a");
    (word && tokens.get(at + 1).is_some_and(hour)).then_some(at + 2)
}

/// Reads a slot that needs nothing but the words of a language.
pub fn read_slot(lexicon: &Lexicon, tokens: &[Token], slot: Slot, at: usize) -> Option<(i64, usize)> {
    let token = tokens.get(at)?;
    let word = token.text.as_str();
    let plain = || {
        (token.kind == Kind::Number)
            .then(|| word.parse::<i64>().ok())
            .flatten()
    };
    let lettered = |letters: &[&str], most: i64| {
        letters
            .iter()
            .find_map(|letter| word.strip_prefix(letter))
            .and_then(|number| number.parse::<i64>().ok())
            .filter(|number| (1..=most).contains(number))
    };
    let value = match slot {
        Slot::Number => plain().filter(|n| *n < 100_000).or_else(|| lexicon.number(word)),
        Slot::Day => {
            let day = plain().or_else(|| {
                lexicon
                    .ordinal(word)
                    .filter(|_| word.as_bytes()[0].is_ascii_digit())
            });
            day.filter(|day| (1..=99).contains(day) && word.len() <= 4)
        }
        Slot::Ordinal => lexicon.ordinal(word).or_else(|| {
            // "3. Quartal"
            let dotted = tokens.get(at + 1).is_some_and(|next| next.mark == Some('.'));
            plain().filter(|n| dotted && *n < 10)
        }),
        Slot::Year => plain().filter(|year| numeric::plausible(*year)),
        Slot::AnyYear => plain().filter(|year| (0..=99_999).contains(year)),
        Slot::Unit => lexicon.unit(word).map(super::Unit::number),
        Slot::Month => lexicon.month(word).map(i64::from),
        Slot::Weekday => lexicon.weekday(word).map(i64::from),
        Slot::Quarter => {
            let turned = word
                .strip_suffix(['t', 'q'])
                .and_then(|n| n.parse().ok())
                .filter(|n| (1..=4).contains(n));
            lettered(&["q", "t"], 4).or(turned)
        }
        Slot::Half => lettered(&["h", "s"], 2),
        Slot::FiscalYear => {
            lettered(&["fy", "gj"], 2100).map(|year| if year < 100 { 2000 + year } else { year })
        }
        Slot::Week => lettered(&["kw", "w", "cw"], 53),
        Slot::Date | Slot::Dimension => None,
    }?;
    Some((value, at + 1))
}
