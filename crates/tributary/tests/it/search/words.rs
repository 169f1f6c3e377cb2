//! By words.

use serde_json::json;

use super::{change, found, hits, marked, say, settled};
use crate::support::{TestApp, standin};

#[tokio::test]
async fn words_stems_beginnings_accents_and_scripts_without_spaces() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    for text in [
        "The quarterly invoices were sent to Müller yesterday",
        "Der Käfer läuft über die Straße und die Rechnungen liegen bei",
        "As reuniões de segunda-feira foram canceladas",
        "東京都に住んでいます",
        "서울에서 만나요",
        "Ship INV-2024-0017 via foo_bar.baz 🙂",
    ] {
        say(&ann, &thread, text).await;
    }
    settled(&app).await;
    for (query, start) in [
        ("invoice", "The quarterly"),
        ("INVOICES", "The quarterly"),
        ("muller", "The quarterly"),
        ("quart", "The quarterly"),
        ("quart* sent", "The quarterly"),
        ("strasse", "Der Käfer"),
        ("Rechnung", "Der Käfer"),
        ("reunião", "As reuniões"),
        ("reuniao segunda", "As reuniões"),
        ("東京", "東京都"),
        ("京都", "東京都"),
        ("서울", "서울에서"),
        ("2024", "Ship"),
        ("INV-2024-0017", "Ship"),
        ("baz", "Ship"),
        ("where were the invoices sent?", "The quarterly"),
    ] {
        let texts = found(&ann, query).await;
        assert!(
            texts.first().is_some_and(|t| t.starts_with(start)),
            "{query}: {texts:?}"
        );
    }
    for query in ["zebra", "qua", "大阪", "uarterly"] {
        let texts = found(&ann, query).await;
        assert!(query == "qua" || texts.is_empty(), "{query}: {texts:?}");
    }
    // An ending that is typed out finds only itself.
    assert!(found(&ann, "quarte \"x\"").await.is_empty());
}

#[tokio::test]
async fn phrases_and_operators() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let bob = app.colleague(&ann, &bob, "member").await;
    let plans = ann
        .post(
            "/api/v1/threads",
            &json!({ "title": "Q3 Plans", "visibility": "workspace" }),
        )
        .await
        .data();
    let plans = plans["id"].as_str().unwrap().to_owned();
    let other = ann.thread().await;
    change(&ann, &other, json!({ "visibility": "workspace" })).await;
    say(&ann, &plans, "A big deal is coming").await;
    say(&bob, &plans, "The deal is not so big").await;
    say(&bob, &other, "No big deal, says Bob elsewhere").await;
    settled(&app).await;
    let count = |query: &'static str| {
        let ann = ann.clone();
        async move { found(&ann, query).await.len() }
    };
    assert_eq!(count("big deal").await, 3);
    assert_eq!(count("\"big deal\"").await, 2);
    assert_eq!(count("“big deal” from:bob").await, 1);
    assert_eq!(count("deal in:plans").await, 2);
    assert_eq!(count("deal in:\"Q3 Plans\" from:ann").await, 1);
    assert_eq!(count("from:bob type:message").await, 2);
    assert_eq!(count("deal from:nobody").await, 0);
    assert_eq!(count("deal before:2020-01-01").await, 0);
    assert_eq!(count("deal after:2020-01-01").await, 3);
    assert_eq!(count("plans type:thread").await, 1);
    assert_eq!(count("deal type:pdf").await, 0);
    let titles = hits(&ann, "plans", "&in=threads").await;
    assert_eq!(
        (titles[0]["kind"].as_str(), titles[0]["thread_id"].as_str()),
        (Some("thread"), Some(&*plans))
    );
    assert_eq!(hits(&ann, "deal", "&in=threads&mode=keyword").await.len(), 0);
    assert_eq!(hits(&ann, "deal", "&limit=1").await.len(), 1);
}

#[tokio::test]
async fn a_hit_says_where_who_and_why() {
    let app = TestApp::start().await;
    let ann = app.person("Ann").await;
    let thread = ann
        .post("/api/v1/threads", &json!({ "title": "Money" }))
        .await
        .data()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let text = format!(
        "{} 🙂 she Runs the\n\n  running numbers. {}",
        "lorem ipsum ".repeat(60),
        "dolor ".repeat(60)
    );
    let message = say(&ann, &thread, &text).await;
    settled(&app).await;
    let hit = hits(&ann, "run", "").await.remove(0);
    assert_eq!(hit["kind"], "message");
    assert_eq!(hit["id"], *message);
    assert_eq!(hit["thread_id"], *thread);
    assert_eq!(hit["title"], "Money");
    assert_eq!(hit["author"]["full_name"], "Ann");
    assert_eq!(marked(&hit), ["Runs", "running"]);
    let snippet = hit["snippet"].as_str().unwrap();
    assert!(
        snippet.contains("🙂 she Runs the running numbers") && snippet.len() < 320,
        "{snippet}"
    );
}

#[tokio::test]
async fn the_same_text_is_shown_once() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    for _ in 0..5 {
        say(&ann, &thread, "Please restart the gateway").await;
    }
    settled(&app).await;
    let hits = hits(&ann, "gateway", "").await;
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0]["twins"], 4);
}

#[tokio::test]
async fn answers_edits_and_titles_are_found_at_once() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let thread = ann.thread().await;
    let asked = ann.ask(&thread, "Say pomegranate", "openai/mock-n5").await.data();
    let reply = asked["reply"]["content"].as_str().unwrap();
    let word = reply
        .split(|c: char| !c.is_alphanumeric())
        .find(|w| w.len() > 3)
        .unwrap()
        .to_owned();
    settled(&app).await;
    assert!(
        hits(&ann, &word, "&mode=keyword")
            .await
            .iter()
            .any(|hit| hit["author"].is_null()),
        "{word} in {reply}"
    );
    let message = asked["message"]["id"].as_str().unwrap();
    let path = format!("/api/v1/threads/{thread}/messages/{message}/edit");
    ann.post(&path, &json!({ "content": "Say persimmon", "reply": false }))
        .await
        .expect(201);
    change(&ann, &thread, json!({ "title": "Orchard matters" })).await;
    settled(&app).await;
    assert_eq!(found(&ann, "persimmon").await, ["Say persimmon"]);
    // An edit is a sibling: what it stands beside is still there.
    assert_eq!(found(&ann, "pomegranate").await, ["Say pomegranate"]);
    assert_eq!(found(&ann, "orchard").await, ["Orchard matters"]);
    change(&ann, &thread, json!({ "title": "Garden matters" })).await;
    settled(&app).await;
    assert!(found(&ann, "orchard").await.is_empty());
}
