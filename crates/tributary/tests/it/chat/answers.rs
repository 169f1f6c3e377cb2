//! Answers: the three shapes, resuming, stopping, failing, repeating.

use http::Method;
use serde_json::json;

use crate::support::{Live, TestApp, events, eventually, standin, text_of};

const SSE: (&str, &str) = ("accept", "text/event-stream");
const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn an_answer_comes_in_three_shapes_and_is_kept() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    let whole = ann.ask(&thread, "One", "openai/mock-y").await;
    whole.expect(201);
    let whole = whole.data();
    assert_eq!(whole["message"]["content"], "One");
    assert_eq!(whole["reply"]["content"], "One");
    assert_eq!(whole["reply"]["status"], "complete");
    assert_eq!(whole["reply"]["provider"], "openai");
    assert_eq!(whole["reply"]["usage"]["input_tokens"], 12);
    assert!(
        whole["reply"]["usage"]["cost_micros"].is_null(),
        "an unknown price is null, never 0"
    );

    let body = json!({ "content": "Grüße 🌍", "model": "openai/mock-m" }).to_string();
    let streamed = ann.send(Method::POST, &path, &[SSE, JSON], body).await;
    streamed.expect(200);
    assert_eq!(streamed.headers["x-vercel-ai-ui-message-stream"], "v1");
    assert!(
        streamed.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/event-stream")
    );
    let all = events(&streamed.bytes);
    let kinds: Vec<&str> = all.iter().map(crate::support::Event::kind).collect();
    assert_eq!(kinds[0], "start");
    for kind in [
        "data-message",
        "data-attempt",
        "text-start",
        "text-delta",
        "text-end",
        "data-usage",
        "finish",
    ] {
        assert!(kinds.contains(&kind), "{kind} is missing in {kinds:?}");
    }
    assert!(all.last().unwrap().is_done);

    let body = json!({ "content": "Three", "model": "openai/mock-m" }).to_string();
    let plain = ann
        .send(Method::POST, &path, &[("accept", "text/plain"), JSON], body)
        .await;
    plain.expect(200);
    assert_eq!(plain.text(), text_of(&all), "the same words in every shape");

    let kept = ann.messages(&thread).await;
    let roles: Vec<_> = kept.iter().map(|m| m["role"].as_str().unwrap()).collect();
    assert_eq!(
        roles,
        ["user", "assistant", "user", "assistant", "user", "assistant"]
    );
    assert_eq!(kept[3]["content"].as_str().unwrap(), text_of(&all));
    assert_eq!(kept[2]["content"], "Grüße 🌍");
}

#[tokio::test]
async fn a_running_answer_resumes_at_every_offset_and_outlives_its_connection() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    let body = json!({ "content": "Go", "model": "openai/mock-n40-i15" }).to_string();
    let mut live = Live::new(
        ann.open(Method::POST, &path, &[SSE, JSON], body)
            .await
            .into_body(),
    );
    let start = live.next().await.unwrap();
    let reply = start.data["messageId"].as_str().unwrap().to_owned();
    let mut seen = String::new();
    let mut offset = 0;
    while seen.len() < 30 {
        let event = live.next().await.unwrap();
        seen.push_str(event.data["delta"].as_str().unwrap_or(""));
        offset = event.id.unwrap();
    }
    drop(live);
    let resumed = ann
        .send(
            Method::GET,
            &format!("{path}/{reply}/stream?from={offset}"),
            &[SSE],
            "",
        )
        .await;
    resumed.expect(200);
    let rest = events(&resumed.bytes);
    assert!(rest.iter().any(|e| e.kind() == "finish"), "it goes on to its end");
    let whole = ann.messages(&thread).await[1]["content"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(seen + &text_of(&rest), whole);
    assert_eq!(
        whole.split_whitespace().count(),
        40,
        "nothing is lost when its connection goes"
    );
    for from in [0, 7, whole.len() - 1, whole.len(), whole.len() + 99] {
        let again = ann
            .send(
                Method::GET,
                &format!("{path}/{reply}/stream?from={from}"),
                &[],
                "",
            )
            .await;
        assert_eq!(
            text_of(&events(&again.bytes)),
            whole[from.min(whole.len())..],
            "from {from}"
        );
        let last_id = from.to_string();
        let again = ann
            .send(
                Method::GET,
                &format!("{path}/{reply}/stream"),
                &[("last-event-id", &last_id)],
                "",
            )
            .await;
        assert_eq!(
            text_of(&events(&again.bytes)),
            whole[from.min(whole.len())..],
            "after {from}"
        );
    }
}

