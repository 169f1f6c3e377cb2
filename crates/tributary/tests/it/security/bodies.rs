//! Every call with a body, with every body that is none: a refusal with its code, and nothing has changed.

use serde_json::{Value, json};

use super::document::{self, Call};
use super::house::House;
use super::{handled, raw, refused};
use crate::support::Answer;

const JSON: (&str, &str) = ("content-type", "application/json");

async fn send(house: &House, call: &Call, kind: (&str, &str), body: impl Into<bytes::Bytes>) -> Answer {
    let path = house.path(call);
    house.ann.send(call.method.clone(), &path, &[kind], body).await
}

fn with_bodies(house: &House) -> Vec<(Call, Value)> {
    let all = house.calls.iter();
    all.filter_map(|call| Some((call.clone(), call.body.clone()?)))
        .collect()
}

/// The good body with one field changed.
fn changed(good: &Value, name: &str, value: Value) -> Value {
    let mut body = good.clone();
    body[name] = value;
    body
}

#[tokio::test]
async fn what_is_no_json_is_refused_everywhere() {
    let house = House::furnished().await;
    let before = house.inventory().await;
    let deep = "[".repeat(50_000);
    let deep_object = format!("{}1{}", "{\"a\":".repeat(20_000), "}".repeat(20_000));
    let broken: [&[u8]; 14] = [
        b"{",
        b"}",
        b"not json",
        b"{\"a\":}",
        b"{'a': 1}",
        b"{} {}",
        b"\xff\xfe{}",
        b"{\"a\": \"\xc3\x28\"}",
        b"\x00",
        b"{\"a\": NaN}",
        b"{\"a\": 1e99999}",
        b"{\"a\": \"\\ud800\"}",
        deep.as_bytes(),
        deep_object.as_bytes(),
    ];
    for (call, schema) in with_bodies(&house) {
        let name = call.name();
        for body in broken {
            let answer = send(&house, &call, JSON, body.to_vec()).await;
            let what = format!("{name} with {:.60}", String::from_utf8_lossy(body));
            refused(&answer, &what);
        }
        for body in ["[]", "null", "true", "7", "\"text\"", "[{}]"] {
            let answer = send(&house, &call, JSON, body).await;
            refused(&answer, &format!("{name} with {body}"));
        }
        if !call.path.starts_with("/api/") {
            continue;
        }
        let good = house.body(&schema).to_string();
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/xml",
            "json",
        ] {
            let answer = send(&house, &call, ("content-type", kind), good.clone()).await;
            refused(&answer, &format!("{name} as {kind}"));
            assert_eq!(answer.status, 415, "{name} as {kind}");
        }
    }
    assert_eq!(house.inventory().await, before);
}

#[tokio::test]
async fn every_field_has_its_type_and_no_other_exists() {
    let house = House::furnished().await;
    let before = house.inventory().await;
    let mut tried = 0;
    for (call, schema) in with_bodies(&house) {
        if call.path.starts_with("/v1/") {
            continue; // that format is open, and has a test of its own
        }
        let name = call.name();
        let good = house.body(&schema);
        let body = changed(&good, "no_such_field", json!(1));
        let answer = house.call(&house.ann, &call, Some(&body)).await;
        refused(&answer, &format!("{name} with an unknown field"));
        let required = document::required(&schema);
        for missing in &required {
            let mut body = good.clone();
            body.as_object_mut().unwrap().remove(*missing);
            let answer = house.call(&house.ann, &call, Some(&body)).await;
            refused(&answer, &format!("{name} without {missing}"));
            tried += 1;
        }
        for (field, schema) in document::properties(&schema) {
            let may = document::types(&schema);
            for (kind, value) in document::one_of_each() {
                // Null stands for a field that may be absent.
                let absent = kind == "null" && !required.contains(&field.as_str());
                if may.is_empty() || may.contains(kind) || absent {
                    continue;
                }
                let body = changed(&good, &field, value);
                let answer = house.call(&house.ann, &call, Some(&body)).await;
                refused(&answer, &format!("{name} {body}"));
                tried += 1;
            }
            if let Some(first) = schema["enum"][0].as_str() {
                let body = changed(&good, &field, json!(format!("{first}x")));
                let answer = house.call(&house.ann, &call, Some(&body)).await;
                refused(&answer, &format!("{name} {body}"));
            }
        }
    }
    assert!(tried > 150, "{tried}");
    assert_eq!(house.inventory().await, before);
}

