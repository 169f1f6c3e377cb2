//! What phrases mean on a Wednesday in November 2011, and at the ends of calendars.

use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;

use super::{Era, Note, Trouble, find, resolve};
use crate::calendar::Calendar;
use crate::catalogue::Language;
use crate::lexicon::Lexicon;
use crate::text::Text;

fn read(
    language: Language,
    said: &str,
    today: Date,
    fiscal_month: i8,
    week_start: Weekday,
) -> Result<String, Trouble> {
    let calendar = Calendar {
        zone: TimeZone::UTC,
        week_start,
        fiscal_month,
    };
    let text = Text::read(said);
    let found = find(&text, Lexicon::of(language), Some("Europe/London"));
    assert_eq!(found.len(), 1, "{said}: {found:?}");
    let era = Era {
        today,
        calendar: &calendar,
        last: None,
    };
    let resolved = resolve(&found[0].when, &era)?;
    Ok(resolved
        .days
        .map_or("all".to_owned(), |days| format!("{}..{}", days.first, days.last)))
}

fn says(said: &str) -> String {
    read(Language::En, said, date(2011, 11, 16), 4, Weekday::Monday)
        .unwrap_or_else(|trouble| format!("{trouble:?}"))
}

#[test]
fn phrases_are_ranges() {
    let cases = [
        ("last quarter", "2011-07-01..2011-09-30"),
        ("last 2 quarters", "2011-04-01..2011-09-30"),
        ("quarter to date", "2011-10-01..2011-11-16"),
        ("week to date", "2011-11-14..2011-11-16"),
        ("first half of 2011", "2011-01-01..2011-06-30"),
        ("H2 2010", "2010-07-01..2010-12-31"),
        ("2 weeks ago", "2011-10-31..2011-11-06"),
        ("the day before yesterday", "2011-11-14..2011-11-14"),
        ("from November to February", "2010-11-01..2011-02-28"),
        ("from 30 November 2010 to 2 February", "2010-11-30..2011-02-02"),
        ("between 3 and 10 August", "2011-08-03..2011-08-10"),
        ("after 1 November", "2011-11-02..2011-11-16"),
        ("up to 31 March 2011", "1970-01-01..2011-03-31"),
        ("week of 9 March 2011", "2011-03-07..2011-03-13"),
        ("week 1 of 2011", "2011-01-03..2011-01-09"),
        ("since the beginning of the year", "2011-01-01..2011-11-16"),
        ("03/2011", "2011-03-01..2011-03-31"),
        ("2011-03", "2011-03-01..2011-03-31"),
        ("2009-2010", "2009-01-01..2010-12-31"),
        ("13/2/2011", "2011-02-13..2011-02-13"),
        ("2/13/2011", "2011-02-13..2011-02-13"),
        ("29 February", "2008-02-29..2008-02-29"),
        ("last Wednesday", "2011-11-09..2011-11-09"),
        ("all time", "all"),
        ("next week", "Future"),
        ("31 November", "NoSuchDay"),
        ("2011-13-01", "NoSuchDay"),
        ("week 53 of 2011", "NoSuchDay"),
        ("the year 9999", "Future"),
        ("the year 10000", "OutOfReach"),
        ("the year 1", "OutOfReach"),
        ("99999 years ago", "OutOfReach"),
    ];
    for (said, expected) in cases {
        assert_eq!(says(said), expected, "{said}");
    }
}

#[test]
fn the_calendar_of_the_workspace_decides() {
    let today = date(2011, 11, 16);
    let read = |said, fiscal, start| read(Language::En, said, today, fiscal, start).unwrap();
    assert_eq!(read("last week", 1, Weekday::Sunday), "2011-11-06..2011-11-12");
    assert_eq!(read("this week", 1, Weekday::Saturday), "2011-11-12..2011-11-16");
    assert_eq!(
        read("last fiscal year", 1, Weekday::Monday),
        "2010-01-01..2010-12-31"
    );
    assert_eq!(
        read("fiscal year 2011", 4, Weekday::Monday),
        "2010-04-01..2011-03-31"
    );
    assert_eq!(
        read("fiscal year 2011", 1, Weekday::Monday),
        "2011-01-01..2011-11-16"
    );
    assert_eq!(
        read("this fiscal year", 12, Weekday::Monday),
        "2010-12-01..2011-11-16"
    );
}

#[test]
fn the_ends_of_calendars_are_survived() {
    for today in [Date::MIN, Date::MAX, date(-1, 1, 1), date(2012, 2, 29)] {
        for said in [
            "last 3 months",
            "last year",
            "since March",
            "last week",
            "next month",
            "fiscal year 2011",
            "week 1",
            "29 February",
            "this week",
        ] {
            for start in [Weekday::Monday, Weekday::Saturday] {
                let _ = read(Language::En, said, today, 7, start);
            }
        }
    }
}

#[test]
fn months_that_are_other_words_need_company() {
    let find = |said: &str| find(&Text::read(said), Lexicon::of(Language::En), None).len();
    assert_eq!(find("May I ask"), 0);
    assert_eq!(find("in May"), 1);
    assert_eq!(find("may 2011"), 1);
    assert_eq!(find("they march on"), 0);
    assert_eq!(find("since March"), 1);
}

#[test]
fn every_language_says_the_same() {
    let cases = [
        (
            Language::Pt,
            [
                "mês passado",
                "últimos 3 meses",
                "ontem",
                "3º trimestre de 2011",
                "de março a junho de 2011",
                "ano passado",
            ],
        ),
        (
            Language::Es,
            [
                "mes pasado",
                "últimos 3 meses",
                "ayer",
                "tercer trimestre de 2011",
                "de marzo a junio de 2011",
                "año pasado",
            ],
        ),
        (
            Language::De,
            [
                "letzten Monat",
                "letzten 3 Monate",
                "gestern",
                "3. Quartal 2011",
                "von März bis Juni 2011",
                "letztes Jahr",
            ],
        ),
        (
            Language::Fr,
            [
                "mois dernier",
                "3 derniers mois",
                "hier",
                "3e trimestre 2011",
                "de mars à juin 2011",
                "année dernière",
            ],
        ),
    ];
    let expected = [
        "last month",
        "last 3 months",
        "yesterday",
        "third quarter of 2011",
        "from March to June 2011",
        "last year",
    ];
    for (language, phrases) in cases {
        for (phrase, english) in phrases.into_iter().zip(expected) {
            let got = read(language, phrase, date(2011, 11, 16), 4, Weekday::Monday).unwrap();
            assert_eq!(got, says(english), "{language:?} {phrase}");
        }
    }
}

#[test]
fn conventions_are_noted() {
    let calendar = Calendar {
        zone: TimeZone::UTC,
        week_start: Weekday::Monday,
        fiscal_month: 4,
    };
    let era = Era {
        today: date(2011, 11, 16),
        calendar: &calendar,
        last: None,
    };
    let notes = |said: &str| {
        let found = find(&Text::read(said), Lexicon::of(Language::En), None);
        resolve(&found[0].when, &era).unwrap().notes
    };
    assert_eq!(notes("last 3 months"), [Note::CompleteUnits]);
    assert_eq!(notes("from October to 2011-12-05"), [Note::UntilToday]);
    assert_eq!(notes("2011-03-05"), []);
    assert_eq!(notes("5/3/2011"), [Note::DayOrMonth]);
}
