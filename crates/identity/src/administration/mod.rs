//! What administrators of the installation do: people, workspaces, erasure, the report of who may do what.

mod compliance;
mod erasing;
mod factors;
mod people;
mod workspaces;

pub(crate) use compliance::{ComplianceOut, ComplianceQuery, report};
pub use erasing::{ErasePerson, EraseWorkspace};
pub(crate) use erasing::{erase_person, forget_erased};
pub(crate) use people::{AdminUserOut, AdminUserPatch, UsersQuery, change, list, remove, sign_out};
pub(crate) use workspaces::{
    AdminWorkspaceOut, AdminWorkspacePatch, EraseWorkspaceIn, change as change_workspace, erase,
    list as list_workspaces,
};

use crate::Result;
use crate::caller::Caller;
use crate::error::IdentityError;
use crate::permissions::Permission;
use db::entity::users;
use db::{Tx, UserId};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

/// Under this name one transaction at a time changes who administers the installation.
const ADMINISTRATORS: i64 = 0x6164_6d69_6e73;

fn require(caller: &Caller) -> Result<()> {
    Ok(caller.require(Permission::AdministerInstance)?)
}

/// Fails when nobody else administers the installation. Nobody changes that before the end of the transaction.
async fn somebody_stays(tx: &Tx, without: UserId) -> Result<()> {
    tx.alone(ADMINISTRATORS).await?;
    let others = users::Entity::find()
        .filter(users::Column::IsInstanceAdmin.eq(true))
        .filter(users::Column::DisabledAt.is_null())
        .filter(users::Column::Id.ne(without))
        .count(&**tx)
        .await?;
    if others == 0 {
        return Err(IdentityError::LastAdministrator);
    }
    Ok(())
}
