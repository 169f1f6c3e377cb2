//! Shopify: GraphQL with a budget of cost, cursors, and bulk operations. It does not parse queries: it knows those that this
//! crate sends.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::serve::{Asked, bent, json_answer};
use super::shop::{Order, Refund, Shop, decimal, rfc3339};
use super::{Fault, SHOPIFY_TOKEN, State};

/// So many lines of an order come with it; the others have to be asked for.
const LINES_AT_ONCE: usize = 2;

pub(super) fn answer(state: &State, asked: &Asked) -> Response {
    if let Some(number) = asked.path.strip_prefix("/bulk/") {
        return file(state, asked, number);
    }
    if asked.header("x-shopify-access-token") != SHOPIFY_TOKEN {
        let said = "[API] Invalid API key or access token (unrecognized login or wrong password)";
        return json_answer(StatusCode::UNAUTHORIZED, &json!({ "errors": said }));
    }
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let query = body.get("query").and_then(Value::as_str).unwrap_or_default();
    let variables = body.get("variables").cloned().unwrap_or_default();
    let cost = variables
        .get("first")
        .and_then(Value::as_u64)
        .map_or(10, |first| 10 + first * 12);
    if cost > *state.most_cost.lock() {
        return error(
            cost,
            "MAX_COST_EXCEEDED",
            "Query cost exceeds the single query max cost limit",
        );
    }
    if asked.fault == Some(Fault::Throttled) {
        return error(cost, "THROTTLED", "Throttled");
    }
    let shop = state.shop.lock();
    let data = if query.contains("currentAppInstallation") {
        let scopes: Vec<Value> = ["read_orders", "read_products", "read_customers"]
            .iter()
            .map(|scope| json!({ "handle": scope }))
            .collect();
        json!({
            "shop": { "name": "Stand-in shop", "myshopifyDomain": "standin.myshopify.com", "currencyCode": shop.currency, "ianaTimezone": "Europe/Berlin" },
            "currentAppInstallation": { "accessScopes": scopes },
        })
    } else if query.contains("bulkOperationRunQuery") {
        begin(state, &variables)
    } else if query.contains("BulkOperation {") {
        look(state, &shop, &variables, asked.fault == Some(Fault::BulkFails))
    } else if query.contains("query Several") {
        let ids = variables
            .get("ids")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let nodes: Vec<Value> = ids.iter().map(|id| node(&shop, id)).collect();
        json!({ "nodes": nodes })
    } else if query.contains("query Rest") {
        rest(&shop, &variables)
    } else {
        page(state, &shop, asked, query, &variables)
    };
    json_answer(
        StatusCode::OK,
        &json!({ "data": data, "extensions": { "cost": status(cost, 2000) } }),
    )
}

fn status(cost: u64, left: u64) -> Value {
    json!({
        "requestedQueryCost": cost, "actualQueryCost": cost,
        "throttleStatus": { "maximumAvailable": 2000.0, "currentlyAvailable": left, "restoreRate": 100.0 },
    })
}

fn error(cost: u64, code: &str, message: &str) -> Response {
    let errors = json!([{ "message": message, "extensions": { "code": code } }]);
    json_answer(
        StatusCode::OK,
        &json!({ "errors": errors, "extensions": { "cost": status(cost, 0) } }),
    )
}

/// The bounds of `updated_at:>='…' AND updated_at:<'…'`, in seconds.
fn bounds(filter: &str) -> (i64, i64) {
    let after = |mark: &str| {
        let text = filter.split_once(mark)?.1.split('\'').next()?;
        Some(text.parse::<jiff::Timestamp>().ok()?.as_second())
    };
    (
        after("updated_at:>='").unwrap_or(i64::MIN),
        after("updated_at:<'").unwrap_or(i64::MAX),
    )
}

