//! The law: everything that is written is found by each of its words by whoever wrote it, and by nobody without the right.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::{found, say, settled};
use crate::support::TestApp;

fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-z]{1,9}",
        "[A-Z][a-zäöüßéèñãõç]{2,12}",
        "[а-яё]{3,9}",
        "[0-9]{1,5}",
        "[α-ωάέ]{3,8}",
        "[ぁ-ん一-龥]{2,6}",
        "[가-힣]{2,5}",
        "[a-z]{2,5}['’_.-][a-z]{1,5}",
    ];
    let gap = prop_oneof![
        Just(" "),
        Just(", "),
        Just("\n\n"),
        Just(" — "),
        Just(" 🙂 "),
        Just(". ")
    ];
    proptest::collection::vec((word, gap), 1..14)
        .prop_map(|parts| parts.into_iter().flat_map(|(w, g)| [w, g.to_owned()]).collect())
}

#[tokio::test]
async fn what_is_written_is_found_by_its_words_by_those_who_may() {
    let app = TestApp::with(|c| c.limits.requests = 0).await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let bob = app.colleague(&ann, &bob, "member").await;
    let eve = app.person("eve").await;
    let thread = ann.thread().await;
    let mut runner = TestRunner::new(Config::default());
    let mut texts: Vec<(String, String)> = Vec::new();
    for _ in 0..24 {
        let text = text().new_tree(&mut runner).unwrap().current();
        if !text.trim().is_empty() {
            texts.push((say(&ann, &thread, &text).await, text));
        }
    }
    settled(&app).await;
    for (id, text) in &texts {
        let words = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty());
        for word in words {
            let hits = super::hits(&ann, &format!("{word} "), "&mode=keyword&limit=50").await;
            let is_found = hits.iter().any(|hit| hit["id"] == **id) || hits.len() == 50;
            // What says the same as another is folded into it.
            assert!(
                is_found || texts.iter().any(|(i, t)| i != id && t.trim() == text.trim()),
                "{word:?} of {text:?}"
            );
            for other in [&bob, &eve] {
                assert!(found(other, word).await.is_empty(), "{word:?}");
            }
        }
    }
}
