//! Whatever is typed, the answer is a list or one clear sentence.

use super::{ask, say, settled};
use crate::support::TestApp;

#[tokio::test]
async fn odd_queries_are_answered() {
    let app = TestApp::with(|c| c.limits.requests = 0).await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    say(&ann, &thread, "Something that is there").await;
    settled(&app).await;
    let long = "word ".repeat(190);
    for q in [
        "",
        " ",
        "*",
        "\"",
        "\"\"",
        "\"half",
        "from:",
        "from:\"",
        "in:",
        "type:",
        "before:",
        "from:from:",
        "in:\"a b",
        "🙂",
        "👩‍👩‍👧",
        "مرحبا",
        "שלום \u{202e}abc",
        "' OR 1=1 --",
        "AND",
        "OR NOT NEAR",
        "(",
        ")",
        "{words}:x",
        "a AND b",
        "NEAR(a b)",
        "^x",
        "-",
        "%",
        "_",
        "\\",
        "<->",
        "&",
        "|",
        "!",
        ":*",
        "x'y",
        "\u{200b}",
        "\u{feff}",
        "é",
        "e\u{301}",
        "ﬁ",
        "½",
        "\t\n",
        "type:message",
        "from:me",
        "before:9999-99-99",
        "before:2026-02-30",
        "in:nothing",
        &long,
        "the",
        "the a of",
        "\"the of\"",
        "京",
        "x* y* z*",
    ] {
        for mode in ["keyword", "semantic", "hybrid"] {
            let answer = ask(&ann, q, &format!("&mode={mode}")).await;
            answer.expect(200);
            assert!(answer.data()["took_ms"].is_u64());
        }
    }
    for (q, more) in [
        (&*"x".repeat(10_000), ""),
        ("a\0b", ""),
        ("x", "&limit=0"),
        ("x", "&limit=51"),
        ("x", "&limit=many"),
        ("x", "&mode=magic"),
        ("x", "&in=everything"),
        ("x", "&nonsense=1"),
    ] {
        ask(&ann, q, more).await.expect_error(422, "VALIDATION_FAILED");
    }
    ann.get("/api/v1/search")
        .await
        .expect_error(422, "VALIDATION_FAILED");
    app.client()
        .get("/api/v1/search?q=x")
        .await
        .expect_error(401, "UNAUTHORIZED");
}
