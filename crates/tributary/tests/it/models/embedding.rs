//! Vectors: the model inside the binary, which needs nobody, and the one that a workspace chooses instead.

use kit::lifecycle::Lifecycle;
use providers::ProviderKind;
use serde_json::{Value, json};

use super::{World, asked, give_key, join, program};
use crate::support::{Client, GOOD_KEY, TestApp, standin};

const CHOICE: &str = "/api/v1/workspace/embedding-model";
const OPENAI: &str = "openai/text-embedding-3-small";

fn vectors(answer: &Value) -> Vec<Vec<f32>> {
    let rows = answer["data"].as_array().unwrap().iter();
    rows.map(|row| serde_json::from_value(row["embedding"].clone()).unwrap())
        .collect()
}

fn likeness(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

async fn chosen(person: &Client) -> Value {
    person.get("/api/v1/workspace").await.data()["embedding_model"].clone()
}

#[tokio::test]
async fn the_built_in_model_makes_vectors_without_a_key() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    let texts = [
        "How do I get my money back?",
        "A refund is paid within ten days.",
        "The cat sleeps.",
    ];
    for model in ["builtin", "builtin/minilm-static-1"] {
        let body = json!({ "model": model, "input": texts });
        let answer = program.post("/v1/embeddings", &body).await;
        answer.expect(200);
        let answer = answer.json();
        assert_eq!(answer["model"], "builtin/minilm-static-1");
        let made = vectors(&answer);
        assert!(
            made.iter()
                .all(|v| v.len() == 256 && (likeness(v, v) - 1.0).abs() < 1e-4)
        );
        assert!(likeness(&made[0], &made[1]) > likeness(&made[0], &made[2]));
        assert!(answer["usage"]["prompt_tokens"].as_u64().unwrap() > 15);
    }
    let body = json!({ "model": "builtin", "input": "one", "dimensions": 8 });
    program.post("/v1/embeddings", &body).await.expect(400);
    let usage = ann.get("/api/v1/usage?by=model").await.data();
    let row = &usage["rows"][0];
    assert_eq!(
        (&row["key"], &row["calls"], &row["cost_micros"]),
        (&json!("builtin/minilm-static-1"), &json!(2), &json!(0))
    );
}

#[tokio::test]
async fn a_workspace_chooses_who_makes_its_vectors() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    let bob = join(&app, &ann, "bob", "member").await;
    assert_eq!(chosen(&ann).await, Value::Null);
    let wish = json!({ "model": OPENAI });
    ann.put(CHOICE, &wish).await.expect(424);
    // A person's key makes no vectors for others.
    world.give_keys(&ann).await;
    ann.put(CHOICE, &wish).await.expect(424);
    for kind in [ProviderKind::OpenAi, ProviderKind::Anthropic] {
        give_key(&ann, kind, world.of(kind), GOOD_KEY, "workspace").await;
    }
    bob.put(CHOICE, &wish).await.expect(403);
    let before = asked(world.of(ProviderKind::OpenAi));
    let kept = ann.put(CHOICE, &wish).await;
    kept.expect(200);
    assert_eq!(kept.data()["model"], OPENAI);
    assert!(kept.data()["dims"].as_u64().unwrap() > 1);
    assert_eq!(asked(world.of(ProviderKind::OpenAi)), before + 1);
    assert_eq!(
        (chosen(&ann).await, chosen(&bob).await),
        (OPENAI.into(), OPENAI.into())
    );
    // What cannot make vectors is not kept, and what was kept stays.
    for wrong in [
        json!({ "model": "anthropic/claude-haiku-4-5" }),
        json!({ "model": "x".repeat(201) }),
        json!({ "model": "auto:luck" }),
        json!({ "model": 1 }),
        json!({ "models": null }),
    ] {
        ann.put(CHOICE, &wrong).await.expect(422);
    }
    world.of(ProviderKind::OpenAi).set_script(Some("mock-e404"));
    ann.put(CHOICE, &wish).await.expect(422);
    world.of(ProviderKind::OpenAi).set_script(Some("mock-e503"));
    ann.put(CHOICE, &wish).await.expect(502);
    assert_eq!(chosen(&ann).await, OPENAI);
    // Null, nothing and its own name are the built-in one.
    for none in [json!({ "model": null }), json!({}), json!({ "model": "builtin" })] {
        let answer = ann.put(CHOICE, &none).await;
        answer.expect(200);
        assert_eq!(answer.data(), json!({ "model": null, "dims": 256 }));
        assert_eq!(chosen(&ann).await, Value::Null);
    }
    let usage = ann.get("/api/v1/usage?by=user").await.data();
    assert!(
        usage["rows"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["label"] == "Search")
    );
}

#[tokio::test]
async fn a_choice_is_one_workspaces_own() {
    let (app, provider) = (TestApp::start().await, standin().await);
    let (ann, eve) = (app.person("ann").await, app.person("eve").await);
    give_key(&ann, ProviderKind::OpenAi, &provider, GOOD_KEY, "workspace").await;
    ann.put(CHOICE, &json!({ "model": OPENAI })).await.expect(200);
    assert_eq!(chosen(&eve).await, Value::Null);
    eve.put(CHOICE, &json!({ "model": OPENAI })).await.expect(424);
}

/// The room of models as search sees it, over the store of a running server.
fn models_over(app: &TestApp) -> ai::Ai {
    let http = kit::http::Client::new().unwrap();
    ai::Ai::new(
        app.db().clone(),
        http,
        Lifecycle::default(),
        ai::AiConfig::default(),
        None,
    )
}

#[tokio::test]
async fn texts_go_to_the_chosen_model_in_batches() {
    let (app, provider) = (TestApp::start().await, standin().await);
    let ann = app.person("ann").await;
    let workspace = ann.get("/api/v1/workspace").await.data()["id"].clone();
    let workspace = serde_json::from_value(workspace).unwrap();
    let models = models_over(&app);
    let local = models.embedder(workspace).await.unwrap();
    assert_eq!((local.id(), local.dims()), ("builtin/minilm-static-1", 256));
    give_key(&ann, ProviderKind::OpenAi, &provider, GOOD_KEY, "workspace").await;
    ann.put(CHOICE, &json!({ "model": OPENAI })).await.expect(200);
    let chosen = models.embedder(workspace).await.unwrap();
    assert_eq!((chosen.id(), chosen.dims()), (OPENAI, 16));
    let words: Vec<String> = (0..150).map(|n| format!("text {}", n % 149)).collect();
    let mut texts: Vec<&str> = words.iter().map(String::as_str).collect();
    texts[7] = " \n";
    let before = asked(&provider);
    let made = chosen.embed(&texts).await.unwrap();
    assert_eq!(asked(&provider), before + 2);
    assert_eq!((made.len(), &made[149]), (150, &made[0]));
    assert!(made[7].iter().all(|x| *x == 0.0));
    assert!((likeness(&made[1], &made[1]) - 1.0).abs() < 1e-4 && made[1] != made[2]);
    provider.set_script(Some("mock-e401"));
    assert!(chosen.embed(&texts).await.is_err());
    // What was made before the choice is still made the same.
    assert_eq!(local.embed(&["one"]).await.unwrap()[0].len(), 256);
}
