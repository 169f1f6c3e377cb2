//! The life of a key: checked, masked, used by whom it is for, refused, renewed, forgotten.

use providers::ProviderKind;
use providers::standin::Standin;
use serde_json::{Value, json};

use super::{CLOUD, World, asked, give_key, join, program};
use crate::support::{Client, GOOD_KEY, TestApp, standin};

/// The key of one provider as the API shows it.
async fn shown(person: &Client, kind: ProviderKind) -> Vec<Value> {
    let all = person.get("/api/v1/providers").await.data();
    let found = all
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["provider"] == kind.id())
        .unwrap();
    found["keys"].as_array().unwrap().clone()
}

async fn ask(person: &Client, model: &str) -> crate::support::Answer {
    let thread = person.thread().await;
    person.ask(&thread, "Hi", model).await
}

#[tokio::test]
async fn a_key_is_checked_masked_checked_again_and_forgotten() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    for kind in CLOUD {
        let path = format!("/api/v1/providers/{kind}/key");
        let base_url = world.of(kind).base_url(kind);
        let wrong = json!({ "key": "sk-test-bad-0123456789", "base_url": base_url });
        let answer = ann.put(&path, &wrong).await;
        answer.expect_error(424, "INVALID_PROVIDER_KEY");
        assert!(!answer.text().contains("0123456789"));
        assert!(
            shown(&ann, kind).await.is_empty(),
            "{kind}: a wrong key is not kept"
        );

        let kept = ann
            .put(&path, &json!({ "key": GOOD_KEY, "base_url": base_url }))
            .await;
        kept.expect(200);
        assert_eq!(kept.data()["is_valid"], true);
        assert!(kept.data()["error"].is_null());
        let key = shown(&ann, kind).await.remove(0);
        assert_eq!(
            (&key["scope"], &key["masked"]),
            (&json!("user"), &json!("sk-…6789"))
        );
        assert_eq!(key["base_url"], json!(base_url));
        // A wrong one does not take the place of a good one.
        ann.put(&path, &wrong)
            .await
            .expect_error(424, "INVALID_PROVIDER_KEY");
        ask(&ann, &format!("{kind}/mock-n2")).await.expect(201);

        let checked = ann.post(&format!("{path}/check"), &json!({})).await;
        checked.expect(200);
        assert_eq!(checked.data()["is_valid"], true);
        ann.delete(&path).await.expect(200);
        assert!(shown(&ann, kind).await.is_empty());
        ann.delete(&path).await.expect_error(404, "NOT_FOUND");
        ann.post(&format!("{path}/check"), &json!({}))
            .await
            .expect_error(404, "NOT_FOUND");
        ask(&ann, &format!("{kind}/mock-n2"))
            .await
            .expect_error(424, "NO_PROVIDER_KEY");
    }
    let trail = ann.get("/api/v1/admin/audit?action=provider_key.").await;
    trail.expect(200);
    assert_eq!(trail.data().as_array().unwrap().len(), 8);
    for path in ["/api/v1/admin/audit", "/api/v1/providers", "/api/v1/models"] {
        assert!(!ann.get(path).await.text().contains("0123456789"), "{path}");
    }
}

