//! The rule about money: the cost of an hour against the same hour of the days before, of each person and of each
//! workspace.

use std::collections::{BTreeMap, HashMap};

use db::entity::{provider_keys, workspaces};
use db::{DbError, UserId, WorkspaceId, dialect};
use kit::clock::Timestamp;
use kit::measure::{Label, Name};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};

use super::facts::{dollars, names};
use super::robust;
use super::{Finding, Rule, Severity, Subject};
use crate::Ops;
use crate::alerts::Rulebook;
use crate::responses::Target;
use crate::series::{self, DAY, HOUR, Wanted};

/// Below this nothing is a spike: one dollar.
const FLOOR: f64 = 1e6;
/// Days whose same hour is compared.
const DAYS: i64 = 28;
/// Days of history without which nothing is usual.
const LEAST_DAYS: i64 = 7;
/// How many times the floor is told of somebody without a history.
const WITHOUT_HISTORY: f64 = 25.0;

/// Who has spent how much in the last hour, and at the same hour of each day before.
struct Spent {
    current: f64,
    days: HashMap<i64, f64>,
    first_day: i64,
}

#[derive(FromQueryResult)]
struct Row {
    user_id: UserId,
    day: i64,
    cost: i64,
}

/// Workspaces that spent enough in the last hour to be looked at.
async fn spenders(ops: &Ops, now: Timestamp) -> Result<Vec<WorkspaceId>, DbError> {
    let end = now.seconds();
    let wanted = Wanted {
        name: Name::ModelCost,
        from: end - HOUR,
        to: end,
        step: HOUR + 1,
        only: Vec::new(),
        by: Some(Label::Workspace),
    };
    let all = series::total(ops, &wanted).await?;
    Ok(all
        .into_iter()
        .filter(|(_, sums)| sums.sum as f64 > FLOOR)
        .filter_map(|(id, _)| id.parse().ok().map(WorkspaceId))
        .collect())
}

async fn spent(
    ops: &Ops,
    workspace: WorkspaceId,
    now: Timestamp,
) -> Result<BTreeMap<UserId, Spent>, DbError> {
    let conn = ops.db().read();
    let (day, hour) = (DAY * 1_000_000, HOUR * 1_000_000);
    // Days are counted back from now; only their last hour counts.
    let sql = "SELECT user_id, ($2 - at) / $3 AS day, CAST(SUM(cost_micros) AS BIGINT) AS cost FROM ai_calls \
               WHERE workspace_id = $1 AND at > $4 AND at <= $2 AND cost_micros IS NOT NULL \
               AND ($2 - at) - (($2 - at) / $3) * $3 < $5 GROUP BY user_id, ($2 - at) / $3";
    let sql = sql
        .replace("$2", &now.micros().to_string())
        .replace("$3", &day.to_string())
        .replace("$4", &(now.micros() - (DAYS + 1) * day).to_string())
        .replace("$5", &hour.to_string());
    let rows = Row::find_by_statement(dialect::statement(conn, &sql, [workspace.0.into()]))
        .all(conn)
        .await?;
    let mut all: BTreeMap<UserId, Spent> = BTreeMap::new();
    for row in rows {
        let of = all.entry(row.user_id).or_insert(Spent {
            current: 0.0,
            days: HashMap::new(),
            first_day: 0,
        });
        if row.day == 0 {
            of.current += row.cost as f64;
        } else {
            *of.days.entry(row.day).or_default() += row.cost as f64;
            of.first_day = of.first_day.max(row.day);
        }
    }
    Ok(all)
}

/// What is told of somebody's hour, if anything: the limit and a sentence.
fn judged(spent: &Spent, times: f64) -> Option<(f64, String)> {
    let days = spent.first_day.min(DAYS);
    if days < LEAST_DAYS {
        let limit = FLOOR * WITHOUT_HISTORY;
        let sentence = format!(
            "There is no history to compare with, and more than {} is told.",
            dollars(limit)
        );
        return (spent.current > limit).then_some((limit, sentence));
    }
    let history: Vec<f64> = (1..=days)
        .map(|day| spent.days.get(&day).copied().unwrap_or(0.0))
        .collect();
    let usual = robust::usual(&history)?;
    let limit = robust::limit(usual, times, FLOOR);
    let sentence = format!(
        "At this hour of the last {days} days it usually was {}, and more than {} is told.",
        dollars(usual.middle),
        dollars(limit)
    );
    (spent.current > limit).then_some((limit, sentence))
}

