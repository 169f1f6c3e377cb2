//! `GET /actions`: newest first.

use db::entity::actions;
use db::kinds::ActionState;
use db::{ActionId, DbError, ThreadId};
use identity::{Caller, Permission};
use kit::api::{ApiError, Cursor, Page};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

use super::access::visible;
use super::show::{ActionOut, show_with};
use crate::Business;

/// Which actions.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionQuery {
    /// Only those that have come so far.
    state: Option<ActionState>,
    /// Only those of this thread.
    #[param(value_type = Option<String>, format = Uuid)]
    thread_id: Option<Uuid>,
    /// Rows a page, 1 to 200; 50 unless told.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// One page.
pub(super) async fn list(
    business: &Business,
    caller: &Caller,
    query: &ActionQuery,
) -> Result<Page<ActionOut>, ApiError> {
    use actions::Column as C;
    caller.require(Permission::Act)?;
    let limit = Cursor::limit(query.limit)?;
    let after: Option<ActionId> = Cursor::decode(query.cursor.as_deref())?;
    let now = business.db().now();
    let mut select = actions::Entity::of(caller.workspace).filter(visible(business, caller));
    select = match query.state {
        None => select,
        Some(ActionState::Proposed) => select
            .filter(C::State.eq(ActionState::Proposed))
            .filter(C::ExpiresAt.gt(now.micros())),
        Some(ActionState::Expired) => select
            .filter(C::State.eq(ActionState::Proposed))
            .filter(C::ExpiresAt.lte(now.micros())),
        Some(state) => select.filter(C::State.eq(state)),
    };
    if let Some(thread) = query.thread_id {
        select = select.filter(C::ThreadId.eq(ThreadId(thread)));
    }
    if let Some(after) = after {
        select = select.filter(C::Id.lt(after));
    }
    let keys = business.db().keys(caller.workspace.0).await?;
    let rows = select
        .order_by_desc(C::Id)
        .limit(limit as u64 + 1)
        .all(business.db().read())
        .await
        .map_err(DbError::from)?;
    let shown = rows.iter().map(|row| show_with(&keys, row, now));
    let shown = shown.collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(shown, limit, |action| Cursor::encode(&action.id)))
}
