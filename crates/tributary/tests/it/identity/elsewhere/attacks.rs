//! What a sign-in elsewhere must not be fooled by.

use std::time::Duration;

use kit::clock::{Clock, Timestamp};
use serde_json::{Value, json};

use super::super::browser::Browser;
use super::issuer::Issuer;
use super::{Journey, house, location, merged, provider, signed_in};
use crate::support::TestApp;

async fn refused(app: &TestApp, issuer: &Issuer, change: Value, code: &str) {
    let mut browser = Browser::new(app);
    let journey = Journey::begin(&mut browser).await;
    let claims = merged(journey.claims(issuer, app, "ann"), change.clone());
    let answer = journey.end(&mut browser, issuer, &claims).await;
    answer.expect(302);
    assert_eq!(location(&answer), format!("/login?error={code}"), "{change}");
    assert!(browser.cookies.is_empty(), "{change}: {:?}", browser.cookies);
}

#[tokio::test]
async fn a_token_that_is_not_the_answer_signs_nobody_in() {
    let issuer = Issuer::start().await;
    let app = house(&issuer, json!({})).await;
    let now = app.clock.now().seconds();
    for change in [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "aud": "somebody else" }),
        json!({ "aud": ["tributary", "somebody else"] }),
        json!({ "azp": "somebody else" }),
        json!({ "iss": "http://127.0.0.1:1" }),
        json!({ "exp": now - 61 }),
        json!({ "exp": null }),
        json!({ "iat": now + 3600 }),
        json!({ "sub": "" }),
    ] {
        refused(&app, &issuer, change, "OIDC_FAILED").await;
    }
    // The way itself is sound.
    let mut ann = signed_in(&app, &issuer, "ann", json!({})).await;
    let me = ann.get("/api/v1/auth/me").await.data();
    assert_eq!(me["user"]["email"], "ann@example.org");
    assert_eq!(me["user"]["is_instance_admin"], false);
}

#[tokio::test]
async fn a_signature_that_is_none_signs_nobody_in() {
    let issuer = Issuer::start().await;
    let app = house(&issuer, json!({})).await;
    let public = issuer.public_key();
    let public_text = public.to_string();
    let point = [public["x"].as_str().unwrap(), public["y"].as_str().unwrap()].concat();
    let cases: [(Value, Option<&[u8]>); 7] = [
        (json!({ "alg": "none" }), None),
        (json!({ "alg": "None", "kid": "first" }), None),
        (
            json!({ "alg": "HS256", "kid": "first" }),
            Some(public_text.as_bytes()),
        ),
        (json!({ "alg": "HS256" }), Some(point.as_bytes())),
        (
            json!({ "alg": "HS256", "kid": "shared" }),
            Some(b"a shared secret"),
        ),
        (json!({ "alg": "ES256", "kid": "first" }), Some(b"anything")),
        (json!({ "alg": "RS256", "kid": "first" }), Some(b"anything")),
    ];
    for (head, secret) in cases {
        let mut browser = Browser::new(&app);
        let journey = Journey::begin(&mut browser).await;
        let token = issuer.forge(&head, &journey.claims(&issuer, &app, "ann"), secret);
        let answer = journey.end_with(&mut browser, &issuer, &token).await;
        assert_eq!(location(&answer), "/login?error=OIDC_FAILED", "{head}");
        assert!(browser.cookies.is_empty(), "{head}");
    }
    // A key that brings itself along is nobody's.
    let other = Issuer::start().await;
    let mut browser = Browser::new(&app);
    let journey = Journey::begin(&mut browser).await;
    let token = other.sign(&journey.claims(&issuer, &app, "ann"));
    let answer = journey.end_with(&mut browser, &issuer, &token).await;
    assert_eq!(location(&answer), "/login?error=OIDC_FAILED");
}

#[tokio::test]
async fn a_way_back_is_good_once_and_in_the_browser_that_set_out() {
    let issuer = Issuer::start().await;
    let app = house(&issuer, json!({})).await;
    let (mut ann, mut eve) = (Browser::new(&app), Browser::new(&app));
    let journey = Journey::begin(&mut ann).await;
    assert_eq!(journey.asked("code_challenge_method"), "S256");
    assert_eq!(journey.asked("response_type"), "code");
    let claims = journey.claims(&issuer, &app, "ann");
    // Another browser, with no journey or with one of its own, comes with Ann's.
    let answer = journey.end(&mut eve, &issuer, &claims).await;
    assert_eq!(location(&answer), "/login?error=OIDC_STATE");
    let own = Journey::begin(&mut eve).await;
    let answer = journey.end(&mut eve, &issuer, &claims).await;
    assert_eq!(location(&answer), "/login?error=OIDC_STATE");
    // A code that Eve caught is worth nothing in her own journey: it was asked for with Ann's verifier.
    let code = issuer.code_for(&issuer.sign(&claims), journey.asked("code_challenge"));
    let answer = eve.get(&own.way_back(&code)).await;
    assert_eq!(location(&answer), "/login?error=OIDC_FAILED");
    // None of this used Ann's up.
    let mut copy = ann.stolen();
    let answer = journey.end(&mut ann, &issuer, &claims).await;
    assert_eq!(location(&answer), "/threads/new");
    ann.get("/api/v1/auth/me").await.expect(200);
    // Even with her cookie it is good no more.
    let answer = journey.end(&mut copy, &issuer, &claims).await;
    assert_eq!(location(&answer), "/login?error=OIDC_STATE");
    for path in [
        "/api/v1/auth/oidc/house/callback",
        "/api/v1/auth/oidc/house/callback?state=x&code=y",
        "/api/v1/auth/oidc/house/callback?error=access_denied",
    ] {
        let answer = Browser::new(&app).get(path).await;
        assert_eq!(location(&answer), "/login?error=OIDC_STATE", "{path}");
    }
    let answer = Browser::new(&app).get("/api/v1/auth/oidc/nobody/start").await;
    assert_eq!(location(&answer), "/login?error=OIDC_UNKNOWN");
}

