//! The surface for OpenAI's clients: every provider behind the same format.

use http::Method;
use providers::ProviderKind;
use serde_json::{Value, json};

use super::{CLOUD, JSON, World, complete, program, question, stream, words};
use crate::support::{TestApp, eventually};

fn tools() -> Value {
    json!([{ "type": "function", "function": { "name": "forecast", "description": "The weather",
        "parameters": { "type": "object", "properties": { "city": { "type": "string" }, "days": { "type": "integer" } } } } }])
}

#[tokio::test]
async fn every_provider_answers_whole_and_in_pieces() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    for kind in CLOUD {
        let body = question(&format!("{kind}/mock-n3"));
        let whole = complete(&program, &body).await;
        whole.expect(200);
        let whole = whole.json();
        assert_eq!(whole["object"], "chat.completion", "{kind}");
        assert!(
            whole["choices"][0]["message"]["content"]
                .as_str()
                .unwrap()
                .starts_with("Hello!")
        );
        assert_eq!(whole["choices"][0]["finish_reason"], "stop");
        assert_eq!(
            (
                &whole["usage"]["prompt_tokens"],
                &whole["usage"]["completion_tokens"]
            ),
            (&json!(12), &json!(16))
        );
        assert_eq!(whole["usage"]["prompt_tokens_details"]["cached_tokens"], 4);

        for include_usage in [false, true] {
            let mut body = body.clone();
            if include_usage {
                body["stream_options"] = json!({ "include_usage": true });
            }
            let (answer, events, is_whole) = stream(&program, &body).await;
            answer.expect(200);
            assert!(
                answer.headers["content-type"]
                    .to_str()
                    .unwrap()
                    .starts_with("text/event-stream")
            );
            assert!(is_whole, "{kind}");
            assert_eq!(words(&events), "word1 word2 word3 ", "{kind}");
            assert!(events.iter().all(|e| e["object"] == "chat.completion.chunk"));
            let usage: Vec<&Value> = events.iter().filter(|e| !e["usage"].is_null()).collect();
            assert_eq!(
                usage.len(),
                usize::from(include_usage),
                "{kind}: only for who asked"
            );
            if let Some(last) = usage.first() {
                assert_eq!(
                    (&last["choices"], &last["usage"]["prompt_tokens"]),
                    (&json!([]), &json!(12))
                );
            }
        }
    }
}

#[tokio::test]
async fn tools_and_pictures_reach_every_provider() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    let expected = json!({ "city": "Zürich", "days": 3 });
    for kind in CLOUD {
        let mut body = question(&format!("{kind}/mock-k"));
        body["tools"] = tools();
        let whole = complete(&program, &body).await;
        whole.expect(200);
        let choice = whole.json()["choices"][0].clone();
        assert_eq!(choice["finish_reason"], "tool_calls", "{kind}");
        let call = choice["message"]["tool_calls"][0].clone();
        assert_eq!(call["function"]["name"], "forecast");
        let arguments: Value = serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
        assert_eq!(arguments, expected, "{kind}");

        let (answer, events, is_whole) = stream(&program, &body).await;
        answer.expect(200);
        assert!(is_whole);
        let pieces: Vec<&Value> = events
            .iter()
            .map(|e| &e["choices"][0]["delta"]["tool_calls"][0])
            .filter(|call| !call.is_null())
            .collect();
        let arguments: String = pieces
            .iter()
            .filter_map(|call| call["function"]["arguments"].as_str())
            .collect();
        assert_eq!(
            serde_json::from_str::<Value>(&arguments).unwrap(),
            expected,
            "{kind}"
        );
        assert_eq!(pieces[0]["function"]["name"], "forecast");

        // The answer of the tool goes back, with a picture.
        let mut next = question(&format!("{kind}/mock-n2"));
        next["tools"] = tools();
        next["messages"] = json!([
            { "role": "user", "content": [{ "type": "text", "text": "Here?" },
                { "type": "image_url", "image_url": { "url": "data:image/png;base64,iVBORw0KGgo=" } }] },
            { "role": "assistant", "content": null, "tool_calls": [call] },
            { "role": "tool", "tool_call_id": call["id"], "content": "{\"sky\":\"blue\"}" }]);
        complete(&program, &next).await.expect(200);
        let seen = world.of(kind).seen().last().unwrap().body.clone();
        assert!(
            seen.contains("iVBORw0KGgo=") && seen.contains("sky") && seen.contains("forecast"),
            "{kind}: {seen}"
        );
    }
}

