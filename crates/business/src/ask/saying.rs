//! A number of relative days in words, as workflows and reports say it.

use identity::Caller;
use jiff::ToSpan;
use jiff::civil::Date;
use kit::api::ApiError;
use questions::calendar::{Calendar, Days, Grain};
use questions::catalogue::Language;
use questions::frame::{Frame, Range, Rank};
use questions::phrase;

use super::numbers;
use crate::doors::{DaysAsked, NumberAsked, NumberSaid};
use crate::metrics::{self, MetricQuery};
use crate::{Business, warehouse};

/// Computes a number and says it, in English.
pub(crate) async fn say(
    business: &Business,
    caller: &Caller,
    asked: &NumberAsked,
) -> Result<NumberSaid, ApiError> {
    caller.require(identity::Permission::ReadBusiness)?;
    let calendar = warehouse::calendar(business, caller.workspace).await?;
    let now = business.db().now();
    let moment = jiff::Timestamp::from_microsecond(now.micros()).unwrap_or(jiff::Timestamp::MAX);
    let today = calendar.day_of(moment);
    let days = days_of(asked.range, today, &calendar).ok_or_else(|| ApiError::invalid("range", "These days are out of range."))?;
    let rank = asked.limit.map(|count| Rank {
        count,
        ascending: false,
    });
    let frame = Frame {
        metric: asked.metric.clone(),
        range: Range {
            days: Some(days),
            said: Some(String::new()),
        },
        grain: None,
        group_by: asked.group_by.clone(),
        filters: asked.filters.clone(),
        rank,
        compare: asked.compare,
        share: false,
    };
    let query = MetricQuery {
        group_by: asked.group_by.iter().cloned().collect(),
        filters: asked.filters.clone(),
        compare: asked.compare,
        rank,
        ..MetricQuery::of(&asked.metric, Some(days), now)
    };
    let answer = metrics::run(business, caller.workspace, &query).await?;
    let catalogue = metrics::catalogue(business, caller.workspace).await?;
    let words = numbers::for_words(&answer, today, None, &answer.notes);
    let value: Vec<String> = answer
        .amounts
        .iter()
        .map(|amount| phrase::number(Language::En, answer.unit, amount.currency.as_deref(), amount.minor))
        .collect();
    Ok(NumberSaid {
        text: phrase::answer(Language::En, &frame, &catalogue, &words),
        value: value.join(", "),
    })
}

/// The days that are meant today.
fn days_of(asked: DaysAsked, today: Date, calendar: &Calendar) -> Option<Days> {
    use DaysAsked as D;
    let (grain, back) = match asked {
        D::Today => (Grain::Day, 0),
        D::Yesterday => (Grain::Day, 1),
        D::ThisWeek => (Grain::Week, 0),
        D::LastWeek => (Grain::Week, 1),
        D::ThisMonth => (Grain::Month, 0),
        D::LastMonth => (Grain::Month, 1),
        D::ThisQuarter => (Grain::Quarter, 0),
        D::LastQuarter => (Grain::Quarter, 1),
        D::ThisYear => (Grain::Year, 0),
        D::LastYear => (Grain::Year, 1),
    };
    let this = calendar.floor(today, grain);
    if back == 0 {
        return Some(Days { first: this, last: today });
    }
    let span = match grain {
        Grain::Day => 1.day(),
        Grain::Week => 1.week(),
        Grain::Month => 1.month(),
        Grain::Quarter => 3.months(),
        Grain::Year => 1.year(),
    };
    Some(Days {
        first: this.checked_sub(span).ok()?,
        last: this.checked_sub(1.day()).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn relative_days_follow_the_calendar() {
        let calendar = Calendar {
            zone: TimeZone::UTC,
            week_start: Weekday::Monday,
            fiscal_month: 1,
        };
        let today = date(2026, 1, 14);
        for (asked, first, last) in [
            (DaysAsked::Today, today, today),
            (DaysAsked::Yesterday, date(2026, 1, 13), date(2026, 1, 13)),
            (DaysAsked::LastWeek, date(2026, 1, 5), date(2026, 1, 11)),
            (DaysAsked::ThisMonth, date(2026, 1, 1), today),
            (DaysAsked::LastMonth, date(2025, 12, 1), date(2025, 12, 31)),
            (DaysAsked::LastQuarter, date(2025, 10, 1), date(2025, 12, 31)),
            (DaysAsked::LastYear, date(2025, 1, 1), date(2025, 12, 31)),
        ] {
            assert_eq!(days_of(asked, today, &calendar), Some(Days { first, last }), "{asked:?}");
        }
    }
}
