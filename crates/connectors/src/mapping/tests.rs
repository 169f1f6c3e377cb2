//! The built-in manifests on bodies as the services document them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::map;
use crate::canonical::{Canonical, LineKind, Order, PaymentKind, PaymentStatus};
use crate::manifest;

fn meaning(
    connector: &str,
    stream: &str,
    config: &[(&str, &str)],
    body: &Value,
) -> Result<Vec<Canonical>, String> {
    let manifest = manifest::find(connector).unwrap();
    let config: BTreeMap<String, String> = config
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    map(
        &manifest.stream(stream).unwrap().map,
        &manifest.amounts,
        &config,
        body,
    )
}

fn order(connector: &str, stream: &str, config: &[(&str, &str)], body: &Value) -> Order {
    let meaning = meaning(connector, stream, config, body).unwrap();
    let found = meaning.into_iter().find_map(|m| {
        if let Canonical::Order(order) = m {
            Some(order)
        } else {
            None
        }
    });
    found.unwrap()
}

fn money(amount: &str) -> Value {
    json!({ "shopMoney": { "amount": amount } })
}

/// Prices contain 19 % of tax; a tenth off the order; a gift card; a line and some shipping given back, and two euros more.
fn shopify() -> Value {
    json!({
        "id": "gid://shopify/Order/450789469", "name": "#1001", "processedAt": "2026-01-10T11:00:00-05:00", "updatedAt": "2026-01-12T11:00:00Z",
        "test": false, "sourceName": "WEB", "displayFinancialStatus": "PARTIALLY_REFUNDED", "taxesIncluded": true, "currencyCode": "EUR",
        "paymentGatewayNames": ["shopify_payments"], "totalTaxSet": money("17.86"), "totalPriceSet": money("161.86"),
        "customer": { "id": "gid://shopify/Customer/7", "displayName": "Eva Gómez", "defaultEmailAddress": { "emailAddress": "Eva@Example.com" } },
        "shippingAddress": { "city": "Madrid", "province": null, "countryCodeV2": "ES" },
        "shippingLines": { "nodes": [{ "id": "gid://shopify/ShippingLine/1", "discountedPriceSet": money("4.76"), "taxLines": [{ "priceSet": money("0.76") }] }] },
        "lineItems": { "nodes": [
            { "id": "gid://shopify/LineItem/1", "title": "Mug", "sku": "M", "quantity": 2, "isGiftCard": false, "originalTotalSet": money("119.00"),
              "discountAllocations": [{ "allocatedAmountSet": money("11.90") }], "taxLines": [{ "priceSet": money("17.10") }],
              "product": { "id": "gid://shopify/Product/9", "productType": "Mugs" }, "variant": { "id": "gid://shopify/ProductVariant/8" } },
            { "id": "gid://shopify/LineItem/2", "title": "Gift card", "sku": "", "quantity": 1, "isGiftCard": true, "originalTotalSet": money("50.00"),
              "discountAllocations": [], "taxLines": [], "product": null, "variant": null },
        ] },
        "refunds": [
            { "id": "gid://shopify/Refund/3", "createdAt": "2026-01-12T10:00:00Z", "note": "broken", "totalRefundedSet": money("57.93"),
              "refundLineItems": { "nodes": [{ "quantity": 1, "lineItem": { "id": "gid://shopify/LineItem/1" }, "subtotalSet": money("53.55"), "totalTaxSet": money("8.55") }] },
              "refundShippingLines": { "nodes": [{ "subtotalAmountSet": money("2.38"), "taxAmountSet": money("0.38") }] },
              "orderAdjustments": { "nodes": [{ "amountSet": money("-2.00") }] } },
            { "id": "gid://shopify/Refund/4", "createdAt": "2026-01-13T10:00:00Z", "totalRefundedSet": money("0.00"),
              "refundLineItems": { "nodes": [{ "quantity": 1, "lineItem": { "id": "gid://shopify/LineItem/1" }, "subtotalSet": money("53.55"), "totalTaxSet": money("8.55") }] },
              "refundShippingLines": { "nodes": [] }, "orderAdjustments": { "nodes": [] } },
            { "id": "gid://shopify/Refund/5", "createdAt": "2026-01-14T10:00:00Z", "totalRefundedSet": money("50.00"),
              "refundLineItems": { "nodes": [{ "quantity": 1, "lineItem": { "id": "gid://shopify/LineItem/2" }, "subtotalSet": money("50.00"), "totalTaxSet": money("0.00") }] },
              "refundShippingLines": { "nodes": [] }, "orderAdjustments": { "nodes": [] } },
        ],
        "transactions": [
            { "id": "gid://shopify/OrderTransaction/1", "kind": "AUTHORIZATION", "status": "SUCCESS", "processedAt": "2026-01-10T16:00:00Z", "amountSet": { "shopMoney": { "amount": "161.86", "currencyCode": "EUR" } } },
            { "id": "gid://shopify/OrderTransaction/2", "kind": "CAPTURE", "status": "SUCCESS", "gateway": "shopify_payments", "processedAt": "2026-01-10T16:00:00Z",
              "amountSet": { "shopMoney": { "amount": "161.86", "currencyCode": "EUR" } }, "fees": [{ "amount": { "amount": "3.20", "currencyCode": "EUR" } }] },
        ],
    })
}

