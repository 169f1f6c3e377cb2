//! Rules about who comes in: bursts of wrong passwords, sign-ins from new places, tokens out of character.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use db::entity::{api_tokens, audit, sessions};
use db::{DbError, SessionId, UserId, WorkspaceId};
use kit::clock::Timestamp;
use kit::measure::{Label, Name};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::facts::{browser, id_at, names, network};
use super::robust;
use super::{Finding, Rule, Severity, Subject};
use crate::Ops;
use crate::alerts::Rulebook;
use crate::responses::Target;
use crate::series::{self, DAY, HOUR, Wanted};

/// How far back sign-ins are looked at.
const WINDOW: Duration = Duration::from_mins(10);
/// Days whose same hour is compared.
const DAYS: i64 = 28;
/// Days of history without which nothing is usual.
const LEAST_DAYS: usize = 5;
/// Requests of an hour below which no token is out of character.
const FEW_REQUESTS: f64 = 200.0;

#[derive(Default)]
struct Tries {
    count: u32,
    last: i64,
    addresses: HashSet<String>,
    accounts: HashSet<UserId>,
}

/// Bursts of wrong passwords, by account and by address.
pub async fn failures(ops: &Ops, book: &Rulebook) -> Result<Vec<Finding>, DbError> {
    let now = ops.now();
    let since = now.minus(WINDOW);
    let rows = audit::Entity::find()
        .filter(audit::Column::Id.gte(id_at(since.minus(Duration::from_mins(1)))))
        .filter(audit::Column::At.gte(since.micros()))
        .filter(audit::Column::Action.eq("auth.login_failed"))
        .all(ops.db().read())
        .await?;
    let mut by_account: BTreeMap<UserId, Tries> = BTreeMap::new();
    let mut by_address: BTreeMap<String, Tries> = BTreeMap::new();
    for row in rows {
        let accounts = row.actor_id.map(|user| by_account.entry(user).or_default());
        let address = by_address.entry(network(&row.address)).or_default();
        for tries in accounts.into_iter().chain([address]) {
            tries.count += 1;
            tries.last = tries.last.max(row.at);
            tries.addresses.insert(row.address.clone());
            tries.accounts.extend(row.actor_id);
        }
    }
    let mut found = Vec::new();
    let called = names(ops, by_account.keys().copied().collect()).await?;
    for (user, tries) in by_account {
        let (workspace, suspects) = sessions_of(ops, user, &tries.addresses, since).await?;
        let threshold = book.of(workspace, Rule::SignInFailures).threshold;
        if f64::from(tries.count) < threshold {
            continue;
        }
        let name = called.get(&user).cloned().unwrap_or_else(|| user.to_string());
        found.push(Finding {
            rule: Rule::SignInFailures,
            workspace,
            title: format!("Many failed sign-ins as {name}"),
            explanation: format!(
                "{} attempts to sign in as {name} failed within ten minutes, from {}; {threshold} are told. {}",
                tries.count,
                counted(tries.addresses.len(), "address", "addresses"),
                if suspects.is_empty() {
                    "None of these addresses was let in."
                } else {
                    "One of these addresses was let in."
                },
            ),
            severity: if suspects.is_empty() {
                Severity::Warning
            } else {
                Severity::Critical
            },
            subject: Some(Subject::new("user", user, name)),
            occurred: Timestamp(tries.last),
            targets: suspects.into_iter().map(Target::Session).collect(),
        });
    }
    let threshold = book.of(None, Rule::SignInFailures).threshold * 2.0;
    for (address, tries) in by_address {
        if f64::from(tries.count) < threshold {
            continue;
        }
        found.push(Finding {
            rule: Rule::SignInFailures,
            workspace: None,
            title: format!("Many failed sign-ins from {address}"),
            explanation: format!(
                "{} attempts to sign in failed within ten minutes from {address}, at {}; {threshold} are told.",
                tries.count,
                counted(tries.accounts.len(), "known account", "known accounts"),
            ),
            severity: Severity::Warning,
            subject: Some(Subject::new("address", &address, address.clone())),
            occurred: Timestamp(tries.last),
            targets: Vec::new(),
        });
    }
    Ok(found)
}

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {many}")
    }
}

/// Where somebody works, and what sessions began from these addresses since.
async fn sessions_of(
    ops: &Ops,
    user: UserId,
    addresses: &HashSet<String>,
    since: Timestamp,
) -> Result<(Option<WorkspaceId>, Vec<SessionId>), DbError> {
    let rows = sessions::Entity::find()
        .filter(sessions::Column::UserId.eq(user))
        .order_by_desc(sessions::Column::LastSeenAt)
        .all(ops.db().read())
        .await?;
    let workspace = rows.first().map(|row| row.workspace_id);
    let suspects = rows
        .iter()
        .filter(|row| row.created_at >= since.micros() && row.ended_at.is_none())
        .filter(|row| addresses.contains(&row.address))
        .map(|row| row.id)
        .collect();
    Ok((workspace, suspects))
}

