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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;

    use super::*;
    use crate::catalogue::{DimensionName, MetricName};
    use crate::frame::{Compare, Range, Rank};

    fn catalogue() -> Catalogue {
        let labels = |en: &str, de: &str| {
            BTreeMap::from([(Language::En, en.to_owned()), (Language::De, de.to_owned())])
        };
        let metric = |id: &str, unit, labels: BTreeMap<Language, String>| MetricName {
            id: id.to_owned(),
            unit,
            definitions: BTreeMap::from([(Language::En, "What it is.".to_owned())]),
            words: BTreeMap::new(),
            labels,
            dimensions: vec!["country".to_owned()],
            connected: true,
        };
        Catalogue {
            metrics: vec![
                metric("revenue", Unit::Money, labels("Revenue", "Umsatz")),
                metric(
                    "repeat_rate",
                    Unit::Percent,
                    labels("Repeat rate", "Wiederkaufsrate"),
                ),
            ],
            dimensions: vec![DimensionName {
                id: "country".to_owned(),
                labels: labels("Country", "Land"),
                words: BTreeMap::new(),
            }],
        }
    }

    fn frame() -> Frame {
        let days = Days {
            first: date(2011, 10, 1),
            last: date(2011, 10, 31),
        };
        Frame {
            metric: "revenue".to_owned(),
            range: Range {
                days: Some(days),
                said: Some("last month".to_owned()),
            },
            grain: None,
            group_by: None,
            filters: Vec::new(),
            rank: None,
            compare: None,
            share: false,
        }
    }

    fn amount(minor: i64) -> Amount {
        Amount {
            currency: Some("GBP".to_owned()),
            minor,
        }
    }

    fn numbers(amounts: Vec<Amount>) -> Numbers {
        Numbers {
            today: date(2011, 11, 16),
            amounts,
            previous: None,
            series: Vec::new(),
            rows: Vec::new(),
            row_count: 0,
            fresh_until: None,
            notes: Vec::new(),
        }
    }

    fn said(language: Language, frame: &Frame, numbers: &Numbers) -> String {
        answer(language, frame, &catalogue(), numbers)
    }

    #[test]
    fn a_value_says_its_range_its_filters_and_its_freshness() {
        let mut frame = frame();
        frame.filters.push(Filter {
            dimension: "country".to_owned(),
            values: vec!["Germany".to_owned()],
            not: false,
        });
        let mut numbers = numbers(vec![amount(123_456)]);
        numbers.fresh_until = Some("16 November 2011 09:00".to_owned());
        assert_eq!(
            said(Language::En, &frame, &numbers),
            "Revenue for October 2011 · Country: Germany: £1,234.56. Data until 16 November 2011 09:00."
        );
        assert_eq!(
            said(Language::De, &frame, &numbers),
            "Umsatz, Oktober 2011 · Land: Germany: 1.234,56\u{a0}£. Daten bis 16 November 2011 09:00."
        );
    }

    #[test]
    fn a_comparison_says_by_how_much() {
        let mut frame = frame();
        frame.compare = Some(Compare::PreviousPeriod);
        let mut numbers = numbers(vec![amount(11_000)]);
        let days = Some(Days {
            first: date(2011, 9, 1),
            last: date(2011, 9, 30),
        });
        numbers.previous = Some(Previous {
            days,
            amounts: vec![amount(10_000)],
        });
        assert!(
            said(Language::En, &frame, &numbers)
                .ends_with("That is 10.0% more than in September 2011 (£100.00).")
        );
        numbers.amounts = vec![amount(5_000)];
        assert!(said(Language::En, &frame, &numbers).contains("50.0% less"));
        numbers.previous = Some(Previous {
            days,
            amounts: Vec::new(),
        });
        assert!(said(Language::En, &frame, &numbers).contains("nothing to compare with"));
        frame.metric = "repeat_rate".to_owned();
        numbers.amounts = vec![Amount {
            currency: None,
            minor: 2_550,
        }];
        numbers.previous = Some(Previous {
            days,
            amounts: vec![Amount {
                currency: None,
                minor: 2_000,
            }],
        });
        assert!(said(Language::En, &frame, &numbers).ends_with("In September 2011 it was 20.00% (+5.50%)."));
    }

    #[test]
    fn currencies_stand_side_by_side_and_nothing_is_nothing() {
        let euro = Amount {
            currency: Some("EUR".to_owned()),
            minor: 500,
        };
        let several = said(Language::En, &frame(), &numbers(vec![amount(100), euro]));
        assert_eq!(
            several,
            "Revenue for October 2011: £1.00 and €5.00. Different currencies are not added."
        );
        assert_eq!(
            said(Language::En, &frame(), &numbers(Vec::new())),
            "There is no Revenue for October 2011."
        );
    }

    #[test]
    fn groups_ranks_shares_and_series_are_said() {
        let mut frame = frame();
        frame.group_by = Some("country".to_owned());
        let mut numbers = numbers(vec![amount(300)]);
        let row = |name: &str, minor, share| Row {
            key: Some(name.to_owned()),
            amount: amount(minor),
            share: Some(share),
        };
        numbers.rows = vec![row("France", 200, 0.6667), row("Spain", 100, 0.3333)];
        numbers.row_count = 7;
        assert_eq!(
            said(Language::En, &frame, &numbers),
            "Revenue by Country for October 2011: France £2.00; Spain £1.00 and 5 more."
        );
        frame.share = true;
        assert!(said(Language::En, &frame, &numbers).contains("France 66.7%; Spain 33.3%"));
        frame.share = false;
        frame.rank = Some(Rank {
            count: 1,
            ascending: false,
        });
        numbers.rows.truncate(1);
        assert_eq!(
            said(Language::En, &frame, &numbers),
            "France leads by Revenue for October 2011: £2.00."
        );
        frame.group_by = None;
        frame.grain = Some(Grain::Day);
        numbers.series = (1..=3)
            .map(|day| Point {
                start: date(2011, 10, day),
                amounts: vec![amount(i64::from(day))],
            })
            .collect();
        assert_eq!(
            said(Language::En, &frame, &numbers),
            "The best day for Revenue in October 2011 was 3 October 2011, with £0.03."
        );
        frame.rank = None;
        assert!(
            said(Language::En, &frame, &numbers)
                .contains("most in 3 October 2011 (£0.03), least in 1 October 2011 (£0.01)")
        );
    }

    #[test]
    fn a_template_holds_only_its_numbers() {
        let text = said(Language::En, &frame(), &numbers(vec![amount(123_456)]));
        let ours = vec!["£1,234.56".to_owned(), "October 2011".to_owned()];
        assert!(crate::phrase::fits(&text, &ours));
        assert!(!crate::phrase::fits(&text, &ours[1..]));
    }
}
