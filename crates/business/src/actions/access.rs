//! Who sees an action: whoever proposed it; and, of those who may act in the workspace, everybody where it belongs to no
//! thread, and else those who may enter its thread.

use axum::extract::{FromRef, FromRequestParts};
use db::entity::{actions, threads};
use db::{ActionId, DbError, ThreadId};
use http::request::Parts;
use identity::{Caller, Permission};
use kit::api::{ApiError, PathId};
use sea_orm::{ColumnTrait, Condition, QueryFilter};

use crate::Business;

/// A caller at an action that they may see. What they may not see is not there.
#[derive(Debug)]
pub(crate) struct AtAction {
    pub caller: Caller,
    pub action: actions::Model,
}

/// The actions that somebody may see, as a condition on `actions`.
pub(super) fn visible(business: &Business, caller: &Caller) -> Condition {
    let seen = Condition::any()
        .add(actions::Column::CreatedBy.eq(caller.user))
        .add(actions::Column::ThreadId.is_null());
    match business.files().rooms() {
        Some(rooms) => {
            let threads = rooms.visible_threads(caller.workspace, caller.user, caller.role);
            seen.add(actions::Column::ThreadId.in_subquery(threads))
        }
        None => seen,
    }
}

/// Refuses a thread that the caller may not enter, as if it were not there.
pub(crate) async fn require_thread(
    business: &Business,
    caller: &Caller,
    thread: Option<ThreadId>,
    field: &str,
) -> Result<(), ApiError> {
    let Some(thread) = thread else { return Ok(()) };
    let nowhere = || ApiError::invalid(field, "This thread is not there.");
    let rooms = business.files().rooms().ok_or_else(nowhere)?;
    let visible = rooms.visible_threads(caller.workspace, caller.user, caller.role);
    let found = threads::Entity::of(caller.workspace)
        .filter(threads::Column::Id.eq(thread))
        .filter(threads::Column::Id.in_subquery(visible))
        .one(business.db().read())
        .await
        .map_err(DbError::from)?;
    found.map(|_| ()).ok_or_else(nowhere)
}

impl<S> FromRequestParts<S> for AtAction
where
    S: Send + Sync,
    Business: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.require(Permission::Act)?;
        let business = Business::from_ref(state);
        let id = PathId::first(parts, state, "action").await?;
        let action = find(&business, &caller, ActionId(id)).await?;
        Ok(Self { caller, action })
    }
}

/// An action that the caller may see.
pub(super) async fn find(
    business: &Business,
    caller: &Caller,
    id: ActionId,
) -> Result<actions::Model, ApiError> {
    actions::Entity::of(caller.workspace)
        .filter(actions::Column::Id.eq(id))
        .filter(visible(business, caller))
        .one(business.db().read())
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("action"))
}