#[test]
fn shopifys_tax_included_order_is_taken_apart() {
    let order = order("shopify", "orders", &[], &shopify());
    assert_eq!(
        (
            order.number.as_str(),
            order.source_id.as_str(),
            order.channel.as_deref()
        ),
        ("#1001", "450789469", Some("web"))
    );
    let mug = &order.lines[0];
    // 107.10 was paid, 17.10 of it tax: 100.00 less 10.00.
    assert_eq!((mug.gross, mug.discount, mug.tax), (10_000, 1_000, 1_710));
    assert_eq!(
        (order.lines[1].kind, order.lines[1].gross),
        (LineKind::GiftCard, 5_000)
    );
    assert_eq!((order.shipping, order.tax, order.total), (400, 1_786, 16_186));
    let net: i64 = order.lines.iter().map(|line| line.gross - line.discount).sum();
    assert_eq!(net + order.shipping + order.tax, order.total);
    let [first, pending, card] = order.refunds.as_slice() else {
        panic!("{:?}", order.refunds)
    };
    assert_eq!((first.goods, first.tax, first.shipping), (4_500 + 200, 893, 200));
    assert_eq!(first.lines.len(), 2, "what is left is a line of its own");
    assert_eq!(
        (first.lines[0].order_line, first.lines[1].order_line),
        (Some(0), None)
    );
    assert_eq!(first.goods + first.tax + first.shipping + first.other, 5_793);
    assert_eq!((pending.goods, pending.tax), (4_500, 855));
    assert_eq!((card.goods, card.other, card.lines.len()), (0, 5_000, 0));
    assert_eq!(order.payments.len(), 1);
    assert_eq!(
        (
            order.payments[0].kind,
            order.payments[0].amount,
            order.payments[0].fee
        ),
        (PaymentKind::Charge, 16_186, 320)
    );
    assert_eq!(order.customer.unwrap().email.as_deref(), Some("eva@example.com"));
}

#[test]
fn a_record_that_is_broken_is_told_in_a_sentence() {
    let mut body = shopify();
    body["lineItems"]["nodes"][0]["originalTotalSet"]["shopMoney"]["amount"] = json!("12,00");
    let error = meaning("shopify", "orders", &[], &body).unwrap_err();
    assert_eq!(error, "the price of a line: not a number: \"12,00\"");
    let mut body = shopify();
    body["processedAt"] = json!("yesterday");
    assert_eq!(
        meaning("shopify", "orders", &[], &body).unwrap_err(),
        "the order's time is no time: yesterday"
    );
    body["currencyCode"] = Value::Null;
    assert_eq!(
        meaning("shopify", "orders", &[], &body).unwrap_err(),
        "the currency is missing"
    );
}

#[test]
fn woocommerces_refund_without_lines_is_a_line_without_a_product() {
    let line = json!({ "id": 1, "name": "Mug", "product_id": 93, "variation_id": 0, "quantity": 2, "subtotal": "20.00", "total": "18.00", "total_tax": "3.42", "sku": "" });
    let body = json!({
        "id": 727, "number": "727", "status": "refunded", "currency": "USD", "date_created_gmt": "2026-03-22T19:28:02", "customer_id": 0,
        "shipping_total": "10.00", "total_tax": "3.42", "total": "33.42", "date_paid_gmt": null, "billing": { "first_name": "John", "last_name": "Doe", "country": "US" },
        "shipping": {}, "line_items": [line], "fee_lines": [{ "id": 2, "name": "Wrapping", "total": "2.00", "total_tax": "0.00" }],
        "refunds": [{ "id": 726, "date_created_gmt": "2026-03-23T20:07:11", "amount": "10.00", "line_items": [] },
            { "id": 728, "date_created_gmt": "2026-03-24T20:07:11", "amount": "10.71", "line_items": [
                { "id": 5, "quantity": -1, "total": "-9.00", "total_tax": "-1.71", "meta_data": [{ "key": "_refunded_item_id", "value": "1" }] }] }],
    });
    let order = order("woocommerce", "orders", &[], &body);
    assert_eq!(
        (order.lines[0].gross, order.lines[0].discount, order.lines[0].tax),
        (2000, 200, 342)
    );
    assert_eq!(
        (order.lines[1].kind, order.lines[1].gross),
        (LineKind::Other, 200)
    );
    assert_eq!(
        (order.refunds[0].goods, order.refunds[0].lines[0].order_line),
        (1000, None)
    );
    let second = &order.refunds[1];
    assert_eq!(
        (
            second.goods,
            second.tax,
            second.lines[0].order_line,
            second.lines[0].quantity
        ),
        (900, 171, Some(0), 1)
    );
    let customer = order.customer.unwrap();
    assert_eq!(
        (customer.source_id, customer.name.as_deref()),
        (None, Some("John Doe"))
    );
    let draft = json!({ "id": 1, "status": "checkout-draft" });
    assert_eq!(meaning("woocommerce", "orders", &[], &draft), Ok(Vec::new()));
}

