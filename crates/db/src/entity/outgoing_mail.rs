//! E-mails on their way out, and those that have left.

use sea_orm::entity::prelude::*;

use crate::ids::{ActionId, UserId, WorkspaceId};
use crate::kinds::MailState;
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outgoing_mail")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The mail.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// To whom, subject and text.
    pub body: Sealed,
    /// Its name on the wire, fixed before the first attempt.
    pub message_id: String,
    /// How far it has come.
    pub state: MailState,
    /// The action that sends it.
    pub action_id: Option<ActionId>,
    /// The run of a workflow that sends it.
    pub run_id: Option<Uuid>,
    /// For whom it leaves; their permission is asked for again when it does.
    pub created_by: UserId,
    /// How often it was tried.
    pub attempts: i32,
    /// Whether an attempt was cut off, so that it may arrive twice.
    pub repeated: bool,
    /// Why the last attempt failed.
    pub error: Option<Sealed>,
    /// When.
    pub created_at: i64,
    /// Not before.
    pub send_at: i64,
    /// When the mail server took it.
    pub sent_at: Option<i64>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The rows of one workspace; there is no other finder for a tenant's rows.
    pub fn of(workspace: WorkspaceId) -> Select<Self> {
        Self::find().filter(Column::WorkspaceId.eq(workspace))
    }
}