/// Records of a list in the order of their changes: time, id, node.
fn records(shop: &Shop, list: &str) -> Vec<(i64, u64, Value)> {
    let mut all: Vec<(i64, u64, Value)> = match list {
        "orders" => shop
            .orders
            .iter()
            .map(|o| (o.updated, o.id, order(shop, o, LINES_AT_ONCE)))
            .collect(),
        "customers" => shop
            .customers
            .iter()
            .map(|c| (c.updated, c.id, customer(c)))
            .collect(),
        _ => shop
            .products
            .iter()
            .map(|p| (p.updated, p.id, product(p)))
            .collect(),
    };
    all.sort_by_key(|(updated, id, _)| (*updated, *id));
    all
}

fn page(state: &State, shop: &Shop, asked: &Asked, query: &str, variables: &Value) -> Value {
    let list = ["orders", "customers", "products"]
        .into_iter()
        .find(|list| query.contains(&format!("{list}(first")));
    let list = list.unwrap_or("products");
    let (from, to) = bounds(
        variables
            .get("filter")
            .and_then(Value::as_str)
            .unwrap_or_default(),
    );
    let first = variables.get("first").and_then(Value::as_u64).unwrap_or(10) as usize;
    let after = variables.get("after").and_then(Value::as_str).and_then(|cursor| {
        let (updated, id) = cursor.split_once(':')?;
        Some((updated.parse::<i64>().ok()?, id.parse::<u64>().ok()?))
    });
    let mut found: Vec<_> = records(shop, list)
        .into_iter()
        .filter(|(updated, id, _)| {
            (from..to).contains(updated) && after.is_none_or(|after| (*updated, *id) > after)
        })
        .collect();
    let has_more = found.len() > first;
    found.truncate(first);
    let cursor = found.last().map(|(updated, id, _)| format!("{updated}:{id}"));
    let nodes = bent(
        state,
        asked,
        list,
        found.into_iter().map(|(_, _, node)| node).collect(),
    );
    json!({ list: { "nodes": nodes, "pageInfo": { "hasNextPage": has_more, "endCursor": cursor } } })
}

fn node(shop: &Shop, id: &Value) -> Value {
    let mut parts = id.as_str().unwrap_or_default().rsplit('/');
    let (number, kind) = (
        parts.next().and_then(|n| n.parse::<u64>().ok()),
        parts.next().unwrap_or_default(),
    );
    let found = match kind {
        "Order" => shop
            .orders
            .iter()
            .find(|o| Some(o.id) == number)
            .map(|o| order(shop, o, LINES_AT_ONCE)),
        "Customer" => shop.customers.iter().find(|c| Some(c.id) == number).map(customer),
        "Product" => shop.products.iter().find(|p| Some(p.id) == number).map(product),
        _ => None,
    };
    found.unwrap_or_default()
}

/// The lines that did not come with their order.
fn rest(shop: &Shop, variables: &Value) -> Value {
    let id = variables
        .get("id")
        .and_then(Value::as_str)
        .and_then(|id| id.rsplit('/').next()?.parse::<u64>().ok());
    let after = variables
        .get("after")
        .and_then(Value::as_str)
        .and_then(|after| after.parse::<usize>().ok())
        .unwrap_or(0);
    let owner = shop.orders.iter().find(|o| Some(o.id) == id);
    let lines: Vec<Value> = owner
        .map(|o| o.lines.iter().skip(after).map(|l| line(shop, l)).collect())
        .unwrap_or_default();
    json!({ "node": { "lineItems": { "nodes": lines, "pageInfo": { "hasNextPage": false, "endCursor": null } } } })
}

fn money(minor: i64) -> Value {
    json!({ "shopMoney": { "amount": decimal(minor) } })
}

