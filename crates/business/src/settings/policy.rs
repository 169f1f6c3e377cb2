//! What counts, and when.

use db::{DbError, Tx, WorkspaceId};
use kit::clock::Timestamp;
use sea_orm::{ConnectionTrait, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::warehouse::{firsts_sql, statement};

/// When returns count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RefundBasis {
    /// On the day on which they were processed.
    #[default]
    Processed,
    /// On the day of their order.
    Order,
}

/// What becomes of cancelled orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CancelPolicy {
    /// They never counted.
    #[default]
    Exclude,
    /// They count on the day of the order, and are taken back on the day of their cancellation.
    Reverse,
}

/// Both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// When returns count.
    pub refund_basis: RefundBasis,
    /// What becomes of cancelled orders.
    pub cancel_policy: CancelPolicy,
}

impl Policy {
    /// Whether a row counts: 0 never does, 1 always, 2 where cancelled orders count until they are cancelled.
    pub(crate) fn counts(self, countable: i32) -> bool {
        countable == 1 || (countable == 2 && self.cancel_policy == CancelPolicy::Reverse)
    }

    /// When a refund counts.
    pub(crate) fn dates_refund(self, refunded: Timestamp, placed: Timestamp) -> Timestamp {
        match self.refund_basis {
            RefundBasis::Processed => refunded,
            RefundBasis::Order => placed,
        }
    }
}

/// What holds in a workspace.
pub(crate) async fn policy(conn: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Policy, DbError> {
    let sql = "SELECT refund_basis, cancel_policy FROM business_settings WHERE workspace_id = $1";
    let found = conn
        .query_one_raw(statement(conn, sql, vec![workspace.0.into()]))
        .await?;
    let Some(row) = found else {
        return Ok(Policy::default());
    };
    let (basis, cancel): (String, String) = (
        row.try_get("", "refund_basis")?,
        row.try_get("", "cancel_policy")?,
    );
    Ok(Policy {
        refund_basis: if basis == "order" {
            RefundBasis::Order
        } else {
            RefundBasis::Processed
        },
        cancel_policy: if cancel == "reverse" {
            CancelPolicy::Reverse
        } else {
            CancelPolicy::Exclude
        },
    })
}

/// Gives the data of a workspace the next number; answers it.
pub(crate) async fn raise_version(tx: &Tx, workspace: WorkspaceId) -> Result<i64, DbError> {
    let sql = "INSERT INTO business_settings (workspace_id, time_zone, week_start, fiscal_month, refund_basis, \
               cancel_policy, data_version) VALUES ($1, 'UTC', 'monday', 1, 'processed', 'exclude', 1) \
               ON CONFLICT (workspace_id) DO UPDATE SET data_version = business_settings.data_version + 1 \
               RETURNING data_version";
    let row = tx
        .query_one_raw(statement(&**tx, sql, vec![workspace.0.into()]))
        .await?;
    let row = row.ok_or(sea_orm::DbErr::RecordNotInserted)?;
    Ok(row.try_get("", "data_version")?)
}

/// What a shop's order is worth, from its own columns; a connection that is not for sales sells nothing.
const ROLE: &str = "EXISTS (SELECT 1 FROM capabilities c WHERE c.workspace_id = $1 AND c.entity = 'order' \
    AND c.role = 'sales' AND c.connector_id = {}.connector_id)";

/// Counts everything anew under the settings and the roles as they are now.
pub async fn count_anew(tx: &Tx, workspace: WorkspaceId) -> Result<(), DbError> {
    let policy = policy(&**tx, workspace).await?;
    let counted = if policy.counts(2) {
        "countable > 0"
    } else {
        "countable = 1"
    };
    let counts_at = match policy.refund_basis {
        RefundBasis::Processed => "refunded_at",
        RefundBasis::Order => "placed_at",
    };
    let (orders, refunds) = (ROLE.replace("{}", "orders"), ROLE.replace("{}", "refunds"));
    let is_draft = "LOWER(status) IN ('draft', 'trash', 'checkout-draft', 'auto-draft', 'new')";
    for sql in [
        format!(
            "UPDATE orders SET counted = ({counted} AND {orders}), \
             listed = (kind = 'sale' AND NOT is_test AND NOT ({is_draft}) AND {orders}) WHERE workspace_id = $1"
        ),
        "UPDATE order_lines SET counted = (kind = 'goods' AND (SELECT o.counted FROM orders o WHERE o.workspace_id = $1 \
         AND o.id = order_lines.order_id)), listed = (kind = 'goods' AND (SELECT o.listed FROM orders o \
         WHERE o.workspace_id = $1 AND o.id = order_lines.order_id)) WHERE workspace_id = $1"
            .to_owned(),
        format!(
            "UPDATE refunds SET counted = ({counted} AND {refunds}), counts_at = {counts_at}, \
             listed = (kind <> 'cancellation' AND {refunds} AND EXISTS (SELECT 1 FROM orders o WHERE o.workspace_id = $1 \
             AND o.id = refunds.order_id AND NOT o.is_test AND NOT ({is_draft}))) WHERE workspace_id = $1"
        ),
        "UPDATE refund_lines SET counted = (SELECT f.counted FROM refunds f WHERE f.workspace_id = $1 \
         AND f.order_id = refund_lines.order_id AND f.id = refund_lines.refund_id), \
         listed = (SELECT f.listed FROM refunds f WHERE f.workspace_id = $1 AND f.order_id = refund_lines.order_id \
         AND f.id = refund_lines.refund_id), counts_at = (SELECT f.counts_at FROM refunds f WHERE f.workspace_id = $1 \
         AND f.order_id = refund_lines.order_id AND f.id = refund_lines.refund_id) WHERE workspace_id = $1"
            .to_owned(),
        firsts_sql(),
    ] {
        let values: Vec<Value> = vec![workspace.0.into()];
        tx.execute_raw(statement(&**tx, sql, values)).await?;
    }
    Ok(())
}
