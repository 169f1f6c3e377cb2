//! When a budget began and when it begins anew, in UTC.

use db::kinds::BudgetPeriod;
use kit::clock::Timestamp;

const DAY: i64 = 86_400_000_000;

/// When the period of a moment began.
pub fn began(period: BudgetPeriod, at: Timestamp) -> Timestamp {
    let day = at.micros().div_euclid(DAY);
    match period {
        BudgetPeriod::Day => Timestamp(day * DAY),
        // The first day of 1970 was a Thursday.
        BudgetPeriod::Week => Timestamp((day - (day + 3).rem_euclid(7)) * DAY),
        BudgetPeriod::Month => month(at),
    }
}

/// When the period of a moment ends.
pub fn ends(period: BudgetPeriod, at: Timestamp) -> Timestamp {
    let start = began(period, at).micros();
    match period {
        BudgetPeriod::Day => Timestamp(start + DAY),
        BudgetPeriod::Week => Timestamp(start + 7 * DAY),
        // The 32nd day of any month is in the next one.
        BudgetPeriod::Month => month(Timestamp(start + 32 * DAY)),
    }
}

fn month(at: Timestamp) -> Timestamp {
    let text: String = at.to_string().chars().take(7).collect();
    Timestamp::parse(&format!("{text}-01T00:00:00Z")).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_where_people_expect_it() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let now = at("2026-11-21T23:50:00Z"); // a Saturday
        for (period, from, to) in [
            (BudgetPeriod::Day, "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"),
            (BudgetPeriod::Week, "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"),
            (
                BudgetPeriod::Month,
                "2026-11-01T00:00:00Z",
                "2026-12-01T00:00:00Z",
            ),
        ] {
            assert_eq!(
                (began(period, now), ends(period, now)),
                (at(from), at(to)),
                "{period:?}"
            );
            assert_eq!(began(period, at(from)), at(from));
            assert_eq!(began(period, at(to)), at(to));
        }
        let last = at("2026-12-31T12:00:00Z");
        assert_eq!(ends(BudgetPeriod::Month, last), at("2027-01-01T00:00:00Z"));
    }
}
