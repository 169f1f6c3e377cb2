//! Numbers as workflows ask for them, and as they stand in their texts.

use connectors::money::Currency;
use identity::{Caller, Permission};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use kit::api::ApiError;
use questions::calendar::{Calendar, Days, Grain};
use questions::catalogue::{Language, Unit};
use questions::frame::{Compare, Filter, Rank};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::metrics::{self, Amount, MetricAnswer, MetricQuery};
use crate::{Business, settings};

/// A question for a number, as a workflow has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberAsked {
    /// Which metric, such as `revenue`.
    pub metric: String,
    /// Of which days.
    pub range: DaysAsked,
    /// By which dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_by: Option<String>,
    /// Only of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Beside which other days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// How many groups, the largest first; 10 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Days, relative to the day on which it is asked, in the workspace's time zone and by its calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names are the documentation
pub enum DaysAsked {
    Today,
    Yesterday,
    ThisWeek,
    LastWeek,
    ThisMonth,
    LastMonth,
    ThisQuarter,
    LastQuarter,
    ThisYear,
    LastYear,
}

/// A number in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NumberSaid {
    /// A sentence, and a line for each group.
    pub text: String,
    /// The number alone.
    pub value: String,
}

impl DaysAsked {
    /// Its name in placeholders, `last_month`.
    pub(super) fn named(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }

    /// The days that it means on this day. What has not ended ends today.
    fn days(self, calendar: &Calendar, today: Date) -> Days {
        let before = |day: Date| day.saturating_sub(Span::new().days(1));
        let this = |grain| Days {
            first: calendar.floor(today, grain),
            last: today,
        };
        let last = |grain| {
            let last = before(calendar.floor(today, grain));
            Days {
                first: calendar.floor(last, grain),
                last,
            }
        };
        match self {
            Self::Today => this(Grain::Day),
            Self::Yesterday => last(Grain::Day),
            Self::ThisWeek => this(Grain::Week),
            Self::LastWeek => last(Grain::Week),
            Self::ThisMonth => this(Grain::Month),
            Self::LastMonth => last(Grain::Month),
            Self::ThisQuarter => this(Grain::Quarter),
            Self::LastQuarter => last(Grain::Quarter),
            Self::ThisYear => this(Grain::Year),
            Self::LastYear => last(Grain::Year),
        }
    }
}

/// The day that it is in a workspace.
pub(super) async fn today(business: &Business, caller: &Caller) -> Result<(Calendar, Date), ApiError> {
    let calendar = settings::of(business.db(), caller.workspace).await?.calendar();
    let now = Timestamp::from_microsecond(business.db().now().micros()).unwrap_or_default();
    let today = calendar.day_of(now);
    Ok((calendar, today))
}

/// Computes a number and says it. Whoever asks must be permitted to ask for numbers.
pub(super) async fn say(
    business: &Business,
    caller: &Caller,
    asked: &NumberAsked,
) -> Result<NumberSaid, ApiError> {
    caller.require(Permission::ReadBusiness)?;
    let (calendar, today) = today(business, caller).await?;
    let days = asked.range.days(&calendar, today);
    let query = MetricQuery {
        group_by: asked.group_by.iter().cloned().collect(),
        filters: asked.filters.clone(),
        compare: asked.compare,
        rank: asked.group_by.as_ref().map(|_| Rank {
            count: asked.limit.unwrap_or(10),
            ascending: false,
        }),
        ..MetricQuery::of(&asked.metric, Some(days), business.db().now())
    };
    let answer = metrics::run(business, caller.workspace, &query).await?;
    let catalogue = metrics::catalogue(business, caller.workspace).await?;
    let label = catalogue
        .metric(&asked.metric)
        .and_then(|metric| metric.labels.get(&Language::En));
    Ok(said(
        label.map_or(asked.metric.as_str(), String::as_str),
        days,
        &answer,
    ))
}

fn said(label: &str, days: Days, answer: &MetricAnswer) -> NumberSaid {
    let value = all(answer.unit, &answer.amounts);
    let range = if days.first == days.last {
        days.first.to_string()
    } else {
        format!("{} to {}", days.first, days.last)
    };
    let mut text = format!("{label}, {range}: {value}");
    if let Some(previous) = &answer.previous {
        text.push_str(&format!(
            " ({} to {}: {})",
            previous.days.first,
            previous.days.last,
            all(answer.unit, &previous.amounts)
        ));
    }
    for row in &answer.rows {
        let keys: Vec<&str> = row.keys.iter().map(|key| key.as_deref().unwrap_or("–")).collect();
        let number = row.minor.map_or_else(
            || "–".to_owned(),
            |minor| one(answer.unit, row.currency.as_deref(), minor),
        );
        text.push_str(&format!("\n{}: {number}", keys.join(", ")));
    }
    NumberSaid { text, value }
}

/// One number for each currency; they are never added.
fn all(unit: Unit, amounts: &[Amount]) -> String {
    let each = amounts
        .iter()
        .map(|amount| one(unit, amount.currency.as_deref(), amount.minor));
    let each: Vec<String> = each.collect();
    if each.is_empty() {
        "–".to_owned()
    } else {
        each.join(" + ")
    }
}

fn one(unit: Unit, currency: Option<&str>, minor: i64) -> String {
    match (unit, currency.map(Currency::parse)) {
        (Unit::Money, Some(Ok(currency))) => format!("{} {}", currency.decimal(minor), currency.as_str()),
        (Unit::Percent, _) => {
            let (sign, minor) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
            format!("{sign}{}.{:02} %", minor / 100, minor % 100)
        }
        _ => minor.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn days_are_those_of_the_calendar_and_end_today() {
        let calendar = Calendar {
            zone: TimeZone::UTC,
            week_start: Weekday::Monday,
            fiscal_month: 1,
        };
        let of = |name: &str| {
            let days = DaysAsked::named(name).unwrap().days(&calendar, date(2027, 1, 3));
            (days.first, days.last)
        };
        assert_eq!(of("today"), (date(2027, 1, 3), date(2027, 1, 3)));
        assert_eq!(of("yesterday"), (date(2027, 1, 2), date(2027, 1, 2)));
        assert_eq!(of("this_week"), (date(2026, 12, 28), date(2027, 1, 3)));
        assert_eq!(of("last_week"), (date(2026, 12, 21), date(2026, 12, 27)));
        assert_eq!(of("last_month"), (date(2026, 12, 1), date(2026, 12, 31)));
        assert_eq!(of("last_quarter"), (date(2026, 10, 1), date(2026, 12, 31)));
        assert_eq!(of("this_year"), (date(2027, 1, 1), date(2027, 1, 3)));
        assert_eq!(of("last_year"), (date(2026, 1, 1), date(2026, 12, 31)));
        assert_eq!(DaysAsked::named("always"), None);
    }

    #[test]
    fn numbers_are_written_whole_and_currencies_apart() {
        assert_eq!(one(Unit::Money, Some("GBP"), -818_780_636), "-8187806.36 GBP");
        assert_eq!(one(Unit::Money, Some("JPY"), 5), "5 JPY");
        assert_eq!(one(Unit::Percent, None, -1_205), "-12.05 %");
        assert_eq!(one(Unit::Count, None, 7), "7");
        let amount = |currency: &str, minor| Amount {
            currency: Some(currency.to_owned()),
            minor,
            value: 0.0,
        };
        assert_eq!(
            all(Unit::Money, &[amount("EUR", 100), amount("USD", 250)]),
            "1.00 EUR + 2.50 USD"
        );
        assert_eq!(all(Unit::Money, &[]), "–");
    }
}
