//! The closed sets of words that columns hold.

mod doings;
mod spending;

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

pub use doings::{ActionKind, ActionState, MailState, RunState, TaskState};
pub use spending::{BudgetPeriod, BudgetScope};

/// What a workspace may use.
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
pub enum Plan {
    /// The start.
    #[sea_orm(string_value = "free")]
    Free,
    /// More.
    #[sea_orm(string_value = "pro")]
    Pro,
    /// Most.
    #[sea_orm(string_value = "business")]
    Business,
}

/// What a member may do, from most to least.
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
pub enum Role {
    /// Everything, the workspace itself included.
    #[sea_orm(string_value = "owner")]
    Owner,
    /// Members, keys, house style.
    #[sea_orm(string_value = "admin")]
    Admin,
    /// Works in it.
    #[sea_orm(string_value = "member")]
    Member,
    /// Sees what is shared with them.
    #[sea_orm(string_value = "guest")]
    Guest,
}

/// Where a job stands.
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
pub enum JobState {
    /// Not begun, or to be tried again.
    #[sea_orm(string_value = "waiting")]
    Waiting,
    /// A worker has it.
    #[sea_orm(string_value = "running")]
    Running,
    /// Succeeded.
    #[sea_orm(string_value = "done")]
    Done,
    /// Given up.
    #[sea_orm(string_value = "failed")]
    Failed,
}

/// Whose a provider key is.
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
pub enum KeyScope {
    /// A person's.
    #[sea_orm(string_value = "user")]
    User,
    /// A workspace's.
    #[sea_orm(string_value = "workspace")]
    Workspace,
}

/// Who sees a thread.
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
pub enum Visibility {
    /// Its owner and its members.
    #[sea_orm(string_value = "private")]
    Private,
    /// Every member of the workspace.
    #[sea_orm(string_value = "workspace")]
    Workspace,
}

/// Who speaks.
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
pub enum MessageRole {
    /// A person.
    #[sea_orm(string_value = "user")]
    User,
    /// A model.
    #[sea_orm(string_value = "assistant")]
    Assistant,
    /// The house.
    #[sea_orm(string_value = "system")]
    System,
}

/// Whether a message is whole.
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
pub enum MessageStatus {
    /// It is.
    #[sea_orm(string_value = "complete")]
    Complete,
    /// It is being written.
    #[sea_orm(string_value = "streaming")]
    Streaming,
    /// Its writer ended without it: what was written is kept.
    #[sea_orm(string_value = "interrupted")]
    Interrupted,
    /// A person stopped it.
    #[sea_orm(string_value = "stopped")]
    Stopped,
    /// No provider could write it, or one broke off.
    #[sea_orm(string_value = "failed")]
    Failed,
    /// It cannot be opened; never stored, only shown.
    #[sea_orm(string_value = "unreadable")]
    Unreadable,
}

/// When a model answers what somebody writes in a thread.
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
pub enum Answers {
    /// Each message.
    #[sea_orm(string_value = "always")]
    Always,
    /// Only where it is mentioned.
    #[sea_orm(string_value = "mentioned")]
    Mentioned,
}

/// What somebody may do in a thread.
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
pub enum ThreadRole {
    /// Everything, the thread itself included.
    #[sea_orm(string_value = "owner")]
    Owner,
    /// Reads, writes and reacts.
    #[sea_orm(string_value = "member")]
    Member,
    /// Reads.
    #[sea_orm(string_value = "viewer")]
    Viewer,
}

/// Why somebody is told of something.
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
pub enum NotificationKind {
    /// They were named in a message.
    #[sea_orm(string_value = "mention")]
    Mention,
    /// Their message was quoted.
    #[sea_orm(string_value = "reply")]
    Reply,
    /// Somebody reacted to their message.
    #[sea_orm(string_value = "reaction")]
    Reaction,
    /// They were added to a thread.
    #[sea_orm(string_value = "added")]
    Added,
    /// An administrator opened their thread, for a reason that is written down.
    #[sea_orm(string_value = "opened")]
    Opened,
}

/// How far a file has come.
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
pub enum FileStatus {
    /// Nobody has looked whether it is safe; nothing of it is served.
    #[sea_orm(string_value = "scanning")]
    Scanning,
    /// It is safe; text and previews are being made.
    #[sea_orm(string_value = "processing")]
    Processing,
    /// Everything that can be made of it is there.
    #[sea_orm(string_value = "ready")]
    Ready,
    /// It is not safe: its bytes are gone.
    #[sea_orm(string_value = "rejected")]
    Rejected,
}

/// What can be found.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum IndexKind {
    /// A message.
    #[sea_orm(string_value = "message")]
    Message,
    /// A thread, by its title.
    #[sea_orm(string_value = "thread")]
    Thread,
    /// A file, by its name and its pages.
    #[sea_orm(string_value = "file")]
    File,
    /// A record of the business.
    #[sea_orm(string_value = "record")]
    Record,
}
