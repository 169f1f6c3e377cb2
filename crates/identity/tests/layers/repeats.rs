//! Requests with a key: the same one twice is done once.

use http::StatusCode;
use identity::IdentityConfig;
use serde_json::json;

use crate::support::{app, person};

#[tokio::test]
async fn repeats_get_the_first_answer() {
    let app = app(IdentityConfig::default()).await;
    let keyed = |more: &[(String, String)]| {
        let mut headers = vec![("idempotency-key".to_owned(), "k1".to_owned())];
        headers.extend_from_slice(more);
        headers
    };
    let body = json!({"email": "a@example.org", "password": "correct horse", "full_name": "A"});
    let first = app
        .call("POST", "/api/v1/auth/register", &keyed(&[]), Some(body.clone()))
        .await;
    let again = app
        .call("POST", "/api/v1/auth/register", &keyed(&[]), Some(body))
        .await;
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    assert_eq!(first.cookies(), again.cookies());
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let ada = person(&app, &first);
    let keyed = keyed(&ada.headers);
    let make = async |name: &str| {
        app.call(
            "POST",
            "/api/v1/workspaces",
            &keyed,
            Some(json!({ "name": name })),
        )
        .await
    };
    let (one, two) = tokio::join!(make("x"), make("x"));
    assert!([&one, &two].iter().any(|a| a.status == 201));
    assert!([&one, &two].iter().all(|a| a.status == 201 || a.status == 409));
    assert_eq!(make("x").await.status, 201);
    let other = make("y").await;
    assert_eq!((other.status, other.code()), (StatusCode::CONFLICT, "CONFLICT"));
    assert_eq!(ada.get("/workspaces").await.data().as_array().unwrap().len(), 2);
    app.clock.advance(std::time::Duration::from_mins(14));
    assert_eq!(make("x").await.headers["idempotent-replayed"], "true");
    app.clock.advance(std::time::Duration::from_hours(24));
    identity::forget_expired(app.identity.db()).await.unwrap();
    let login = json!({"email": "a@example.org", "password": "correct horse"});
    let ada = person(&app, &app.open("POST", "/api/v1/auth/login", login).await);
    assert_eq!(ada.get("/workspaces").await.data().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_request_with_a_key_is_finished_without_its_client() {
    let mut config = IdentityConfig::default();
    // It is asked again and again until the first call has ended.
    config.limits.open_requests = 0;
    let app = app(config).await;
    let key = [("idempotency-key".to_owned(), "gone".to_owned())];
    let body = json!({"email": "a@example.org", "password": "correct horse", "full_name": "A"});
    let call = || app.call("POST", "/api/v1/auth/register", &key, Some(body.clone()));
    // The client waits until its key is claimed and the password is being hashed, then goes away.
    let left = tokio::time::timeout(std::time::Duration::from_millis(15), call()).await;
    let repeated = loop {
        let answer = call().await;
        if answer.status != 409 {
            break answer;
        }
        assert!(answer.headers.contains_key("retry-after"));
        tokio::task::yield_now().await;
    };
    assert_eq!(repeated.status, 201, "{}", repeated.text);
    if left.is_err() {
        assert!(app.lifecycle.stop(std::time::Duration::from_secs(5)).await);
    }
}