#[tokio::test]
async fn odd_values_are_taken_or_refused_and_break_nothing() {
    let house = House::furnished().await;
    let huge = "x".repeat(300_000);
    let odd = [
        json!(""),
        json!(" "),
        json!("\u{0}"),
        json!("a\u{0}b"),
        json!("\u{feff}\u{202e}abc\u{200d}\u{2028}"),
        json!("👩‍👩‍👧‍👦 é e\u{301} ﷽ \u{10ffff} \u{fffe}"),
        json!("'; DROP TABLE users; --"),
        json!("%s%n${jndi:ldap://x}{{7*7}}<script>"),
        json!("../../etc/passwd"),
        json!("9".repeat(400)),
        json!("9999-12-31T23:59:59.999999999Z"),
        json!("-009999-01-01T00:00:00Z"),
        json!("00000000-0000-0000-0000-000000000000"),
        json!("ffffffff-ffff-ffff-ffff-ffffffffffff"),
        json!(-1),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e300),
        json!([[[[[]]]]]),
        json!({ "": { "": null }, "\u{0}": "\u{0}", "\u{1f980}": 1 }),
    ];
    for (call, schema) in with_bodies(&house) {
        let good = house.body(&schema);
        for (field, schema) in document::properties(&schema) {
            // Where a call sends to an address, only ours is given to it.
            if field == "base_url" {
                continue;
            }
            for value in &odd {
                let body = changed(&good, &field, value.clone());
                let answer = house.call(&house.ann, &call, Some(&body)).await;
                handled(&answer, &format!("{} {body}", call.name()));
            }
            if document::types(&schema).contains("string") {
                let body = changed(&good, &field, json!(huge));
                let answer = house.call(&house.ann, &call, Some(&body)).await;
                let what = format!("{} with 300,000 characters of {field}", call.name());
                refused(&answer, &what);
            }
        }
    }
    // Ann can still work, and what she reads is whole.
    house.inventory().await;
    let thread = house.ann.thread().await;
    let answer = house.ann.ask(&thread, "Still there?", "openai/mock").await;
    answer.expect(201);
}

#[tokio::test]
async fn the_openai_surface_refuses_in_its_own_words() {
    let house = House::furnished().await;
    let hi = json!([{ "role": "user", "content": "Hi" }]);
    let chat = [
        json!({}),
        json!({ "model": "openai/mock" }),
        json!({ "messages": hi }),
        json!({ "model": 7, "messages": hi }),
        json!({ "model": "openai/mock", "messages": [] }),
        json!({ "model": "openai/mock", "messages": "Hi" }),
        json!({ "model": "openai/mock", "messages": hi, "stream": "yes" }),
        json!({ "model": "\u{0}", "messages": hi }),
        json!({ "model": "anthropic/claude", "messages": hi }),
    ];
    let embeddings = [
        json!({}),
        json!({ "model": 1, "input": "x" }),
        json!({ "model": "openai/e", "input": { "a": 1 } }),
    ];
    let all = chat.iter().map(|body| ("/v1/chat/completions", body));
    for (path, body) in all.chain(embeddings.iter().map(|body| ("/v1/embeddings", body))) {
        let answer = house.ann.post(path, body).await;
        refused(&answer, &format!("{path} {body}"));
        assert!(
            answer.json()["error"]["type"].is_string(),
            "{path} {body}: {}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn ten_megabytes_are_too_many() {
    let house = House::furnished().await;
    let before = house.inventory().await;
    let body = format!("{{\"a\":\"{}\"}}", "x".repeat(10 << 20));
    for (call, _) in with_bodies(&house) {
        if call.path.starts_with("/v1/") {
            continue; // conversations with pictures are that large
        }
        let head = raw::head(call.method.as_str(), &house.path(&call), Some(house.ann.token()));
        let head = format!("{head}content-type: application/json\r\n");
        let size = body.len();
        let known = format!("{head}content-length: {size}\r\n\r\n{body}");
        let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n{size:x}\r\n{body}\r\n0\r\n\r\n");
        for request in [known, chunked] {
            let reply = raw::exchange(&house.app.base(), request).await;
            let name = call.name();
            assert_eq!(reply.status, 413, "{name}: {} {:.300}", reply.head, reply.body);
            assert!(reply.body.contains("PAYLOAD_TOO_LARGE"), "{name}");
        }
    }
    assert_eq!(house.inventory().await, before);
}
