//! Whose account it is, and what groups give.

use serde_json::json;

use super::super::browser::Browser;
use super::issuer::Issuer;
use super::{Journey, house, location, merged, provider, signed_in};
use crate::support::TestApp;

#[tokio::test]
async fn a_verified_address_finds_its_account() {
    let issuer = Issuer::start().await;
    let app = TestApp::with(|c| {
        c.registration = identity::Registration::Invite;
        c.identity.oidc = vec![provider(&issuer, json!({}))];
    })
    .await;
    let operator = app.person("operator").await;
    let mut browser = signed_in(
        &app,
        &issuer,
        "operator",
        json!({ "email": "Operator@Example.org" }),
    )
    .await;
    let me = browser.get("/api/v1/auth/me").await.data();
    assert_eq!(
        me["user"]["id"],
        operator.get("/api/v1/auth/me").await.data()["user"]["id"]
    );
    let security = browser.get("/api/v1/me/security").await.data();
    assert_eq!(security["password"], true, "a proved account keeps its password");
    assert_eq!(security["identities"][0]["provider"], "house");
    assert_eq!(security["identities"][0]["email"], "operator@example.org");
    assert_eq!(security["sessions"].as_array().unwrap().len(), 2);
    // Who is there by the subject comes in though the address changed, even to one that is not verified.
    let change = json!({ "email": "new@example.org", "email_verified": false });
    let mut again = signed_in(&app, &issuer, "operator", change).await;
    assert_eq!(again.get("/api/v1/auth/me").await.data()["user"], me["user"]);
    // Who is new is not let in where accounts are by invitation.
    let mut browser = Browser::new(&app);
    let journey = Journey::begin(&mut browser).await;
    let claims = journey.claims(&issuer, &app, "stranger");
    let answer = journey.end(&mut browser, &issuer, &claims).await;
    assert_eq!(location(&answer), "/login?error=OIDC_NO_ACCOUNT");
    // Nor somebody to whom the issuer gave an address that is another's here.
    let journey = Journey::begin(&mut browser).await;
    let claims = merged(
        journey.claims(&issuer, &app, "operator"),
        json!({ "sub": "somebody new" }),
    );
    let answer = journey.end(&mut browser, &issuer, &claims).await;
    assert_eq!(location(&answer), "/login?error=OIDC_EMAIL_TAKEN");
}

#[tokio::test]
async fn who_took_an_address_beforehand_loses_it_to_its_owner() {
    let issuer = Issuer::start().await;
    let app = house(&issuer, json!({})).await;
    // Registration is open: a stranger makes an account with Ann's address, and a token.
    let mut squatter = app.person("ann").await;
    let token = squatter
        .post("/api/v1/tokens", &json!({ "name": "t" }))
        .await
        .data();
    let mut ann = signed_in(&app, &issuer, "ann", json!({})).await;
    ann.get("/api/v1/auth/me").await.expect(200);
    assert_eq!(ann.get("/api/v1/me/security").await.data()["password"], false);
    squatter
        .get("/api/v1/auth/me")
        .await
        .expect_error(401, "UNAUTHORIZED");
    squatter.bearer(token["token"].as_str().unwrap());
    squatter
        .get("/api/v1/auth/me")
        .await
        .expect_error(401, "UNAUTHORIZED");
    let login = json!({ "email": "ann@example.org", "password": "a good long password" });
    app.client()
        .post("/api/v1/auth/login", &login)
        .await
        .expect_error(401, "UNAUTHORIZED");
    // Ann gives it a password of her own, by the sign-in of just now.
    let body = json!({ "new_password": "another good long password" });
    ann.write("/api/v1/auth/password", &body).await.expect(200);
    let login = json!({ "email": "ann@example.org", "password": "another good long password" });
    app.client().post("/api/v1/auth/login", &login).await.expect(200);
    ann.write("/api/v1/auth/password", &body).await.expect(422);
}