#[tokio::test]
async fn wrong_input_is_told() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let path = "/api/v1/providers/openai/key";
    for body in [
        json!({}),
        json!({ "key": "" }),
        json!({ "key": "  ", "base_url": "https://llm.example/v1" }),
        json!({ "key": "line\nbreak" }),
        json!({ "key": "nul\u{0}" }),
        json!({ "key": "k".repeat(5_000) }),
        json!({ "key": 7 }),
        json!({ "key": "k", "scope": "everybody" }),
        json!({ "key": "k", "colour": "red" }),
    ] {
        let answer = ann.put(path, &body).await;
        answer.expect_error(422, "VALIDATION_FAILED");
    }
    let custom = ann
        .put("/api/v1/providers/custom/key", &json!({ "key": "k" }))
        .await;
    custom.expect_error(422, "VALIDATION_FAILED");
    assert_eq!(custom.json()["details"][0]["field"], "base_url");
    ann.put("/api/v1/providers/builtin/key", &json!({ "key": "k" }))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    ann.put("/api/v1/providers/nobody/key", &json!({ "key": "k" }))
        .await
        .expect_error(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_key_whose_server_is_down_is_kept_with_the_reason_and_tried() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let port = {
        let free = standin().await;
        free.address().port()
    };
    let body = json!({ "key": GOOD_KEY, "base_url": format!("http://127.0.0.1:{port}/v1") });
    let kept = ann.put("/api/v1/providers/custom/key", &body).await;
    kept.expect(200);
    assert_eq!(kept.data()["is_valid"], false);
    assert_eq!(kept.data()["error"]["code"], "unreachable");
    assert_eq!(
        shown(&ann, ProviderKind::Custom).await[0]["error"]["code"],
        "unreachable"
    );
    let failed = ask(&ann, "custom/mock-n2").await;
    failed.expect_error(502, "ALL_PROVIDERS_FAILED");
    assert_eq!(failed.json()["details"][0]["code"], "unreachable");

    let _server = Standin::start(port, true).await.unwrap();
    ask(&ann, "custom/mock-n2").await.expect(201);
    let checked = ann.post("/api/v1/providers/custom/key/check", &json!({})).await;
    assert_eq!(checked.data()["is_valid"], true);
    assert!(shown(&ann, ProviderKind::Custom).await[0]["error"].is_null());
}

#[tokio::test]
async fn a_revoked_key_is_refused_until_it_is_checked_again() {
    let (app, server) = (TestApp::start().await, standin().await);
    let ann = app.person("ann").await;
    server.set_strict(false);
    give_key(&ann, ProviderKind::OpenAi, &server, "sk-once-was-good-99", "user").await;
    ask(&ann, "openai/mock-n2").await.expect(201);
    server.set_strict(true);
    ask(&ann, "openai/mock-n2")
        .await
        .expect_error(424, "INVALID_PROVIDER_KEY");
    let key = shown(&ann, ProviderKind::OpenAi).await.remove(0);
    assert_eq!(
        (&key["is_valid"], &key["error"]["code"]),
        (&json!(false), &json!("invalid_key"))
    );
    let before = server.stats().requests;
    ask(&ann, "openai/mock-n2")
        .await
        .expect_error(424, "INVALID_PROVIDER_KEY");
    ask(&ann, "mock").await.expect_error(424, "INVALID_PROVIDER_KEY");
    ask(&ann, "auto").await.expect_error(424, "NO_PROVIDER_KEY");
    assert_eq!(
        server.stats().requests,
        before,
        "a refused key is not tried in vain"
    );
    let check = "/api/v1/providers/openai/key/check";
    assert_eq!(ann.post(check, &json!({})).await.data()["is_valid"], false);
    server.set_strict(false);
    assert_eq!(ann.post(check, &json!({})).await.data()["is_valid"], true);
    ask(&ann, "openai/mock-n2").await.expect(201);
}

