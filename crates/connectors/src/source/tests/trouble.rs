//! What goes wrong on the way, and who is not believed.

use super::*;

#[tokio::test]
async fn a_connection_is_checked() {
    let standin = standin(5).await;
    for shop in SHOPS {
        let checked = source(&standin, shop).check().await.unwrap();
        assert_eq!(checked.account.as_deref(), Some("Stand-in shop"), "{shop}");
        assert_eq!(checked.currency.as_deref(), Some("EUR"), "{shop}");
        assert_eq!(checked.time_zone.as_deref(), Some("Europe/Berlin"), "{shop}");
        let limits = usize::from(shop == "shopify");
        assert_eq!(checked.limits.len(), limits, "{shop}: {:?}", checked.limits);
        standin.break_next(Fault::Unauthorized);
        let refused = source(&standin, shop).check().await;
        assert!(
            matches!(refused, Err(SourceError::Unauthorized(_))),
            "{shop}: {refused:?}"
        );
    }
    standin.break_next(Fault::Forbidden);
    standin.break_next(Fault::Forbidden);
    let checked = source(&standin, "woocommerce").check().await.unwrap();
    assert_eq!(checked.limits, ["The credentials do not allow to read orders."]);
}

#[tokio::test]
async fn every_fault_is_told_and_none_is_passed_over() {
    let standin = standin(120).await;
    for connector in SHOPS {
        let source = source(&standin, connector);
        let stream = if connector == "stripe" {
            "charges"
        } else {
            "orders"
        };
        for fault in [
            Fault::RateLimited(7),
            Fault::Unauthorized,
            Fault::Forbidden,
            Fault::Unavailable,
            Fault::Cut,
            Fault::Garbage,
            Fault::Redirect("http://127.0.0.1:1".to_owned()),
        ] {
            standin.break_next(fault.clone());
            let error = source.page(stream, last_days(7), None).await.unwrap_err();
            let fits = match fault {
                Fault::RateLimited(_) => error == SourceError::RateLimited(Duration::from_secs(7)),
                Fault::Unauthorized => matches!(error, SourceError::Unauthorized(_)),
                Fault::Forbidden => matches!(error, SourceError::Forbidden(_)),
                Fault::Unavailable => matches!(error, SourceError::Unavailable(_)),
                _ => matches!(error, SourceError::Protocol(_)),
            };
            assert!(fits, "{connector}: {fault:?} became {error:?}");
        }
        assert!(!standin.requests().iter().any(|path| path.contains("127.0.0.1:1")));
    }
}

#[tokio::test]
async fn shopifys_budget_is_kept() {
    let standin = standin(300).await;
    let source = source(&standin, "shopify");
    standin.break_next(Fault::Throttled);
    let error = source.page("orders", last_days(7), None).await.unwrap_err();
    assert!(
        matches!(error, SourceError::RateLimited(wait) if wait >= Duration::from_secs(1)),
        "{error:?}"
    );
    // A page of fifty costs 610 here: it is halved until it fits.
    standin.set_most_cost(200);
    let page = source.page("orders", last_days(7), None).await.unwrap();
    assert_eq!(page.records.len(), 12);
    assert!(page.next.is_some());
}

