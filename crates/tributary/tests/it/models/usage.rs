//! What it cost: to the millionth of a dollar, the same on every way, and summed for whom it concerns.

use providers::ProviderKind;
use serde_json::{Value, json};

use super::{World, complete, give_key, join, program, question, stream};
use crate::support::{Client, GOOD_KEY, TestApp, standin};

async fn usage(person: &Client, query: &str) -> Value {
    let answer = person.get(&format!("/api/v1/usage?{query}")).await;
    answer.expect(200);
    answer.data()
}

fn row<'a>(usage: &'a Value, key: &str) -> &'a Value {
    let rows = usage["rows"].as_array().unwrap();
    rows.iter()
        .find(|r| r["key"] == key)
        .unwrap_or_else(|| panic!("no {key} in {usage}"))
}

/// What the stand-in counts: 12 read, 4 of them from the cache; 12 written in a stream, 16 in one piece.
/// GPT-5.4 mini: $0.75, $0.075 from the cache, $4.50 a million. Claude Haiku 4.5: $1, $0.10, $5.
const MINI: [i64; 2] = [60, 78];
const HAIKU: [i64; 2] = [68, 88];

#[tokio::test]
async fn every_way_costs_the_same() {
    let app = TestApp::with(|config| config.chat.titles_by_model = false).await;
    let world = World::start().await;
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    for (model, [streamed, whole]) in [
        ("openai/gpt-5.4-mini", MINI),
        ("anthropic/claude-haiku-4-5", HAIKU),
    ] {
        let thread = ann.thread().await;
        let answer = ann.ask(&thread, "Hi", model).await;
        answer.expect(201);
        let told = answer.data()["reply"]["usage"].clone();
        assert_eq!(told["cost_micros"], streamed, "{model}");
        assert_eq!(
            (
                &told["input_tokens"],
                &told["cached_tokens"],
                &told["output_tokens"]
            ),
            (&json!(12), &json!(4), &json!(12))
        );
        stream(&program, &question(model)).await.0.expect(200);
        complete(&program, &question(model)).await.expect(200);
        let by_model = usage(&ann, "by=model").await;
        let sum = row(&by_model, model);
        assert_eq!(sum["cost_micros"], 2 * streamed + whole, "{model}");
        assert_eq!((&sum["calls"], &sum["failed"]), (&json!(3), &json!(0)));
        assert_eq!(
            (&sum["input_tokens"], &sum["cached_tokens"]),
            (&json!(36), &json!(12))
        );
        assert_eq!(sum["output_tokens"], 40);
        assert_eq!(sum["unpriced_calls"], 0);
        assert!(sum["p50_ms"].as_i64() <= sum["p95_ms"].as_i64());
    }
    // An unknown price is unknown, and a failure is no cost.
    complete(&program, &question("openai/mock")).await.expect(200);
    complete(&program, &question("openai/mock-e404"))
        .await
        .expect(404);
    let all = usage(&ann, "by=model").await;
    let unknown = row(&all, "openai/mock");
    assert_eq!(
        (&unknown["cost_micros"], &unknown["unpriced_calls"]),
        (&Value::Null, &json!(1))
    );
    let failed = row(&all, "openai/mock-e404");
    assert_eq!(
        (&failed["failed"], &failed["unpriced_calls"]),
        (&json!(1), &json!(0))
    );
    let total: i64 = 2 * MINI[0] + MINI[1] + 2 * HAIKU[0] + HAIKU[1];
    assert_eq!(all["totals"]["cost_micros"], total);
    assert_eq!(
        (&all["totals"]["calls"], &all["totals"]["failed"]),
        (&json!(8), &json!(1))
    );
    // Every way to sum has the same sum.
    for by in ["day", "model", "user", "provider"] {
        let sums = usage(&ann, &format!("by={by}")).await;
        let rows = sums["rows"].as_array().unwrap();
        let cost: i64 = rows.iter().filter_map(|r| r["cost_micros"].as_i64()).sum();
        let calls: i64 = rows.iter().filter_map(|r| r["calls"].as_i64()).sum();
        assert_eq!((cost, calls), (total, 8), "{by}");
    }
    let providers = usage(&ann, "by=provider").await;
    assert_eq!(row(&providers, "anthropic")["calls"], 3);
    let people = usage(&ann, "by=user").await;
    assert_eq!(people["rows"][0]["label"], "ann");
}

#[tokio::test]
async fn ranges_are_read_and_wrong_ones_told() {
    let (app, server) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &server).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    complete(&program, &question("openai/mock")).await.expect(200);
    let today = usage(&ann, "by=day").await;
    let day = today["rows"][0]["key"].as_str().unwrap().to_owned();
    assert_eq!(day.len(), 10);
    assert_eq!(usage(&ann, &format!("from={day}")).await["totals"]["calls"], 1);
    let before = usage(&ann, &format!("from=2020-01-01&to={day}")).await;
    assert_eq!(
        (&before["totals"]["calls"], &before["totals"]["p50_ms"]),
        (&json!(0), &Value::Null)
    );
    for wrong in [
        "from=yesterday",
        "to=2026-13-01",
        "by=colour",
        "from=2026-02-01&to=2026-01-01",
        "x=1",
    ] {
        ann.get(&format!("/api/v1/usage?{wrong}"))
            .await
            .expect_error(422, "VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn members_see_their_own_and_administrators_see_all() {
    let (app, server) = (TestApp::start().await, standin().await);
    let ann = app.person("ann").await;
    give_key(&ann, ProviderKind::OpenAi, &server, GOOD_KEY, "workspace").await;
    let bob = join(&app, &ann, "bob", "member").await;
    let eve = app.person("eve").await;
    for (person, times) in [(&ann, 1), (&bob, 2)] {
        let program = program(&app, person, &json!(["ai"])).await;
        for _ in 0..times {
            complete(&program, &question("openai/gpt-5.4-mini"))
                .await
                .expect(200);
        }
    }
    let all = usage(&ann, "by=user").await;
    assert_eq!(all["totals"]["calls"], 3);
    assert_eq!(all["rows"][0]["label"], "bob", "the dearest comes first");
    let own = usage(&bob, "by=user").await;
    assert_eq!(own["totals"]["calls"], 2);
    assert_eq!(own["rows"].as_array().unwrap().len(), 1);
    assert_eq!(usage(&eve, "by=user").await["totals"]["calls"], 0);
    // A program without the scope for it sees what its owner did, no more.
    let reader = program(&app, &ann, &json!(["read"])).await;
    assert_eq!(usage(&reader, "by=user").await["totals"]["calls"], 1);
}
