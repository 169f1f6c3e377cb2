//! `GET /tasks`: newest first.

use db::entity::tasks;
use db::kinds::TaskState;
use db::{DbError, TaskId, UserId};
use identity::Caller;
use kit::api::{ApiError, Cursor, Page};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;

use super::show::{TaskOut, show};
use crate::Business;

/// Which tasks.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskQuery {
    /// Only open ones, or only those that are done.
    state: Option<TaskState>,
    /// Only those of this person; `me` is oneself.
    assignee: Option<String>,
    /// Rows a page, 1 to 200; 50 unless told.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// One page.
pub(super) async fn list(
    business: &Business,
    caller: &Caller,
    query: &TaskQuery,
) -> Result<Page<TaskOut>, ApiError> {
    let limit = Cursor::limit(query.limit)?;
    let after: Option<TaskId> = Cursor::decode(query.cursor.as_deref())?;
    let mut select = tasks::Entity::of(caller.workspace);
    if let Some(state) = query.state {
        select = select.filter(tasks::Column::State.eq(state));
    }
    if let Some(assignee) = &query.assignee {
        let wrong = |_| ApiError::invalid("assignee", "The assignee is a person's id, or me.");
        let person = match assignee.as_str() {
            "me" => caller.user,
            id => UserId(id.parse().map_err(wrong)?),
        };
        select = select.filter(tasks::Column::AssigneeId.eq(person));
    }
    if let Some(after) = after {
        select = select.filter(tasks::Column::Id.lt(after));
    }
    let keys = business.db().keys(caller.workspace.0).await?;
    let rows = select
        .order_by_desc(tasks::Column::Id)
        .limit(limit as u64 + 1)
        .all(business.db().read())
        .await
        .map_err(DbError::from)?;
    let shown = rows
        .iter()
        .map(|row| show(&keys, row))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(shown, limit, |task| Cursor::encode(&task.id)))
}
