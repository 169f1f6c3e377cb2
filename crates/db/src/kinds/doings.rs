//! The words of what is done for people: actions, mail, tasks, workflows.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What an action does.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ActionKind {
    /// Writes a task down.
    #[sea_orm(string_value = "task.create")]
    #[serde(rename = "task.create")]
    TaskCreate,
    /// Keeps the text of an e-mail; nothing leaves.
    #[sea_orm(string_value = "email.draft")]
    #[serde(rename = "email.draft")]
    EmailDraft,
    /// Sends an e-mail.
    #[sea_orm(string_value = "email.send")]
    #[serde(rename = "email.send")]
    EmailSend,
    /// Runs a workflow.
    #[sea_orm(string_value = "workflow.run")]
    #[serde(rename = "workflow.run")]
    WorkflowRun,
    /// Fetches what is new from a source, now.
    #[sea_orm(string_value = "connector.sync")]
    #[serde(rename = "connector.sync")]
    ConnectorSync,
    /// Makes a workflow that runs by the calendar.
    #[sea_orm(string_value = "schedule.create")]
    #[serde(rename = "schedule.create")]
    ScheduleCreate,
}

/// How far an action has come.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum ActionState {
    /// It waits for a yes.
    #[sea_orm(string_value = "proposed")]
    Proposed,
    /// A person said yes, and it has not begun.
    #[sea_orm(string_value = "confirmed")]
    Confirmed,
    /// A person said yes, and it can be taken back until it begins.
    #[sea_orm(string_value = "waiting")]
    Waiting,
    /// It was done.
    #[sea_orm(string_value = "done")]
    Done,
    /// It could not be done.
    #[sea_orm(string_value = "failed")]
    Failed,
    /// It was taken back before it was done.
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
    /// It was done, and then taken back.
    #[sea_orm(string_value = "undone")]
    Undone,
    /// Nobody said yes in time; never stored, only shown.
    #[sea_orm(string_value = "expired")]
    Expired,
}

/// How far a mail has come.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum MailState {
    /// No mail server is configured.
    #[sea_orm(string_value = "held")]
    Held,
    /// It goes out when its time has come, or when the server is back.
    #[sea_orm(string_value = "waiting")]
    Waiting,
    /// It is being handed over.
    #[sea_orm(string_value = "sending")]
    Sending,
    /// The mail server took it.
    #[sea_orm(string_value = "sent")]
    Sent,
    /// The mail server does not want it.
    #[sea_orm(string_value = "failed")]
    Failed,
    /// It was taken back before it went out.
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

/// Whether a task is done.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum TaskState {
    /// It is not.
    #[sea_orm(string_value = "open")]
    Open,
    /// It is.
    #[sea_orm(string_value = "done")]
    Done,
}

/// How far a run of a workflow has come.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// It has not begun.
    #[sea_orm(string_value = "waiting")]
    Waiting,
    /// One of its steps is next.
    #[sea_orm(string_value = "running")]
    Running,
    /// All of its steps were done.
    #[sea_orm(string_value = "done")]
    Done,
    /// A step failed; the ones after it were not tried.
    #[sea_orm(string_value = "failed")]
    Failed,
}
