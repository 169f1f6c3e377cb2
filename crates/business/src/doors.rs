//! What actions and workflows need of the other parts of the house. Each part is let in once, when the house is opened;
//! what needs one that is not there is refused with a sentence.

use std::sync::{Arc, OnceLock};

use db::{ConnectorId, DbError, MessageId, SyncRunId, ThreadId, Tx, WorkflowId, WorkspaceId};
use futures::future::BoxFuture;
use identity::Caller;
use kit::api::{ApiError, Code};
use questions::frame::{Compare, Filter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Threads, which are on the floor above.
pub trait ThreadPoster: Send + Sync + 'static {
    /// Writes a message of this person into a thread that they may write in; no model answers it. With the same key again
    /// nothing is written, and the first message is answered.
    fn post(
        &self,
        author: Caller,
        thread: ThreadId,
        text: String,
        key: Uuid,
    ) -> BoxFuture<'_, Result<MessageId, ApiError>>;
}

/// Sources of business data.
pub trait Sources: Send + Sync + 'static {
    /// What a source is called; none where it is not there.
    fn name(
        &self,
        workspace: WorkspaceId,
        connector: ConnectorId,
    ) -> BoxFuture<'_, Result<Option<String>, DbError>>;

    /// Begins to fetch what is new (or, where told, everything), in the caller's transaction; 409 where that runs already.
    fn sync_now<'a>(
        &'a self,
        tx: &'a Tx,
        caller: &'a Caller,
        connector: ConnectorId,
        everything: bool,
    ) -> BoxFuture<'a, Result<SyncRunId, ApiError>>;

    /// Stops a run that has not ended; answers whether there was one.
    fn stop<'a>(
        &'a self,
        tx: &'a Tx,
        caller: &'a Caller,
        connector: ConnectorId,
        run: SyncRunId,
    ) -> BoxFuture<'a, Result<bool, ApiError>>;
}

/// The clockwork that starts workflows by the calendar, and calls [`workflows::run_due`](crate::workflows::run_due).
pub trait Calendar: Send + Sync + 'static {
    /// Whether this is a time that it understands; a sentence where not.
    fn check(&self, spec: &serde_json::Value) -> Result<(), String>;

    /// Starts a workflow at these times from now on; answers the schedule.
    fn create<'a>(
        &'a self,
        tx: &'a Tx,
        workspace: WorkspaceId,
        workflow: WorkflowId,
        spec: &'a serde_json::Value,
    ) -> BoxFuture<'a, Result<Uuid, DbError>>;

    /// Ends a schedule.
    fn remove<'a>(
        &'a self,
        tx: &'a Tx,
        workspace: WorkspaceId,
        schedule: Uuid,
    ) -> BoxFuture<'a, Result<(), DbError>>;
}

/// A question for a number, as a workflow has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberAsked {
    /// Which metric, such as `revenue`.
    pub metric: String,
    /// Of which days.
    pub range: DaysAsked,
    /// By which dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_by: Option<String>,
    /// Only of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Beside which other days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// How many groups, the largest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Days, relative to the day on which it is asked, in the workspace's time zone and by its calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names are the documentation
pub enum DaysAsked {
    Today,
    Yesterday,
    ThisWeek,
    LastWeek,
    ThisMonth,
    LastMonth,
    ThisQuarter,
    LastQuarter,
    ThisYear,
    LastYear,
}

impl DaysAsked {
    /// Its name in placeholders, `last_month`.
    pub fn named(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }
}

/// A number in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberSaid {
    /// A sentence (and lines, where there are groups).
    pub text: String,
    /// The number alone, as people write it.
    pub value: String,
}

/// Metrics.
pub trait Numbers: Send + Sync + 'static {
    /// Computes a number and says it.
    fn say<'a>(
        &'a self,
        caller: &'a Caller,
        asked: &'a NumberAsked,
    ) -> BoxFuture<'a, Result<NumberSaid, ApiError>>;
}

/// Who has been let in.
#[derive(Default)]
pub(crate) struct Doors {
    pub threads: OnceLock<Arc<dyn ThreadPoster>>,
    pub sources: OnceLock<Arc<dyn Sources>>,
    pub calendar: OnceLock<Arc<dyn Calendar>>,
    pub numbers: OnceLock<Arc<dyn Numbers>>,
}

/// The part, or a sentence that it is not there.
fn or_absent<'a, T: ?Sized>(part: &'a OnceLock<Arc<T>>, what: &str) -> Result<&'a T, ApiError> {
    let absent = || ApiError::new(Code::Conflict, format!("This installation has no {what}."));
    part.get().map(|part| &**part).ok_or_else(absent)
}

impl Doors {
    pub fn threads(&self) -> Result<&dyn ThreadPoster, ApiError> {
        or_absent(&self.threads, "threads")
    }

    pub fn sources(&self) -> Result<&dyn Sources, ApiError> {
        or_absent(&self.sources, "sources of business data")
    }

    pub fn calendar(&self) -> Result<&dyn Calendar, ApiError> {
        or_absent(&self.calendar, "schedules")
    }

    pub fn numbers(&self) -> Result<&dyn Numbers, ApiError> {
        or_absent(&self.numbers, "metrics")
    }
}

/// Refuses times that the calendar does not understand; the field is at fault.
pub(crate) fn check_times(
    business: &crate::Business,
    spec: &serde_json::Value,
    field: &str,
) -> Result<(), ApiError> {
    let calendar = business.doors().calendar()?;
    calendar.check(spec).map_err(|why| ApiError::invalid(field, why))
}
