//! A workspace with one of everything in it, and calls that name real things of it.

use serde_json::{Value, json};

use super::document::{self, Call};
use crate::support::{Answer, Client, TestApp, eventually, standin};

pub struct House {
    pub app: TestApp,
    pub ann: Client,
    /// Somebody with a workspace of his own.
    pub bob: Client,
    /// A member of Ann's workspace, who sees nothing of Ann's private threads.
    pub cleo: Client,
    pub calls: Vec<Call>,
    standin: providers::standin::Standin,
    pub thread: String,
    pub message: String,
    pub assistant: String,
    pub workspace: String,
    token: String,
    session: String,
    ann_id: String,
    cleo_id: String,
    invitation: (String, String),
    file: String,
    analysis: String,
    upload: String,
    connector: String,
    sync_run: String,
    dead_letter: String,
    metric: String,
    query: String,
    action: String,
    mail: String,
    task: String,
    workflow: String,
    budget: String,
    alert: String,
    response: String,
    job: String,
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not a text: {value}"))
        .to_owned()
}

/// A table of which one row is not understood: its run, and the row's letter.
async fn table_of_sales(ann: &Client, connector: &str) -> (String, String) {
    let table = |quantity: &str| {
        let head = "Order,Date,SKU,Product,Quantity,Unit price";
        format!("{head}\n1,2026-01-05,A1,Cup,2,3.50\n2,2026-01-06,A1,Cup,{quantity},3.50\n")
    };
    let path = format!("/api/v1/connectors/{connector}");
    let preview = format!("{path}/upload?preview=true");
    let sample = ann
        .send(http::Method::POST, &preview, &[], table("4"))
        .await
        .data();
    let mut layout = sample["layout"].clone();
    layout["currency"] = json!("EUR");
    let layout: String = layout
        .to_string()
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    let run = ann
        .send(
            http::Method::POST,
            &format!("{path}/upload?layout={layout}"),
            &[],
            table("many"),
        )
        .await;
    run.expect(202);
    eventually("the table is read", || async {
        let letters = ann.get(&format!("{path}/dead-letters")).await.data();
        let is_over = !ann.get(&format!("{path}/runs")).await.data()[0]["finished_at"].is_null();
        (is_over && letters[0]["id"].is_string()).then(|| (text(&run.data()["id"]), text(&letters[0]["id"])))
    })
    .await
}

