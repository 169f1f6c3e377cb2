//! Actions, tasks and workflows: no snapshot has them, and each change is an event after which a page fetches them again.

use http::Method;
use serde_json::{Value, json};

use super::House;
use super::Who::{Ann, Bob};

fn at(base: &str, row: &Value, what: &str) -> String {
    format!("/api/v1/{base}/{}{what}", row["id"].as_str().unwrap())
}

impl House {
    /// Makes a call, and sees that the workspace was told of it by an event of this kind.
    async fn told(&mut self, kind: &str, who: super::Who, method: Method, path: &str, body: Value) -> Value {
        let before = self.told_of(kind);
        let answer = self.call(who, method.clone(), path, body).await;
        assert!(self.told_of(kind) > before, "{method} {path} told nobody");
        answer
    }

    fn told_of(&self, kind: &str) -> usize {
        let frames = self.socket.frames.iter();
        frames
            .filter(|frame| frame["k"] == "ev" && frame["kind"] == kind)
            .count()
    }
}

pub(super) async fn with_actions(h: &mut House) {
    let (action, task, workflow) = ("action.changed", "task.changed", "workflow.changed");
    let letter = json!({ "to": ["x@example.org"], "subject": "s", "body": "b" });
    let send = json!({ "kind": "email.send", "content": letter });
    let one = h.told(action, Ann, Method::POST, "/api/v1/actions", send).await;
    let body = json!({ "content": letter });
    let one = h
        .told(action, Bob, Method::PATCH, &at("actions", &one, ""), body)
        .await;
    let body = json!({ "hash": one["hash"] });
    h.told(action, Ann, Method::POST, &at("actions", &one, "/confirm"), body)
        .await;
    h.told(
        action,
        Bob,
        Method::POST,
        &at("actions", &one, "/cancel"),
        json!({}),
    )
    .await;
    let draft = json!({ "kind": "email.draft", "content": letter });
    let draft = h.told(action, Ann, Method::POST, "/api/v1/actions", draft).await;
    h.told(
        action,
        Ann,
        Method::POST,
        &at("actions", &draft, "/undo"),
        json!({}),
    )
    .await;
    let one = h
        .told(task, Bob, Method::POST, "/api/v1/tasks", json!({ "title": "t" }))
        .await;
    let body = json!({ "state": "done" });
    h.told(task, Ann, Method::PATCH, &at("tasks", &one, ""), body)
        .await;
    h.told(task, Ann, Method::DELETE, &at("tasks", &one, ""), json!({}))
        .await;
    let steps = json!([{ "op": "task.create", "in": { "title": "t" } }]);
    let body = json!({ "name": "w", "steps": steps });
    let one = h
        .told(workflow, Ann, Method::POST, "/api/v1/workflows", body)
        .await;
    let body = json!({ "name": "v" });
    h.told(workflow, Ann, Method::PATCH, &at("workflows", &one, ""), body)
        .await;
    h.told(
        workflow,
        Bob,
        Method::POST,
        &at("workflows", &one, "/run"),
        json!({}),
    )
    .await;
    h.told(
        workflow,
        Ann,
        Method::DELETE,
        &at("workflows", &one, ""),
        json!({}),
    )
    .await;
}
