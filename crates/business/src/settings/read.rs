//! The settings as they are.

use db::entity::business_settings;
use db::{Db, DbError, WorkspaceId};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use questions::calendar::Calendar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::policy::{CancelPolicy, Policy, RefundBasis};

/// On which day weeks begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum WeekStart {
    /// On Monday.
    #[default]
    Monday,
    /// On Sunday.
    Sunday,
    /// On Saturday.
    Saturday,
}

impl WeekStart {
    /// The word that the store keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Sunday => "sunday",
            Self::Saturday => "saturday",
        }
    }

    fn read(text: &str) -> Self {
        match text {
            "sunday" => Self::Sunday,
            "saturday" => Self::Saturday,
            _ => Self::Monday,
        }
    }

    /// The day.
    pub const fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Sunday => Weekday::Sunday,
            Self::Saturday => Weekday::Saturday,
        }
    }
}

/// What a workspace has set.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where its days begin.
    pub time_zone: String,
    /// When its weeks begin.
    pub week_start: WeekStart,
    /// In which month its financial year begins, 1 to 12.
    pub fiscal_month: i8,
    /// Which currency is shown first.
    pub currency: Option<String>,
    /// What counts.
    pub policy: Policy,
    /// The number of the state of its data.
    pub data_version: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            week_start: WeekStart::default(),
            fiscal_month: 1,
            currency: None,
            policy: Policy::default(),
            data_version: 0,
        }
    }
}

impl Settings {
    /// The calendar that follows.
    pub fn calendar(&self) -> Calendar {
        Calendar {
            // It was checked when it was set, by the rules in this very program.
            zone: TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC),
            week_start: self.week_start.weekday(),
            fiscal_month: self.fiscal_month,
        }
    }
}

/// The settings of a workspace.
pub async fn of(db: &Db, workspace: WorkspaceId) -> Result<Settings, DbError> {
    let found = business_settings::Entity::of(workspace).one(db.read()).await?;
    Ok(found.map_or_else(Settings::default, |row| Settings {
        time_zone: row.time_zone,
        week_start: WeekStart::read(&row.week_start),
        fiscal_month: i8::try_from(row.fiscal_month).unwrap_or(1),
        currency: row.currency,
        policy: Policy {
            refund_basis: if row.refund_basis == "order" {
                RefundBasis::Order
            } else {
                RefundBasis::Processed
            },
            cancel_policy: if row.cancel_policy == "reverse" {
                CancelPolicy::Reverse
            } else {
                CancelPolicy::Exclude
            },
        },
        data_version: row.data_version,
    }))
}

/// The number of the state of a workspace's data.
pub(crate) async fn version_of(db: &Db, workspace: WorkspaceId) -> Result<i64, DbError> {
    Ok(of(db, workspace).await?.data_version)
}

/// What a workspace has set, as it is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BusinessSettings)]
pub(crate) struct SettingsOut {
    /// Where its days begin: a name of the IANA database.
    pub time_zone: String,
    /// On which day its weeks begin.
    pub week_start: WeekStart,
    /// In which month its financial year begins, 1 to 12.
    pub fiscal_month: i8,
    /// Which currency is shown first; null: that of most orders.
    pub currency: Option<String>,
    /// When returns count.
    pub refund_basis: RefundBasis,
    /// What becomes of cancelled orders.
    pub cancel_policy: CancelPolicy,
}

impl From<Settings> for SettingsOut {
    fn from(settings: Settings) -> Self {
        Self {
            time_zone: settings.time_zone,
            week_start: settings.week_start,
            fiscal_month: settings.fiscal_month,
            currency: settings.currency,
            refund_basis: settings.policy.refund_basis,
            cancel_policy: settings.policy.cancel_policy,
        }
    }
}
