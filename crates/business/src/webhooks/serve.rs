//! Using webhooks: those of one source together, in the order in which they were written down.

use std::time::Duration;

use connectors::source::{Record, SourceError};
use db::entity::{connectors as rows, webhook_inbox};
use db::sync_kinds::HookState;
use db::{ConnectorId, DbError, Sealed, SyncRunId, Tx};
use kit::api::{ApiError, Code};
use kit::vault::Place;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{HookMessage, Told, body_place};
use crate::connectors::{self as ours, Reader, sentence};
use crate::queue::{Claim, Queue};
use crate::sync::{Loader, Origin, understand, write};
use crate::warehouse;

/// How often what a webhook is about is asked for; the next sync brings it in any case.
const TRIES: i32 = 5;
/// Nobody waits longer for a source here.
const PATIENCE: Duration = Duration::from_secs(15);

/// What is to be done for some webhooks.
#[derive(Default)]
struct Work {
    records: Vec<Record>,
    redact: Vec<String>,
    broke: Option<String>,
    /// What becomes of each in the inbox.
    states: Vec<(String, HookState, Option<String>)>,
}

/// Does what the claimed webhooks are for, and takes them out of the queue, in one transaction.
pub(crate) async fn serve(loader: &Loader, claim: Claim) -> Result<(), ApiError> {
    let queue = &loader.business.ingest().queue;
    let attempts = claim.messages.iter().map(|message| message.attempts).max().unwrap_or(1);
    match use_all(loader, &claim, attempts).await {
        Ok(true) => {
            queue.clear(claim).await;
            Ok(())
        }
        Ok(false) => Ok(()),
        Err(later) => {
            tracing::debug!(error = %later, attempts, "webhooks are used later");
            let rest = Duration::from_millis(500) * (1 << attempts.clamp(0, 6) as u32);
            Ok(queue.release(claim, later.retry_after.unwrap_or(rest).max(rest)).await?)
        }
    }
}

async fn use_all(loader: &Loader, claim: &Claim, attempts: i32) -> Result<bool, ApiError> {
    let business = &loader.business;
    let (workspace, connector) = (claim.lane.workspace, ConnectorId(claim.lane.key));
    let row = ours::find(business.db().read(), workspace, connector).await?;
    let ids: Vec<Uuid> = claim.messages.iter().map(|message| message.id).collect();
    let mut work = Work::default();
    let mut meant = None;
    if let Some(row) = &row {
        let reader = loader.reader(row).await?;
        work = gather(loader, claim, row, &reader, attempts).await?;
        // Sources may have taken their time.
        if !business.ingest().queue.renew(claim).await? {
            return Ok(false);
        }
        meant = Some(understand(&reader, "webhook", std::mem::take(&mut work.records), Vec::new()));
    }
    let tx = business.db().write().await?;
    if let (Some(row), Some(meant)) = (&row, meant) {
        let first = ids.first().copied().unwrap_or_else(kit::ids::new_id);
        let origin = Origin {
            row,
            run: SyncRunId(first),
            slice: 0,
            seq: 0,
            fetched_at: tx.now(),
        };
        write(business, &tx, &origin, meant).await?;
        for customer in &work.redact {
            warehouse::redact_customer(business, &tx, workspace, connector, customer).await?;
        }
        if let Some(why) = &work.broke {
            ours::needs_reconnect(business, &tx, row, why).await?;
        }
        note(loader, &tx, row, work.states).await?;
    }
    if !business.ingest().queue.done(&tx, claim, &ids).await? {
        return Ok(false);
    }
    tx.commit().await?;
    if work.broke.is_some() {
        business.ingest().doors.forget(connector);
    }
    Ok(true)
}

