//! Rules about who the house talks to: providers of models, and sources of business data.

use std::collections::BTreeMap;
use std::time::Duration;

use db::entity::connectors;
use db::sync_kinds::ConnectorState;
use db::{DbError, WorkspaceId};
use kit::clock::Timestamp;
use kit::measure::{Label, Name};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Finding, Rule, Severity, Subject};
use crate::Ops;
use crate::alerts::Rulebook;
use crate::responses::Target;
use crate::series::{self, Wanted};

/// Attempts of ten minutes below which no share means anything.
const FEW: u64 = 5;
const WINDOW: Duration = Duration::from_mins(10);

/// Providers that do not answer a workspace.
pub async fn providers(ops: &Ops, book: &Rulebook) -> Result<Vec<Finding>, DbError> {
    let now = ops.now();
    let base = Wanted {
        step: 601,
        ..Wanted::whole(Name::ModelAttempts, now.minus(WINDOW), now)
    };
    let failed = base.clone().only(Label::Status, "failed").by(Label::Workspace);
    let mut found = Vec::new();
    for (workspace, sums) in series::total(ops, &failed).await? {
        let Some(id) = workspace.parse().ok().map(WorkspaceId) else {
            continue;
        };
        // In a workspace only where enough failed, and then by provider.
        if sums.sum * 2 < FEW {
            continue;
        }
        let here = base.clone().only(Label::Workspace, &workspace);
        let failed = here.clone().only(Label::Status, "failed").by(Label::Provider);
        let all: BTreeMap<_, _> = series::total(ops, &here.by(Label::Provider)).await?;
        for (provider, sums) in series::total(ops, &failed).await? {
            let asked = all.get(&provider).map_or(0, |sums| sums.sum);
            let share = sums.sum as f64 * 100.0 / asked.max(1) as f64;
            let threshold = book.of(Some(id), Rule::ProviderOutage).threshold;
            if asked < FEW || share < threshold {
                continue;
            }
            found.push(Finding {
                rule: Rule::ProviderOutage,
                workspace: Some(id),
                severity: if share >= 90.0 { Severity::Critical } else { Severity::Warning },
                title: format!("{provider} does not answer"),
                explanation: format!(
                    "{} of the {asked} attempts of the last ten minutes failed at {provider} ({share:.0} %); {threshold} % is told.",
                    sums.sum
                ),
                subject: Some(Subject::new("provider", &provider, provider.clone())),
                occurred: now,
                targets: vec![Target::Breaker(id, provider)],
            });
        }
    }
    Ok(found)
}

/// Sources that were not read well for long.
pub async fn syncs(ops: &Ops, book: &Rulebook) -> Result<Vec<Finding>, DbError> {
    use connectors::Column as C;
    let now = ops.now();
    let rows = connectors::Entity::find()
        .filter(C::State.is_in([
            ConnectorState::Active,
            ConnectorState::NeedsReconnect,
            ConnectorState::Failed,
        ]))
        .filter(C::ScheduleId.is_not_null())
        .all(ops.db().read())
        .await?;
    let mut found = Vec::new();
    for row in rows {
        let workspace = row.workspace_id;
        let threshold = book.of(Some(workspace), Rule::SyncStale).threshold;
        let last = Timestamp(row.last_sync_at.unwrap_or(row.created_at));
        let hours = now.since(last).as_secs_f64() / 3600.0;
        if hours < threshold {
            continue;
        }
        let kind = row.kind;
        found.push(Finding {
            rule: Rule::SyncStale,
            workspace: Some(workspace),
            severity: Severity::Warning,
            title: format!("A source ({kind}) was not read for long"),
            explanation: format!(
                "It was last read well {hours:.0} hours ago{}; {threshold} are told. {}",
                if row.last_sync_at.is_none() {
                    ", when it was connected"
                } else {
                    ""
                },
                match row.state {
                    ConnectorState::NeedsReconnect => "Its credentials do not hold any more.",
                    ConnectorState::Failed => "It failed too often in a row and is left alone.",
                    _ => "It is still tried.",
                }
            ),
            subject: Some(Subject::new("connector", row.id, kind)),
            occurred: now,
            targets: Vec::new(),
        });
    }
    Ok(found)
}