#[tokio::test]
async fn only_addresses_of_the_house_come_in_and_some_are_only_told_elsewhere() {
    let issuer = Issuer::start().await;
    let app = house(&issuer, json!({ "domains": ["example.org"] })).await;
    for (change, code) in [
        (json!({ "email": "ann@evil.example" }), "OIDC_EMAIL_REFUSED"),
        (json!({ "email": "ann@sub.example.org" }), "OIDC_EMAIL_REFUSED"),
        (json!({ "email": null }), "OIDC_EMAIL_MISSING"),
        (
            json!({ "email": "ann@example.org", "email_verified": "no" }),
            "OIDC_EMAIL_UNVERIFIED",
        ),
    ] {
        let mut browser = Browser::new(&app);
        let journey = Journey::begin(&mut browser).await;
        issuer.say_of_user(json!({ "sub": "sub-ann" }));
        let claims = merged(journey.claims(&issuer, &app, "ann"), change);
        let answer = journey.end(&mut browser, &issuer, &claims).await;
        assert_eq!(location(&answer), format!("/login?error={code}"));
    }
    // The address is only at the userinfo endpoint; of somebody else it counts nothing.
    let told =
        |sub: &str| json!({ "sub": sub, "email": "bob@example.org", "email_verified": true, "name": "Bob" });
    for (sub, end) in [
        ("sub-eve", "/login?error=OIDC_FAILED"),
        ("sub-bob", "/threads/new"),
    ] {
        issuer.say_of_user(told(sub));
        let mut browser = Browser::new(&app);
        let journey = Journey::begin(&mut browser).await;
        let claims = merged(
            journey.claims(&issuer, &app, "bob"),
            json!({ "email": null, "name": null }),
        );
        let answer = journey.end(&mut browser, &issuer, &claims).await;
        assert_eq!(location(&answer), end);
    }
}

#[tokio::test]
async fn what_groups_give_they_take_back() {
    let issuer = Issuer::start().await;
    let mut app = TestApp::start().await;
    let ann = app.person("ann").await;
    let workspace = ann.get("/api/v1/workspace").await.data()["id"].clone();
    let rules = json!({
        "admin_groups": ["operators"],
        "groups": [
            { "group": "sales", "workspace": workspace, "role": "member" },
            { "group": "leads", "workspace": workspace, "role": "admin" },
            { "group": "sales", "workspace": "0198c0de-0000-7000-8000-000000000001", "role": "member" },
        ],
    });
    app.config.identity.oidc = vec![provider(&issuer, rules)];
    app.restart().await;
    let ann = ann.at(&app.base());
    let role_of_bob = async |groups: serde_json::Value| {
        let mut bob = signed_in(&app, &issuer, "bob", json!({ "groups": groups })).await;
        let me = bob.get("/api/v1/auth/me").await.data();
        let members = ann.get("/api/v1/members").await.data();
        let row = members
            .as_array()
            .unwrap()
            .iter()
            .find(|m| m["email"] == "bob@example.org");
        let role = row.map(|row| row["role"].as_str().unwrap().to_owned());
        (role, me["user"]["is_instance_admin"].as_bool().unwrap())
    };
    let wanted = |role: Option<&str>, admin| (role.map(str::to_owned), admin);
    assert_eq!(role_of_bob(json!([])).await, wanted(None, false));
    assert_eq!(role_of_bob(json!(["sales"])).await, wanted(Some("member"), false));
    assert_eq!(
        role_of_bob(json!(["sales", "leads", "operators"])).await,
        wanted(Some("admin"), true)
    );
    assert_eq!(role_of_bob(json!("sales")).await, wanted(Some("member"), false));
    assert_eq!(role_of_bob(json!([])).await, wanted(None, false));
    // What was given by hand stays.
    let body = json!({ "email": "bob@example.org", "role": "guest" });
    ann.post("/api/v1/members", &body).await.expect(201);
    assert_eq!(role_of_bob(json!(["leads"])).await, wanted(Some("guest"), false));
    assert_eq!(role_of_bob(json!([])).await, wanted(Some("guest"), false));
}
