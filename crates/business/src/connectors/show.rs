//! A connector as people see it.

use std::collections::BTreeMap;

use connectors::source::Checked;
use db::entity::{connectors as rows, dead_letters, schedules as schedule_rows};
use db::sync_kinds::ConnectorState;
use db::{ConnectorId, DbError};
use kit::api::ApiError;
use kit::clock::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, PaginatorTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::RoleWord;
use super::{state, values};
use crate::schedules::{self, Period, Spec};
use crate::{Business, sync};

/// When a connector is read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ScheduleOut {
    /// Minutes between two runs.
    every_minutes: u32,
    /// The next one; none while it rests.
    #[schema(required)]
    next_due_at: Option<Timestamp>,
}

/// A connector.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ConnectorOut {
    id: ConnectorId,
    /// Such as `shopify`.
    #[serde(rename = "type")]
    kind: String,
    /// The name of its kind.
    title: String,
    /// Its own name.
    name: String,
    role: RoleWord,
    state: ConnectorState,
    /// Why it is not read, or why the last run did not end well.
    #[schema(required)]
    error: Option<String>,
    /// What was filled in; secrets as `••••1234`.
    values: BTreeMap<String, String>,
    /// The account's name.
    #[schema(required)]
    account: Option<String>,
    /// What is missing or limited, a sentence each.
    limits: Vec<String>,
    /// None for files.
    #[schema(required)]
    schedule: Option<ScheduleOut>,
    #[schema(required)]
    last_sync_at: Option<Timestamp>,
    /// Everything that changed before is in the tables.
    #[schema(required)]
    fresh_until: Option<Timestamp>,
    /// How many records it brought.
    records: i64,
    /// How many of them are not understood.
    dead_letters: i64,
    /// How many webhooks came whose signature did not fit.
    refused_webhooks: i64,
    /// Where its webhooks go.
    #[schema(required)]
    webhook_url: Option<String>,
    /// Which topics to subscribe to.
    webhook_topics: Vec<String>,
    /// The secrets that webhooks may be signed with besides those among the values, as `••••1234`.
    webhook_secrets: Vec<String>,
    /// Whether it is known what the columns of its files mean.
    has_layout: bool,
    /// The run that goes on, or the newest.
    #[schema(required)]
    run: Option<sync::RunOut>,
    created_at: Timestamp,
}

/// Makes it.
pub(crate) async fn show(business: &Business, row: &rows::Model) -> Result<ConnectorOut, ApiError> {
    let conn = business.db().read();
    let keys = business.db().keys(row.workspace_id.0).await?;
    let manifest = connectors::manifest::find(&row.kind);
    let values = values::values_of(&keys, row)?;
    let checked: Checked = match &row.checked {
        Some(sealed) => sealed.open(&keys, values::checked_place(row.id)).map_err(DbError::from)?,
        None => Checked::default(),
    };
    let secrets: Vec<String> = match &row.secrets {
        Some(sealed) => sealed.open(&keys, values::secrets_place(row.id)).map_err(DbError::from)?,
        None => Vec::new(),
    };
    let error = match &row.error {
        Some(sealed) => Some(sealed.open(&keys, state::error_place(row.id)).map_err(DbError::from)?),
        None => None,
    };
    let schedule = match row.schedule_id {
        Some(id) => schedules::get(conn, row.workspace_id, id).await?,
        None => None,
    };
    let dead = dead_letters::Entity::of(row.workspace_id)
        .filter(dead_letters::Column::ConnectorId.eq(row.id))
        .count(conn)
        .await
        .map_err(DbError::from)?;
    let hears = manifest.filter(|manifest| manifest.has_webhooks());
    Ok(ConnectorOut {
        id: row.id,
        kind: row.kind.clone(),
        title: manifest.map_or_else(|| row.kind.clone(), |manifest| manifest.title.clone()),
        name: row.name.open(&keys, values::name_place(row.id)).map_err(DbError::from)?,
        role: RoleWord::of(&row.role),
        state: row.state,
        error,
        values: manifest.map_or_else(BTreeMap::new, |manifest| values::masked(manifest, &values)),
        account: checked.account,
        limits: checked.limits,
        schedule: schedule.as_ref().map(schedule_out),
        last_sync_at: row.last_sync_at.map(Timestamp),
        fresh_until: row.fresh_until.map(Timestamp),
        records: records_of(business, row).await?,
        dead_letters: dead as i64,
        refused_webhooks: row.refused_hooks,
        webhook_url: hears.map(|_| webhook_url(business, row.id)),
        webhook_topics: hears.map_or_else(Vec::new, |manifest| {
            manifest.webhook_topics().into_iter().map(str::to_owned).collect()
        }),
        webhook_secrets: secrets.iter().map(|secret| values::mask(secret)).collect(),
        has_layout: row.layout.is_some(),
        run: sync::newest_run(business, row).await?,
        created_at: Timestamp(row.created_at),
    })
}

fn schedule_out(row: &schedule_rows::Model) -> ScheduleOut {
    let every_minutes = match serde_json::from_str::<Spec>(&row.spec).map(|spec| spec.every) {
        Ok(Period::Every { minutes }) => minutes,
        _ => 24 * 60,
    };
    ScheduleOut {
        every_minutes,
        next_due_at: schedules::next_due(row),
    }
}

fn webhook_url(business: &Business, id: ConnectorId) -> String {
    let base = business.files().config().public_url.as_deref().unwrap_or_default();
    format!("{}/api/v1/webhooks/{id}", base.trim_end_matches('/'))
}

async fn records_of(business: &Business, row: &rows::Model) -> Result<i64, DbError> {
    let conn = business.db().read();
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) AS records FROM raw_records WHERE workspace_id = $1 AND connector_id = $2";
    let values = [row.workspace_id.0.into(), row.id.0.into()];
    let found = conn.query_one_raw(db::dialect::statement(conn, sql, values)).await?;
    Ok(match found {
        Some(found) => found.try_get("", "records")?,
        None => 0,
    })
}
