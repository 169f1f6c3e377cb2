//! Accounts: made, signed in to, closed to strangers, and their passwords.

use http::StatusCode;
use identity::IdentityConfig;
use serde_json::json;

use crate::support::{app, person, register};

#[tokio::test]
async fn an_account_from_registration_to_sign_out() {
    let app = app(IdentityConfig::default()).await;
    let setup = app.call("GET", "/api/v1/auth/setup", &[], None).await;
    assert_eq!(setup.data()["needs_first_account"], true);
    let ada = register(&app, "Ada@Example.org").await;
    let me = ada.get("/auth/me").await;
    assert_eq!(me.data()["user"]["is_instance_admin"], true);
    assert_eq!(me.data()["workspace"]["name"], "Ada's workspace");
    assert_eq!(me.data()["role"], "owner");
    let permissions = me.data()["permissions"].to_string();
    assert!(permissions.contains("instance.administer") && permissions.contains("members.manage"));

    let bob = register(&app, "bob@example.org").await;
    assert_eq!(
        bob.get("/auth/me").await.data()["user"]["is_instance_admin"],
        false
    );
    let twice = json!({"email": "ADA@example.org ", "password": "correct horse", "full_name": "x"});
    let twice = app.open("POST", "/api/v1/auth/register", twice).await;
    assert_eq!((twice.status, twice.code()), (StatusCode::CONFLICT, "CONFLICT"));
    let short = json!({"email": "c@example.org", "password": "short", "full_name": "x", "role": "owner"});
    assert_eq!(app.open("POST", "/api/v1/auth/register", short).await.status, 422);

    let known = app
        .open(
            "POST",
            "/api/v1/auth/check-user",
            json!({"email": "ada@example.org"}),
        )
        .await;
    let unknown = app
        .open("POST", "/api/v1/auth/check-user", json!({"email": "nobody@x.y"}))
        .await;
    assert_eq!(known.text, unknown.text);
    let wrong = app
        .open(
            "POST",
            "/api/v1/auth/login",
            json!({"email": "ada@example.org", "password": "not it at all"}),
        )
        .await;
    let nobody = app
        .open(
            "POST",
            "/api/v1/auth/login",
            json!({"email": "nobody@example.org", "password": "not it at all"}),
        )
        .await;
    assert_eq!(
        (wrong.status, wrong.text),
        (StatusCode::UNAUTHORIZED, nobody.text)
    );

    let right = json!({"email": "ADA@example.org", "password": "correct horse"});
    let laptop = person(&app, &app.open("POST", "/api/v1/auth/login", right).await);
    assert_eq!(
        ada.get("/auth/sessions").await.data().as_array().unwrap().len(),
        2
    );
    assert_eq!(laptop.post("/auth/logout", json!({})).await.status, 200);
    assert_eq!(laptop.get("/auth/me").await.status, 401, "it ends at once");
    assert_eq!(
        laptop
            .by_cookie("POST", "/auth/refresh", &[("x-csrf", "1")])
            .await
            .status,
        401
    );
    assert_eq!(laptop.post("/auth/logout", json!({})).await.status, 401);
    assert_eq!(ada.get("/auth/me").await.status, 200);
    assert_eq!(ada.post("/auth/logout-everywhere", json!({})).await.status, 200);
    assert_eq!(ada.get("/auth/me").await.status, 401);
}

#[tokio::test]
async fn of_many_at_once_one_is_the_first() {
    let app = app(IdentityConfig::default()).await;
    let body = |i: usize| json!({"email": format!("p{}@example.org", i % 6), "password": "correct horse", "full_name": "P"});
    let mut tasks = tokio::task::JoinSet::new();
    for i in 0..12 {
        let (app, body) = (app.clone(), body(i));
        tasks.spawn(async move { app.open("POST", "/api/v1/auth/register", body).await });
    }
    let (mut made, mut admins) = (0, 0);
    while let Some(answer) = tasks.join_next().await {
        let answer = answer.unwrap();
        match answer.status.as_u16() {
            201 => {
                made += 1;
                admins += usize::from(answer.data()["user"]["is_instance_admin"] == true);
            }
            status => assert_eq!(status, 409, "{}", answer.text),
        }
    }
    assert_eq!((made, admins), (6, 1));
}

#[tokio::test]
async fn registration_may_be_closed_or_by_invitation() {
    for (rule, sentence) in [
        (identity::Registration::Closed, "administrator"),
        (identity::Registration::Invite, "invitation"),
    ] {
        let config = IdentityConfig {
            registration: rule,
            ..IdentityConfig::default()
        };
        let app = app(config).await;
        let ada = register(&app, "first@example.org").await;
        let body = json!({"email": "second@example.org", "password": "correct horse", "full_name": "S"});
        let refused = app.open("POST", "/api/v1/auth/register", body.clone()).await;
        assert_eq!(refused.status, 403);
        assert!(refused.text.contains(sentence), "{}", refused.text);
        let invitation = ada
            .post(
                "/members",
                json!({"email": "second@example.org", "role": "member"}),
            )
            .await;
        let mut body = body;
        body["invitation"] = invitation.data()["invitation"]["token"].clone();
        let status = app.open("POST", "/api/v1/auth/register", body).await.status;
        let expected = if rule == identity::Registration::Invite {
            201
        } else {
            403
        };
        assert_eq!(status, expected);
        let made = identity::people::create(
            &app.identity,
            "third@example.org",
            "Third",
            identity::Password::new("correct horse".into()),
        );
        assert!(!made.await.unwrap().is_instance_admin);
        let token = identity::api_tokens::create_for(
            &app.identity,
            "third@example.org",
            "cli",
            identity::Scopes::parse("read"),
        )
        .await
        .unwrap();
        assert_eq!(ada.with_token(&token.token).get("/auth/me").await.status, 200);
    }
}

#[tokio::test]
async fn a_new_password_signs_the_others_out() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "a@example.org").await;
    let login = json!({"email": "a@example.org", "password": "correct horse"});
    let phone = person(&app, &app.open("POST", "/api/v1/auth/login", login.clone()).await);
    let change = |old: &str| json!({"current_password": old, "new_password": "battery staple"});
    assert_eq!(ada.post("/auth/password", change("wrong")).await.status, 422);
    assert_eq!(
        ada.post("/auth/password", change("correct horse")).await.status,
        200
    );
    assert_eq!(phone.get("/auth/me").await.status, 401);
    assert_eq!(ada.get("/auth/me").await.status, 200);
    assert_eq!(app.open("POST", "/api/v1/auth/login", login).await.status, 401);
}