/// Sign-ins from networks or with browsers that were never seen for this person.
pub async fn new_places(ops: &Ops, book: &Rulebook) -> Result<Vec<Finding>, DbError> {
    let since = ops.now().minus(WINDOW).micros();
    let fresh = sessions::Entity::find()
        .filter(sessions::Column::Id.gte(id_at(Timestamp(since).minus(Duration::from_mins(1)))))
        .filter(sessions::Column::CreatedAt.gte(since))
        .order_by_asc(sessions::Column::CreatedAt)
        .all(ops.db().read())
        .await?;
    let mut found = Vec::new();
    let called = names(ops, fresh.iter().map(|row| row.user_id).collect()).await?;
    for session in fresh {
        let before = sessions::Entity::find()
            .filter(sessions::Column::UserId.eq(session.user_id))
            .filter(sessions::Column::CreatedAt.lt(session.created_at))
            .all(ops.db().read())
            .await?;
        let workspace = session.workspace_id;
        let least = book.of(Some(workspace), Rule::NewPlace).threshold;
        if (before.len() as f64) < least {
            continue;
        }
        let (here, with) = (network(&session.address), browser(&session.user_agent));
        let is_network_new = !before.iter().any(|row| network(&row.address) == here);
        let is_browser_new = !before.iter().any(|row| browser(&row.user_agent) == with);
        if !is_network_new && !is_browser_new {
            continue;
        }
        let name = called.get(&session.user_id).cloned().unwrap_or_default();
        let what = match (is_network_new, is_browser_new) {
            (true, true) => format!("from the network {here} and with a browser, both"),
            (true, false) => format!("from the network {here}"),
            _ => "with a browser".to_owned(),
        };
        found.push(Finding {
            rule: Rule::NewPlace,
            workspace: Some(workspace),
            title: format!("{name} signed in from a new place"),
            explanation: format!(
                "{name} signed in {what} never seen in the {} sign-ins before it.",
                before.len()
            ),
            severity: if is_network_new && is_browser_new {
                Severity::Warning
            } else {
                Severity::Info
            },
            subject: Some(Subject::new("user", session.user_id, name)),
            occurred: Timestamp(session.created_at),
            targets: vec![Target::Session(session.id)],
        });
    }
    Ok(found)
}

/// Tokens that are used far more than at this hour of the days before.
pub async fn tokens(ops: &Ops, book: &Rulebook) -> Result<Vec<Finding>, DbError> {
    let now = ops.now();
    let end = now.seconds();
    let last_hour = Wanted {
        name: Name::TokenRequests,
        from: end - HOUR,
        to: end,
        step: HOUR + 1,
        only: Vec::new(),
        by: Some(Label::Token),
    };
    let current = series::total(ops, &last_hour).await?;
    let busy: HashMap<String, f64> = current
        .into_iter()
        .map(|(token, sums)| (token, sums.sum as f64))
        .filter(|(_, requests)| *requests > FEW_REQUESTS)
        .collect();
    let mut found = Vec::new();
    for (token, requests) in busy {
        let Some(row) = token_row(ops, &token).await? else {
            continue;
        };
        // The hours of the clock that end before this one began: the same and its neighbours.
        let hour = (end - HOUR).div_euclid(HOUR) * HOUR;
        let wanted = Wanted {
            name: Name::TokenRequests,
            from: hour - DAYS * DAY,
            to: hour,
            step: HOUR,
            only: vec![(Label::Token, token.clone())],
            by: None,
        };
        let slots = series::read(ops, &wanted).await?.remove("").unwrap_or_default();
        let age = (hour - row.created_at / 1_000_000).max(0) / DAY;
        let days = usize::try_from(age.min(DAYS)).unwrap_or(0);
        if days < LEAST_DAYS {
            continue;
        }
        let history: Vec<f64> = (1..=days as i64)
            .map(|day| {
                let slot = (DAYS - day) * 24;
                (slot - 1..=slot + 1)
                    .filter_map(|slot| slots.get(&slot))
                    .map(|sums| sums.sum as f64)
                    .fold(0.0, f64::max)
            })
            .collect();
        let Some(usual) = robust::usual(&history) else {
            continue;
        };
        let times = book.of(Some(row.workspace_id), Rule::TokenUse).threshold;
        let limit = robust::limit(usual, times, FEW_REQUESTS);
        if requests <= limit {
            continue;
        }
        let name = row.name.clone();
        found.push(Finding {
            rule: Rule::TokenUse,
            workspace: Some(row.workspace_id),
            title: format!("The API token \"{name}\" is used out of character"),
            explanation: format!(
                "It made {requests:.0} requests within an hour; at this hour of the last {days} days it usually makes \
                 {:.0}, and more than {limit:.0} is told.",
                usual.middle
            ),
            severity: Severity::Warning,
            subject: Some(Subject::new("token", row.id, name)),
            occurred: now,
            targets: vec![Target::Token(row.id)],
        });
    }
    Ok(found)
}

async fn token_row(ops: &Ops, id: &str) -> Result<Option<api_tokens::Model>, DbError> {
    let Ok(id) = id.parse::<uuid::Uuid>() else {
        return Ok(None);
    };
    Ok(api_tokens::Entity::find()
        .filter(api_tokens::Column::Id.eq(id))
        .one(ops.db().read())
        .await?)
}
