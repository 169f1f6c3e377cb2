//! Orders, products and customers as texts that are found.

use std::collections::HashMap;
use std::fmt::Write as _;

use connectors::money::Currency;
use db::entity::{customers, order_lines, orders, products};
use db::{Db, DbError, Sealed, ThreadId, WorkspaceId};
use files::index::{Source, Text};
use futures::future::BoxFuture;
use kit::vault::OwnerKeys;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::customers::place;
use super::rows::statement;

/// The source of the index.
pub(crate) struct Records(pub(crate) Db);

/// The most lines of an order that are named in its text.
const LINES: usize = 200;

impl Source for Records {
    fn open<'a>(
        &'a self,
        workspace: WorkspaceId,
        ids: &'a [Uuid],
    ) -> BoxFuture<'a, Result<Vec<Text>, DbError>> {
        Box::pin(async move {
            let keys = self.0.keys(workspace.0).await?;
            let mut texts = self.orders(workspace, ids, &keys).await?;
            texts.extend(self.products(workspace, ids).await?);
            texts.extend(self.customers(workspace, ids, &keys).await?);
            Ok(texts)
        })
    }

    fn list(
        &self,
        workspace: WorkspaceId,
        after: Uuid,
        limit: u64,
    ) -> BoxFuture<'_, Result<Vec<(Uuid, Option<ThreadId>)>, DbError>> {
        Box::pin(async move {
            let each = ["orders", "products", "customers"]
                .map(|table| format!("SELECT id FROM {table} WHERE workspace_id = $1 AND id > $2"));
            let sql = format!("{} ORDER BY id LIMIT $3", each.join(" UNION ALL "));
            let values = vec![workspace.0.into(), after.into(), (limit as i64).into()];
            let rows = self
                .0
                .read()
                .query_all_raw(statement(self.0.read(), sql, values))
                .await?;
            rows.iter()
                .map(|row| Ok((row.try_get("", "id")?, None)))
                .collect()
        })
    }
}

fn text(id: Uuid, at: i64, text: String) -> Text {
    Text {
        id,
        thread: None,
        author: None,
        created_at: at,
        text,
    }
}

impl Records {
    async fn orders(
        &self,
        workspace: WorkspaceId,
        ids: &[Uuid],
        keys: &OwnerKeys,
    ) -> Result<Vec<Text>, DbError> {
        let conn = self.0.read();
        let found = orders::Entity::of(workspace)
            .filter(orders::Column::Id.is_in(ids.iter().copied()))
            .all(conn)
            .await?;
        let mut lines: HashMap<Uuid, Vec<order_lines::Model>> = HashMap::new();
        let of_these = order_lines::Entity::of(workspace)
            .filter(order_lines::Column::OrderId.is_in(found.iter().map(|order| order.id)))
            .order_by_asc(order_lines::Column::LineNo)
            .all(conn)
            .await?;
        for line in of_these {
            lines.entry(line.order_id).or_default().push(line);
        }
        let buyers: Vec<Uuid> = found.iter().filter_map(|order| order.customer_id).collect();
        let names = self.named(workspace, &buyers, keys).await?;
        Ok(found
            .into_iter()
            .map(|order| {
                let lines = lines.remove(&order.id).unwrap_or_default();
                let name = order.customer_id.and_then(|id| names.get(&id));
                text(order.id, order.placed_at, order_text(&order, &lines, name))
            })
            .collect())
    }

    async fn products(&self, workspace: WorkspaceId, ids: &[Uuid]) -> Result<Vec<Text>, DbError> {
        let found = products::Entity::of(workspace)
            .filter(products::Column::Id.is_in(ids.iter().copied()))
            .all(self.0.read())
            .await?;
        Ok(found
            .into_iter()
            .map(|product| {
                let more = [product.sku, product.category, product.vendor];
                let more: Vec<String> = more.into_iter().flatten().collect();
                text(
                    product.id,
                    0,
                    format!("Product {}\n{}", product.title, more.join(", ")),
                )
            })
            .collect())
    }

    async fn customers(
        &self,
        workspace: WorkspaceId,
        ids: &[Uuid],
        keys: &OwnerKeys,
    ) -> Result<Vec<Text>, DbError> {
        let names = self.named(workspace, ids, keys).await?;
        let found = customers::Entity::of(workspace)
            .filter(customers::Column::Id.is_in(ids.iter().copied()))
            .filter(customers::Column::Own.eq(true))
            .all(self.0.read())
            .await?;
        Ok(found
            .into_iter()
            .filter_map(|customer| {
                let place: Vec<String> = [customer.city, customer.region, customer.country]
                    .into_iter()
                    .flatten()
                    .collect();
                let name = names.get(&customer.id)?;
                let at = customer.created_at.unwrap_or_default();
                Some(text(
                    customer.id,
                    at,
                    format!("Customer {name}\n{}", place.join(", ")),
                ))
            })
            .collect())
    }

    /// Names and addresses of customers.
    async fn named(
        &self,
        workspace: WorkspaceId,
        ids: &[Uuid],
        keys: &OwnerKeys,
    ) -> Result<HashMap<Uuid, String>, DbError> {
        let found = customers::Entity::of(workspace)
            .filter(customers::Column::Id.is_in(ids.iter().copied()))
            .all(self.0.read())
            .await?;
        let mut names = HashMap::new();
        for customer in found {
            let open = |column: &'static str, sealed: Option<Sealed>| -> Option<String> {
                sealed?.open(keys, place(column, customer.id)).ok()
            };
            let said = [
                open("customers.name", customer.name),
                open("customers.email", customer.email),
            ];
            let said: Vec<String> = said.into_iter().flatten().collect();
            if !said.is_empty() {
                names.insert(customer.id, said.join(", "));
            }
        }
        Ok(names)
    }
}

fn order_text(order: &orders::Model, lines: &[order_lines::Model], name: Option<&String>) -> String {
    let what = if order.kind == "sale" {
        "Order"
    } else {
        "Credit note"
    };
    let mut said = format!("{what} {}", order.number);
    for (word, value) in [
        ("Customer", name.cloned()),
        ("City", order.city.clone()),
        ("Country", order.country.clone()),
        ("Status", Some(order.status.clone())),
    ] {
        if let Some(value) = value {
            let _ = write!(said, "\n{word}: {value}");
        }
    }
    if let Ok(currency) = Currency::parse(&order.currency) {
        let _ = write!(said, "\nTotal: {} {currency}", currency.decimal(order.total));
    }
    for line in lines.iter().take(LINES) {
        let title = line.title.as_deref().unwrap_or_default();
        let sku = line.sku.as_deref().unwrap_or_default();
        let _ = write!(said, "\n{} × {title} {sku}", line.quantity);
    }
    said
}