#[tokio::test]
async fn what_we_do_not_know_is_passed_on_as_it_is() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    let body = r#"{ "model":"openai/mock", "messages":[{"role":"user","content":"é \u00e9"}],  "x_unknown": [1, 2.50, {"a":null}] }"#;
    let answer = program
        .send(Method::POST, "/v1/chat/completions", &[JSON], body)
        .await;
    answer.expect(200);
    assert_eq!(
        answer.json()["system_fingerprint"],
        "fp_standin",
        "and so is what comes back"
    );
    let seen = world.of(ProviderKind::OpenAi).seen().last().unwrap().body.clone();
    assert_eq!(seen, body.replace("openai/mock", "mock"));
}

#[tokio::test]
async fn errors_have_the_shape_that_clients_know() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let mut nobody = app.client();
    nobody.bearer("trb_0000000000000000000000000000000000000000000");
    let good = program(&app, &ann, &json!(["ai"])).await;
    let reader = program(&app, &ann, &json!(["read"])).await;
    let shape = |answer: &crate::support::Answer, status: u16, code: Value| {
        answer.expect(status);
        let error = answer.json()["error"].clone();
        assert!(error["message"].as_str().unwrap().len() > 5);
        assert_eq!(error["code"], code, "{error}");
        error
    };
    let hi = question("openai/mock");
    for path in ["/v1/chat/completions", "/v1/embeddings"] {
        shape(&nobody.post(path, &hi).await, 401, json!("invalid_api_key"));
        shape(&app.client().post(path, &hi).await, 401, json!("invalid_api_key"));
        shape(
            &reader.post(path, &hi).await,
            403,
            json!("insufficient_permissions"),
        );
    }
    shape(&nobody.get("/v1/models").await, 401, json!("invalid_api_key"));
    for (body, param) in [
        ("{", Value::Null),
        ("[]", Value::Null),
        ("", Value::Null),
        (r#"{"messages":[{"role":"user","content":"x"}]}"#, json!("model")),
        (r#"{"model":"openai/mock"}"#, json!("messages")),
        (r#"{"model":"openai/mock","messages":[]}"#, json!("messages")),
        (
            r#"{"model":"openai/mock","stream":"yes","messages":[{"role":"user","content":"x"}]}"#,
            json!("stream"),
        ),
    ] {
        let answer = good
            .send(Method::POST, "/v1/chat/completions", &[JSON], body)
            .await;
        let error = shape(&answer, 400, Value::Null);
        assert_eq!(
            (&error["param"], &error["type"]),
            (&param, &json!("invalid_request_error"))
        );
    }
    let huge = format!(
        r#"{{"model":"openai/mock","messages":[{{"role":"user","content":"{}"}}]}}"#,
        "x".repeat(33 << 20)
    );
    let answer = good
        .send(Method::POST, "/v1/chat/completions", &[JSON], huge)
        .await;
    answer.expect(413);
    assert!(answer.json()["error"]["message"].is_string());
    for (model, status, code) in [
        ("mock-e500", 502, "provider_error"),
        ("mock-e503", 503, "overloaded"),
        ("mock-e404", 404, "model_not_found"),
        ("mock-e403", 424, "provider_key_forbidden"),
        ("mock-e400", 400, "bad_request"),
        ("mock-l", 400, "context_length_exceeded"),
    ] {
        for kind in CLOUD {
            let answer = complete(&good, &question(&format!("{kind}/{model}"))).await;
            shape(&answer, status, json!(code));
            assert!(!answer.text().contains("sk-test"), "no key is ever repeated");
            super::give_key(&ann, kind, world.of(kind), crate::support::GOOD_KEY, "user").await;
        }
    }
}

#[tokio::test]
async fn a_break_in_the_middle_is_an_error_and_no_end() {
    let app = TestApp::with(|config| config.ai.idle_seconds = 0.3).await;
    let world = World::start().await;
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    for kind in CLOUD {
        for script in ["mock-n9-c3-i5", "mock-n9-x3-i5", "mock-n9-h3-i5"] {
            let (answer, events, is_whole) = stream(&program, &question(&format!("{kind}/{script}"))).await;
            answer.expect(200);
            assert!(!is_whole, "{kind} {script}");
            assert_eq!(words(&events), "word1 word2 word3 ", "{kind} {script}");
            let error = &events.last().unwrap()["error"];
            assert!(error["message"].as_str().unwrap().contains(kind.name()));
        }
    }
}

#[tokio::test]
async fn whoever_leaves_ends_the_work_and_is_written_down() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    for kind in CLOUD {
        let mut body = question(&format!("{kind}/mock-n2000-i10"));
        body["stream"] = true.into();
        let answer = program
            .open(Method::POST, "/v1/chat/completions", &[JSON], body.to_string())
            .await;
        let mut body = answer.into_body();
        body.chunk().await.unwrap().unwrap();
        body.chunk().await.unwrap().unwrap();
        drop(body);
        eventually("the provider's work ends", || async {
            (world.of(kind).stats().aborted_streams > 0).then_some(())
        })
        .await;
    }
    let rows = eventually("the calls are written down", || async {
        let usage = ann.get("/api/v1/usage?by=provider").await.data();
        (usage["totals"]["calls"] == 4).then_some(usage)
    })
    .await;
    assert_eq!(rows["totals"]["failed"], 0, "to leave is not to fail");
    for row in rows["rows"].as_array().unwrap() {
        assert!(row["output_tokens"].as_i64().unwrap() >= 1, "{row}");
    }
}

#[tokio::test]
async fn models_are_listed_for_programs() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    let ids = |list: Value| -> Vec<String> {
        assert_eq!(list["object"], "list");
        let rows = list["data"].as_array().unwrap().clone();
        rows.iter()
            .map(|m| m["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(program.get("/v1/models").await.json()), ["auto"]);
    world.give_keys(&ann).await;
    let all = ids(program.get("/v1/models").await.json());
    for id in [
        "auto",
        "groq/openai/gpt-oss-120b",
        "anthropic/claude-haiku-4-5",
        "openai/mock",
    ] {
        assert!(all.iter().any(|i| i == id), "{id}");
    }
}

/// Little-endian numbers in base64, as OpenAI's clients read them.
fn decoded(text: &str) -> Vec<f32> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    for four in text.as_bytes().chunks(4) {
        let value = |b: &u8| LETTERS.iter().position(|l| l == b).unwrap_or(0) as u32;
        let all = four.iter().fold(0, |sum, b| sum << 6 | value(b));
        let padding = four.iter().rev().take_while(|b| **b == b'=').count();
        bytes.extend_from_slice(&all.to_be_bytes()[1..4 - padding]);
    }
    bytes
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
        .collect()
}

#[tokio::test]
async fn vectors_come_as_numbers_and_as_base64() {
    let (app, world) = (TestApp::start().await, World::start().await);
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    for model in [
        "openai/text-embedding-3-small",
        "gemini/gemini-embedding-001",
        "text-embedding-3-small",
    ] {
        let mut body = json!({ "model": model, "input": ["one", "two"], "dimensions": 8 });
        let floats = program.post("/v1/embeddings", &body).await;
        floats.expect(200);
        let floats = floats.json();
        body["encoding_format"] = "base64".into();
        let base64 = program.post("/v1/embeddings", &body).await.json();
        for at in 0..2 {
            let numbers: Vec<f32> = serde_json::from_value(floats["data"][at]["embedding"].clone()).unwrap();
            assert_eq!(numbers.len(), 8, "{model}");
            assert_eq!(
                decoded(base64["data"][at]["embedding"].as_str().unwrap()),
                numbers
            );
            assert_eq!(floats["data"][at]["index"], at);
        }
        assert_ne!(floats["data"][0]["embedding"], floats["data"][1]["embedding"]);
    }
    let one = json!({ "model": "auto", "input": "one" });
    let answer = program.post("/v1/embeddings", &one).await;
    answer.expect(200);
    assert_eq!(answer.json()["model"], "text-embedding-3-small");
    assert_eq!(answer.json()["usage"]["prompt_tokens"], 5);
    // Another provider's vectors are no substitute, even under the same name.
    let groq = world.of(ProviderKind::Groq);
    groq.stop();
    eventually("the provider is gone", || async {
        tokio::net::TcpStream::connect(groq.address()).await.err()
    })
    .await;
    let before = world.asked();
    program.post("/v1/embeddings", &one).await.expect(502);
    assert_eq!(world.asked(), before);
    let claude = json!({ "model": "anthropic/claude-haiku-4-5", "input": "one" });
    program.post("/v1/embeddings", &claude).await.expect(404);
    for input in [
        json!([]),
        json!(""),
        json!(["a", ""]),
        json!([[1, 2]]),
        json!(null),
    ] {
        let body = json!({ "model": "openai/text-embedding-3-small", "input": input });
        program.post("/v1/embeddings", &body).await.expect(400);
    }
}
