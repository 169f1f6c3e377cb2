//! Conventions that decide what a date means.

/// A convention that decided something, to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Note {
    /// "Last N units" are complete ones, today's not among them.
    CompleteUnits,
    /// A financial year is named by the year in which it ends.
    FiscalByEnd,
    /// Day and month could be the other way round.
    DayOrMonth,
    /// The days after today were left out.
    UntilToday,
    /// The ends were the other way round.
    Swapped,
    /// Hours are not looked at.
    WholeDays,
    /// The year was taken from the question before.
    YearCarried,
    /// Nothing was said of time: the month to date.
    MonthToDate,
    /// No metric was said: the first of the catalogue.
    MainMetric,
}

impl Note {
    /// The name of its sentence among the phrases.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CompleteUnits => "note_complete_units",
            Self::FiscalByEnd => "note_fiscal_by_end",
            Self::DayOrMonth => "note_day_or_month",
            Self::UntilToday => "note_until_today",
            Self::Swapped => "note_swapped",
            Self::WholeDays => "note_whole_days",
            Self::YearCarried => "note_year_carried",
            Self::MonthToDate => "note_month_to_date",
            Self::MainMetric => "note_main_metric",
        }
    }
}
