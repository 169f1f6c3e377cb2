//! Which order was the first of a person: asked for new and returning customers. It stays right when older orders come
//! later, because it is asked anew for everybody whose orders changed.

use std::collections::HashSet;

use db::{DbError, Tx, WorkspaceId};
use uuid::Uuid;

use super::rows::execute_over;

/// Marks the first counted order of these persons, and no other one of theirs.
pub(super) async fn find(tx: &Tx, workspace: WorkspaceId, persons: HashSet<Uuid>) -> Result<(), DbError> {
    let mut persons: Vec<Uuid> = persons.into_iter().collect();
    persons.sort_unstable();
    execute_over(tx, workspace, &sql("person_id IN ({})"), &persons).await
}

/// The same for everybody.
pub(crate) fn for_all_sql() -> String {
    sql("person_id IS NOT NULL")
}

fn sql(whose: &str) -> String {
    format!(
        "UPDATE orders SET first_for_person = NOT first_for_person WHERE workspace_id = $1 AND {whose} \
         AND first_for_person <> (counted AND NOT EXISTS (SELECT 1 FROM orders e WHERE e.workspace_id = $1 \
         AND e.person_id = orders.person_id AND e.counted AND e.placed_at <= orders.placed_at \
         AND (e.placed_at < orders.placed_at OR e.id < orders.id)))"
    )
}
