//! Everything found again: by words, by meaning, by those who may, and by nobody else.

mod conformance;
mod files;
mod law;
mod meaning;
mod odd;
mod queue;
mod rights;
mod secrecy;
mod words;

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, eventually};

/// Everything but letters and digits as `%XX`.
pub fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// Asks for something, with further parameters such as `&mode=keyword`.
pub async fn ask(client: &Client, q: &str, more: &str) -> Answer {
    client
        .get(&format!("/api/v1/search?q={}{more}", encoded(q)))
        .await
}

/// The hits.
pub async fn hits(client: &Client, q: &str, more: &str) -> Vec<Value> {
    let answer = ask(client, q, more).await;
    answer.expect(200);
    answer.data()["hits"].as_array().unwrap().clone()
}

/// The texts that were found by their words, each as its snippet.
pub async fn found(client: &Client, q: &str) -> Vec<String> {
    let hits = hits(client, q, "&mode=keyword&limit=50").await;
    hits.iter()
        .map(|hit| hit["snippet"].as_str().unwrap().to_owned())
        .collect()
}

/// Waits until nothing waits to be indexed.
pub async fn settled(app: &TestApp) {
    use sea_orm::{EntityTrait, PaginatorTrait};
    eventually("the index is up to date", || async {
        let waiting = db::entity::index_queue::Entity::find()
            .count(app.db().read())
            .await
            .unwrap();
        (waiting == 0).then_some(())
    })
    .await;
}

/// Writes a message; answers its id.
pub async fn say(client: &Client, thread: &str, content: &str) -> String {
    let body = json!({ "content": content, "reply": false });
    let answer = client
        .post(&format!("/api/v1/threads/{thread}/messages"), &body)
        .await;
    answer.expect(201);
    answer.data()["message"]["id"].as_str().unwrap().to_owned()
}

/// The parts of a snippet that are marked, as a browser cuts them.
pub fn marked(hit: &Value) -> Vec<String> {
    let units: Vec<u16> = hit["snippet"].as_str().unwrap().encode_utf16().collect();
    let cut = |mark: &Value| {
        let at = |n: usize| mark[n].as_u64().unwrap() as usize;
        String::from_utf16(&units[at(0)..at(1)]).unwrap()
    };
    hit["marks"].as_array().unwrap().iter().map(cut).collect()
}

/// Somebody's id.
pub async fn id_of(client: &Client) -> String {
    client.get("/api/v1/auth/me").await.data()["user"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Changes a thread.
pub async fn change(client: &Client, thread: &str, patch: Value) {
    let path = format!("/api/v1/threads/{thread}");
    let headers = [("content-type", "application/json")];
    client
        .send(Method::PATCH, &path, &headers, patch.to_string())
        .await
        .expect(200);
}
