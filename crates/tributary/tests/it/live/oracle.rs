//! The rule for every change: what a client knew before, and the events, make what a fresh fetch shows. Each call that
//! changes something stands here; a call that is in the contract and not here fails the suite.

mod calls;
mod with_actions;
mod with_files;

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Map, Value, json};

use crate::files;
use crate::support::socket::Socket;
use crate::support::{Client, TestApp, eventually, standin};

/// Two people of a workspace, what they share, and the socket of the first.
struct House {
    app: TestApp,
    ann: Client,
    bob: Client,
    bob_id: String,
    thread: String,
    socket: Socket,
    tried: BTreeSet<String>,
}

impl House {
    async fn open() -> Self {
        let (app, standin) = (TestApp::with(|c| c.limits.requests = 0).await, standin().await);
        let ann = app.person_with_models("ann", &standin).await;
        let bob = app.person("bob").await;
        let bob = app.colleague(&ann, &bob, "member").await;
        let bob_id = bob.get("/api/v1/auth/me").await.data()["user"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let thread = ann.thread().await;
        let mut socket = Socket::open(&app.base(), &ann).await;
        for scope in socket.mirror.scopes.keys().cloned().collect::<Vec<_>>() {
            socket.send(&json!({ "k": "sub", "c": scope, "snap": {} })).await;
            socket.until(|f| f["k"] == "live" && f["c"] == *scope).await;
        }
        socket.watch(&thread).await;
        // The stand-in lives as long as the house.
        std::mem::forget(standin);
        Self {
            app,
            ann,
            bob,
            bob_id,
            thread,
            socket,
            tried: BTreeSet::new(),
        }
    }

    /// Makes a call as one of them, and then compares all that is known with all that is there.
    async fn call(&mut self, who: Who, method: Method, path: &str, body: Value) -> Value {
        self.tried.insert(format!("{method} {}", template(path)));
        let path = path.replace("{id}", &self.thread);
        let client = match who {
            Who::Ann => &self.ann,
            Who::Bob => &self.bob,
        };
        let json = [("content-type", "application/json")];
        let answer = client.send(method.clone(), &path, &json, body.to_string()).await;
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.text());
        self.compare(&format!("{method} {path}")).await;
        serde_json::from_slice::<Value>(&answer.bytes).map_or(Value::Null, |v| v["data"].clone())
    }

    async fn compare(&mut self, after: &str) {
        for scope in self.socket.mirror.scopes.keys().cloned().collect::<Vec<_>>() {
            let fresh = self
                .ann
                .get(&format!("/api/v1/live/snapshot?c={scope}&last=200"))
                .await;
            fresh.expect(200);
            let fresh = fresh.data();
            let head = fresh["s"].as_i64().unwrap();
            while self.socket.mirror.scopes[&scope].seq < head {
                let known = &self.socket.mirror.scopes[&scope];
                assert!(
                    known.asks.is_empty(),
                    "after {after}: {scope} had a hole at {}",
                    known.seq
                );
                self.socket.next().await.expect("the socket is open");
            }
            let known = &self.socket.mirror.scopes[&scope];
            assert!(known.asks.is_empty(), "after {after}: {scope} had a hole");
            let mut parts = known.parts.clone();
            // No snapshot has files: what is known of them is what a fresh fetch of each shows.
            let files = parts.remove("files");
            self.compare_files(after, &scope, files.unwrap_or_default()).await;
            let (mut known, mut there) = (
                comparable(&parts, &fresh["d"]),
                comparable(fresh["d"].as_object().unwrap(), &fresh["d"]),
            );
            // What somebody is called is told once, by the people of the workspace, and not for all that they ever wrote.
            if !scope.starts_with("w:") {
                known.values_mut().chain(there.values_mut()).for_each(unname);
            }
            known.values_mut().chain(there.values_mut()).for_each(unsign);
            assert_eq!(known, there, "after {after}: {scope}");
        }
    }

    /// Those files that a scope was told of are as it was told.
    async fn compare_files(&self, after: &str, scope: &str, files: Value) {
        for mut known in files.as_array().cloned().unwrap_or_default() {
            let path = format!("/api/v1/files/{}", known["id"].as_str().unwrap());
            let fresh = self.ann.get(&path).await;
            fresh.expect(200);
            let mut there = fresh.data();
            there.as_object_mut().unwrap().remove("threads");
            unsign(&mut known);
            unsign(&mut there);
            assert_eq!(known, there, "after {after}: a file of {scope}");
        }
    }