#[test]
fn stripes_minor_units_are_those_of_the_currency() {
    let charge = |currency: &str, amount: i64| json!({ "id": "ch_1", "created": 1_700_000_000, "currency": currency, "amount": amount, "captured": true, "status": "succeeded", "livemode": true, "payment_method_details": { "type": "card" } });
    for (currency, amount, expected) in [
        ("usd", 1099, 1099),
        ("jpy", 500, 500),
        ("kwd", 1230, 1230),
        ("isk", 120_000, 1200),
        ("mga", 7, 700),
    ] {
        let found = meaning(
            "stripe",
            "charges",
            &[("role", "payments")],
            &charge(currency, amount),
        )
        .unwrap();
        let [Canonical::Payment(payment)] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(
            (payment.amount, payment.status, payment.is_test),
            (expected, PaymentStatus::Succeeded, false),
            "{currency}"
        );
    }
    let mut failed = charge("usd", 1);
    failed["status"] = json!("failed");
    failed["captured"] = json!(false);
    let found = meaning("stripe", "charges", &[("role", "payments")], &failed).unwrap();
    assert!(
        matches!(found.as_slice(), [Canonical::Payment(payment)] if payment.status == PaymentStatus::Failed)
    );
}

#[test]
fn an_invoice_is_an_order_where_stripe_is_the_shop() {
    let body = json!({
        "id": "in_1", "number": "A-1", "status": "paid", "created": 1_700_000_000, "status_transitions": { "finalized_at": 1_700_000_100 }, "currency": "eur",
        "livemode": true, "tax": 190, "total": 1190, "customer": "cus_1", "customer_email": "a@b.c",
        "lines": { "data": [{ "id": "il_1", "amount": 1190, "amount_excluding_tax": 1000, "quantity": 1, "description": "Plan", "tax_amounts": [{ "amount": 190, "inclusive": true }], "discount_amounts": [] }] },
        "charge": { "id": "ch_1", "refunds": { "data": [{ "id": "re_1", "created": 1_700_100_000, "amount": 595, "status": "succeeded" }] } },
    });
    assert_eq!(
        meaning("stripe", "invoices", &[("role", "payments")], &body),
        Ok(Vec::new())
    );
    let order = order("stripe", "invoices", &[("role", "sales")], &body);
    assert_eq!((order.lines[0].gross, order.tax, order.total), (1000, 190, 1190));
    // Stripe does not say what of it was tax: it is split as the invoice was.
    assert_eq!((order.refunds[0].goods, order.refunds[0].tax), (500, 95));
}

/// The sample bodies of the services' own documentation, where they are present.
#[test]
fn documented_bodies_are_understood() {
    #[allow(clippy::disallowed_methods)] // a test asks where its data are
    let Some(folder) = std::env::var_os("TEST_DATA") else {
        println!("NOT RUN: TEST_DATA does not name the folder of test data");
        return;
    };
    let folder = std::path::Path::new(&folder);
    let file =
        |name: &str| -> Value { serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap() };
    let mut counts = BTreeMap::new();
    for (name, stream) in [
        ("orders", "orders"),
        ("products", "products"),
        ("customers", "customers"),
    ] {
        let samples = file(&format!("woocommerce/{name}.samples.json"));
        let flat = samples
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|s| s.as_array().cloned().unwrap_or_else(|| vec![s.clone()]));
        for body in flat.filter(|body| body.get("id").is_some() && body.get("date_created_gmt").is_some()) {
            let found = meaning("woocommerce", stream, &[], &body).unwrap();
            if let [Canonical::Order(order)] = found.as_slice() {
                let net: i64 = order.lines.iter().map(|line| line.gross - line.discount).sum();
                assert_eq!(net + order.shipping + order.tax, order.total, "{}", order.number);
            }
            *counts.entry(name).or_insert(0) += found.len();
        }
    }
    assert!(
        counts["orders"] > 5 && counts["products"] > 5 && counts["customers"] > 5,
        "{counts:?}"
    );
    let stripe = file("stripe/fixtures3.json");
    for (resource, stream) in [
        ("charge", "charges"),
        ("refund", "refunds"),
        ("dispute", "disputes"),
        ("invoice", "invoices"),
        ("customer", "customers"),
    ] {
        let found = meaning(
            "stripe",
            stream,
            &[("role", "sales")],
            &stripe["resources"][resource],
        );
        assert!(found.is_ok(), "{resource}: {found:?}");
    }
}
