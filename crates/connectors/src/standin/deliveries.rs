//! Webhooks as the services send them, signed with [`WEBHOOK_SECRET`](super::WEBHOOK_SECRET).

use http::{HeaderMap, HeaderName, HeaderValue};
use kit::clock::Timestamp;
use kit::secret::Secret;
use serde_json::{Value, json};

use super::shop::Shop;
use super::{WEBHOOK_SECRET, stripe, woocommerce};
use crate::manifest::Scheme;

/// A webhook, ready to be sent.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its headers, signature included.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

/// About an order, or about the shop where the topic says so.
pub(super) fn order(shop: &Shop, connector: &str, topic: &str, id: u64, now: Timestamp) -> Option<Delivery> {
    let found = shop.orders.iter().find(|order| order.id == id);
    let (scheme, body, more): (Scheme, Value, Vec<(&'static str, String)>) = match connector {
        "shopify" => {
            let body = match topic {
                "customers/redact" => {
                    json!({ "shop_domain": "standin.myshopify.com", "customer": { "id": id } })
                }
                "refunds/create" => json!({ "id": id * 100, "order_id": id }),
                _ => {
                    json!({ "id": id, "admin_graphql_api_id": format!("gid://shopify/Order/{id}"), "total_price": "1.00" })
                }
            };
            let more = vec![
                ("x-shopify-topic", topic.to_owned()),
                ("x-shopify-shop-domain", "standin.myshopify.com".to_owned()),
            ];
            (Scheme::Shopify, body, more)
        }
        "stripe" => {
            let object = found.map(|order| stripe::charge(shop, order)).unwrap_or_default();
            let body = json!({ "id": format!("evt_{topic}_{id}"), "object": "event", "type": topic, "created": now.seconds(), "data": { "object": object } });
            (Scheme::Stripe, body, Vec::new())
        }
        "woocommerce" => {
            let body = found.map_or_else(|| json!({ "id": id }), |order| woocommerce::order(shop, order));
            (
                Scheme::Woocommerce,
                body,
                vec![("x-wc-webhook-topic", topic.to_owned())],
            )
        }
        _ => return None,
    };
    let body = body.to_string().into_bytes();
    let signed = crate::webhook::sign(
        scheme,
        &Secret::new(WEBHOOK_SECRET.to_owned()),
        "standin",
        &body,
        now,
    );
    let mut headers = HeaderMap::new();
    for (name, value) in signed.into_iter().chain(more) {
        headers.insert(HeaderName::from_static(name), HeaderValue::try_from(value).ok()?);
    }
    Some(Delivery { headers, body })
}
