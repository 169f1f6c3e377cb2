//! Signing in and out, through real cookies; and everything that only looks like a token.

use std::time::Duration;

use http::Method;
use kit::api::Cursor;
use kit::clock::{Clock, Timestamp};
use serde_json::{Value, json};

use super::browser::{Browser, set_cookies};
use super::{PASSWORD, login, text, with};
use crate::support::TestApp;

#[tokio::test]
async fn cookies_are_closed_to_scripts_and_other_sites() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    let body = json!({ "email": "ann@example.org", "password": PASSWORD, "full_name": "Ann" });
    let answer = browser.write("/api/v1/auth/register", &body).await;
    answer.expect(201);
    let given = set_cookies(&answer);
    let paths: Vec<_> = given
        .iter()
        .map(|c| (c["name"].as_str(), c["path"].as_str()))
        .collect();
    assert_eq!(paths, [("trb_access", "/"), ("trb_refresh", "/api/v1/auth")]);
    for cookie in &given {
        assert!(cookie.contains_key("httponly"), "{cookie:?}");
        assert_eq!(cookie["samesite"], "Lax");
        assert!(cookie["max-age"].parse::<u64>().unwrap() > 60);
        assert!(!cookie.contains_key("secure"), "on loopback there is no TLS");
    }
    // The same server asked under a name that is not this machine's keeps them to TLS.
    let mut away = Browser::new(&app);
    let login = json!({ "email": "ann@example.org", "password": PASSWORD });
    let answer = away
        .send(
            Method::POST,
            "/api/v1/auth/login",
            &[("host", "chat.example.org")],
            Some(&login),
        )
        .await;
    answer.expect(200);
    assert!(set_cookies(&answer).iter().all(|c| c.contains_key("secure")));
    browser.get("/api/v1/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_write_by_cookie_comes_from_our_own_page() {
    let allowed = "https://intranet.example.org";
    let app = TestApp::with(|c| c.http.allowed_origins = vec![allowed.to_owned()]).await;
    let mut ann = Browser::registered(&app, "ann").await;
    let own = ann.origin.clone();
    let body = json!({ "title": "x" });
    let csrf = ("x-csrf", "1");
    let refused: [&[(&str, &str)]; 6] = [
        &[],
        &[("x-csrf", "")],
        &[("origin", own.as_str())],
        &[csrf, ("origin", "https://evil.example")],
        &[csrf, ("origin", "null")],
        &[csrf, ("sec-fetch-site", "cross-site")],
    ];
    for headers in refused {
        let answer = ann
            .send(Method::POST, "/api/v1/threads", headers, Some(&body))
            .await;
        answer.expect_error(403, "FORBIDDEN");
    }
    for headers in [
        &[csrf][..],
        &[csrf, ("origin", own.as_str())],
        &[csrf, ("origin", allowed)],
    ] {
        ann.send(Method::POST, "/api/v1/threads", headers, Some(&body))
            .await
            .expect(201);
    }
    assert_eq!(
        ann.get("/api/v1/threads").await.data().as_array().unwrap().len(),
        3
    );
    // Nobody can be signed in by a page of somebody else, either.
    let login = json!({ "email": "ann@example.org", "password": PASSWORD });
    let mut fresh = Browser::new(&app);
    let evil = [("origin", "https://evil.example")];
    let answer = fresh
        .send(Method::POST, "/api/v1/auth/login", &evil, Some(&login))
        .await;
    answer.expect_error(403, "FORBIDDEN");
    assert!(fresh.cookies.is_empty());
    for path in ["/api/v1/auth/refresh", "/api/v1/auth/logout"] {
        let answer = ann.send(Method::POST, path, &[], Some(&json!({}))).await;
        answer.expect_error(403, "FORBIDDEN");
    }
    ann.get("/api/v1/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_refresh_token_rotates_and_a_copy_of_it_ends_the_session() {
    let app = TestApp::start().await;
    let mut ann = Browser::registered(&app, "ann").await;
    let mut other = Browser::signed_in(&app, "ann").await;
    let thief = ann.stolen();
    let first = ann.cookies["trb_refresh"].0.clone();
    let answer = ann.write("/api/v1/auth/refresh", &json!({})).await;
    answer.expect(200);
    assert_ne!(ann.cookies["trb_refresh"].0, first, "it rotates");
    let bearer = text(&answer.data()["access_token"]).to_owned();
    with(&app, &bearer).get("/api/v1/auth/me").await.expect(200);

    let mut thief = thief;
    let answer = thief.write("/api/v1/auth/refresh", &json!({})).await;
    answer.expect_error(401, "UNAUTHORIZED");
    assert!(thief.cookies.is_empty(), "what is worth nothing is taken away");
    // Nobody can tell who is who: the whole family is out, the access tokens of both at once.
    with(&app, &bearer)
        .get("/api/v1/auth/me")
        .await
        .expect_error(401, "UNAUTHORIZED");
    ann.get("/api/v1/auth/me").await.expect_error(401, "UNAUTHORIZED");
    ann.write("/api/v1/auth/refresh", &json!({}))
        .await
        .expect_error(401, "UNAUTHORIZED");
    other.get("/api/v1/auth/me").await.expect(200);
    other.write("/api/v1/auth/refresh", &json!({})).await.expect(200);
}

#[tokio::test]
async fn of_many_refreshes_at_once_one_wins() {
    let app = TestApp::start().await;
    let ann = Browser::registered(&app, "ann").await;
    let tries = (0..8).map(|_| {
        let mut copy = ann.stolen();
        async move {
            copy.write("/api/v1/auth/refresh", &json!({}))
                .await
                .status
                .as_u16()
        }
    });
    let mut statuses = futures::future::join_all(tries).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401, 401, 401, 401, 401, 401]);
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once() {
    let app = TestApp::start().await;
    let mut ann = Browser::registered(&app, "ann").await;
    let mut phone = Browser::signed_in(&app, "ann").await;
    let copy = with(&app, &ann.cookies["trb_access"].0);
    copy.get("/api/v1/auth/me").await.expect(200);
    let answer = ann.write("/api/v1/auth/logout", &json!({})).await;
    answer.expect(200);
    assert!(ann.cookies.is_empty());
    copy.get("/api/v1/auth/me")
        .await
        .expect_error(401, "UNAUTHORIZED");
    copy.get("/v1/models").await.expect(401);

    // The list of devices, and ending another one from here.
    let mut tablet = Browser::signed_in(&app, "ann").await;
    let all = phone.get("/api/v1/auth/sessions").await.data();
    assert_eq!(all.as_array().unwrap().len(), 2, "{all}");
    let current: Vec<bool> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["current"].as_bool().unwrap())
        .collect();
    assert_eq!(current.iter().filter(|c| **c).count(), 1);
    let foreign = all.as_array().unwrap().iter().find(|s| s["current"] == false);
    let path = format!("/api/v1/auth/sessions/{}", text(&foreign.unwrap()["id"]));
    let bob = app.person("bob").await;
    bob.delete(&path).await.expect_error(404, "NOT_FOUND");
    tablet.get("/api/v1/auth/me").await.expect(200);
    let csrf = [("x-csrf", "1")];
    phone.send(Method::DELETE, &path, &csrf, None).await.expect(200);
    tablet
        .get("/api/v1/auth/me")
        .await
        .expect_error(401, "UNAUTHORIZED");
    phone
        .send(Method::DELETE, &path, &csrf, None)
        .await
        .expect_error(404, "NOT_FOUND");

    let third = login(&app, "ann").await;
    phone
        .write("/api/v1/auth/logout-everywhere", &json!({}))
        .await
        .expect(200);
    third
        .get("/api/v1/auth/me")
        .await
        .expect_error(401, "UNAUTHORIZED");
    phone
        .get("/api/v1/auth/me")
        .await
        .expect_error(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let app = TestApp::start().await;
    app.person("ann").await;
    let client = app.client();
    let asked = |email: &str| {
        let body = json!({ "email": email });
        let client = client.clone();
        async move { client.post("/api/v1/auth/check-user", &body).await }
    };
    let (known, unknown) = (asked("ann@example.org").await, asked("nobody@example.org").await);
    assert_eq!((known.status, &known.bytes), (unknown.status, &unknown.bytes));
    let tried = |email: &str| {
        let body = json!({ "email": email, "password": "another long password" });
        let client = client.clone();
        async move { client.post("/api/v1/auth/login", &body).await }
    };
    let (known, unknown) = (tried("ann@example.org").await, tried("nobody@example.org").await);
    known.expect_error(401, "UNAUTHORIZED");
    unknown.expect_error(401, "UNAUTHORIZED");
    assert_eq!(known.json()["error"], unknown.json()["error"]);
    let names = |answer: &crate::support::Answer| {
        let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(names(&known), names(&unknown));
}

#[tokio::test]
async fn guessing_is_slowed_down_and_said_so() {
    let app = TestApp::with(|c| c.limits.failures_by_email = 3).await;
    app.person("ann").await;
    let client = app.client();
    let wrong = json!({ "email": "Ann@example.org", "password": "wrong wrong wrong" });
    for _ in 0..3 {
        client
            .post("/api/v1/auth/login", &wrong)
            .await
            .expect_error(401, "UNAUTHORIZED");
    }
    let right = json!({ "email": "ann@example.org", "password": PASSWORD });
    let answer = client.post("/api/v1/auth/login", &right).await;
    answer.expect_error(429, "RATE_LIMITED");
    let number = |name: &str| answer.headers[name].to_str().unwrap().parse::<u64>().unwrap();
    assert!((1..=60).contains(&number("retry-after")));
    assert_eq!((number("ratelimit-limit"), number("ratelimit-remaining")), (3, 0));
    assert!((1..=60).contains(&number("ratelimit-reset")));
    // Somebody else at the same address is not locked out.
    app.person("bob").await;
    login(&app, "bob").await;
}

#[tokio::test]
async fn requests_are_counted_and_the_rest_refused() {
    let app = TestApp::with(|c| {
        c.limits.requests = 4;
        c.limits.openai_requests = 2;
        c.limits.open_requests = 5;
    })
    .await;
    let ann = app.person("ann").await;
    for left in (0..4).rev() {
        let answer = ann.get("/api/v1/auth/me").await;
        answer.expect(200);
        assert_eq!(answer.headers["ratelimit-remaining"], left.to_string().as_str());
    }
    let answer = ann.get("/api/v1/auth/me").await;
    answer.expect_error(429, "RATE_LIMITED");
    assert!(answer.headers.contains_key("retry-after"));
    ann.get("/api/v1/settings").await.expect(200);
    for status in [200, 200, 429] {
        let answer = ann.get("/v1/models").await;
        answer.expect(status);
        assert_eq!(answer.json()["error"].is_object(), status == 429);
    }
    for status in [200, 200, 200, 200, 200, 429] {
        app.client().get("/api/v1/auth/setup").await.expect(status);
    }
}

#[tokio::test]
async fn what_only_looks_like_a_token_is_refused() {
    let clock = Clock::fixed(Timestamp(1_800_000_000_000_000));
    let app = TestApp::with_clock(clock.clone(), |_| {}).await;
    let elsewhere = TestApp::with_clock(clock.clone(), |_| {}).await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let stranger = elsewhere.person("ann").await;
    let parts: Vec<&str> = ann.token().split('.').collect();
    let claims = |token: &str| -> Value {
        let middle = token.split('.').nth(1).unwrap();
        Cursor::decode(Some(middle)).unwrap().unwrap()
    };
    let mut other_tenant = claims(ann.token());
    other_tenant["tid"] = claims(bob.token())["tid"].clone();
    let mut longer = claims(ann.token());
    longer["exp"] = json!(4_000_000_000_u64);
    let none = Cursor::encode(&json!({ "alg": "none", "typ": "JWT" }));
    let forged = [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], Cursor::encode(&other_tenant), parts[2]),
        format!("{}.{}.{}", parts[0], Cursor::encode(&longer), parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], claims(bob.token())["sid"]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        stranger.token().to_owned(),
        "trb_".to_owned(),
        "trb_0000000000000000000000000000000000000000000".to_owned(),
        "x".repeat(8000),
        "null".to_owned(),
    ];
    for token in &forged {
        let client = with(&app, token);
        client
            .get("/api/v1/auth/me")
            .await
            .expect_error(401, "UNAUTHORIZED");
        client.get("/v1/models").await.expect(401);
        let mut browser = Browser::new(&app);
        let cookie = (token.clone(), "/".to_owned());
        browser.cookies.insert("trb_access".to_owned(), cookie);
        browser
            .get("/api/v1/auth/me")
            .await
            .expect_error(401, "UNAUTHORIZED");
    }
    // An API token belongs into the header; a cookie that holds one is none of ours.
    let made = ann.post("/api/v1/tokens", &json!({ "name": "t" })).await;
    made.expect(201);
    let mut browser = Browser::new(&app);
    let cookie = (text(&made.data()["token"]).to_owned(), "/".to_owned());
    browser.cookies.insert("trb_access".to_owned(), cookie);
    browser
        .get("/api/v1/threads")
        .await
        .expect_error(401, "UNAUTHORIZED");

    // Time ends it, too; the session goes on.
    let mut again = Browser::signed_in(&app, "ann").await;
    clock.advance(Duration::from_mins(16));
    ann.get("/api/v1/auth/me").await.expect_error(401, "UNAUTHORIZED");
    again
        .get("/api/v1/auth/me")
        .await
        .expect_error(401, "UNAUTHORIZED");
    again.write("/api/v1/auth/refresh", &json!({})).await.expect(200);
    again.get("/api/v1/auth/me").await.expect(200);
    clock.advance(Duration::from_hours(31 * 24));
    again
        .write("/api/v1/auth/refresh", &json!({}))
        .await
        .expect_error(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn a_restart_keeps_who_is_signed_in_and_who_is_out() {
    let mut app = TestApp::start().await;
    let mut ann = Browser::registered(&app, "ann").await;
    let mut out = Browser::signed_in(&app, "ann").await;
    let left = with(&app, &out.cookies["trb_access"].0);
    let token = left.token().to_owned();
    out.write("/api/v1/auth/logout", &json!({})).await.expect(200);
    app.restart().await;
    let cookies = ann.cookies.clone();
    ann = Browser::new(&app);
    ann.cookies = cookies;
    ann.get("/api/v1/auth/me").await.expect(200);
    ann.write("/api/v1/auth/refresh", &json!({})).await.expect(200);
    with(&app, &token)
        .get("/api/v1/auth/me")
        .await
        .expect_error(401, "UNAUTHORIZED");
}
