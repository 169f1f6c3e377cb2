//! What happens when a provider fails: the next one before the first word, nobody after it; waits that are worth it;
//! rest for whoever fails too often; and the truth at the end.

use std::time::{Duration, Instant};

use http::Method;
use kit::clock::{Clock, Timestamp};
use providers::ProviderKind;
use serde_json::json;

use super::{CLOUD, JSON, World, asked, complete, give_key, program, question, stream, words};
use crate::support::{Event, GOOD_KEY, TestApp, events, eventually, standin};

#[tokio::test]
async fn the_next_one_answers_until_the_first_word() {
    let (app, world) = (
        TestApp::with(|config| {
            config.ai.first_byte_seconds = 0.4;
            config.ai.longest_wait_seconds = 0.5;
        })
        .await,
        World::start().await,
    );
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    let groq = world.of(ProviderKind::Groq);
    for script in [
        "mock-e401",
        "mock-e403",
        "mock-e404",
        "mock-e429",
        "mock-e429-r60",
        "mock-e500",
        "mock-e503",
        "mock-g",
        "mock-t1500",
        "mock-c0",
        "mock-x0",
    ] {
        // The past must not decide: a new key has none.
        give_key(&ann, ProviderKind::Groq, groq, GOOD_KEY, "user").await;
        groq.set_script(Some(script));
        let before = world.asked();
        let (answer, events, is_whole) = stream(&program, &question("auto")).await;
        answer.expect(200);
        assert!(is_whole && words(&events).starts_with("word1 "), "{script}");
        if !script.contains("-x0") {
            complete(&program, &question("auto")).await.expect(200);
        }
        let after = world.asked();
        assert!(after[0] > before[0], "{script}: the first was asked first");
        assert!(after[1] > before[1], "{script}: the second answered");
        assert_eq!(after[2..], before[2..], "{script}: and nobody else was asked");
    }
    // One after the other, down to the last.
    for answering in CLOUD {
        world.only(&[answering]);
        let before = asked(world.of(answering));
        complete(&program, &question("auto")).await.expect(200);
        assert_eq!(asked(world.of(answering)), before + 1);
    }
}

#[tokio::test]
async fn attempts_are_told_while_they_happen_and_all_at_the_end() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    world.only(&[ProviderKind::Gemini]);
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    let body = json!({ "content": "Hi", "model": "auto" }).to_string();
    let headers = [JSON, ("accept", "text/event-stream")];
    let answer = ann.send(Method::POST, &path, &headers, body).await;
    answer.expect(200);
    let attempts: Vec<(String, bool)> = events(&answer.bytes)
        .iter()
        .filter(|e| Event::kind(e) == "data-attempt")
        .map(|e| {
            let data = &e.data["data"];
            (
                data["provider"].as_str().unwrap().to_owned(),
                data["ok"].as_bool().unwrap(),
            )
        })
        .collect();
    let expected = [("groq", false), ("openai", false), ("gemini", true)];
    assert_eq!(attempts, expected.map(|(name, ok)| (name.to_owned(), ok)));
    world.only(&[]);
    let failed = ann.ask(&thread, "Hi", "auto").await;
    failed.expect_error(502, "ALL_PROVIDERS_FAILED");
    let details = failed.json()["details"].clone();
    assert_eq!(details.as_array().unwrap().len(), 4);
    for (detail, kind) in details.as_array().unwrap().iter().zip(CLOUD) {
        assert!(detail["field"].as_str().unwrap().starts_with(&format!("{kind}/")));
        assert_eq!(detail["code"], "not_found");
        assert!(detail["message"].as_str().unwrap().contains(kind.name()));
    }
    let program = program(&app, &ann, &json!(["ai"])).await;
    world.of(ProviderKind::Groq).set_script(Some("mock-e403"));
    let answer = complete(&program, &question("auto")).await;
    answer.expect(502);
    assert_eq!(answer.json()["error"]["code"], "all_providers_failed");
}

#[tokio::test]
async fn after_the_first_word_nobody_takes_over() {
    let app = TestApp::with(|config| config.ai.idle_seconds = 0.3).await;
    let world = World::start().await;
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    for script in ["mock-n9-c3-i5", "mock-n9-x3-i5", "mock-n9-h3-i5", "mock-n9-u-i5"] {
        give_key(
            &ann,
            ProviderKind::Groq,
            world.of(ProviderKind::Groq),
            GOOD_KEY,
            "user",
        )
        .await;
        world.of(ProviderKind::Groq).set_script(Some(script));
        let (answer, events, is_whole) = stream(&program, &question("auto")).await;
        answer.expect(200);
        assert!(!is_whole, "{script}: no [DONE] after an error");
        assert!(words(&events).starts_with("word1 "), "{script}");
        let last = events.last().unwrap();
        assert!(
            last["error"]["message"].as_str().unwrap().contains("Groq"),
            "{script}"
        );
    }
    assert_eq!(world.asked()[1..], [0, 0, 0]);
}

