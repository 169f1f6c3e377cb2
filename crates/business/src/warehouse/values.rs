//! The values that can be asked for, complete and never a sample: what is not among them is not there.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use db::{DbError, Sealed, WorkspaceId};
use kit::cache::Cache;
use questions::calendar::Calendar;
use questions::names::ValueIndex;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::customers::place;
use super::rows::statement;
use crate::{Business, settings};

/// The calendar of a workspace, as it has set it.
pub async fn calendar(business: &Business, workspace: WorkspaceId) -> Result<Calendar, DbError> {
    Ok(settings::of(business.db(), workspace).await?.calendar())
}

/// What is kept in memory, each with the number of the data that it was read from.
#[derive(Debug)]
pub(crate) struct Kept {
    values: Cache<(i64, Arc<Vec<(String, String)>>)>,
    index: Cache<(i64, Arc<ValueIndex>)>,
    names: Cache<(i64, Arc<Names>)>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            values: Cache::new("business:values", KEPT, 100),
            index: Cache::new("business:index", KEPT, 100),
            names: Cache::new("business:names", KEPT, 100),
        }
    }
}

/// How long values are kept in memory when their data do not change.
const KEPT: Duration = Duration::from_mins(30);

/// Where the values of a dimension stand.
const DISTINCT: [(&str, &[(&str, &str)]); 10] = [
    ("product", &[("order_lines", "title"), ("refund_lines", "title")]),
    (
        "category",
        &[("order_lines", "category"), ("refund_lines", "category")],
    ),
    ("sku", &[("order_lines", "sku"), ("refund_lines", "sku")]),
    ("vendor", &[("order_lines", "vendor"), ("refund_lines", "vendor")]),
    ("city", &[("orders", "city")]),
    ("region", &[("orders", "region")]),
    ("country", &[("orders", "country")]),
    ("channel", &[("orders", "channel")]),
    ("status", &[("orders", "status")]),
    ("method", &[("orders", "method"), ("payments", "method")]),
];

/// Whether anything was ever loaded.
pub async fn has_data(business: &Business, workspace: WorkspaceId) -> Result<bool, DbError> {
    Ok(settings::version_of(business.db(), workspace).await? > 0)
}

/// All values as questions look for them, kept until the data change.
pub async fn values(business: &Business, workspace: WorkspaceId) -> Result<Arc<ValueIndex>, DbError> {
    let version = settings::version_of(business.db(), workspace).await?;
    if let Some((of, index)) = business.warehouse().index.get(&workspace)
        && of == version
    {
        return Ok(index);
    }
    let pairs = value_pairs(business, workspace).await?;
    let index = Arc::new(ValueIndex::new(pairs.iter().cloned()));
    business
        .warehouse()
        .index
        .put(&workspace, (version, index.clone()));
    Ok(index)
}

/// All values of all dimensions, each with its dimension; kept until the data change.
pub async fn value_pairs(
    business: &Business,
    workspace: WorkspaceId,
) -> Result<Arc<Vec<(String, String)>>, DbError> {
    let version = settings::version_of(business.db(), workspace).await?;
    if let Some((of, pairs)) = business.warehouse().values.get(&workspace)
        && of == version
    {
        return Ok(pairs);
    }
    let mut pairs = Vec::new();
    for (dimension, columns) in DISTINCT {
        let each = columns.iter().map(|(table, column)| {
            format!("SELECT {column} AS v FROM {table} WHERE workspace_id = $1 AND {column} IS NOT NULL")
        });
        // UNION leaves one of each.
        let sql = format!(
            "{} UNION {}",
            each.clone().next().unwrap_or_default(),
            each.last().unwrap_or_default()
        );
        for row in read(business, sql, workspace).await? {
            pairs.push((dimension.to_owned(), row.try_get("", "v")?));
        }
    }
    let names = names(business, workspace).await?;
    let mut customers: Vec<&String> = names.of.values().collect();
    customers.sort_unstable();
    customers.dedup();
    pairs.extend(
        customers
            .into_iter()
            .map(|name| ("customer".to_owned(), name.clone())),
    );
    let pairs = Arc::new(pairs);
    business
        .warehouse()
        .values
        .put(&workspace, (version, pairs.clone()));
    Ok(pairs)
}

async fn read(
    business: &Business,
    sql: String,
    workspace: WorkspaceId,
) -> Result<Vec<sea_orm::QueryResult>, DbError> {
    let conn = business.db().read();
    let values: Vec<Value> = vec![workspace.0.into()];
    Ok(conn.query_all_raw(statement(conn, sql, values)).await?)
}

/// The names of customers, opened.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// By customer: the name, else the e-mail address, else the number at the source.
    pub of: HashMap<Uuid, String>,
}

/// The names of all customers of a workspace; kept until the data change.
pub(crate) async fn names(business: &Business, workspace: WorkspaceId) -> Result<Arc<Names>, DbError> {
    let version = settings::version_of(business.db(), workspace).await?;
    if let Some((of, names)) = business.warehouse().names.get(&workspace)
        && of == version
    {
        return Ok(names);
    }
    let keys = business.db().keys(workspace.0).await?;
    let sql = "SELECT id, source_id, email, name FROM customers WHERE workspace_id = $1";
    let mut names = Names::default();
    for row in read(business, sql.to_owned(), workspace).await? {
        let id: Uuid = row.try_get("", "id")?;
        let open = |column: &'static str, sealed: Option<Sealed>| -> Option<String> {
            sealed?.open(&keys, place(column, id)).ok()
        };
        let name = open("customers.name", row.try_get("", "name")?);
        let name = match name {
            Some(name) => Some(name),
            None => open("customers.email", row.try_get("", "email")?),
        };
        let name = name.or(row.try_get("", "source_id")?);
        names.of.extend(name.map(|name| (id, name)));
    }
    let names = Arc::new(names);
    business
        .warehouse()
        .names
        .put(&workspace, (version, names.clone()));
    Ok(names)
}
