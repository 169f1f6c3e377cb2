//! Models over the assembled server: keys, the choice among them, what happens when they fail, the surface for
//! OpenAI's clients, and what it cost. A stand-in for each provider is the world outside.

mod addresses;
mod budgets;
mod choosing;
mod embedding;
mod failing;
mod keys;
mod openai;
mod usage;

use http::Method;
use providers::ProviderKind;
use providers::standin::Standin;
use serde_json::{Value, json};

use crate::support::{Answer, Client, GOOD_KEY, TestApp, standin};

const JSON: (&str, &str) = ("content-type", "application/json");

/// The four well-known providers, in the order in which `auto` asks them.
const CLOUD: [ProviderKind; 4] = [
    ProviderKind::Groq,
    ProviderKind::OpenAi,
    ProviderKind::Gemini,
    ProviderKind::Anthropic,
];

/// A stand-in for each of the four.
struct World([Standin; 4]);

impl World {
    async fn start() -> Self {
        Self([standin().await, standin().await, standin().await, standin().await])
    }

    fn of(&self, kind: ProviderKind) -> &Standin {
        let at = CLOUD.iter().position(|k| *k == kind).unwrap();
        &self.0[at]
    }

    /// Gives a person a key of each.
    async fn give_keys(&self, person: &Client) {
        for kind in CLOUD {
            give_key(person, kind, self.of(kind), GOOD_KEY, "user").await;
        }
    }

    /// From now on all but these fail in a way that is not worth repeating.
    fn only(&self, fine: &[ProviderKind]) {
        for kind in CLOUD {
            let script = (!fine.contains(&kind)).then_some("mock-e404");
            self.of(kind).set_script(script);
        }
    }

    /// How often each was asked for an answer.
    fn asked(&self) -> [usize; 4] {
        CLOUD.map(|kind| asked(self.of(kind)))
    }
}

/// How often a stand-in was asked for an answer.
fn asked(standin: &Standin) -> usize {
    standin.seen().iter().filter(|seen| !seen.body.is_empty()).count()
}

pub async fn give_key(person: &Client, kind: ProviderKind, at: &Standin, key: &str, scope: &str) {
    let body = json!({ "key": key, "base_url": at.base_url(kind), "scope": scope });
    let answer = person.put(&format!("/api/v1/providers/{kind}/key"), &body).await;
    answer.expect(200);
    assert_eq!(answer.data()["is_valid"], true, "{}", answer.text());
}

/// A program with an API token of this person.
async fn program(app: &TestApp, person: &Client, scopes: &Value) -> Client {
    let made = person
        .post(
            "/api/v1/tokens",
            &json!({ "name": "a program", "scopes": scopes }),
        )
        .await;
    made.expect(201);
    let mut client = app.client();
    client.bearer(made.data()["token"].as_str().unwrap());
    client
}

/// A question as OpenAI's clients put it.
fn question(model: &str) -> Value {
    json!({ "model": model, "messages": [{ "role": "user", "content": "Hi" }] })
}

async fn complete(program: &Client, body: &Value) -> Answer {
    program.post("/v1/chat/completions", body).await
}

/// The same as a stream; answers the status and the data of each event.
async fn stream(program: &Client, body: &Value) -> (Answer, Vec<Value>, bool) {
    let mut body = body.clone();
    body["stream"] = true.into();
    let answer = program
        .send(Method::POST, "/v1/chat/completions", &[JSON], body.to_string())
        .await;
    let text = answer.text();
    let data = |block: &str| {
        block
            .lines()
            .find_map(|line| line.strip_prefix("data: ").map(str::to_owned))
    };
    let all: Vec<String> = text.split("\n\n").filter_map(data).collect();
    let is_whole = all.last().is_some_and(|last| last == "[DONE]");
    let events = all.iter().filter(|data| *data != "[DONE]");
    let events = events.map(|data| serde_json::from_str(data).unwrap()).collect();
    (answer, events, is_whole)
}

/// The words of a stream's events.
fn words(events: &[Value]) -> String {
    let delta = |event: &Value| {
        event["choices"][0]["delta"]["content"]
            .as_str()
            .map(str::to_owned)
    };
    events.iter().filter_map(delta).collect()
}

/// Makes `name` a member of a person's workspace and answers a client that works there.
async fn join(app: &TestApp, person: &Client, name: &str, role: &str) -> Client {
    let mut member = app.person(name).await;
    let body = json!({ "email": format!("{name}@example.org"), "role": role });
    person.post("/api/v1/members", &body).await.expect(201);
    let workspace = person.get("/api/v1/workspace").await.data()["id"].clone();
    let switched = member
        .post("/api/v1/auth/switch", &json!({ "workspace_id": workspace }))
        .await;
    switched.expect(200);
    member.bearer(switched.data()["access_token"].as_str().unwrap());
    member
}
