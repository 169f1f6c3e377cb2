//! Products: their own records give the lines of orders their name, category and vendor.

use std::collections::HashMap;

use connectors::canonical::Product;
use db::DbError;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::ids::Kind;
use super::load::Loading;
use super::rows::{Rows, execute_over, select_over, statement};

/// What a product's own record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub title: String,
    pub category: Option<String>,
    pub vendor: Option<String>,
}

const COLUMNS: [&str; 10] = [
    "workspace_id",
    "id",
    "connector_id",
    "source_id",
    "title",
    "sku",
    "category",
    "vendor",
    "status",
    "version",
];

const REPLACE: &str = "ON CONFLICT (workspace_id, id) DO UPDATE SET title = excluded.title, sku = excluded.sku, \
    category = excluded.category, vendor = excluded.vendor, status = excluded.status, version = excluded.version";

/// Writes products, and renames the lines that are theirs; answers which.
pub(super) async fn write(
    at: &Loading<'_>,
    products: &[(&Product, i64)],
    gone: &[Uuid],
) -> Result<Vec<Uuid>, DbError> {
    let mut newest: HashMap<Uuid, (&Product, i64)> = HashMap::new();
    for (product, version) in products {
        let id = at.ids.of(at.batch.connector, Kind::Product, &product.source_id);
        newest.insert(id, (product, *version));
    }
    let mut ids: Vec<Uuid> = newest.keys().copied().collect();
    ids.sort_unstable();
    let before = known(at, &ids).await?;
    let mut rows = Rows::new("products", &COLUMNS, REPLACE);
    for id in &ids {
        let (product, version) = newest[id];
        rows.push([
            at.workspace.0.into(),
            (*id).into(),
            at.batch.connector.0.into(),
            product.source_id.clone().into(),
            product.title.clone().into(),
            product.sku.clone().into(),
            product.category.clone().into(),
            product.vendor.clone().into(),
            product.status.clone().into(),
            version.into(),
        ]);
    }
    rows.write(at.tx).await?;
    for id in &ids {
        let now = Known {
            title: newest[id].0.title.clone(),
            category: newest[id].0.category.clone(),
            vendor: newest[id].0.vendor.clone(),
        };
        if before.get(id) != Some(&now) {
            rename_lines(at, *id, &now).await?;
        }
    }
    forget(at, gone).await?;
    Ok(ids)
}

/// What is known of products by their own records.
pub(super) async fn known(at: &Loading<'_>, ids: &[Uuid]) -> Result<HashMap<Uuid, Known>, DbError> {
    let sql = "SELECT id, title, category, vendor FROM products WHERE workspace_id = $1 AND id IN ({})";
    let read = |row: &QueryResult| -> Result<Known, sea_orm::DbErr> {
        Ok(Known {
            title: row.try_get("", "title")?,
            category: row.try_get("", "category")?,
            vendor: row.try_get("", "vendor")?,
        })
    };
    let found = select_over(at.tx, at.workspace, sql, ids).await?;
    found.into_iter().map(|(id, row)| Ok((id, read(&row)?))).collect()
}

async fn rename_lines(at: &Loading<'_>, id: Uuid, now: &Known) -> Result<(), DbError> {
    for table in ["order_lines", "refund_lines"] {
        let sql = format!(
            "UPDATE {table} SET title = $3, category = COALESCE($4, told_category), vendor = $5 \
             WHERE workspace_id = $1 AND product_id = $2"
        );
        let values: Vec<Value> = vec![
            at.workspace.0.into(),
            id.into(),
            now.title.clone().into(),
            now.category.clone().into(),
            now.vendor.clone().into(),
        ];
        at.tx.execute_raw(statement(&**at.tx, sql, values)).await?;
    }
    Ok(())
}

/// Products that are gone: their lines are called again what the orders called them.
async fn forget(at: &Loading<'_>, gone: &[Uuid]) -> Result<(), DbError> {
    for table in ["order_lines", "refund_lines"] {
        let sql = format!(
            "UPDATE {table} SET title = told_title, category = told_category, vendor = NULL \
             WHERE workspace_id = $1 AND product_id IN ({{}})"
        );
        execute_over(at.tx, at.workspace, &sql, gone).await?;
    }
    execute_over(
        at.tx,
        at.workspace,
        "DELETE FROM products WHERE workspace_id = $1 AND id IN ({})",
        gone,
    )
    .await
}
