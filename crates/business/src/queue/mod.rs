//! The ingest queue: what sources gave, on its way into the warehouse.
//!
//! Messages of one lane (a topic and a source) keep their order, and whoever works on a lane has it alone, by a lease with
//! a fence. A message is taken away in the very transaction that writes what it says, so that it has its effect once
//! however often it is delivered. The back end is the store's own table ([`StoreQueue`]); another one passes the same
//! conformance suite.

#[cfg(test)]
mod conformance;
mod objects;
mod store;

use std::future::Future;
use std::time::Duration;

use db::{DbError, Tx, WorkspaceId};
use kit::api::ApiError;
use serde_json::value::RawValue;
use uuid::Uuid;

pub(crate) use objects::sweep;
pub use store::StoreQueue;

/// A kind of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Pages of a run.
    Batch,
    /// Webhooks that were accepted.
    Webhook,
}

impl Topic {
    /// Its name outside of this program.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Batch => "ingest.batch.v1",
            Self::Webhook => "ingest.webhook.v1",
        }
    }
}

/// What keeps its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lane {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Which kind.
    pub topic: Topic,
    /// The source.
    pub key: Uuid,
}

/// A message that is ready to be written.
#[derive(Debug)]
pub struct Parcel {
    id: Uuid,
    body: Option<db::Sealed>,
    object: Option<String>,
}

/// A message that was claimed.
#[derive(Debug)]
pub struct Message {
    /// Which one.
    pub id: Uuid,
    /// What it says.
    pub body: Box<RawValue>,
    /// How often it was begun, this time included.
    pub attempts: i32,
    object: Option<String>,
}

/// The right to work on the first messages of a lane.
#[derive(Debug)]
pub struct Claim {
    /// The lane.
    pub lane: Lane,
    /// Higher than that of every owner before.
    pub fence: i64,
    /// In their order; never none.
    pub messages: Vec<Message>,
}

/// A queue between those who fetch and those who write.
pub trait Queue: Clone + Send + Sync + 'static {
    /// Prepares a message: seals it, and puts a long one where long ones lie.
    fn pack(&self, lane: Lane, body: &RawValue) -> impl Future<Output = Result<Parcel, ApiError>> + Send;

    /// Adds messages to the end of a lane when the transaction is committed; answers how many wait in it then.
    fn enqueue(
        &self,
        tx: &Tx,
        lane: Lane,
        parcels: Vec<Parcel>,
    ) -> impl Future<Output = Result<i64, DbError>> + Send;

    /// Takes the first messages of a lane that nobody works on, at most `most`; the tenants after `after` come first, so
    /// that whoever gives back the tenant it served last goes round among all.
    fn claim(
        &self,
        topic: Topic,
        most: u64,
        after: WorkspaceId,
    ) -> impl Future<Output = Result<Option<Claim>, ApiError>> + Send;

    /// Makes the claim last longer; false when it was lost.
    fn renew(&self, claim: &Claim) -> impl Future<Output = Result<bool, DbError>> + Send;

    /// Takes these messages away and gives the lane back, in the transaction that wrote what they say. False when the claim
    /// was lost: then the transaction must not be committed.
    fn done(
        &self,
        tx: &Tx,
        claim: &Claim,
        messages: &[Uuid],
    ) -> impl Future<Output = Result<bool, DbError>> + Send;

    /// Throws away what belonged to messages that are done, after the commit.
    fn clear(&self, claim: Claim) -> impl Future<Output = ()> + Send;

    /// Gives the lane back undone; it rests for a while.
    fn release(&self, claim: Claim, rest: Duration) -> impl Future<Output = Result<(), DbError>> + Send;

    /// How many messages wait in a lane.
    fn waiting(&self, lane: Lane) -> impl Future<Output = Result<i64, DbError>> + Send;

    /// Takes away everything of a source that goes.
    fn forget(
        &self,
        tx: &Tx,
        workspace: WorkspaceId,
        key: Uuid,
    ) -> impl Future<Output = Result<(), DbError>> + Send;
}
