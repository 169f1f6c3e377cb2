//! Whom a question goes to: a named model to its provider alone, `auto` by order, cost, speed or capability, among
//! those that can do what is asked.

use providers::ProviderKind;
use serde_json::{Value, json};

use super::{CLOUD, World, asked, complete, program, question};
use crate::support::{Answer, TestApp};

/// The models that were tried, in order, when nobody answered.
fn tried(answer: &Answer) -> Vec<String> {
    answer.expect_error(502, "ALL_PROVIDERS_FAILED");
    let details = answer.json()["details"].clone();
    let field = |d: &Value| d["field"].as_str().unwrap().to_owned();
    details.as_array().unwrap().iter().map(field).collect()
}

#[tokio::test]
async fn a_named_model_is_asked_of_its_provider_alone() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    for (at, kind) in CLOUD.into_iter().enumerate() {
        let before = world.asked();
        complete(&program, &question(&format!("{kind}/mock")))
            .await
            .expect(200);
        let after = world.asked();
        for (other, (before, after)) in before.into_iter().zip(after).enumerate() {
            assert_eq!(after - before, usize::from(other == at), "{kind}");
        }
        // Its failure is the answer's failure.
        let failed = complete(&program, &question(&format!("{kind}/mock-e404"))).await;
        failed.expect(404);
        assert_eq!(failed.json()["error"]["code"], "model_not_found");
    }
    assert_eq!(world.asked(), [2; 4]);
}

#[tokio::test]
async fn names_without_a_provider_find_it() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    for (model, kind) in [
        ("claude-haiku-4-5", ProviderKind::Anthropic),
        ("gemini-3.5-flash", ProviderKind::Gemini),
        ("llama-3.3-70b-versatile", ProviderKind::Groq),
        ("gpt-4o-mini", ProviderKind::OpenAi),
        ("groq/openai/gpt-oss-120b", ProviderKind::Groq),
    ] {
        let before = asked(world.of(kind));
        complete(&program, &question(model)).await.expect(200);
        assert_eq!(asked(world.of(kind)), before + 1, "{model}");
    }
    for wrong in ["auto:luck", "gpt\u{0}", "two\nlines"] {
        let answer = complete(&program, &question(wrong)).await;
        answer.expect(400);
        assert_eq!(answer.json()["error"]["param"], "model");
    }
}

#[tokio::test]
async fn without_a_key_it_is_said() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    for model in ["auto", "openai/gpt-4o", "gpt-4o", "nobody-knows-this"] {
        ann.ask(&thread, "Hi", model)
            .await
            .expect_error(424, "NO_PROVIDER_KEY");
    }
    assert!(ann.messages(&thread).await.is_empty(), "nothing is left behind");
    let program = program(&app, &ann, &json!(["ai"])).await;
    let answer = complete(&program, &question("gpt-4o")).await;
    answer.expect(424);
    assert_eq!(answer.json()["error"]["code"], "no_provider_key");
}

#[tokio::test]
async fn auto_goes_by_order_cost_speed_and_capability() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    world.only(&[]);
    let (groq, mini, lite, flash) = (
        "groq/openai/gpt-oss-120b",
        "openai/gpt-5.4-mini",
        "gemini/gemini-3.1-flash-lite",
        "gemini/gemini-3.5-flash",
    );
    let (haiku, sonnet) = ("anthropic/claude-haiku-4-5", "anthropic/claude-sonnet-5");
    for (wish, order) in [
        ("auto", [groq, mini, lite, haiku]),
        ("auto:cost", [groq, lite, mini, haiku]),
        ("auto:speed", [groq, lite, mini, haiku]),
        ("auto:capability", [sonnet, flash, mini, groq]),
    ] {
        let thread = ann.thread().await;
        assert_eq!(tried(&ann.ask(&thread, "Hi", wish).await), order, "{wish}");
    }
}

#[tokio::test]
async fn the_order_is_configuration() {
    let app = TestApp::with(|config| {
        config.ai.order = vec![ProviderKind::Anthropic, ProviderKind::Groq];
    })
    .await;
    let world = World::start().await;
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    world.only(&[]);
    let thread = ann.thread().await;
    let order = tried(&ann.ask(&thread, "Hi", "auto").await);
    assert_eq!(order, ["anthropic/claude-haiku-4-5", "groq/openai/gpt-oss-120b"]);
    // What is not in the order can be named, and is listed.
    world.only(&CLOUD);
    ann.ask(&thread, "Hi", "gemini/mock-n2").await.expect(201);
    let models = ann.get("/api/v1/models").await.text();
    assert!(models.contains("openai/gpt-5.4-mini"));
}

#[tokio::test]
async fn auto_leaves_out_who_cannot_do_it() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    let picture = json!({ "model": "auto", "messages": [{ "role": "user", "content": [
        { "type": "text", "text": "What is it?" },
        { "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{}", "A".repeat(800_000)) } }] }] });
    complete(&program, &picture).await.expect(200);
    assert_eq!(
        world.asked(),
        [0, 1, 0, 0],
        "Groq's models here do not see, and a picture is no novel"
    );
    // Half a million tokens fit into one of them.
    let mut long = question("auto");
    long["messages"][0]["content"] = "word ".repeat(450_000).into();
    complete(&program, &long).await.expect(200);
    assert_eq!(world.asked(), [0, 1, 1, 0], "the longest window comes first");
    // Where nobody can, it is said and nobody is asked.
    for kind in [
        ProviderKind::OpenAi,
        ProviderKind::Gemini,
        ProviderKind::Anthropic,
    ] {
        ann.delete(&format!("/api/v1/providers/{kind}/key"))
            .await
            .expect(200);
    }
    let answer = complete(&program, &picture).await;
    answer.expect(424);
    assert!(answer.text().contains("sees pictures"));
    assert_eq!(world.asked(), [0, 1, 1, 0]);
}
