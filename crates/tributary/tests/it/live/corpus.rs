//! The cases that every client of the socket has to pass; the page runs the same files.

use serde_json::Value;

use crate::support::mirror::{AnswerMirror, ScopeMirror, Status};

fn cases(name: &str) -> Vec<Value> {
    let path = format!(
        "{}/../../web/tests/corpus/live/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(cases.len() >= 8, "{name} has its cases");
    cases
}

#[test]
fn scopes_keep_the_cases_of_the_corpus() {
    for case in cases("scope") {
        let start = &case["start"];
        let mut scope = ScopeMirror {
            epoch: start["e"].as_i64(),
            seq: start["s"].as_i64().unwrap_or(0),
            status: match start["status"].as_str() {
                Some("waiting") => Status::Waiting,
                Some("live") => Status::Live,
                Some("gone") => Status::Gone,
                _ => Status::New,
            },
            snap: start["snap"].as_bool().unwrap_or(false),
            parts: start["parts"].as_object().cloned().unwrap_or_default(),
            ..ScopeMirror::default()
        };
        for frame in case["frames"].as_array().unwrap() {
            scope.apply(frame);
        }
        let (name, expect) = (&case["name"], &case["expect"]);
        let is = |what: &str, is: Value| {
            if !expect[what].is_null() {
                assert_eq!(is, expect[what], "{name}: {what}");
            }
        };
        is("s", scope.seq.into());
        is("status", scope.status.name().into());
        is("parts", Value::Object(scope.parts.clone()));
        is("asks", scope.asks.clone().into());
        is("forgets", scope.forgets.into());
    }
}

#[test]
fn answers_keep_the_cases_of_the_corpus() {
    for case in cases("generation") {
        let start = &case["start"];
        let units = |name: &str| start[name].as_str().unwrap_or("").encode_utf16().collect();
        let mut answer = AnswerMirror {
            run: start["g"].as_str().map(str::to_owned),
            text: units("text"),
            reasoning: units("reasoning"),
            ..AnswerMirror::default()
        };
        for frame in case["frames"].as_array().unwrap() {
            answer.apply(frame);
        }
        let (name, expect) = (&case["name"], &case["expect"]);
        if !expect["text"].is_null() {
            assert_eq!(answer.text(), expect["text"], "{name}: text");
        }
        if !expect["asks"].is_null() {
            assert_eq!(answer.asks, expect["asks"], "{name}: asks");
        }
        if let Some(status) = expect.get("status") {
            assert_eq!(Value::from(answer.status.clone()), *status, "{name}: status");
        }
    }
}
