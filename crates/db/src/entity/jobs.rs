//! Work that outlives a request.

use sea_orm::entity::prelude::*;

use crate::kinds::JobState;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    /// The job.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which job.
    pub kind: String,
    /// Its JSON.
    pub payload: String,
    /// At most one waiting job has it.
    pub unique_key: Option<String>,
    /// Where it stands.
    pub state: JobState,
    /// Not before.
    pub run_at: i64,
    /// How often it was begun.
    pub attempts: i32,
    /// Its worker has until then.
    pub leased_until: Option<i64>,
    /// Why it failed last.
    pub last_error: Option<String>,
    /// When.
    pub created_at: i64,
    /// When it ended.
    pub finished_at: Option<i64>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