    /// Uploads a file and waits until it was read.
    async fn upload(&mut self, name: &str) -> String {
        self.tried.insert("POST /api/v1/files".to_owned());
        let file = files::uploaded(&self.ann, name, b"Plant trees.\n").await;
        self.settled(files::id(&file)).await
    }

    async fn settled(&mut self, id: &str) -> String {
        let path = format!("/api/v1/files/{id}");
        eventually("the file was read", || async {
            (self.ann.get(&path).await.data()["status"] == "ready").then_some(())
        })
        .await;
        self.compare("an upload").await;
        id.to_owned()
    }

    /// The files that the scope of Ann was told of.
    fn known_files(&self) -> Vec<Value> {
        let mine = self
            .socket
            .mirror
            .scopes
            .iter()
            .find(|(name, _)| name.starts_with("u:"));
        let files = mine.map(|(_, scope)| scope.parts["files"].clone());
        files
            .and_then(|files| files.as_array().cloned())
            .unwrap_or_default()
    }
}

#[derive(Clone, Copy)]
enum Who {
    Ann,
    Bob,
}

/// The parts with their rows in one order; of what a snapshot cuts off at some length, what is in the fresh one.
pub fn comparable(parts: &Map<String, Value>, fresh: &Value) -> Map<String, Value> {
    let mut parts = parts.clone();
    for (name, part) in &mut parts {
        let Value::Array(rows) = part else { continue };
        let key = |row: &Value| {
            ["id", "user_id", "thread_id"]
                .iter()
                .find_map(|k| row[*k].as_str().map(str::to_owned))
        };
        let wanted: BTreeSet<_> = fresh[name]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(key)
            .collect();
        // Other branches stay known, and emptied drafts are nothing.
        if ["messages", "drafts"].contains(&&**name) {
            rows.retain(|row| key(row).is_some_and(|k| wanted.contains(&k)));
        }
        // What each new message moves is told by pokes, and read with the list.
        if *name == "threads" {
            for row in rows.iter_mut().filter_map(Value::as_object_mut) {
                row.retain(|name, _| name != "head_id" && name != "last_message_at");
            }
        }
        rows.sort_by_key(|row| key(row));
    }
    parts.retain(|name, part| !fresh[name].is_null() || *part != json!([]));
    parts
}

/// Takes the names of people out.
pub fn unname(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("full_name");
            if fields.get("kind").is_some_and(|kind| kind == "person") {
                fields.remove("name");
            }
            fields.values_mut().for_each(unname);
        }
        Value::Array(rows) => rows.iter_mut().for_each(unname),
        _ => {}
    }
}

/// Takes the signatures of addresses out: they are of the moment.
fn unsign(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_signed = name == "url" || name == "preview_url";
                let path = value.as_str().and_then(|url| url.split('?').next());
                match path.filter(|_| is_signed).map(str::to_owned) {
                    Some(path) => *value = path.into(),
                    None => unsign(value),
                }
            }
        }
        Value::Array(rows) => rows.iter_mut().for_each(unsign),
        _ => {}
    }
}

/// `/api/v1/threads/{id}/messages/0190…/stop` as the contract writes it.
fn template(path: &str) -> String {
    let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
    let mut is_second = path.contains("{id}");
    for part in &mut parts {
        if part.len() == 36 && part.matches('-').count() == 4 {
            *part = String::from(if is_second { "{mid}" } else { "{id}" });
            is_second = true;
        }
    }
    parts.join("/")
}

