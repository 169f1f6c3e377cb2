//! People over the assembled server: cookies as a browser keeps them, roles, tokens, invitations, repeats, the trail.
//! What the room does by itself is tested in its crate.

mod administration;
mod browser;
mod chain;
mod elsewhere;
mod passkeys;
mod second_factor;
mod signing_in;
mod tokens;
mod trail;
mod workspaces;

use serde_json::{Value, json};

use crate::support::{Client, TestApp};

/// The password of every person of the suite.
const PASSWORD: &str = "a good long password";

/// Signs somebody in once more.
async fn login(app: &TestApp, name: &str) -> Client {
    let mut client = app.client();
    let body = json!({ "email": format!("{name}@example.org"), "password": PASSWORD });
    let answer = client.post("/api/v1/auth/login", &body).await;
    answer.expect(200);
    client.bearer(text(&answer.data()["access_token"]));
    client
}

/// A client with this token.
fn with(app: &TestApp, token: &str) -> Client {
    let mut client = app.client();
    client.bearer(token);
    client
}

/// Switches somebody to another of their workspaces.
async fn switch(app: &TestApp, person: &Client, workspace: &str) -> Client {
    let body = json!({ "workspace_id": workspace });
    let answer = person.post("/api/v1/auth/switch", &body).await;
    answer.expect(200);
    with(app, text(&answer.data()["access_token"]))
}

/// The id of the workspace that a person works in.
async fn workspace_of(person: &Client) -> String {
    text(&person.get("/api/v1/workspace").await.data()["id"]).to_owned()
}

/// Makes `name` a member of Ann's workspace and answers a client that works there.
async fn join(app: &TestApp, ann: &Client, name: &str, role: &str) -> Client {
    let guest = app.person(name).await;
    let body = json!({ "email": format!("{name}@example.org"), "role": role });
    ann.post("/api/v1/members", &body).await.expect(201);
    switch(app, &guest, &workspace_of(ann).await).await
}

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}
