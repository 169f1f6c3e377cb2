//! What looks or looked wrong.

use sea_orm::entity::prelude::*;

use crate::ids::{UserId, WorkspaceId};
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alerts")]
pub struct Model {
    /// The alert; sorts by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The tenant; none where it is about the installation.
    pub workspace_id: Option<WorkspaceId>,
    /// Which rule.
    pub kind: String,
    /// `info`, `warning` or `critical`.
    pub severity: String,
    /// Rule and subject: the same for each alert about the same.
    pub subject_key: String,
    /// The same while it is open: there is at most one.
    pub open_key: Option<String>,
    /// `open` or `resolved`.
    pub state: String,
    /// Title, explanation, subject and note.
    pub body: Sealed,
    /// When it was first seen.
    pub first_at: i64,
    /// When it was last seen.
    pub last_at: i64,
    /// How often.
    pub count: i32,
    /// When it was over.
    pub resolved_at: Option<i64>,
    /// Who said so; nobody where it ended by itself.
    pub resolved_by: Option<UserId>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