#[tokio::test]
async fn what_was_known_and_the_events_make_what_is_there() {
    use Who::{Ann, Bob};
    let mut house = House::open().await;
    let h = &mut house;
    let thread = "/api/v1/threads/{id}";
    let messages = "/api/v1/threads/{id}/messages";
    h.call(
        Ann,
        Method::POST,
        "/api/v1/threads",
        json!({ "title": "Another" }),
    )
    .await;
    h.call(
        Ann,
        Method::POST,
        "/api/v1/threads",
        json!({ "visibility": "workspace" }),
    )
    .await;
    h.call(
        Ann,
        Method::PATCH,
        thread,
        json!({ "title": "A room", "pinned": true }),
    )
    .await;
    h.call(
        Ann,
        Method::POST,
        "/api/v1/threads/{id}/members",
        json!({ "user_id": h.bob_id }),
    )
    .await;
    let one = h
        .call(
            Ann,
            Method::POST,
            messages,
            json!({ "content": "One", "reply": false }),
        )
        .await;
    let one = one["message"]["id"].as_str().unwrap().to_owned();
    let two = h
        .call(
            Bob,
            Method::POST,
            messages,
            json!({ "content": "@ann two", "reply": false, "reply_to": one }),
        )
        .await;
    let two = two["message"]["id"].as_str().unwrap().to_owned();
    let asked = h
        .call(
            Ann,
            Method::POST,
            messages,
            json!({ "content": "Go", "reply": true, "model": "openai/mock-n5" }),
        )
        .await;
    let reply = asked["reply"]["id"].as_str().unwrap().to_owned();
    let at = |id: &str, what: &str| format!("{messages}/{id}/{what}");
    h.call(
        Ann,
        Method::POST,
        &at(&reply, "regenerate"),
        json!({ "model": "openai/mock-n6" }),
    )
    .await;
    h.call(
        Bob,
        Method::POST,
        &at(&two, "edit"),
        json!({ "content": "Two, again", "reply": false }),
    )
    .await;
    h.call(
        Ann,
        Method::POST,
        "/api/v1/threads/{id}/head",
        json!({ "message_id": reply }),
    )
    .await;
    h.call(Ann, Method::POST, &at(&reply, "stop"), json!({})).await;
    h.call(Bob, Method::PUT, &at(&one, "reactions/%F0%9F%91%8D"), json!({}))
        .await;
    h.call(Ann, Method::PUT, &at(&one, "reactions/%F0%9F%91%8D"), json!({}))
        .await;
    h.call(
        Bob,
        Method::DELETE,
        &at(&one, "reactions/%F0%9F%91%8D"),
        json!({}),
    )
    .await;
    h.call(
        Bob,
        Method::POST,
        "/api/v1/threads/{id}/read",
        json!({ "seq": 3 }),
    )
    .await;
    h.call(
        Ann,
        Method::POST,
        "/api/v1/threads/{id}/read",
        json!({ "seq": 4 }),
    )
    .await;
    h.call(
        Ann,
        Method::PATCH,
        "/api/v1/threads/{id}/state",
        json!({ "muted": true }),
    )
    .await;
    h.call(
        Ann,
        Method::PUT,
        "/api/v1/threads/{id}/draft",
        json!({ "text": "half" }),
    )
    .await;
    h.call(
        Ann,
        Method::PATCH,
        "/api/v1/settings",
        json!({ "values": { "theme": "dark" } }),
    )
    .await;
    with_files::with_files(h).await;
    with_actions::with_actions(h).await;
    let path = format!("/api/v1/threads/{{id}}/members/{}", h.bob_id);
    h.call(Ann, Method::PATCH, &path, json!({ "role": "viewer" }))
        .await;
    h.call(Ann, Method::DELETE, &path, json!({})).await;
    h.call(
        Ann,
        Method::PATCH,
        thread,
        json!({ "visibility": "workspace", "answers": "mentioned" }),
    )
    .await;
    h.call(Bob, Method::POST, messages, json!({ "content": "In the open" }))
        .await;
    h.call(
        Ann,
        Method::POST,
        "/api/v1/threads/{id}/fork",
        json!({ "message_id": one }),
    )
    .await;
    h.call(
        Ann,
        Method::POST,
        "/api/v1/notifications/read",
        json!({ "all": true }),
    )
    .await;
    h.call(
        Ann,
        Method::PATCH,
        "/api/v1/workspace",
        json!({ "name": "The house" }),
    )
    .await;
    let path = "/api/v1/workspace/embedding-model";
    h.call(Ann, Method::PUT, path, json!({ "model": null })).await;
    h.call(
        Bob,
        Method::PATCH,
        "/api/v1/auth/me",
        json!({ "full_name": "Robert" }),
    )
    .await;
    let path = format!("/api/v1/members/{}", h.bob_id);
    h.call(Ann, Method::PATCH, &path, json!({ "role": "admin" }))
        .await;
    h.call(Ann, Method::PATCH, thread, json!({ "visibility": "private" }))
        .await;
    h.call(Ann, Method::DELETE, &path, json!({})).await;
    h.call(Ann, Method::PATCH, thread, json!({ "archived": true }))
        .await;
    calls::all_are_tried(h);
}