impl House {
    pub async fn furnished() -> Self {
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
        let (bob, mut cleo) = (app.person("bob").await, app.person("cleo").await);
        let thread = ann.thread().await;
        let exchange = ann.ask(&thread, "Hello", "openai/mock").await.data();
        let make = async |path: &str, body: Value| {
            let made = ann.post(&format!("/api/v1/{path}"), &body).await;
            made.expect(201);
            made.data()
        };
        let assistant = make("assistants", json!({ "name": "Helper" })).await;
        let token = make("tokens", json!({ "name": "t" })).await;
        let invitation = make(
            "invitations",
            json!({ "email": "dora@example.org", "role": "member" }),
        )
        .await;
        make(
            "members",
            json!({ "email": "cleo@example.org", "role": "member" }),
        )
        .await;
        let file = crate::files::uploaded(&ann, "notes.txt", b"Words of Ann's").await;
        let file = crate::files::until(&ann, crate::files::id(&file), "ready").await;
        let analyze = format!("files/{}/analyze", crate::files::id(&file));
        let analysis = make(&analyze, json!({ "model": "openai/mock" })).await["analysis"].take();
        let upload = make("files/upload-url", json!({ "name": "a.txt", "size": 10 })).await;
        let values = json!({ "currency": "EUR" });
        let connector = make("connectors", json!({ "type": "csv", "values": values })).await;
        let (sync_run, dead_letter) = table_of_sales(&ann, &text(&connector["id"])).await;
        let metric = json!({ "id": "after_fees", "label": "After fees", "expression": "revenue - fees", "unit": "money" });
        let metric = make("metrics", metric).await;
        let query = ann
            .post("/api/v1/ai/query", &json!({ "question": "hello" }))
            .await
            .data();
        // One that waits for a yes, and one whose mail is held because there is no mail server.
        let letter = json!({ "to": ["x@example.org"], "subject": "s", "body": "b" });
        let letter = json!({ "kind": "email.send", "content": letter });
        let held = make("actions", letter.clone()).await;
        let confirm = format!("/api/v1/actions/{}/confirm", text(&held["id"]));
        ann.post(&confirm, &json!({ "hash": held["hash"] }))
            .await
            .expect(200);
        let mail = ann.get("/api/v1/mail").await.data()[0].take();
        let action = make("actions", letter).await;
        let task = make("tasks", json!({ "title": "Ann's task" })).await;
        let steps = json!([{ "op": "task.create", "in": { "title": "Another" } }]);
        let workflow = make("workflows", json!({ "name": "Ann's", "steps": steps })).await;
        let budget =
            json!({ "scope": "workspace", "period": "month", "limit_minor": 100_000, "hard": false });
        let budget = make("budgets", budget).await;
        let settings = json!({ "values": { "theme": "dark" } });
        ann.patch("/api/v1/settings", &settings).await.expect(200);
        let (alert, response, job) = crate::operation::watch::looked_at(&app, &ann).await;
        let workspace = text(&ann.get("/api/v1/workspace").await.data()["id"]);
        let body = json!({ "workspace_id": workspace });
        let there = cleo.post("/api/v1/auth/switch", &body).await;
        cleo.bearer(&text(&there.data()["access_token"]));
        // The title comes a moment after the first answer; afterwards nothing moves by itself.
        let path = format!("/api/v1/threads/{thread}");
        eventually("a title", || async {
            (!ann.get(&path).await.data()["title"].is_null()).then_some(())
        })
        .await;
        Self {
            calls: document::calls(&ann).await,
            thread,
            message: text(&exchange["reply"]["id"]),
            assistant: text(&assistant["id"]),
            token: text(&token["id"]),
            session: text(&ann.get("/api/v1/auth/sessions").await.data()[0]["id"]),
            workspace,
            cleo_id: text(&cleo.get("/api/v1/auth/me").await.data()["user"]["id"]),
            ann_id: text(&ann.get("/api/v1/auth/me").await.data()["user"]["id"]),
            invitation: (text(&invitation["id"]), text(&invitation["token"])),
            file: text(&file["id"]),
            analysis: text(&analysis["id"]),
            upload: text(&upload["id"]),
            connector: text(&connector["id"]),
            sync_run,
            dead_letter,
            metric: text(&metric["id"]),
            query: text(&query["query_id"]),
            action: text(&action["id"]),
            mail: text(&mail["id"]),
            task: text(&task["id"]),
            workflow: text(&workflow["id"]),
            budget: text(&budget["id"]),
            alert,
            response,
            job,
            app,
            ann,
            bob,
            cleo,
            standin,
        }
    }

