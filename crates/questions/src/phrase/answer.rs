//! The sentence for each shape of an answer: one value, compared, over time, ranked, grouped, as shares, none.

use jiff::civil::Date;

use super::{change, day, days, label, number, range, range::month_name, say, share};
use crate::calendar::{Days, Grain};
use crate::catalogue::{Catalogue, Language, Unit};
use crate::frame::{Filter, Frame};

/// As many groups as are said in a sentence; the table has all.
const SAID_ROWS: usize = 5;

/// A number of one currency, or of none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Its code.
    pub currency: Option<String>,
    /// Minor units; for counts the count, for percent hundredths of a percent.
    pub minor: i64,
}

/// The numbers of the other range of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previous {
    /// Of which days.
    pub days: Option<Days>,
    /// One for each currency.
    pub amounts: Vec<Amount>,
}

/// A piece of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Its first day.
    pub start: Date,
    /// One for each currency.
    pub amounts: Vec<Amount>,
}

/// A group.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its value of the dimension; none: the records that have none.
    pub key: Option<String>,
    /// Its number.
    pub amount: Amount,
    /// Its part of the whole.
    pub share: Option<f64>,
}

/// What was computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// Today, in the workspace's zone.
    pub today: Date,
    /// The whole, one for each currency; empty: there is nothing.
    pub amounts: Vec<Amount>,
    /// The other range.
    pub previous: Option<Previous>,
    /// Over time.
    pub series: Vec<Point>,
    /// By group, in the order of the answer.
    pub rows: Vec<Row>,
    /// How many groups there are.
    pub row_count: usize,
    /// Until when the data goes, in words or digits.
    pub fresh_until: Option<String>,
    /// What else is to be said.
    pub notes: Vec<String>,
}

/// The parts that every sentence has.
struct Parts<'a> {
    language: Language,
    unit: Unit,
    metric: &'a str,
    range: String,
    filters: String,
}

/// The answer in words.
pub fn answer(language: Language, frame: &Frame, catalogue: &Catalogue, numbers: &Numbers) -> String {
    let known = catalogue.metric(&frame.metric);
    let parts = Parts {
        language,
        unit: known.map_or(Unit::Count, |metric| metric.unit),
        metric: known
            .and_then(|metric| label(&metric.labels, language))
            .unwrap_or(&frame.metric),
        range: range(language, &frame.range, numbers.today),
        filters: filters(language, &frame.filters, catalogue),
    };
    let mut sentences = vec![parts.main(frame, catalogue, numbers)];
    if let Some(previous) = numbers.previous.as_ref().filter(|_| numbers.rows.is_empty()) {
        sentences.extend(parts.compared(numbers, previous));
    }
    sentences.extend(numbers.notes.iter().cloned());
    if let Some(time) = &numbers.fresh_until {
        sentences.push(say(language, "fresh", &[("time", time)]));
    }
    sentences.join(" ")
}

/// A metric's definition, in the language or in English.
pub fn definition(language: Language, metric: &str, catalogue: &Catalogue) -> Option<String> {
    let known = catalogue.metric(metric)?;
    let text = label(&known.definitions, language)?;
    let name = label(&known.labels, language).unwrap_or(metric);
    Some(say(
        language,
        "definition",
        &[("metric", name), ("definition", text)],
    ))
}

fn filters(language: Language, filters: &[Filter], catalogue: &Catalogue) -> String {
    let said = filters.iter().map(|filter| {
        let name = catalogue
            .dimension(&filter.dimension)
            .and_then(|known| label(&known.labels, language));
        let values = filter.values.join(", ");
        let slots = [
            ("dimension", name.unwrap_or(&filter.dimension)),
            ("values", values.as_str()),
        ];
        say(language, if filter.not { "filter_not" } else { "filter" }, &slots)
    });
    said.collect()
}

