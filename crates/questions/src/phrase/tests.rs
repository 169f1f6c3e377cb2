//! What answers of each shape say.

use std::collections::BTreeMap;

use jiff::civil::date;

use super::*;
use crate::calendar::{Days, Grain};
use crate::catalogue::{Catalogue, Unit};
use crate::catalogue::{DimensionName, MetricName};
use crate::frame::{Compare, Range, Rank};
use crate::frame::{Filter, Frame};

fn catalogue() -> Catalogue {
    let labels =
        |en: &str, de: &str| BTreeMap::from([(Language::En, en.to_owned()), (Language::De, de.to_owned())]);
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