    /// The path of a call with real things of Ann's in it.
    pub fn path(&self, call: &Call) -> String {
        let mut filled = String::new();
        let mut before = "";
        for part in call.path.split('/').skip(1) {
            filled.push('/');
            filled.push_str(match (before, part) {
                (_, part) if !part.starts_with('{') => part,
                ("threads", _) => &self.thread,
                ("messages", _) => &self.message,
                ("assistants", _) => &self.assistant,
                ("tokens", _) => &self.token,
                ("sessions", _) => &self.session,
                ("members", _) => &self.ann_id,
                ("oidc", _) => "house",
                // Nobody's: identity::passkeys tries a real one.
                ("passkeys", _) => "0198c0de-0000-7000-8000-000000000001",
                ("users", _) => &self.cleo_id,
                ("workspaces", _) => &self.workspace,
                ("budgets", _) => &self.budget,
                ("reactions", _) => "%F0%9F%91%8D",
                ("invitations", _) if call.method == http::Method::DELETE => &self.invitation.0,
                ("invitations", _) => &self.invitation.1,
                ("providers", _) => "custom",
                ("files", _) if call.path.ends_with("/complete") => &self.upload,
                ("files", _) => &self.file,
                ("analyses", _) => &self.analysis,
                ("uploads", _) => &self.upload,
                ("actions", _) => &self.action,
                ("mail", _) => &self.mail,
                ("tasks", _) => &self.task,
                ("workflows", _) => &self.workflow,
                ("connectors" | "webhooks", _) => &self.connector,
                ("alerts", _) => &self.alert,
                ("responses", _) => &self.response,
                ("jobs", _) => &self.job,
                ("runs", _) => &self.sync_run,
                ("dead-letters", _) => &self.dead_letter,
                ("webhook-secrets", _) => "0",
                ("parts" | "previews", _) => "1",
                ("metrics", _) => &self.metric,
                ("queries", _) => &self.query,
                (before, part) => panic!("{}: which id is {before}/{part}? Tell House::path", call.name()),
            });
            before = part;
        }
        filled
    }

    /// A value for a field that must not be left to chance.
    fn known(&self, name: &str) -> Option<Value> {
        Some(match name {
            "email" => json!(format!("p{}@example.org", kit::ids::new_id().simple())),
            "base_url" => json!(format!("http://{}/v1", self.standin.address())),
            "password" | "new_password" => json!("a password of this suite"),
            "current_password" => json!("not the password"),
            "workspace_id" => json!(self.workspace),
            "message_id" => json!(self.message),
            "id" => json!(format!("m{}", kit::ids::new_id().simple())),
            "metric" => json!("revenue"),
            "expression" => json!("revenue - fees"),
            "unit" => json!("money"),
            "user_id" => json!(self.cleo_id),
            "role" => json!("member"),
            "scope" => json!("user"),
            "key" => json!("sk-wrong"),
            // No model is asked by accident.
            "reply" => json!(false),
            _ => return None,
        })
    }

    /// A body that the call takes: what it requires, and little more.
    pub fn body(&self, schema: &Value) -> Value {
        // Where a field's form depends on another one, the document has an example.
        if schema["example"].is_object() {
            return schema["example"].clone();
        }
        let required = document::required(schema);
        let fields = document::properties(schema).into_iter();
        let wanted =
            |name: &str| required.contains(&name) || ["base_url", "reply", "content"].contains(&name);
        fields
            .filter(|(name, _)| wanted(name))
            .map(|(name, schema)| {
                let value = self.known(&name).unwrap_or_else(|| document::sample(&schema));
                (name, value)
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// Makes a call as somebody, with this body or with none.
    pub async fn call(&self, who: &Client, call: &Call, body: Option<&Value>) -> Answer {
        let bytes = body.map(Value::to_string).unwrap_or_default();
        let headers = [("content-type", "application/json")];
        who.send(call.method.clone(), &self.path(call), &headers, bytes)
            .await
    }

    /// Everything that Ann has.
    pub async fn inventory(&self) -> Vec<Value> {
        let thread = format!("threads/{}", self.thread);
        let messages = format!("{thread}/messages?branch=all&limit=200");
        let mut all = Vec::new();
        for path in [
            "threads",
            &thread,
            &messages,
            &format!("{thread}/members"),
            "notifications",
            "assistants",
            "files",
            "actions",
            "mail",
            "tasks",
            "workflows",
            "tokens",
            "members",
            "invitations",
            "workspace",
            "workspaces",
            "settings",
            "providers",
            "auth/sessions",
            "auth/me",
        ] {
            let mut data = self.ann.get(&format!("/api/v1/{path}")).await.data();
            for row in data.as_array_mut().into_iter().flatten() {
                for moving in ["last_seen_at", "last_used_at", "detected"] {
                    if let Some(field) = row.get_mut(moving) {
                        field.take();
                    }
                }
            }
            all.push(data);
        }
        all
    }
}