#[tokio::test]
async fn stopping_keeps_what_was_written_and_continuing_goes_on() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    let body = json!({ "content": "Go", "model": "openai/mock-n2000-i20" }).to_string();
    let mut live = Live::new(
        ann.open(Method::POST, &path, &[SSE, JSON], body)
            .await
            .into_body(),
    );
    let reply = live.next().await.unwrap().data["messageId"]
        .as_str()
        .unwrap()
        .to_owned();
    while live.next().await.unwrap().kind() != "text-delta" {}
    let stopped = ann.post(&format!("{path}/{reply}/stop"), &json!({})).await;
    stopped.expect(200);
    assert_eq!(stopped.data()["status"], "stopped");
    let kept = stopped.data()["content"].as_str().unwrap().to_owned();
    assert!(kept.starts_with("word1 "), "{kept}");
    let mut last = live.next().await.unwrap();
    while let Some(event) = live.next().await {
        last = event;
    }
    assert!(last.is_done, "the asker's stream ends too");
    eventually("the provider's work ends", || async {
        (standin.stats().aborted_streams > 0).then_some(())
    })
    .await;
    assert_eq!(
        ann.post(&format!("{path}/{reply}/stop"), &json!({})).await.data()["status"],
        "stopped",
        "twice is once"
    );

    // The model steers the stand-in, so it is asked for one that ends.
    standin.set_script(Some("mock-n3"));
    let went_on = ann
        .send(Method::POST, &format!("{path}/{reply}/continue"), &[JSON], "{}")
        .await;
    went_on.expect(201);
    let reply_now = went_on.data()["reply"].clone();
    assert_eq!(reply_now["id"].as_str().unwrap(), reply);
    assert_eq!(reply_now["status"], "complete");
    let content = reply_now["content"].as_str().unwrap();
    assert!(content.starts_with(&kept) && content.len() > kept.len());
    ann.post(&format!("{path}/{reply}/continue"), &json!({}))
        .await
        .expect_error(409, "CONFLICT");
}