#[tokio::test]
async fn a_bulk_operation_that_lost_something_is_no_success() {
    let standin = standin(60).await;
    let source = source(&standin, "shopify");
    let mut page = source.page("orders", last_days(61), None).await.unwrap();
    assert!(page.records.is_empty() && page.pause > Duration::ZERO);
    // It runs, and then it has failed.
    page = source
        .page("orders", last_days(61), page.next.as_deref())
        .await
        .unwrap();
    standin.break_next(Fault::BulkFails);
    let error = source
        .page("orders", last_days(61), page.next.as_deref())
        .await
        .unwrap_err();
    assert!(matches!(error, SourceError::Unavailable(_)), "{error:?}");
    // The look itself is in order; the file lacks its last line.
    standin.break_next(Fault::Edit(Vec::new()));
    standin.break_next(Fault::LoseLine);
    let error = source
        .page("orders", last_days(61), page.next.as_deref())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, SourceError::Protocol(said) if said.contains("announced")),
        "{error:?}"
    );
    assert!(
        source
            .page("orders", last_days(61), page.next.as_deref())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn pages_that_come_twice_or_in_disorder_are_refused() {
    let standin = standin(350).await;
    for (connector, fault) in [
        ("stripe", Fault::Repeat),
        ("shopify", Fault::Repeat),
        ("woocommerce", Fault::Reorder),
    ] {
        let source = source(&standin, connector);
        let (stream, slice) = if connector == "stripe" {
            ("charges", last_days(61))
        } else {
            ("orders", last_days(61))
        };
        let slice = if connector == "shopify" {
            last_days(13)
        } else {
            slice
        };
        let first = source.page(stream, slice, None).await.unwrap();
        assert!(first.next.is_some(), "{connector}");
        standin.break_next(fault);
        let error = source
            .page(stream, slice, first.next.as_deref())
            .await
            .unwrap_err();
        assert!(
            matches!(error, SourceError::Protocol(_)),
            "{connector}: {error:?}"
        );
    }
}

#[tokio::test]
async fn webhooks_are_judged_and_understood() {
    let standin = standin(40).await;
    let (plain, refunded) = standin.edit(|shop| {
        let plain = shop
            .orders
            .iter()
            .find(|order| order.refunds.is_empty())
            .unwrap()
            .id;
        (
            plain,
            shop.orders
                .iter()
                .find(|order| !order.refunds.is_empty())
                .unwrap()
                .id,
        )
    });
    let judged = |connector: &str, topic: &str, id: u64| {
        let delivery = standin.delivery(connector, topic, id, now()).unwrap();
        source(&standin, connector)
            .webhook(&delivery.headers, &delivery.body, &[], now())
            .map(|hook| hook.news)
    };
    let fetch = |stream: &str, id: String| Ok(News::Fetch(stream.to_owned(), id));
    assert_eq!(
        judged("shopify", "orders/updated", plain),
        fetch("orders", plain.to_string())
    );
    assert_eq!(
        judged("shopify", "refunds/create", plain),
        fetch("orders", plain.to_string())
    );
    assert_eq!(
        judged("shopify", "customers/redact", 7),
        Ok(News::Redact("7".to_owned()))
    );
    assert_eq!(judged("shopify", "app/uninstalled", 7), Ok(News::Uninstalled));
    assert_eq!(judged("shopify", "themes/update", 7), Ok(News::Other));
    assert_eq!(
        judged("stripe", "charge.updated", plain),
        fetch("charges", format!("ch_{plain}"))
    );
    assert!(
        matches!(judged("shopify", "orders/delete", plain), Ok(News::Records(records)) if records[0].deleted)
    );
    assert!(
        matches!(judged("woocommerce", "order.updated", plain), Ok(News::Records(records)) if records[0].version > 0)
    );
    assert_eq!(
        judged("woocommerce", "order.updated", refunded),
        fetch("orders", refunded.to_string())
    );

    let shopify = source(&standin, "shopify");
    let mut delivery = standin
        .delivery("shopify", "orders/updated", plain, now())
        .unwrap();
    let key = shopify
        .webhook(&delivery.headers, &delivery.body, &[], now())
        .unwrap()
        .key;
    // An id in an unsigned header makes no other delivery of it.
    delivery
        .headers
        .insert("x-shopify-webhook-id", "another".parse().unwrap());
    assert_eq!(
        shopify
            .webhook(&delivery.headers, &delivery.body, &[], now())
            .unwrap()
            .key,
        key
    );
    delivery
        .headers
        .insert("x-shopify-shop-domain", "other.myshopify.com".parse().unwrap());
    assert_eq!(
        shopify.webhook(&delivery.headers, &delivery.body, &[], now()),
        Err(Refused::OtherAccount)
    );
    delivery.body.push(b' ');
    assert_eq!(
        shopify.webhook(&delivery.headers, &delivery.body, &[], now()),
        Err(Refused::WrongSignature)
    );
    let stripe = standin
        .delivery("stripe", "charge.updated", plain, now())
        .unwrap();
    let late = now().plus(Duration::from_secs(301));
    assert_eq!(
        source(&standin, "stripe").webhook(&stripe.headers, &stripe.body, &[], late),
        Err(Refused::Stale)
    );
    let ping = source(&standin, "woocommerce")
        .webhook(&http::HeaderMap::new(), b"webhook_id=12", &[], now())
        .unwrap();
    assert_eq!(ping.news, News::Ping);
}

#[test]
fn configuration_is_checked_with_a_sentence() {
    let make = |connector: &str, values: &[(&str, &str)], reach| {
        let values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Source::new(
            manifest::find(connector).unwrap(),
            &values,
            Client::new().unwrap(),
            reach,
        )
    };
    let field = |result: Result<Source, SourceError>| match result {
        Err(SourceError::Config { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let public = Reach::PublicOnly;
    let token = ("access_token", "shpat_0123456789");
    assert_eq!(field(make("shopify", &[token], public)), "shop_domain");
    assert_eq!(
        field(make(
            "shopify",
            &[token, ("shop_domain", "evil.example/.myshopify.com")],
            public
        )),
        "shop_domain"
    );
    assert_eq!(
        field(make(
            "shopify",
            &[token, ("shop_domain", "a.myshopify.com"), ("other", "x")],
            public
        )),
        "other"
    );
    let keys = [("consumer_key", "ck_1"), ("consumer_secret", "cs_1")];
    let url = |url| [keys[0], keys[1], ("store_url", url)];
    assert_eq!(
        field(make("woocommerce", &url("http://shop.example"), public)),
        "store_url"
    );
    assert_eq!(
        field(make("woocommerce", &url("https://u:p@shop.example"), public)),
        "store_url"
    );
    assert!(make("woocommerce", &url("https://shop.example/store/"), public).is_ok());
    // The hidden address counts on machines of developers only.
    let away = [
        token,
        ("shop_domain", "a.myshopify.com"),
        ("base_url", "not an address"),
    ];
    assert!(make("shopify", &away, public).is_ok());
    assert!(make("shopify", &away, Reach::AllowPrivate).is_err());
}

/// Pages are fetched by jobs, on whatever thread there is.
#[test]
fn sources_can_be_used_by_tasks() {
    fn is_send<T: Send>(_: &T) {}
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Source>();
    let manifest = manifest::find("stripe").unwrap();
    let values = BTreeMap::from([("api_key".to_owned(), "rk_test_standin00".to_owned())]);
    let source = Source::new(manifest, &values, Client::new().unwrap(), Reach::PublicOnly).unwrap();
    is_send(&source.page("charges", last_days(1), None));
    is_send(&source.one("charges", "ch_1"));
    is_send(&source.check());
    is_send(&crate::csv::read(
        &crate::csv::look(b"order,date,price\n1,2026-01-31,1.50\n")
            .unwrap()
            .layout,
        &b""[..],
    ));
}