fn finding(
    workspace: WorkspaceId,
    subject: Subject,
    spent: &Spent,
    why: (f64, &str),
    now: Timestamp,
) -> Finding {
    let (limit, sentence) = why;
    let name = &subject.name;
    Finding {
        rule: Rule::CostSpike,
        workspace: Some(workspace),
        title: format!("Models cost {name} far more than usual"),
        explanation: format!("The last hour cost {}. {sentence}", dollars(spent.current)),
        severity: if spent.current > limit * 5.0 {
            Severity::Critical
        } else {
            Severity::Warning
        },
        subject: Some(subject),
        occurred: now,
        targets: Vec::new(),
    }
}

/// Hours that cost far more than they used to.
pub async fn costs(ops: &Ops, book: &Rulebook) -> Result<Vec<Finding>, DbError> {
    let now = ops.now();
    let mut found = Vec::new();
    for workspace in spenders(ops, now).await? {
        let times = book.of(Some(workspace), Rule::CostSpike).threshold;
        let people = spent(ops, workspace, now).await?;
        let called = names(ops, people.keys().copied().collect()).await?;
        let mut all = Spent {
            current: 0.0,
            days: HashMap::new(),
            first_day: 0,
        };
        for (user, spent) in &people {
            all.current += spent.current;
            all.first_day = all.first_day.max(spent.first_day);
            for (day, cost) in &spent.days {
                *all.days.entry(*day).or_default() += cost;
            }
            if let Some((limit, sentence)) = judged(spent, times) {
                let name = called.get(user).cloned().unwrap_or_default();
                let subject = Subject::new("user", user, name);
                let mut finding = finding(workspace, subject, spent, (limit, &sentence), now);
                finding.targets.push(Target::User(*user));
                found.push(finding);
            }
        }
        if let Some((limit, sentence)) = judged(&all, times) {
            let row = workspaces::Entity::find_by_id(workspace)
                .one(ops.db().read())
                .await?;
            let name = row.map(|row| row.name).unwrap_or_default();
            let subject = Subject::new("workspace", workspace, name);
            let mut finding = finding(workspace, subject, &all, (limit, &sentence), now);
            finding.targets = dearest(ops, workspace, now).await?.into_iter().collect();
            found.push(finding);
        }
    }
    Ok(found)
}

/// The workspace's key that cost the most in the last hour.
async fn dearest(ops: &Ops, workspace: WorkspaceId, now: Timestamp) -> Result<Option<Target>, DbError> {
    let end = now.seconds();
    let wanted = Wanted {
        name: Name::ModelCost,
        from: end - HOUR,
        to: end,
        step: HOUR + 1,
        only: vec![(Label::Workspace, workspace.to_string())],
        by: Some(Label::Provider),
    };
    let all = series::total(ops, &wanted).await?;
    let Some((provider, _)) = all.into_iter().max_by_key(|(_, sums)| sums.sum) else {
        return Ok(None);
    };
    let key = provider_keys::Entity::find()
        .filter(provider_keys::Column::OwnerId.eq(workspace.0))
        .filter(provider_keys::Column::Provider.eq(&provider))
        .one(ops.db().read())
        .await?;
    Ok(key.map(|key| Target::Key(key.owner_id, key.provider)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(current: f64, days: &[f64]) -> Spent {
        Spent {
            current,
            days: days
                .iter()
                .enumerate()
                .map(|(at, cost)| (at as i64 + 1, *cost))
                .collect(),
            first_day: days.len() as i64,
        }
    }

    #[test]
    fn a_spike_is_told_with_its_numbers_and_little_money_is_not() {
        let (_, sentence) = judged(&spent(20e6, &[2e6; 28]), 6.0).unwrap();
        assert_eq!(
            sentence,
            "At this hour of the last 28 days it usually was $2.00, and more than $3.20 is told."
        );
        assert!(judged(&spent(3e6, &[2e6; 28]), 6.0).is_none());
        assert!(judged(&spent(0.9e6, &[0.0; 28]), 6.0).is_none());
    }

    #[test]
    fn without_a_history_only_much_is_told() {
        assert!(judged(&spent(10e6, &[]), 6.0).is_none());
        assert!(judged(&spent(30e6, &[]), 6.0).is_some());
    }
}