#[tokio::test]
async fn the_callers_own_mistake_is_carried_to_nobody_else() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    let groq = world.of(ProviderKind::Groq);
    groq.set_script(Some("mock-e400"));
    for body in [
        question("auto"),
        json!({ "model": "auto", "stream": true, "messages": [{ "role": "user", "content": "Hi" }] }),
    ] {
        let answer = complete(&program, &body).await;
        answer.expect(400);
        assert_eq!(answer.json()["error"]["type"], "invalid_request_error");
    }
    assert_eq!(world.asked(), [2, 0, 0, 0]);
    // Too long for one may fit into the next, if its window is longer.
    groq.set_script(Some("mock-l"));
    complete(&program, &question("auto")).await.expect(200);
    assert_eq!(world.asked(), [3, 1, 0, 0]);
    for kind in CLOUD {
        world.of(kind).set_script(Some("mock-l"));
    }
    let answer = complete(&program, &question("auto")).await;
    answer.expect(400);
    assert_eq!(answer.json()["error"]["code"], "context_length_exceeded");
    assert_eq!(
        world.asked(),
        [4, 2, 1, 0],
        "Claude's window is shorter than Gemini's"
    );
    let thread = ann.thread().await;
    ann.ask(&thread, "Hi", "auto")
        .await
        .expect_error(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn a_short_wait_is_kept_and_a_long_one_passed_on() {
    let (app, server) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &server).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    server.set_script(Some("mock-e429-r1"));
    let began = Instant::now();
    let body = question("openai/mock");
    let asking = complete(&program, &body);
    let recovering = async {
        eventually("the first attempt", || async {
            (asked(&server) > 0).then_some(())
        })
        .await;
        server.set_script(None);
    };
    let (answer, ()) = tokio::join!(asking, recovering);
    answer.expect(200);
    assert!(
        began.elapsed() >= Duration::from_secs(1),
        "the wait that was asked for"
    );
    assert_eq!(asked(&server), 2);

    let long = question("openai/mock-e429-r60");
    for was_asked in [true, false] {
        let before = asked(&server);
        let began = Instant::now();
        let answer = complete(&program, &long).await;
        answer.expect(429);
        assert_eq!(answer.json()["error"]["code"], "rate_limit_exceeded");
        let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((58..=60).contains(&wait), "{wait}");
        assert!(began.elapsed() < Duration::from_secs(1), "nobody waits a minute");
        assert_eq!(
            asked(&server) - before,
            usize::from(was_asked),
            "and nobody asks before it is over"
        );
    }
    let thread = ann.thread().await;
    let answer = ann.ask(&thread, "Hi", "openai/mock-e429-r60").await;
    answer.expect_error(502, "ALL_PROVIDERS_FAILED");
    assert!(answer.headers.contains_key("retry-after"));
    complete(&program, &body).await.expect(200);
}

#[tokio::test]
async fn a_key_that_keeps_failing_rests_and_recovers() {
    let clock = Clock::fixed(Timestamp::parse("2026-11-21T10:00:00Z").unwrap());
    let app = TestApp::with_clock(clock.clone(), |_| {}).await;
    let server = standin().await;
    let ann = app.person_with_models("ann", &server).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    server.set_script(Some("mock-e500"));
    let body = question("openai/mock");
    complete(&program, &body).await.expect(502);
    complete(&program, &body).await.expect(502);
    assert_eq!(
        asked(&server),
        5,
        "the fifth failure in a row is the last for now"
    );
    let began = Instant::now();
    let answer = complete(&program, &body).await;
    answer.expect(503);
    assert_eq!(answer.headers["retry-after"], "5");
    assert!(answer.text().contains("is not asked for a while"));
    assert!(
        began.elapsed() < Duration::from_millis(200),
        "rest spares the wait"
    );
    assert_eq!(asked(&server), 5);

    clock.advance(Duration::from_secs(5));
    complete(&program, &body).await.expect(502);
    assert_eq!(asked(&server), 6, "one may try");
    clock.advance(Duration::from_secs(5));
    complete(&program, &body).await.expect(503);
    assert_eq!(asked(&server), 6, "the next rest is longer");
    clock.advance(Duration::from_secs(5));
    server.set_script(None);
    complete(&program, &body).await.expect(200);
    complete(&program, &body).await.expect(200);
    assert_eq!(asked(&server), 8);

    // Breaking off in the middle counts too.
    for _ in 0..5 {
        let (answer, _, is_whole) = stream(&program, &question("openai/mock-n9-c3-i2")).await;
        answer.expect(200);
        assert!(!is_whole);
    }
    complete(&program, &body).await.expect(503);
    // A new key begins anew.
    give_key(&ann, ProviderKind::OpenAi, &server, GOOD_KEY, "user").await;
    complete(&program, &body).await.expect(200);
}