fn line(shop: &Shop, line: &super::Line) -> Value {
    let product = shop.product(line.product);
    let discounts = if line.discount > 0 {
        json!([{ "allocatedAmountSet": money(line.discount) }])
    } else {
        json!([])
    };
    json!({
        "id": format!("gid://shopify/LineItem/{}", line.id), "title": product.map(|p| &p.title), "sku": product.map(|p| &p.sku),
        "quantity": line.quantity, "isGiftCard": false, "originalTotalSet": money(line.price), "discountAllocations": discounts,
        "taxLines": [{ "priceSet": money(line.tax) }],
        "product": { "id": format!("gid://shopify/Product/{}", line.product), "productType": "Things" }, "variant": null,
    })
}

fn order(shop: &Shop, order: &Order, lines: usize) -> Value {
    let customer = shop.customer(order.customer);
    let gid = |kind: &str, id: u64| format!("gid://shopify/{kind}/{id}");
    let has_more = order.lines.len() > lines;
    let place = json!({ "city": "Berlin", "province": "Berlin", "countryCodeV2": "DE" });
    json!({
        "id": gid("Order", order.id), "name": format!("#{}", order.id), "createdAt": rfc3339(order.placed), "processedAt": rfc3339(order.placed),
        "updatedAt": rfc3339(order.updated), "cancelledAt": order.cancelled.map(rfc3339), "test": order.is_test, "sourceName": "web",
        "displayFinancialStatus": if order.refunds.is_empty() { "PAID" } else { "PARTIALLY_REFUNDED" }, "taxesIncluded": shop.tax_included,
        "currencyCode": shop.currency, "email": customer.map(|c| &c.email), "paymentGatewayNames": ["bogus"],
        "totalTaxSet": money(order.tax()), "totalPriceSet": money(order.total(shop.tax_included)), "shippingAddress": place, "billingAddress": null,
        "customer": customer.map(|c| json!({ "id": gid("Customer", c.id), "displayName": c.name, "createdAt": rfc3339(c.updated), "defaultEmailAddress": { "emailAddress": c.email } })),
        "shippingLines": { "nodes": if order.shipping > 0 { json!([shipping(order)]) } else { json!([]) } },
        "lineItems": { "nodes": order.lines.iter().take(lines).map(|l| line(shop, l)).collect::<Vec<_>>(), "pageInfo": { "hasNextPage": has_more, "endCursor": has_more.then(|| lines.to_string()) } },
        "refunds": order.refunds.iter().map(|r| refund(shop, order, r)).collect::<Vec<_>>(),
        "transactions": [{ "id": gid("OrderTransaction", order.id), "kind": "SALE", "status": "SUCCESS", "gateway": "bogus", "processedAt": rfc3339(order.placed), "test": order.is_test, "amountSet": { "shopMoney": { "amount": decimal(order.total(shop.tax_included)), "currencyCode": shop.currency } }, "fees": [] }],
    })
}

fn shipping(order: &Order) -> Value {
    json!({ "id": format!("gid://shopify/ShippingLine/{}", order.id), "discountedPriceSet": money(order.shipping), "taxLines": [] })
}

fn refund(shop: &Shop, order: &Order, refund: &Refund) -> Value {
    let whole = order.lines.iter().filter(|line| refund.lines.contains(&line.id));
    let lines: Vec<Value> = whole
        .map(|line| json!({ "quantity": line.quantity, "lineItem": { "id": format!("gid://shopify/LineItem/{}", line.id) }, "subtotalSet": money(line.price - line.discount), "totalTaxSet": money(line.tax) }))
        .collect();
    json!({
        "id": format!("gid://shopify/Refund/{}", refund.id), "createdAt": rfc3339(refund.at), "note": "did not fit",
        "totalRefundedSet": money(order.refunded(refund, shop.tax_included)),
        "refundLineItems": { "nodes": lines, "pageInfo": { "hasNextPage": false, "endCursor": null } },
        "refundShippingLines": { "nodes": [] }, "orderAdjustments": { "nodes": [] },
    })
}