#[tokio::test]
async fn a_refusal_and_an_answer_of_another_issuer_are_told() {
    let issuer = Issuer::start().await;
    let app = house(&issuer, json!({})).await;
    for (more, code) in [
        ("&error=access_denied", "OIDC_DENIED"),
        ("&code=x&iss=https://evil", "OIDC_FAILED"),
    ] {
        let mut browser = Browser::new(&app);
        let journey = Journey::begin(&mut browser).await;
        let state = journey.asked("state");
        let path = format!("/api/v1/auth/oidc/house/callback?state={state}{more}");
        let answer = browser.get(&path).await;
        assert_eq!(location(&answer), format!("/login?error={code}"));
    }
}

#[tokio::test]
async fn nobody_is_sent_to_another_page() {
    let issuer = Issuer::start().await;
    let app = house(&issuer, json!({})).await;
    for (wished, end) in [
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/%5Cevil.example", "/"),
        ("/a%0d%0aset-cookie:x=y", "/"),
        ("/threads/1", "/threads/1"),
    ] {
        let mut browser = Browser::new(&app);
        let journey = Journey::begin_to(&mut browser, wished).await;
        let claims = journey.claims(&issuer, &app, "ann");
        let answer = journey.end(&mut browser, &issuer, &claims).await;
        assert_eq!(location(&answer), end, "{wished}");
    }
}

#[tokio::test]
async fn keys_change_and_their_house_may_be_away() {
    let issuer = Issuer::start().await;
    let clock = Clock::fixed(Timestamp(1_800_000_000_000_000));
    let change = provider(&issuer, json!({}));
    let app = TestApp::with_clock(clock, |c| c.identity.oidc = vec![change]).await;
    app.person("operator").await;
    issuer.be_down(true);
    let answer = Browser::new(&app).get("/api/v1/auth/oidc/house/start").await;
    assert_eq!(location(&answer), "/login?error=OIDC_UNREACHABLE");
    issuer.be_down(false);
    app.clock.advance(Duration::from_secs(11));
    signed_in(&app, &issuer, "ann", json!({})).await;
    assert_eq!(issuer.keys_read(), 1);
    // Keys are read anew for one that is not known, but not for every token of a stranger.
    app.clock.advance(Duration::from_secs(11));
    issuer.rotate("second");
    signed_in(&app, &issuer, "ann", json!({})).await;
    assert_eq!(issuer.keys_read(), 2);
    for _ in 0..5 {
        let stranger = Issuer::start().await;
        stranger.rotate("third");
        let mut browser = Browser::new(&app);
        let journey = Journey::begin(&mut browser).await;
        let token = stranger.sign(&journey.claims(&issuer, &app, "ann"));
        let answer = journey.end_with(&mut browser, &issuer, &token).await;
        assert_eq!(location(&answer), "/login?error=OIDC_FAILED");
    }
    assert_eq!(issuer.keys_read(), 2);
    // What an issuer took out is not believed once the keys were read anew.
    app.clock.advance(Duration::from_hours(2));
    signed_in(&app, &issuer, "ann", json!({})).await;
    assert_eq!(issuer.keys_read(), 3);
}

#[tokio::test]
async fn one_answer_for_every_address() {
    let issuer = Issuer::start().await;
    let app = house(&issuer, json!({})).await;
    app.person("known").await;
    let unverified = json!({ "email_verified": false });
    for name in ["known", "unknown"] {
        let mut browser = Browser::new(&app);
        let journey = Journey::begin(&mut browser).await;
        let claims = merged(journey.claims(&issuer, &app, name), unverified.clone());
        let answer = journey.end(&mut browser, &issuer, &claims).await;
        assert_eq!(location(&answer), "/login?error=OIDC_EMAIL_UNVERIFIED", "{name}");
        let body = json!({ "email": format!("{name}@example.org") });
        let methods = app.client().post("/api/v1/auth/check-user", &body).await.data();
        assert_eq!(methods["methods"], json!(["password", "passkey", "oidc:house"]));
    }
    let methods = app.client().get("/api/v1/auth/methods").await.data();
    let oidc = json!([{ "id": "house", "name": "House" }]);
    let wanted = json!({ "password": true, "passkeys": true, "oidc": oidc, "registration": "open" });
    assert_eq!(methods, wanted);
}
