//! Who came in, or tried to: sign-ins one by one, uses of tokens by the hour.

use sea_orm::entity::prelude::*;

use crate::ids::{UserId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_log")]
pub struct Model {
    /// The row; sorts by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The tenant, where known.
    pub workspace_id: Option<WorkspaceId>,
    /// Who, where known.
    pub user_id: Option<UserId>,
    /// The API token, where one was used.
    pub token_id: Option<Uuid>,
    /// From where.
    pub address: String,
    /// What the device said of itself.
    pub agent: String,
    /// `password`, `token` and the like.
    pub via: String,
    /// `sign_in` or `use`.
    pub action: String,
    /// `ok` or why not.
    pub outcome: String,
    /// How many minutes in this hour it was used in.
    pub uses: i64,
    /// When first.
    pub at: i64,
    /// When last.
    pub last_at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
