//! By meaning.

use super::{ask, hits, say, settled};
use crate::support::TestApp;

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