fn customer(customer: &super::Customer) -> Value {
    json!({
        "id": format!("gid://shopify/Customer/{}", customer.id), "displayName": customer.name, "createdAt": rfc3339(customer.updated), "updatedAt": rfc3339(customer.updated),
        "defaultEmailAddress": { "emailAddress": customer.email }, "defaultAddress": { "city": "Berlin", "province": "Berlin", "countryCodeV2": "DE" },
    })
}

fn product(product: &super::Product) -> Value {
    json!({
        "id": format!("gid://shopify/Product/{}", product.id), "title": product.title, "productType": "Things", "vendor": "Stand-in", "status": "ACTIVE",
        "updatedAt": rfc3339(product.updated), "variants": { "nodes": [{ "sku": product.sku }] },
    })
}

fn begin(state: &State, variables: &Value) -> Value {
    let mut all = state.bulk.lock();
    all.push((
        variables
            .get("query")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        0,
    ));
    let id = format!("gid://shopify/BulkOperation/{}", all.len());
    json!({ "bulkOperationRunQuery": { "bulkOperation": { "id": id, "status": "CREATED" }, "userErrors": [] } })
}

/// The lines of an operation's file, and how many of them are records.
fn lines(shop: &Shop, filter: &str) -> (Vec<String>, usize) {
    let (from, to) = bounds(filter);
    let (mut lines, mut roots) = (Vec::new(), 0);
    for found in shop
        .orders
        .iter()
        .filter(|order| (from..to).contains(&order.updated))
    {
        let mut whole = order(shop, found, 0);
        if let Value::Object(fields) = &mut whole {
            fields.remove("lineItems");
            fields.remove("shippingLines");
            let refunds = found
                .refunds
                .iter()
                .map(|r| json!({ "id": format!("gid://shopify/Refund/{}", r.id) }));
            fields.insert("refunds".to_owned(), refunds.collect());
        }
        let parent = whole.get("id").cloned().unwrap_or_default();
        lines.push(whole.to_string());
        roots += 1;
        let shipping = (found.shipping > 0).then(|| shipping(found));
        for mut child in found.lines.iter().map(|l| line(shop, l)).chain(shipping) {
            child["__parentId"] = parent.clone();
            lines.push(child.to_string());
        }
    }
    (lines, roots)
}

fn look(state: &State, shop: &Shop, variables: &Value, fails: bool) -> Value {
    let id = variables.get("id").and_then(Value::as_str).unwrap_or_default();
    let number: usize = id.rsplit('/').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    let mut all = state.bulk.lock();
    let Some((filter, polls)) = all.get_mut(number.wrapping_sub(1)) else {
        return json!({ "node": null });
    };
    *polls += 1;
    let (lines, roots) = lines(shop, filter);
    let status = if fails {
        "FAILED"
    } else if *polls < 2 {
        "RUNNING"
    } else {
        "COMPLETED"
    };
    let url = (status == "COMPLETED" && roots > 0).then(|| format!("http://{}/bulk/{number}", state.address));
    json!({ "node": { "id": id, "status": status, "errorCode": null, "objectCount": lines.len().to_string(), "rootObjectCount": roots.to_string(), "url": url } })
}

fn file(state: &State, asked: &Asked, number: &str) -> Response {
    let number: usize = number.parse().unwrap_or(0);
    let filter = state
        .bulk
        .lock()
        .get(number.wrapping_sub(1))
        .map(|(filter, _)| filter.clone());
    let Some(filter) = filter else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (mut lines, _) = lines(&state.shop.lock(), &filter);
    if asked.fault == Some(Fault::LoseLine) {
        lines.pop();
    }
    let text = lines
        .into_iter()
        .fold(String::new(), |text, line| text + &line + "\n");
    let from = asked
        .header("range")
        .strip_prefix("bytes=")
        .and_then(|range| range.trim_end_matches('-').parse().ok());
    let from: usize = from.unwrap_or(0);
    let status = if from > 0 {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let text = text.get(from..).unwrap_or_default().to_owned();
    (status, [(header::CONTENT_TYPE, "application/jsonl")], text).into_response()
}
