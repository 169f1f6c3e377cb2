//! Changing them: what is counted is counted anew in the same transaction.

use connectors::money::Currency;
use db::{DbError, Tx, WorkspaceId};
use identity::{Caller, Permission, audit};
use jiff::tz::TimeZone;
use kit::api::{ApiError, Problems, Validate};
use sea_orm::{ConnectionTrait, Value};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use utoipa::ToSchema;

use super::policy::{CancelPolicy, RefundBasis, count_anew, raise_version};
use super::read::{Settings, WeekStart, of};
use crate::Business;
use crate::warehouse::{changed, lock_of, statement};

/// New settings; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BusinessSettingsPatch)]
pub struct SettingsPatch {
    /// A name of the IANA database, such as `Europe/London`.
    pub time_zone: Option<String>,
    /// On which day weeks begin.
    pub week_start: Option<WeekStart>,
    /// In which month the financial year begins, 1 to 12.
    pub fiscal_month: Option<i8>,
    /// Which currency is shown first; null: that of most orders.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub currency: Option<Option<String>>,
    /// When returns count.
    pub refund_basis: Option<RefundBasis>,
    /// What becomes of cancelled orders.
    pub cancel_policy: Option<CancelPolicy>,
}

/// Tells null from what was left out.
#[allow(clippy::option_option)]
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}

impl Validate for SettingsPatch {
    fn validate(&self, problems: &mut Problems) {
        if let Some(zone) = &self.time_zone {
            let ok = zone.len() <= 64 && TimeZone::get(zone).is_ok();
            problems.check(
                ok,
                "time_zone",
                "This is no time zone; one looks like Europe/London.",
            );
        }
        let month = self.fiscal_month.is_none_or(|month| (1..=12).contains(&month));
        problems.check(month, "fiscal_month", "The month must be between 1 and 12.");
        if let Some(Some(currency)) = &self.currency {
            let ok = Currency::parse(currency).is_ok();
            problems.check(ok, "currency", "A currency is three letters, such as EUR.");
        }
    }
}

/// Changes the settings of the caller's workspace.
pub async fn change(
    business: &Business,
    caller: &Caller,
    patch: SettingsPatch,
) -> Result<Settings, ApiError> {
    caller.require(Permission::ManageBusiness)?;
    let workspace = caller.workspace;
    let tx = business.db().write().await?;
    tx.alone(lock_of(workspace)).await?;
    raise_version(&tx, workspace).await?;
    let fields = write(&tx, workspace, &patch).await?;
    if patch.refund_basis.is_some() || patch.cancel_policy.is_some() {
        count_anew(&tx, workspace).await?;
    }
    changed(&tx, workspace).await?;
    let details = json!({ "fields": fields });
    audit(&tx, caller, "business.settings_changed", workspace, &details).await?;
    tx.commit().await?;
    Ok(of(business.db(), workspace).await?)
}

/// Writes what is given; answers the names of the columns.
async fn write(tx: &Tx, workspace: WorkspaceId, patch: &SettingsPatch) -> Result<Vec<&'static str>, DbError> {
    let mut columns: Vec<(&'static str, Value)> = Vec::new();
    if let Some(zone) = &patch.time_zone {
        columns.push(("time_zone", zone.clone().into()));
    }
    if let Some(start) = patch.week_start {
        columns.push(("week_start", start.as_str().into()));
    }
    if let Some(month) = patch.fiscal_month {
        columns.push(("fiscal_month", i32::from(month).into()));
    }
    if let Some(currency) = &patch.currency {
        let code = currency.as_ref().map(|text| text.trim().to_ascii_uppercase());
        columns.push(("currency", code.into()));
    }
    if let Some(basis) = patch.refund_basis {
        let word = if basis == RefundBasis::Order {
            "order"
        } else {
            "processed"
        };
        columns.push(("refund_basis", word.into()));
    }
    if let Some(policy) = patch.cancel_policy {
        let word = if policy == CancelPolicy::Reverse {
            "reverse"
        } else {
            "exclude"
        };
        columns.push(("cancel_policy", word.into()));
    }
    let mut names = Vec::new();
    for (name, value) in columns {
        let sql = format!("UPDATE business_settings SET {name} = $2 WHERE workspace_id = $1");
        tx.execute_raw(statement(&**tx, sql, vec![workspace.0.into(), value]))
            .await?;
        names.push(name);
    }
    Ok(names)
}
