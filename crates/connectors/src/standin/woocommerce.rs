//! WooCommerce: lists by counting, with the number of all in a header.

use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine;
use serde_json::{Value, json};

use super::serve::{Asked, bent, json_answer};
use super::shop::{Order, Refund, Shop, decimal};
use super::{State, WOO_KEY};

const BASE: &str = "/wp-json/wc/v3/";

pub(super) fn answer(state: &State, asked: &Asked) -> Response {
    if asked.path == "/wp-json/" {
        return json_answer(
            StatusCode::OK,
            &json!({ "name": "Stand-in shop", "timezone_string": "Europe/Berlin" }),
        );
    }
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", WOO_KEY.0, WOO_KEY.1));
    if asked.header("authorization") != format!("Basic {pair}") {
        return failure(
            StatusCode::UNAUTHORIZED,
            "woocommerce_rest_cannot_view",
            "Sorry, you cannot list resources.",
        );
    }
    let shop = state.shop.lock();
    let parts: Vec<&str> = asked
        .path
        .strip_prefix(BASE)
        .unwrap_or_default()
        .split('/')
        .collect();
    let id: Option<u64> = parts.get(1).and_then(|id| id.parse().ok());
    match (parts.as_slice(), id) {
        (["data", "currencies", "current"], _) => {
            json_answer(StatusCode::OK, &json!({ "code": shop.currency }))
        }
        (["orders"], _) => {
            let found = shop
                .orders
                .iter()
                .filter(|o| within(asked, o.updated))
                .map(|o| order(&shop, o))
                .collect();
            listed(state, asked, "woo-orders", found)
        }
        (["products"], _) => {
            let found = shop.products.iter().filter(|p| within(asked, p.updated));
            let product = |p: &super::Product| json!({ "id": p.id, "name": p.title, "sku": p.sku, "status": "publish", "categories": [{ "name": "Things" }], "date_modified_gmt": naive(p.updated) });
            listed(state, asked, "woo-products", found.map(product).collect())
        }
        (["customers"], _) => {
            let customer = |c: &super::Customer| json!({ "id": c.id, "first_name": c.name, "last_name": "", "email": c.email, "date_created_gmt": naive(c.updated), "date_modified_gmt": naive(c.updated), "billing": { "city": "Berlin", "country": "DE" } });
            listed(
                state,
                asked,
                "woo-customers",
                shop.customers.iter().map(customer).collect(),
            )
        }
        (["orders", _], Some(id)) => match shop.orders.iter().find(|o| o.id == id) {
            Some(found) => json_answer(StatusCode::OK, &order(&shop, found)),
            None => failure(
                StatusCode::NOT_FOUND,
                "woocommerce_rest_shop_order_invalid_id",
                "Invalid ID.",
            ),
        },
        (["orders", _, "refunds"], Some(id)) => {
            let owner = shop.orders.iter().find(|o| o.id == id);
            let found = owner
                .map(|o| o.refunds.iter().map(|r| refund(&shop, o, r)).collect())
                .unwrap_or_default();
            listed(state, asked, "woo-refunds", found)
        }
        _ => failure(
            StatusCode::NOT_FOUND,
            "rest_no_route",
            "No route was found matching the URL.",
        ),
    }
}

fn failure(status: StatusCode, code: &str, message: &str) -> Response {
    json_answer(
        status,
        &json!({ "code": code, "message": message, "data": { "status": status.as_u16() } }),
    )
}

/// Whether a time is between `modified_after` and `modified_before`, both excluded.
fn within(asked: &Asked, at: i64) -> bool {
    let bound = |name| {
        asked
            .param(name)
            .and_then(|text| format!("{text}Z").parse::<jiff::Timestamp>().ok())
            .map(jiff::Timestamp::as_second)
    };
    bound("modified_after").is_none_or(|after| at > after)
        && bound("modified_before").is_none_or(|before| at < before)
}

fn listed(state: &State, asked: &Asked, list: &str, found: Vec<Value>) -> Response {
    let size = asked.number("per_page").unwrap_or(10).clamp(1, 100) as usize;
    let offset = asked.number("offset").unwrap_or(0).max(0) as usize;
    let all = found.len();
    let page: Vec<Value> = found.into_iter().skip(offset).take(size).collect();
    let page = bent(state, asked, list, page);
    let mut response = json_answer(StatusCode::OK, &Value::Array(page));
    response
        .headers_mut()
        .insert("x-wp-total", HeaderValue::from(all));
    response
}

fn naive(seconds: i64) -> String {
    super::shop::rfc3339(seconds).trim_end_matches('Z').to_owned()
}

/// What is left of a line's price without tax, before and after its discount.
fn without_tax(shop: &Shop, line: &super::Line) -> (i64, i64) {
    if !shop.tax_included {
        return (line.price, line.price - line.discount);
    }
    let (gross, discount) = crate::mapping::without_tax(line.price, line.discount, line.tax);
    (gross, gross - discount)
}

pub(super) fn order(shop: &Shop, order: &Order) -> Value {
    let customer = shop.customer(order.customer);
    let lines: Vec<Value> = order
        .lines
        .iter()
        .map(|line| {
            let (subtotal, total) = without_tax(shop, line);
            let product = shop.product(line.product);
            json!({
                "id": line.id, "name": product.map(|p| &p.title), "product_id": line.product, "variation_id": 0, "sku": product.map(|p| &p.sku),
                "quantity": line.quantity, "subtotal": decimal(subtotal), "total": decimal(total), "total_tax": decimal(line.tax), "meta_data": [],
            })
        })
        .collect();
    let short = |refund: &Refund| json!({ "id": refund.id, "reason": "", "total": decimal(-order.refunded(refund, shop.tax_included)) });
    json!({
        "id": order.id, "number": order.id.to_string(), "status": if order.cancelled.is_some() { "cancelled" } else { "completed" },
        "currency": shop.currency, "date_created_gmt": naive(order.placed), "date_modified_gmt": naive(order.updated),
        "date_paid_gmt": naive(order.placed), "customer_id": order.customer.unwrap_or(0), "created_via": "checkout",
        "prices_include_tax": shop.tax_included, "shipping_total": decimal(order.shipping), "total_tax": decimal(order.tax()),
        "total": decimal(order.total(shop.tax_included)), "payment_method": "paypal",
        "billing": { "first_name": customer.map_or("Guest", |c| c.name.as_str()), "last_name": "", "email": customer.map(|c| &c.email), "city": "Berlin", "state": "BE", "country": "DE" },
        "shipping": { "city": "", "state": "", "country": "" },
        "line_items": lines, "fee_lines": [], "shipping_lines": [], "refunds": order.refunds.iter().map(short).collect::<Vec<_>>(),
    })
}

fn refund(shop: &Shop, order: &Order, refund: &Refund) -> Value {
    let whole = order.lines.iter().filter(|line| refund.lines.contains(&line.id));
    let lines: Vec<Value> = whole
        .map(|line| {
            let (_, total) = without_tax(shop, line);
            json!({
                "id": refund.id + line.id, "product_id": line.product, "quantity": -line.quantity, "total": decimal(-total), "total_tax": decimal(-line.tax),
                "meta_data": [{ "id": 1, "key": "_refunded_item_id", "value": line.id.to_string() }],
            })
        })
        .collect();
    json!({
        "id": refund.id, "date_created_gmt": naive(refund.at), "amount": decimal(order.refunded(refund, shop.tax_included)),
        "reason": "did not fit", "line_items": lines, "shipping_lines": [], "fee_lines": [],
    })
}
