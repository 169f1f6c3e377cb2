//! Stripe: lists by creation, newest first, and events about what changed. Each order of the shop is a charge.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::serve::{Asked, bent, json_answer};
use super::shop::{Order, Refund, Shop};
use super::{STRIPE_KEY, State};

pub(super) fn answer(state: &State, asked: &Asked) -> Response {
    if asked.header("authorization") != format!("Bearer {STRIPE_KEY}") {
        return failure(StatusCode::UNAUTHORIZED, "Invalid API Key provided");
    }
    if asked.header("stripe-version").is_empty() {
        return failure(StatusCode::BAD_REQUEST, "A version is expected");
    }
    let shop = state.shop.lock();
    let parts: Vec<&str> = asked.path.trim_start_matches("/v1/").split('/').collect();
    match parts.as_slice() {
        ["account"] => json_answer(
            StatusCode::OK,
            &json!({ "id": "acct_standin", "default_currency": shop.currency.to_lowercase(), "settings": { "dashboard": { "display_name": "Stand-in shop", "timezone": "Europe/Berlin" } } }),
        ),
        ["events"] => listed(state, asked, "stripe-events", events(&shop, asked)),
        [list] => listed(state, asked, list, objects(&shop, list)),
        [list, id] => match objects(&shop, list)
            .into_iter()
            .find(|object| object.get("id").and_then(Value::as_str) == Some(id))
        {
            Some(found) => json_answer(StatusCode::OK, &found),
            None => failure(StatusCode::NOT_FOUND, "No such object"),
        },
        _ => failure(StatusCode::NOT_FOUND, "Unrecognized request URL"),
    }
}

fn failure(status: StatusCode, message: &str) -> Response {
    json_answer(
        status,
        &json!({ "error": { "type": "invalid_request_error", "message": message } }),
    )
}

fn objects(shop: &Shop, list: &str) -> Vec<Value> {
    match list {
        "charges" => shop.orders.iter().map(|order| charge(shop, order)).collect(),
        "refunds" => shop.orders.iter().flat_map(|o| o.refunds.iter().map(move |r| refund(shop, o, r))).collect(),
        "customers" => shop
            .customers
            .iter()
            .map(|c| json!({ "id": format!("cus_{}", c.id), "object": "customer", "created": c.updated, "name": c.name, "email": c.email, "address": null, "livemode": true }))
            .collect(),
        _ => Vec::new(),
    }
}

pub(super) fn charge(shop: &Shop, order: &Order) -> Value {
    let amount = order.total(shop.tax_included);
    let refunds: Vec<Value> = order.refunds.iter().map(|r| refund(shop, order, r)).collect();
    let back: i64 = order
        .refunds
        .iter()
        .map(|r| order.refunded(r, shop.tax_included))
        .sum();
    let customer = shop.customer(order.customer);
    json!({
        "id": format!("ch_{}", order.id), "object": "charge", "created": order.placed, "currency": shop.currency.to_lowercase(), "amount": amount,
        "amount_captured": amount, "amount_refunded": back, "captured": true, "status": "succeeded", "livemode": !order.is_test, "invoice": null,
        "customer": customer.map(|c| format!("cus_{}", c.id)), "billing_details": { "email": customer.map(|c| &c.email), "name": customer.map(|c| &c.name), "address": { "city": "Berlin", "country": "DE" } },
        "payment_method_details": { "type": "card", "card": {} }, "metadata": { "order_id": order.id.to_string() }, "description": "An order",
        "balance_transaction": { "id": format!("txn_{}", order.id), "fee": amount * 29 / 1000 + 30, "currency": shop.currency.to_lowercase() },
        "refunded": back >= amount, "refunds": { "object": "list", "data": refunds, "has_more": false },
    })
}

fn refund(shop: &Shop, order: &Order, refund: &Refund) -> Value {
    json!({
        "id": format!("re_{}", refund.id), "object": "refund", "created": refund.at, "currency": shop.currency.to_lowercase(),
        "amount": order.refunded(refund, shop.tax_included), "charge": format!("ch_{}", order.id), "status": "succeeded", "reason": null,
        "destination_details": { "type": "card" },
    })
}

/// What happened: an order was paid, changed, given back. Only the kinds that are asked for.
fn events(shop: &Shop, asked: &Asked) -> Vec<Value> {
    let wanted: Vec<&str> = asked
        .query
        .iter()
        .filter(|(name, _)| name.starts_with("types["))
        .map(|(_, kind)| kind.as_str())
        .collect();
    let mut all = Vec::new();
    let mut add = |id: String, kind: &str, created: i64, object: Value| {
        if wanted.contains(&kind) {
            all.push(json!({ "id": id, "object": "event", "type": kind, "created": created, "data": { "object": object } }));
        }
    };
    for order in &shop.orders {
        add(
            format!("evt_p{}", order.id),
            "charge.succeeded",
            order.placed,
            charge(shop, order),
        );
        if order.updated > order.placed {
            add(
                format!("evt_u{}", order.id),
                "charge.updated",
                order.updated,
                charge(shop, order),
            );
        }
        for given in &order.refunds {
            add(
                format!("evt_r{}", given.id),
                "refund.created",
                given.at,
                refund(shop, order, given),
            );
            add(
                format!("evt_c{}", given.id),
                "charge.refunded",
                given.at,
                charge(shop, order),
            );
        }
    }
    all
}

fn listed(state: &State, asked: &Asked, list: &str, mut all: Vec<Value>) -> Response {
    let created = |object: &Value| object.get("created").and_then(Value::as_i64).unwrap_or(0);
    let id = |object: &Value| {
        object
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let from = asked.number("created[gte]").unwrap_or(i64::MIN);
    let to = asked.number("created[lt]").unwrap_or(i64::MAX);
    all.retain(|object| (from..to).contains(&created(object)));
    all.sort_by_key(|object| (std::cmp::Reverse(created(object)), id(object)));
    if let Some(after) = asked.param("starting_after") {
        match all.iter().position(|object| id(object) == after) {
            Some(at) => drop(all.drain(..=at)),
            None => return failure(StatusCode::BAD_REQUEST, "No such object"),
        }
    }
    let limit = asked.number("limit").unwrap_or(10).clamp(1, 100) as usize;
    let has_more = all.len() > limit;
    all.truncate(limit);
    let data = bent(state, asked, list, all);
    json_answer(
        StatusCode::OK,
        &json!({ "object": "list", "data": data, "has_more": has_more, "url": asked.path }),
    )
}
