//! Forgetting: a whole connection, or a customer who wishes it.

use db::entity::{chunks, index_queue};
use db::kinds::IndexKind;
use db::{ConnectorId, DbError, Tx, WorkspaceId};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Value};
use uuid::Uuid;

use super::customers::FORGOTTEN;
use super::firsts;
use super::ids::{Ids, Kind};
use super::load::{changed, lock_of};
use super::rows::statement;
use crate::Business;

/// Forgets everything that a connection brought, what is found of it included.
pub async fn forget_connector(
    tx: &Tx,
    workspace: WorkspaceId,
    connector: ConnectorId,
) -> Result<(), DbError> {
    tx.alone(lock_of(workspace)).await?;
    let values = || -> Vec<Value> { vec![workspace.0.into(), connector.0.into()] };
    unfind(tx, workspace, connector).await?;
    for table in ["order_lines", "refund_lines"] {
        let sql = format!(
            "DELETE FROM {table} WHERE workspace_id = $1 AND order_id IN \
             (SELECT id FROM orders WHERE workspace_id = $1 AND connector_id = $2)"
        );
        tx.execute_raw(statement(&**tx, sql, values())).await?;
    }
    for table in [
        "refunds",
        "payments",
        "orders",
        "products",
        "customers",
        "raw_records",
        "capabilities",
        "applied_batches",
    ] {
        let sql = format!("DELETE FROM {table} WHERE workspace_id = $1 AND connector_id = $2");
        tx.execute_raw(statement(&**tx, sql, values())).await?;
    }
    // Somebody's first order may have been one of these.
    let all = statement(&**tx, firsts::for_all_sql(), vec![workspace.0.into()]);
    tx.execute_raw(all).await?;
    changed(tx, workspace).await?;
    Ok(())
}

/// Takes everything of a connector out of the index: from the commit on nobody finds it.
async fn unfind(tx: &Tx, workspace: WorkspaceId, connector: ConnectorId) -> Result<(), DbError> {
    let of = |table: &'static str| {
        Query::select()
            .column("id")
            .from(table)
            .and_where(Expr::col("workspace_id").eq(workspace.0))
            .and_where(Expr::col("connector_id").eq(connector.0))
            .to_owned()
    };
    for table in ["orders", "products", "customers"] {
        // What waits first, as `files::index::forget` does.
        index_queue::Entity::delete_many()
            .filter(index_queue::Column::WorkspaceId.eq(workspace))
            .filter(index_queue::Column::SourceId.in_subquery(of(table)))
            .exec(&**tx)
            .await?;
        let gone = Query::select()
            .column(chunks::Column::Id)
            .from(chunks::Entity)
            .and_where(chunks::Column::WorkspaceId.eq(workspace))
            .and_where(chunks::Column::SourceId.in_subquery(of(table)))
            .to_owned();
        db::index::delete(tx, gone).await?;
    }
    Ok(())
}

/// Forgets who a customer is, as their shop asks. Their orders stay as numbers; the raw records that name them lose their
/// bodies.
pub async fn redact_customer(
    business: &Business,
    tx: &Tx,
    workspace: WorkspaceId,
    connector: ConnectorId,
    source_id: &str,
) -> Result<(), DbError> {
    tx.alone(lock_of(workspace)).await?;
    let ids = Ids::new(&business.db().keys(workspace.0).await?)?;
    let customer = ids.of(connector, Kind::Customer, source_id);
    let orders: Vec<Uuid> = tx
        .query_all_raw(statement(
            &**tx,
            "SELECT id, source_id FROM orders WHERE workspace_id = $1 AND customer_id = $2",
            vec![workspace.0.into(), customer.into()],
        ))
        .await?
        .iter()
        .map(|row| row.try_get("", "id"))
        .collect::<Result<_, _>>()?;
    // Which records told of them: their own, and those of their orders.
    let mut made = vec![[&[Kind::Customer.letter()], customer.as_bytes().as_slice()].concat()];
    made.extend(
        orders
            .iter()
            .map(|id| [&[Kind::Order.letter()], id.as_bytes().as_slice()].concat()),
    );
    for name in made {
        let sql =
            "UPDATE raw_records SET body = NULL WHERE workspace_id = $1 AND connector_id = $2 AND made = $3";
        let values = vec![workspace.0.into(), connector.0.into(), name.into()];
        tx.execute_raw(statement(&**tx, sql, values)).await?;
    }
    let whose = "WHERE workspace_id = $1 AND customer_id = $2";
    let values = vec![workspace.0.into(), customer.into()];
    let sql = format!("UPDATE orders SET person_id = customer_id, city = NULL {whose}");
    tx.execute_raw(statement(&**tx, sql, values.clone())).await?;
    let sql = format!("UPDATE customers SET {FORGOTTEN} WHERE workspace_id = $1 AND id = $2");
    tx.execute_raw(statement(&**tx, sql, values)).await?;
    for id in orders.into_iter().chain([customer]) {
        files::index::forget(tx, workspace, IndexKind::Record, id).await?;
    }
    let all = statement(&**tx, firsts::for_all_sql(), vec![workspace.0.into()]);
    tx.execute_raw(all).await?;
    changed(tx, workspace).await?;
    Ok(())
}
