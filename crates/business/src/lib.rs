//! Business data: it comes in by connectors and webhooks, lies in a warehouse, and answers questions with numbers that
//! were computed. Actions leave the house only after a person has said yes.
//!
//! A record's way: [`sync`] fetches it (or a webhook brings it) and queues it; the loader writes it, raw and in canonical
//! tables, in one transaction with the position it was read at ([`warehouse`]). A question's way: the crate `questions`
//! turns the sentence into a frame, [`metrics`] compiles the frame to SQL and computes it, `questions` puts it into words.

pub mod actions;
pub mod ask;
mod business;
mod connectors;
pub mod demo;
pub mod doors;
mod ingest;
pub mod mail;
pub mod metrics;
pub mod queue;
pub mod schedules;
pub mod settings;
mod sources;
pub mod sync;
pub mod tasks;
pub mod warehouse;
mod webhooks;
pub mod workflows;

pub use business::{Business, BusinessConfig};
pub use ingest::IngestConfig;

use db::DbError;
use db::jobs::Worker;
use utoipa_axum::router::OpenApiRouter;

/// All calls of this room.
pub fn routes(business: Business) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(actions::routes())
        .merge(ask::routes())
        .merge(connectors::routes())
        .merge(mail::routes())
        .merge(metrics::routes())
        .merge(sync::routes())
        .merge(tasks::routes())
        .merge(webhooks::routes())
        .merge(workflows::routes())
        .with_state(business)
}

/// Adds the jobs of this room to a worker.
pub fn jobs(business: &Business, worker: Worker) -> Worker {
    let (due, forgetting, dropping) = (business.clone(), business.clone(), business.clone());
    let (filling, sending, stepping) = (business.clone(), business.clone(), business.clone());
    worker
        .with(move |job: connectors::ForgetConnector| job.run(forgetting.clone()))
        .with(move |job: demo::FillDemo| job.run(filling.clone()))
        .with(move |job: mail::SendMail| job.run(sending.clone()))
        .with(move |job: schedules::RunDue| job.run(due.clone()))
        .with(move |job: sync::DropUpload| job.run(dropping.clone()))
        .with(move |job: workflows::RunStep| job.run(stepping.clone()))
}

/// Begins what goes on by itself.
pub async fn start(business: &Business) -> Result<(), DbError> {
    webhooks::start(business);
    sync::start(business).await?;
    schedules::start(business);
    Ok(())
}