#[tokio::test]
async fn keys_are_used_by_whom_they_are_for() {
    let app = TestApp::with(|config| {
        config.ai.private_networks = tributary::config::PrivateNetworks::Everybody;
        config.chat.titles_by_model = false;
    })
    .await;
    let server = standin().await;
    let ann = app.person("ann").await;
    let bob = join(&app, &ann, "bob", "member").await;
    let carol = app.person("carol").await;
    let openai = ProviderKind::OpenAi;
    let path = "/api/v1/providers/openai/key";
    let last_key = || server.seen().last().unwrap().key.clone();

    let of_all = json!({ "key": GOOD_KEY, "base_url": server.base_url(openai), "scope": "workspace" });
    bob.put(path, &of_all).await.expect_error(403, "FORBIDDEN");
    ask(&bob, "openai/mock-n2")
        .await
        .expect_error(424, "NO_PROVIDER_KEY");
    give_key(&ann, openai, &server, "sk-test-good-workspace", "workspace").await;
    ask(&bob, "openai/mock-n2").await.expect(201);
    assert_eq!(last_key(), "sk-test-good-workspace");
    assert_eq!(shown(&bob, openai).await[0]["scope"], "workspace");
    bob.delete(&format!("{path}?scope=workspace"))
        .await
        .expect_error(403, "FORBIDDEN");
    bob.post(&format!("{path}/check"), &json!({ "scope": "workspace" }))
        .await
        .expect_error(403, "FORBIDDEN");

    give_key(&bob, openai, &server, "sk-test-good-bobs-own", "user").await;
    ask(&bob, "openai/mock-n2").await.expect(201);
    assert_eq!(
        last_key(),
        "sk-test-good-bobs-own",
        "a person's key comes before the workspace's"
    );
    ask(&ann, "openai/mock-n2").await.expect(201);
    assert_eq!(last_key(), "sk-test-good-workspace", "and is nobody else's");
    let models = bob.get("/api/v1/models").await.data();
    let mine: Vec<&Value> = models
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| m["id"] == "openai/mock")
        .collect();
    assert_eq!(mine.len(), 1, "one model, though two keys serve it");
    assert_eq!(mine[0]["key_scope"], "user");

    // Another workspace's key is not there.
    ask(&carol, "openai/mock-n2")
        .await
        .expect_error(424, "NO_PROVIDER_KEY");
    assert!(shown(&carol, openai).await.is_empty());

    // When a person's key is refused, the workspace's takes over.
    server.set_strict(false);
    give_key(&bob, openai, &server, "sk-revoked-tomorrow", "user").await;
    server.set_strict(true);
    let before = asked(&server);
    ask(&bob, "openai/mock-n2").await.expect(201);
    assert_eq!(last_key(), "sk-test-good-workspace");
    ask(&bob, "openai/mock-n2").await.expect(201);
    assert_eq!(
        asked(&server),
        before + 3,
        "and the refused one is not tried again"
    );
}

#[tokio::test]
async fn a_program_sets_keys_only_with_the_scope_for_it() {
    let (app, server) = (TestApp::start().await, standin().await);
    let ann = app.person("ann").await;
    let writer = program(&app, &ann, &json!(["read", "write", "ai"])).await;
    let body = json!({ "key": GOOD_KEY, "base_url": server.base_url(ProviderKind::OpenAi) });
    let path = "/api/v1/providers/openai/key";
    writer.put(path, &body).await.expect_error(403, "FORBIDDEN");
    give_key(&ann, ProviderKind::OpenAi, &server, GOOD_KEY, "user").await;
    writer.delete(path).await.expect_error(403, "FORBIDDEN");
    let admin = program(&app, &ann, &json!(["admin"])).await;
    admin.put(path, &body).await.expect(200);
    admin.delete(path).await.expect(200);
}

#[tokio::test]
async fn models_and_providers_are_listed() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    let all = ann.get("/api/v1/models").await.data();
    let all = all.as_array().unwrap();
    assert!(
        all.len() > 20
            && all
                .iter()
                .all(|m| m["available"] == false && m["key_scope"].is_null())
    );
    world.give_keys(&ann).await;
    let all = ann.get("/api/v1/models").await.data();
    let all = all.as_array().unwrap();
    let find = |id: &str| all.iter().find(|m| m["id"] == id).unwrap();
    let mini = find("openai/gpt-5.4-mini");
    assert_eq!(
        (&mini["price_in"], &mini["price_out"]),
        (&json!(0.75), &json!(4.5))
    );
    assert_eq!(
        (&mini["available"], &mini["key_scope"]),
        (&json!(true), &json!("user"))
    );
    assert!(
        mini["capabilities"]
            .as_array()
            .unwrap()
            .contains(&json!("vision"))
    );
    let unknown = find("openai/mock");
    assert!(unknown["price_in"].is_null(), "an unknown price is null, never 0");
    assert!(
        all.iter().all(|m| m["id"] != "openai/text-embedding-3-small"),
        "it does not write"
    );
    let first: Vec<&str> = all.iter().map(|m| m["provider"].as_str().unwrap()).collect();
    let mut kinds = first.clone();
    kinds.dedup();
    assert_eq!(kinds, ["groq", "openai", "gemini", "anthropic"]);
    let providers = ann.get("/api/v1/providers").await.data();
    let order: Vec<&str> = providers
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["provider"].as_str().unwrap())
        .collect();
    assert_eq!(order[..4], ["groq", "openai", "gemini", "anthropic"]);
    assert!(!order.contains(&"builtin"), "not installed here, so not offered");
}
