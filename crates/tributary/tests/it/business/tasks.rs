//! Tasks of a workspace.

use serde_json::{Value, json};

use crate::support::TestApp;

const TASKS: &str = "/api/v1/tasks";

#[tokio::test]
async fn a_task_is_written_changed_done_and_deleted() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let cleo = app.person("cleo").await;
    let member = app.colleague(&ann, &cleo, "member").await;
    let me = member.get("/api/v1/auth/me").await.data()["user"]["id"].clone();
    let thread = ann.thread().await;
    let body = json!({ "title": " Call\nBob ", "notes": "His number is 5.", "due_on": "2026-12-24", "assignee_id": me,
        "source": { "thread_id": thread } });
    let made = ann.post(TASKS, &body).await;
    made.expect(201);
    let made = made.data();
    assert_eq!(
        (&made["title"], &made["state"]),
        (&json!("Call Bob"), &json!("open"))
    );
    assert_eq!(made["source"], json!({ "thread_id": thread }));
    let one = format!("{TASKS}/{}", made["id"].as_str().unwrap());
    let done = member
        .patch(&one, &json!({ "state": "done", "due_on": null }))
        .await;
    let done = done.expect(200).data();
    assert!(done["done_at"].is_string() && done["due_on"].is_null(), "{done}");
    assert_eq!(done["assignee_id"], me);
    assert_eq!(done["notes"], "His number is 5.");
    let open = ann
        .patch(
            &one,
            &json!({ "state": "open", "assignee_id": null, "title": "Call Ann" }),
        )
        .await;
    let open = open.expect(200).data();
    assert_eq!(
        (&open["done_at"], &open["assignee_id"], &open["title"]),
        (&Value::Null, &Value::Null, &json!("Call Ann"))
    );
    ann.delete(&one).await.expect(200);
    ann.delete(&one).await.expect_error(404, "NOT_FOUND");
    let trail = ann.get("/api/v1/admin/audit?action=task.").await.data();
    let names: Vec<_> = trail
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["task.deleted", "task.changed", "task.changed", "task.created"]
    );
}

#[tokio::test]
async fn tasks_are_listed_in_pages_and_by_whose_they_are() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let me = ann.get("/api/v1/auth/me").await.data()["user"]["id"].clone();
    for n in 0..7 {
        let assignee = if n % 2 == 0 { me.clone() } else { Value::Null };
        let body = json!({ "title": format!("Task {n}"), "assignee_id": assignee });
        let id = ann.post(TASKS, &body).await.data()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        if n < 3 {
            ann.patch(&format!("{TASKS}/{id}"), &json!({ "state": "done" }))
                .await
                .expect(200);
        }
    }
    let mut titles = Vec::new();
    let mut path = format!("{TASKS}?limit=3");
    loop {
        let page = ann.get(&path).await.json();
        titles.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|task| task["title"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["page"]["next_cursor"].as_str() else {
            break;
        };
        path = format!("{TASKS}?limit=3&cursor={cursor}");
    }
    assert_eq!(
        titles,
        (0..7).rev().map(|n| format!("Task {n}")).collect::<Vec<_>>()
    );
    for (query, count) in [
        ("state=open", 4),
        ("state=done", 3),
        ("assignee=me", 4),
        ("state=done&assignee=me", 2),
    ] {
        let found = ann.get(&format!("{TASKS}?{query}")).await.data();
        assert_eq!(found.as_array().unwrap().len(), count, "{query}");
    }
    ann.get(&format!("{TASKS}?assignee=nobody"))
        .await
        .expect_error(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn a_task_belongs_to_its_workspace_and_to_its_members() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (bob, dora) = (app.person("bob").await, app.person("dora").await);
    let guest = app.colleague(&ann, &dora, "guest").await;
    let bobs = bob.get("/api/v1/auth/me").await.data()["user"]["id"].clone();
    let doras = guest.get("/api/v1/auth/me").await.data()["user"]["id"].clone();
    let made = ann.post(TASKS, &json!({ "title": "Secret" })).await.data();
    let one = format!("{TASKS}/{}", made["id"].as_str().unwrap());
    bob.patch(&one, &json!({ "state": "done" }))
        .await
        .expect_error(404, "NOT_FOUND");
    bob.delete(&one).await.expect_error(404, "NOT_FOUND");
    assert_eq!(bob.get(TASKS).await.data(), json!([]));
    guest.get(TASKS).await.expect_error(403, "FORBIDDEN");
    guest
        .post(TASKS, &json!({ "title": "Mine" }))
        .await
        .expect_error(403, "FORBIDDEN");
    guest
        .patch(&one, &json!({ "state": "done" }))
        .await
        .expect_error(403, "FORBIDDEN");
    let bobs_thread = bob.thread().await;
    for (body, field) in [
        (json!({ "title": "x", "assignee_id": bobs }), "assignee_id"),
        (json!({ "title": "x", "assignee_id": doras }), "assignee_id"),
        (
            json!({ "title": "x", "source": { "thread_id": bobs_thread } }),
            "source.thread_id",
        ),
        (json!({ "title": "" }), "title"),
        (json!({ "title": "x", "due_on": "2026-09-31" }), "due_on"),
        (json!({ "title": "x", "due_on": "tomorrow" }), "due_on"),
        (json!({ "title": "x", "due_on": "-000044-03-15" }), "due_on"),
    ] {
        let answer = ann.post(TASKS, &body).await;
        answer.expect_error(422, "VALIDATION_FAILED");
        assert_eq!(answer.json()["details"][0]["field"], field, "{body}");
    }
}