/// Reads the inbox, and asks the source for what the webhooks only point at.
async fn gather(
    loader: &Loader,
    claim: &Claim,
    row: &rows::Model,
    reader: &Reader,
    attempts: i32,
) -> Result<Work, ApiError> {
    let keys = loader.business.db().keys(row.workspace_id.0).await?;
    let messages: Vec<HookMessage> = claim
        .messages
        .iter()
        .filter_map(|message| serde_json::from_str(message.body.get()).ok())
        .collect();
    let found = webhook_inbox::Entity::of(row.workspace_id)
        .filter(webhook_inbox::Column::ConnectorId.eq(row.id))
        .filter(webhook_inbox::Column::Key.is_in(messages.iter().map(|message| message.key.clone())))
        .filter(webhook_inbox::Column::State.eq(HookState::Waiting))
        .all(loader.business.db().read())
        .await
        .map_err(DbError::from)?;
    let mut work = Work::default();
    let mut asked = std::collections::HashSet::new();
    for message in messages {
        let Some(entry) = found.iter().find(|entry| entry.id == message.id) else {
            continue;
        };
        let Some(sealed) = &entry.body else { continue };
        let told: Told = sealed.open(&keys, body_place(entry.id)).map_err(DbError::from)?;
        let (state, why) = match told {
            Told::Records { records } => {
                work.records.extend(records);
                (HookState::Done, None)
            }
            Told::Fetch { stream, id } => {
                if asked.insert((stream.clone(), id.clone())) {
                    fetch(&mut work, reader, &stream, &id, attempts).await?
                } else {
                    (HookState::Done, None)
                }
            }
            Told::Redact { id } => {
                work.redact.push(id);
                (HookState::Done, None)
            }
            Told::Uninstalled => {
                work.broke = Some("The source says that the connection was removed there.".to_owned());
                (HookState::Done, None)
            }
            Told::Nothing => (HookState::Ignored, None),
        };
        work.states.push((message.key, state, why));
    }
    Ok(work)
}

/// Asks the source for one record. What it does not have any more is gone.
async fn fetch(
    work: &mut Work,
    reader: &Reader,
    stream: &str,
    id: &str,
    attempts: i32,
) -> Result<(HookState, Option<String>), ApiError> {
    let Reader::Source(source) = reader else {
        return Ok((HookState::Ignored, None));
    };
    let asked = tokio::time::timeout(PATIENCE, source.one(stream, id)).await;
    let answer = asked.unwrap_or_else(|_| Err(SourceError::Unavailable("it took too long to answer".to_owned())));
    let error = match answer {
        Ok(Some(record)) => {
            work.records.push(record);
            return Ok((HookState::Done, None));
        }
        // The next sync tells what became of it; a webhook alone takes nothing away.
        Ok(None) => return Ok((HookState::Ignored, None)),
        Err(error) => error,
    };
    let why = sentence(&error);
    match error {
        SourceError::Unauthorized(_) => {
            work.broke = Some(why.clone());
            Ok((HookState::Failed, Some(why)))
        }
        SourceError::RateLimited(wait) if attempts < TRIES => Err(ApiError {
            retry_after: Some(wait),
            ..ApiError::new(Code::RateLimited, why)
        }),
        SourceError::Unavailable(_) if attempts < TRIES => Err(ApiError::new(Code::Unavailable, why)),
        _ => Ok((HookState::Failed, Some(why))),
    }
}

const fn error_place(id: Uuid) -> Place<'static> {
    Place {
        column: "webhook_inbox.error",
        row: id,
    }
}

/// Notes in the inbox what became of each.
async fn note(
    loader: &Loader,
    tx: &Tx,
    row: &rows::Model,
    states: Vec<(String, HookState, Option<String>)>,
) -> Result<(), DbError> {
    let keys = loader.business.db().keys(row.workspace_id.0).await?;
    let now = tx.now().micros();
    let of = || {
        webhook_inbox::Entity::update_many()
            .filter(webhook_inbox::Column::WorkspaceId.eq(row.workspace_id))
            .filter(webhook_inbox::Column::ConnectorId.eq(row.id))
    };
    for state in [HookState::Done, HookState::Ignored, HookState::Failed] {
        let of_state = states.iter().filter(|(_, its, why)| *its == state && why.is_none());
        let names: Vec<String> = of_state.map(|(key, _, _)| key.clone()).collect();
        if names.is_empty() {
            continue;
        }
        let change = webhook_inbox::ActiveModel {
            state: Set(state),
            done_at: Set(Some(now)),
            ..Default::default()
        };
        of().set(change)
            .filter(webhook_inbox::Column::Key.is_in(names))
            .exec(&**tx)
            .await?;
    }
    for (key, state, why) in states {
        let Some(why) = why else { continue };
        let change = webhook_inbox::ActiveModel {
            state: Set(state),
            done_at: Set(Some(now)),
            ..Default::default()
        };
        let found = webhook_inbox::Entity::find_by_id((row.workspace_id, row.id, key.clone()))
            .one(&**tx)
            .await?;
        let Some(found) = found else { continue };
        let change = webhook_inbox::ActiveModel {
            error: Set(Some(Sealed::seal(&keys, error_place(found.id), &why)?)),
            ..change
        };
        of().set(change).filter(webhook_inbox::Column::Key.eq(key)).exec(&**tx).await?;
    }
    Ok(())
}
