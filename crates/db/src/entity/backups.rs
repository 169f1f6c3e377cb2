//! Backups that were made, by the server or by hand.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "backups")]
pub struct Model {
    /// Its name where it lies, too.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `running`, `done` or `failed`.
    pub state: String,
    /// Where it lies, without secrets.
    pub place: String,
    /// Whether the clock asked for it.
    pub scheduled: bool,
    /// Whether it was read again and is whole.
    pub verified: bool,
    /// Bytes that were written.
    pub bytes: i64,
    /// Objects that belong to it.
    pub objects: i64,
    /// Why it failed.
    pub error: Option<String>,
    /// Until when its maker is believed to live, by the clock of the store.
    pub leased_until: i64,
    /// When it began.
    pub at: i64,
    /// When it ended.
    pub finished_at: Option<i64>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