impl Parts<'_> {
    fn say(&self, name: &str, more: &[(&str, &str)]) -> String {
        let mut slots = vec![
            ("metric", self.metric),
            ("range", &self.range),
            ("filters", &self.filters),
        ];
        slots.extend_from_slice(more);
        say(self.language, name, &slots)
    }

    fn number(&self, amount: &Amount) -> String {
        number(self.language, self.unit, amount.currency.as_deref(), amount.minor)
    }

    fn numbers(&self, amounts: &[Amount]) -> String {
        let said: Vec<String> = amounts.iter().map(|amount| self.number(amount)).collect();
        match said.split_last() {
            Some((last, rest)) if !rest.is_empty() => {
                format!("{} {} {last}", rest.join(", "), say(self.language, "and", &[]))
            }
            Some((last, _)) => last.clone(),
            None => number(self.language, self.unit, None, 0),
        }
    }

    fn main(&self, frame: &Frame, catalogue: &Catalogue, numbers: &Numbers) -> String {
        let empty = numbers.amounts.is_empty() && numbers.series.is_empty() && numbers.rows.is_empty();
        if empty || (frame.group_by.is_some() && numbers.rows.is_empty()) {
            return self.say("nothing", &[]);
        }
        if let Some(group) = &frame.group_by {
            let name = catalogue
                .dimension(group)
                .and_then(|known| label(&known.labels, self.language))
                .unwrap_or(group);
            return self.groups(frame, name, numbers);
        }
        if let (Some(grain), false) = (frame.grain, numbers.series.is_empty()) {
            return self.series(frame, grain, numbers);
        }
        if numbers.amounts.len() > 1 {
            return self.say("value_several", &[("values", &self.numbers(&numbers.amounts))]);
        }
        self.say("value", &[("value", &self.numbers(&numbers.amounts))])
    }

    fn compared(&self, numbers: &Numbers, previous: &Previous) -> Option<String> {
        let [now] = &numbers.amounts[..] else { return None };
        let other = previous
            .days
            .map_or_else(String::new, |known| days(self.language, known, numbers.today));
        let before = previous
            .amounts
            .iter()
            .find(|amount| amount.currency == now.currency);
        let Some(before) = before.filter(|before| before.minor != 0) else {
            return Some(say(self.language, "compared_new", &[("range", &other)]));
        };
        let value = self.number(before);
        let change = change(self.language, before.minor, now.minor).unwrap_or_default();
        let name = match now.minor.cmp(&before.minor) {
            _ if self.unit == Unit::Percent => {
                let points = now.minor.saturating_sub(before.minor);
                let sign = if points > 0 { "+" } else { "" };
                let points = format!("{sign}{}", number(self.language, Unit::Percent, None, points));
                return Some(say(
                    self.language,
                    "compared_points",
                    &[("range", &other), ("value", &value), ("change", &points)],
                ));
            }
            std::cmp::Ordering::Greater => "compared_up",
            std::cmp::Ordering::Less => "compared_down",
            std::cmp::Ordering::Equal => "compared_same",
        };
        Some(say(
            self.language,
            name,
            &[("range", &other), ("value", &value), ("change", &change)],
        ))
    }

    /// The highest and the lowest of a series; of the first currency where there are several.
    fn series(&self, frame: &Frame, grain: Grain, numbers: &Numbers) -> String {
        let points = numbers
            .series
            .iter()
            .filter_map(|point| Some((point.start, point.amounts.first()?)));
        let best = points
            .clone()
            .max_by_key(|(start, amount)| (amount.minor, std::cmp::Reverse(*start)));
        let worst = points.min_by_key(|(start, amount)| (amount.minor, *start));
        let (Some(best), Some(worst)) = (best, worst) else {
            return self.say("nothing", &[]);
        };
        let piece = |start: Date| self.piece(start, grain, numbers.today);
        let grain_name = say(self.language, grain_key(grain), &[]);
        let (best_name, worst_name) = (piece(best.0), piece(worst.0));
        let (best_value, worst_value) = (self.number(best.1), self.number(worst.1));
        let value = self.numbers(&numbers.amounts);
        let slots = [
            ("grain", grain_name.as_str()),
            ("value", &value),
            ("best", &best_name),
            ("best_value", &best_value),
            ("worst", &worst_name),
            ("worst_value", &worst_value),
        ];
        match frame.rank {
            Some(rank) if rank.ascending => self.say("worst_time", &slots),
            Some(_) => self.say("best_time", &slots),
            None if self.unit == Unit::Percent || numbers.amounts.is_empty() => {
                self.say("series_each", &slots)
            }
            None => self.say("series", &slots),
        }
    }

    fn piece(&self, start: Date, grain: Grain, today: Date) -> String {
        let (month, year) = (month_name(self.language, start.month()), start.year().to_string());
        match grain {
            Grain::Day => day(self.language, start),
            Grain::Week => say(self.language, "week_of", &[("date", &day(self.language, start))]),
            Grain::Month => say(self.language, "month_year", &[("month", &month), ("year", &year)]),
            Grain::Quarter => {
                let n = ((start.month() - 1) / 3 + 1).to_string();
                say(self.language, "quarter", &[("n", &n), ("year", &year)])
            }
            Grain::Year => days(
                self.language,
                Days {
                    first: start,
                    last: start.last_of_year(),
                },
                today,
            ),
        }
    }

    fn groups(&self, frame: &Frame, dimension: &str, numbers: &Numbers) -> String {
        let none = say(self.language, "no_value", &[]);
        let name = |row: &Row| row.key.clone().unwrap_or_else(|| none.clone());
        let part = |row: &Row| row.share.map(|part| share(self.language, part));
        if let (true, [row]) = (frame.share, &numbers.rows[..]) {
            let part = part(row).unwrap_or_else(|| "–".to_owned());
            return self.say(
                "share_of",
                &[
                    ("row", &name(row)),
                    ("share", &part),
                    ("value", &self.number(&row.amount)),
                ],
            ) + ".";
        }
        if let (Some(rank), [row]) = (frame.rank.filter(|_| !frame.share), &numbers.rows[..]) {
            let key = if rank.ascending {
                "ranking_one_bottom"
            } else {
                "ranking_one_top"
            };
            return self.say(key, &[("row", &name(row)), ("value", &self.number(&row.amount))]);
        }
        let most = frame.rank.map_or(SAID_ROWS, |rank| (rank.count as usize).min(10));
        let rows: Vec<String> = numbers
            .rows
            .iter()
            .take(most)
            .map(|row| {
                let value = if frame.share { part(row) } else { None };
                format!(
                    "{} {}",
                    name(row),
                    value.unwrap_or_else(|| self.number(&row.amount))
                )
            })
            .collect();
        let left = numbers.row_count.max(numbers.rows.len()) - rows.len();
        let more = if left > 0 {
            say(self.language, "more", &[("count", &left.to_string())])
        } else {
            String::new()
        };
        let (rows, count) = (rows.join("; "), rows.len().to_string());
        let slots = [
            ("dimension", dimension),
            ("rows", rows.as_str()),
            ("count", &count),
            ("more", &more),
        ];
        match frame.rank {
            _ if frame.share => self.say("shares", &slots),
            Some(rank) if rank.ascending => self.say("ranking_bottom", &slots),
            Some(_) => self.say("ranking_top", &slots),
            None => self.say("grouped", &slots),
        }
    }
}

const fn grain_key(grain: Grain) -> &'static str {
    match grain {
        Grain::Day => "grain_day",
        Grain::Week => "grain_week",
        Grain::Month => "grain_month",
        Grain::Quarter => "grain_quarter",
        Grain::Year => "grain_year",
    }
}
