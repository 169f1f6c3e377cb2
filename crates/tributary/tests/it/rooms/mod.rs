//! Threads as rooms: who enters, who writes, whom a text names, what each has read and is told of.

mod members;
mod mentions;
mod models;
mod notifications;
mod reactions;
mod reads;

use db::events::{Scope, events_since};
use providers::standin::Standin;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, standin};

/// Somebody at work in Ann's workspace.
struct Person {
    id: String,
    client: Client,
}

/// Ann's workspace, with everybody in it.
struct House {
    app: TestApp,
    standin: Standin,
    workspace: String,
    ann: Person,
    bob: Person,
    cleo: Person,
    /// A guest.
    gus: Person,
    /// Somebody with a workspace of her own.
    eve: Person,
}

#[track_caller]
fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not a text: {value}"))
        .to_owned()
}

/// A typed id.
fn id<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_value(json!(text)).unwrap()
}

async fn known(client: Client) -> Person {
    let me = client.get("/api/v1/auth/me").await.data();
    Person {
        id: text(&me["user"]["id"]),
        client,
    }
}

impl House {
    async fn open() -> Self {
        let standin = standin().await;
        let app = TestApp::with(|c| {
            c.limits = identity::Limits {
                requests: 0,
                openai_requests: 0,
                open_requests: 0,
                failures_by_email: 0,
                failures_by_address: 0,
            };
        })
        .await;
        let ann = app.person_with_models("ann", &standin).await;
        let workspace = text(&ann.get("/api/v1/workspace").await.data()["id"]);
        let bob = join(&app, &ann, "bob", "member").await;
        let cleo = join(&app, &ann, "cleo", "member").await;
        let gus = join(&app, &ann, "gus", "guest").await;
        let eve = known(app.person("eve").await).await;
        Self {
            ann: known(ann).await,
            app,
            standin,
            workspace,
            bob,
            cleo,
            gus,
            eve,
        }
    }

    /// A thread of Ann's.
    async fn thread(&self, body: &Value) -> Room<'_> {
        let made = self.ann.client.post("/api/v1/threads", body).await;
        made.expect(201);
        Room {
            house: self,
            id: text(&made.data()["id"]),
        }
    }

    /// A private thread that Ann shares with these.
    async fn shared(&self, with: &[&Person]) -> Room<'_> {
        let ids: Vec<&str> = with.iter().map(|person| person.id.as_str()).collect();
        self.thread(&json!({ "members": ids, "title": "A room" })).await
    }

    /// The events of a scope, as kind and payload.
    async fn events(&self, scope: Scope) -> Vec<(String, Value)> {
        let rows = events_since(self.app.db(), scope, 0, 10_000).await.unwrap();
        let payload = |text: &str| serde_json::from_str(text).unwrap();
        rows.into_iter()
            .map(|row| (row.kind, payload(&row.payload)))
            .collect()
    }

    /// What happened on somebody's own scope about a thread.
    async fn told(&self, person: &Person, thread: &str) -> Vec<String> {
        let all = self.events(Scope::User(id(&person.id))).await;
        let about = all
            .into_iter()
            .filter(|(_, payload)| payload["thread_id"] == thread);
        about.map(|(kind, _)| kind).collect()
    }

    /// What happened on the workspace's scope about a thread.
    async fn told_to_all(&self, thread: &str) -> Vec<String> {
        let scope = Scope::Workspace(id(&self.workspace));
        let all = self.events(scope).await;
        let about = all
            .into_iter()
            .filter(|(_, payload)| payload["thread_id"] == thread);
        about.map(|(kind, _)| kind).collect()
    }
}

async fn join(app: &TestApp, ann: &Client, name: &str, role: &str) -> Person {
    let mut client = app.person(name).await;
    let body = json!({ "email": format!("{name}@example.org"), "role": role });
    ann.post("/api/v1/members", &body).await.expect(201);
    let workspace = ann.get("/api/v1/workspace").await.data()["id"].clone();
    let body = json!({ "workspace_id": workspace });
    let there = client.post("/api/v1/auth/switch", &body).await;
    client.bearer(&text(&there.data()["access_token"]));
    known(client).await
}

/// One thread of the house.
struct Room<'h> {
    house: &'h House,
    id: String,
}

impl Room<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/api/v1/threads/{}{rest}", self.id)
    }

    async fn seen_by(&self, person: &Person) -> Value {
        let seen = person.client.get(&self.path("")).await;
        seen.expect(200);
        seen.data()
    }

    /// Writes without asking a model.
    async fn say(&self, person: &Person, content: &str) -> Value {
        let body = json!({ "content": content, "reply": false });
        let said = person.client.post(&self.path("/messages"), &body).await;
        said.expect(201);
        said.data()["message"].clone()
    }

    /// Writes whatever, however it ends.
    async fn post(&self, person: &Person, body: &Value) -> Answer {
        person.client.post(&self.path("/messages"), body).await
    }

    /// The events of the thread, as kind and payload.
    async fn events(&self) -> Vec<(String, Value)> {
        self.house.events(Scope::Thread(id(&self.id))).await
    }
}

/// How often each kind is among events.
fn count(events: &[(String, Value)], kind: &str) -> usize {
    events.iter().filter(|(other, _)| other == kind).count()
}