#[tokio::test]
async fn every_failure_is_told_and_loses_nothing() {
    let standin = standin().await;
    let app = TestApp::with(|config| {
        config.ai.idle_seconds = 0.3;
        config.ai.first_byte_seconds = 0.5;
        config.ai.longest_wait_seconds = 0.5;
    })
    .await;
    let ann = app.person_with_models("ann", &standin).await;
    for (model, code, kind) in [
        ("mock-e500", 502, "server_error"),
        ("mock-e503", 502, "overloaded"),
        ("mock-e429", 502, "rate_limited"),
        ("mock-e429-r60", 502, "rate_limited"),
        ("mock-e404", 502, "not_found"),
        ("mock-g", 502, "garbage"),
        ("mock-t1500", 502, "timeout_first_byte"),
        ("mock-c0", 502, "broken_stream"),
        ("mock-x0", 502, "server_error"),
    ] {
        let thread = ann.thread().await;
        let answer = ann.ask(&thread, "Question", &format!("openai/{model}")).await;
        answer.expect_error(code, "ALL_PROVIDERS_FAILED");
        let details = answer.json()["details"].clone();
        assert_eq!(details[0]["code"], kind, "{model}: {details}");
        let kept = ann.messages(&thread).await;
        assert_eq!(kept.len(), 2, "{model}");
        assert_eq!(kept[0]["content"], "Question");
        assert_eq!(kept[1]["status"], "failed");
        assert_eq!(kept[1]["error"]["code"], "ALL_PROVIDERS_FAILED");
        ann.renew_key(&standin).await;
    }
    let thread = ann.thread().await;
    ann.ask(&thread, "Long", "openai/mock-l")
        .await
        .expect_error(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn what_breaks_off_after_the_first_word_is_kept_and_said() {
    let standin = standin().await;
    let app = TestApp::with(|config| config.ai.idle_seconds = 0.3).await;
    let ann = app.person_with_models("ann", &standin).await;
    for model in ["mock-n9-c5-i5", "mock-n9-x5-i5", "mock-n9-h5-i5", "mock-n9-u-i5"] {
        let thread = ann.thread().await;
        let path = format!("/api/v1/threads/{thread}/messages");
        let body = json!({ "content": "Q", "model": format!("openai/{model}") }).to_string();
        let streamed = ann.send(Method::POST, &path, &[SSE, JSON], body).await;
        streamed.expect(200);
        let all = events(&streamed.bytes);
        let kinds: Vec<&str> = all.iter().map(crate::support::Event::kind).collect();
        assert!(
            kinds.contains(&"error") && !kinds.contains(&"finish"),
            "{model}: {kinds:?}"
        );
        let text = text_of(&all);
        assert!(!text.is_empty(), "{model}");
        let kept = ann.messages(&thread).await;
        assert_eq!(kept[1]["content"].as_str().unwrap(), text, "{model}");
        assert_eq!(kept[1]["status"], "failed", "{model}");
        assert_eq!(kept[1]["error"]["code"], "BROKEN_OFF", "{model}");
        ann.renew_key(&standin).await;
    }
}

#[tokio::test]
async fn the_same_message_sent_twice_is_stored_once() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    let body = json!({ "content": "Once", "model": "openai/mock-n5-i10", "client_id": "c1" });
    let (first, second) = tokio::join!(ann.post(&path, &body), ann.post(&path, &body));
    first.expect(201);
    second.expect(201);
    assert_eq!(first.data()["message"]["id"], second.data()["message"]["id"]);
    assert_eq!(
        first.data()["reply"]["content"],
        second.data()["reply"]["content"]
    );
    assert_eq!(
        ann.post(&path, &body).await.data()["reply"]["id"],
        first.data()["reply"]["id"]
    );
    let other = json!({ "content": "Twice", "model": "openai/mock", "client_id": "c1" });
    ann.post(&path, &other).await.expect_error(409, "CONFLICT");
    let keyed = [("idempotency-key", "k1"), JSON];
    let body = json!({ "content": "Keyed", "model": "openai/mock-n2" }).to_string();
    let first = ann.send(Method::POST, &path, &keyed, body.clone()).await;
    let again = ann.send(Method::POST, &path, &keyed, body).await;
    assert_eq!(first.data()["message"]["id"], again.data()["message"]["id"]);
    assert_eq!(first.data()["reply"]["id"], again.data()["reply"]["id"]);
    assert_eq!(ann.messages(&thread).await.len(), 4);
    assert_eq!(
        standin.stats().streams,
        2 + titles(&standin),
        "each question was put once"
    );
}

/// Titles are asked for beside the answers.
fn titles(standin: &providers::standin::Standin) -> u64 {
    standin
        .seen()
        .iter()
        .filter(|seen| seen.body.contains("Write a title"))
        .count() as u64
}

#[tokio::test]
async fn a_thousand_messages_at_once_form_one_line() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    let mut sending = Vec::new();
    for worker in 0..20 {
        let (ann, path) = (ann.clone(), path.clone());
        sending.push(tokio::spawn(async move {
            for n in 0..50 {
                let body = json!({ "content": format!("{worker}:{n}"), "reply": false });
                ann.post(&path, &body).await.expect(201);
            }
        }));
    }
    for worker in sending {
        worker.await.unwrap();
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = ann.get(&format!("{path}?limit=200{cursor}")).await;
        let json = page.json();
        seen.extend(
            json["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|m| m["content"].as_str().unwrap().to_owned()),
        );
        match json["page"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(
        seen.len(),
        1000,
        "one branch holds them all: none was lost or pushed aside"
    );
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 1000);
}
