//! By meaning.

use providers::ProviderKind;
use serde_json::{Value, json};

use super::{ask, hits, say, settled};
use crate::models::give_key;
use crate::support::{GOOD_KEY, TestApp, standin};

#[tokio::test]
async fn what_is_meant_is_found_without_a_word_in_common() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let texts = [
        "My dog is sick and I called the veterinarian",
        "The car needs new brakes before the winter",
        "We hired two engineers for the backend team",
        "The recipe wants butter, flour and three eggs",
        "Quarterly revenue grew by twelve percent",
    ];
    for text in texts {
        say(&ann, &thread, text).await;
    }
    settled(&app).await;
    let answer = ask(&ann, "animal doctor", "").await;
    if app.is_postgres() && answer.data()["degraded"] == "semantic" {
        return; // this server has no pgvector, and says so
    }
    for (query, text) in [
        ("animal doctor for a puppy", texts[0]),
        ("automobile repair", texts[1]),
        ("recruiting software developers", texts[2]),
        ("baking a cake", texts[3]),
        ("sales increased", texts[4]),
    ] {
        for mode in ["semantic", "hybrid"] {
            let hits = hits(&ann, query, &format!("&mode={mode}")).await;
            assert_eq!(hits[0]["snippet"], text, "{query} {mode}: {hits:#?}");
        }
        assert!(
            hits(&ann, query, "&mode=keyword").await.is_empty(),
            "{query} has a word in common"
        );
    }
}

/// Another model is chosen, and it makes no vectors yet: what the model of before has made still answers.
#[tokio::test]
async fn while_another_model_takes_over_the_old_vectors_answer() {
    let app = TestApp::start().await;
    let (ann, provider) = (app.person("ann").await, standin().await);
    let thread = ann.thread().await;
    let text = "My dog is sick and I called the veterinarian";
    say(&ann, &thread, text).await;
    say(&ann, &thread, "The car needs new brakes before the winter").await;
    settled(&app).await;
    if ask(&ann, "animal doctor", "").await.data()["degraded"] == "semantic" {
        return; // this server has no pgvector, and says so
    }
    give_key(&ann, ProviderKind::OpenAi, &provider, GOOD_KEY, "workspace").await;
    let wish = json!({ "model": "openai/text-embedding-3-small" });
    ann.put("/api/v1/workspace/embedding-model", &wish)
        .await
        .expect(200);
    provider.set_script(Some("mock-e503"));
    let answer = ask(&ann, "animal doctor for a puppy", "&mode=semantic").await;
    answer.expect(200);
    assert_eq!(answer.data()["degraded"], Value::Null);
    assert_eq!(answer.data()["hits"][0]["snippet"], text, "{}", answer.text());
    // The new model works, and takes over with what is written next: each text is found by its own words' vector.
    provider.set_script(None);
    let new = "A sentence of its own";
    say(&ann, &thread, new).await;
    settled(&app).await;
    for said in [new, text] {
        let hits = hits(&ann, said, "&mode=semantic").await;
        assert_eq!(hits[0]["snippet"], said, "{hits:#?}");
    }
}
