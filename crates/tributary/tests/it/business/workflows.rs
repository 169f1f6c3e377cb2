//! Lists of steps with a name.

use std::time::Duration;

use db::entity::jobs;
use db::kinds::JobState;
use db::{DbError, WorkflowId, WorkspaceId};
use kit::clock::{Clock, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use super::sink::Sink;
use crate::support::{Client, TestApp, eventually};

const WORKFLOWS: &str = "/api/v1/workflows";

async fn with_mail(sink: &Sink) -> TestApp {
    let clock = Clock::fixed(Timestamp::parse("2026-11-21T12:00:00Z").unwrap());
    TestApp::with_clock(clock, |config| sink.configure(config)).await
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

async fn saved(who: &Client, body: &Value) -> Value {
    let answer = who.post(WORKFLOWS, body).await;
    answer.expect(201);
    answer.data()
}

/// The newest run, once it is over.
async fn over(who: &Client, workflow: &Value) -> Value {
    let path = format!("{WORKFLOWS}/{}", id(workflow));
    eventually("the run is over", || async {
        let run = who.get(&path).await.data()["last_run"].clone();
        ["done", "failed"]
            .iter()
            .any(|end| run["state"] == *end)
            .then_some(run)
    })
    .await
}

async fn run(who: &Client, workflow: &Value) {
    who.post(&format!("{WORKFLOWS}/{}/run", id(workflow)), &json!({}))
        .await
        .expect(202);
}

async fn runs(who: &Client, workflow: &Value) -> Vec<Value> {
    let answer = who.get(&format!("{WORKFLOWS}/{}/runs", id(workflow))).await;
    answer.expect(200);
    answer.data().as_array().unwrap().clone()
}

fn workspace(of: &Value) -> WorkspaceId {
    WorkspaceId(of["workspace"]["id"].as_str().unwrap().parse().unwrap())
}

#[tokio::test]
async fn steps_run_one_after_the_other_and_know_what_came_before() {
    let sink = Sink::start().await;
    let app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let body = json!({ "name": "Every week", "steps": [
        { "op": "task.create", "in": { "title": "Look at {{date.today}}", "due_in_days": 3 } },
        { "op": "message.post", "in": { "thread_id": thread, "text": "There is a task: {{steps.1.text}}" } },
        { "op": "email.send", "in": { "to": ["bob@example.org"], "subject": "{{workflow.name}}", "body": "{{steps.2.text}}!" } },
        { "op": "email.draft", "in": { "to": ["eve@example.org"], "subject": "More", "body": "of it" } },
    ]});
    let workflow = saved(&ann, &body).await;
    assert_eq!(workflow["recipients"], json!(["bob@example.org"]));
    assert_eq!(workflow["steps"], body["steps"]);
    assert_eq!(workflow["last_run"], Value::Null);
    run(&ann, &workflow).await;
    let done = over(&ann, &workflow).await;
    assert_eq!(
        (&done["state"], &done["error"]),
        (&json!("done"), &Value::Null),
        "{done}"
    );
    let tasks = ann.get("/api/v1/tasks").await.data();
    assert_eq!(tasks[0]["title"], "Look at 2026-11-21");
    assert_eq!(tasks[0]["due_on"], "2026-11-24");
    let said = ann.messages(&thread).await;
    assert_eq!(said.len(), 1);
    assert_eq!(said[0]["content"], "There is a task: Look at 2026-11-21");
    eventually("the mail", || async { (!sink.mails().is_empty()).then_some(()) }).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mails = sink.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].header("Subject"), Some("Every week"));
    assert_eq!(mails[0].body(), "There is a task: Look at 2026-11-21!");
    let drafts = ann.get("/api/v1/actions").await.data();
    assert_eq!(
        (&drafts[0]["kind"], &drafts[0]["state"]),
        (&json!("email.draft"), &json!("done"))
    );
    let trail = ann.get("/api/v1/admin/audit?limit=100").await.text();
    for what in [
        "workflow.created",
        "workflow.run",
        "mail.queued",
        "mail.sent",
        "task.created",
    ] {
        assert!(trail.contains(what), "{what}");
    }
}

#[tokio::test]
async fn what_came_from_data_brings_no_placeholder_and_no_header() {
    let sink = Sink::start().await;
    let app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    // The first step's text has braces only after it was filled in: the name of the workflow has them.
    let body = json!({ "name": "{{date.today}} {{steps.9.text}}", "steps": [
        { "op": "message.post", "in": { "thread_id": thread, "text": "{{workflow.name}}\nBcc: eve@example.org" } },
        { "op": "email.send", "in": { "to": ["bob@example.org"], "subject": "{{steps.1.text}}", "body": "b" } },
    ]});
    let workflow = saved(&ann, &body).await;
    run(&ann, &workflow).await;
    assert_eq!(over(&ann, &workflow).await["state"], "done");
    let mail = eventually("the mail", || async { sink.mails().first().cloned() }).await;
    assert_eq!(mail.to, ["bob@example.org"]);
    assert_eq!(
        mail.header("Subject"),
        Some("{{date.today}} {{steps.9.text}} Bcc: eve@example.org")
    );
    assert_eq!(mail.header("Bcc"), None);
}

#[tokio::test]
async fn what_cannot_run_is_not_saved() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let thread = bob.thread().await;
    let send = |to: &str, body: &str| json!({ "op": "email.send", "in": { "to": [to], "subject": "s", "body": body } });
    for (steps, trigger, field) in [
        (json!([]), json!({ "kind": "manual" }), "steps"),
        (
            json!([send("{{steps.1.text}}", "b")]),
            json!({ "kind": "manual" }),
            "steps.0.in.to",
        ),
        (
            json!([send("a@b.org", "{{steps.1.text}}")]),
            json!({ "kind": "manual" }),
            "steps.0.in.body",
        ),
        (
            json!([send("a@b.org", "{{env.HOME}}")]),
            json!({ "kind": "manual" }),
            "steps.0.in.body",
        ),
        (
            json!([{ "op": "message.post", "in": { "thread_id": thread, "text": "x" } }]),
            json!({ "kind": "manual" }),
            "steps.0.in.thread_id",
        ),
        (
            json!([send("a@b.org", "b")]),
            json!({ "kind": "event", "event": "user.deleted" }),
            "trigger.event",
        ),
    ] {
        let body = json!({ "name": "w", "steps": steps, "trigger": trigger });
        let answer = ann.post(WORKFLOWS, &body).await;
        answer.expect_error(422, "VALIDATION_FAILED");
        assert_eq!(answer.json()["details"][0]["field"], field, "{body}");
    }
    for body in [
        json!({ "name": "w", "steps": [{ "op": "shell.run", "in": {} }] }),
        json!({ "name": "w", "steps": [{ "op": "email.send", "in": { "to": ["a@b.org"], "subject": "s", "body": "b", "if": 1 } }] }),
        json!({ "name": "", "steps": [send("a@b.org", "b")] }),
        json!({ "name": "w", "steps": (0..21).map(|_| send("a@b.org", "b")).collect::<Vec<_>>() }),
        json!({ "name": "w", "steps": [send("a@b.org", "b")], "trigger": { "kind": "always" } }),
    ] {
        ann.post(WORKFLOWS, &body)
            .await
            .expect_error(422, "VALIDATION_FAILED");
    }
    assert_eq!(ann.get(WORKFLOWS).await.data(), json!([]));
}

#[tokio::test]
async fn it_may_do_what_its_owner_may_do_when_it_runs() {
    let sink = Sink::start().await;
    let app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    let (bob, cleo, dora) = (
        app.person("bob").await,
        app.person("cleo").await,
        app.person("dora").await,
    );
    let member = app.colleague(&ann, &cleo, "member").await;
    let guest = app.colleague(&ann, &dora, "guest").await;
    let steps = json!([
        { "op": "email.send", "in": { "to": ["x@example.org"], "subject": "s", "body": "b" } },
        { "op": "task.create", "in": { "title": "t" } },
    ]);
    let workflow = saved(&member, &json!({ "name": "Cleo's", "steps": steps })).await;
    let one = format!("{WORKFLOWS}/{}", id(&workflow));
    for (who, code, name) in [(&bob, 404, "NOT_FOUND"), (&guest, 403, "FORBIDDEN")] {
        who.get(&one).await.expect_error(code, name);
        who.post(&format!("{one}/run"), &json!({}))
            .await
            .expect_error(code, name);
        who.get(&format!("{one}/runs")).await.expect_error(code, name);
        who.patch(&one, &json!({ "enabled": false }))
            .await
            .expect_error(code, name);
        who.delete(&one).await.expect_error(code, name);
    }
    guest
        .post(WORKFLOWS, &json!({ "name": "w", "steps": steps }))
        .await
        .expect_error(403, "FORBIDDEN");
    let me = member.get("/api/v1/auth/me").await.data()["user"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    ann.patch(&format!("/api/v1/members/{me}"), &json!({ "role": "guest" }))
        .await
        .expect(200);
    run(&ann, &workflow).await;
    let failed = over(&ann, &workflow).await;
    assert_eq!(failed["state"], "failed");
    assert!(
        failed["error"].as_str().unwrap().contains("may not act"),
        "{failed}"
    );
    assert_eq!(failed["steps"][1]["state"], "skipped");
    assert_eq!(ann.get("/api/v1/tasks").await.data(), json!([]));
    assert_eq!(ann.get("/api/v1/mail").await.data(), json!([]));
    // Whoever saves it answers for it from then on.
    let taken = ann.patch(&one, &json!({ "steps": steps })).await.data();
    assert_ne!(taken["owner_id"], me.as_str());
    run(&ann, &workflow).await;
    eventually("another end", || async {
        (runs(&ann, &workflow).await[0]["state"] == "done").then_some(())
    })
    .await;
    assert_eq!(runs(&ann, &workflow).await.len(), 2);
}

#[tokio::test]
async fn an_event_starts_it_once_for_what_comes_together() {
    let sink = Sink::start().await;
    let app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    let here = workspace(&ann.get("/api/v1/auth/me").await.data());
    let bob = app.person("bob").await;
    let task = |name: &str| json!([{ "op": "task.create", "in": { "title": name } }]);
    let trigger = json!({ "kind": "event", "event": "business.changed" });
    let changed = saved(
        &ann,
        &json!({ "name": "c", "steps": task("changed"), "trigger": trigger }),
    )
    .await;
    let source = kit::ids::new_id();
    let trigger = json!({ "kind": "event", "event": "connector.sync.completed", "connector_id": source });
    let synced = saved(
        &ann,
        &json!({ "name": "s", "steps": task("synced"), "trigger": trigger }),
    )
    .await;
    let off = saved(
        &ann,
        &json!({ "name": "o", "steps": task("off"), "trigger": trigger, "enabled": false }),
    )
    .await;
    let trigger = json!({ "kind": "event", "event": "business.changed" });
    let theirs = saved(
        &bob,
        &json!({ "name": "b", "steps": task("theirs"), "trigger": trigger }),
    )
    .await;
    let tell = async |event: &str, payload: Value| {
        let tx = app.db().write().await.unwrap();
        business::workflows::on_event(app.business(), &tx, here, event, &payload)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    for version in 0..5 {
        tell("business.changed", json!({ "data_version": version })).await;
    }
    tell(
        "connector.sync.completed",
        json!({ "connector_id": kit::ids::new_id() }),
    )
    .await;
    tell("connector.sync.completed", json!({ "connector_id": source })).await;
    over(&ann, &synced).await;
    assert_eq!(
        runs(&ann, &changed).await[0]["state"],
        "waiting",
        "it waits for the others"
    );
    app.clock.advance(Duration::from_secs(61));
    over(&ann, &changed).await;
    assert_eq!(runs(&ann, &changed).await.len(), 1);
    assert_eq!(runs(&ann, &synced).await.len(), 1);
    assert_eq!(runs(&ann, &off).await.len(), 0);
    assert_eq!(runs(&bob, &theirs).await.len(), 0);
}

#[tokio::test]
async fn a_slot_of_its_schedule_runs_it_once() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let here = workspace(&ann.get("/api/v1/auth/me").await.data());
    let steps = json!([{ "op": "task.create", "in": { "title": "t" } }]);
    let workflow = saved(&ann, &json!({ "name": "w", "steps": steps })).await;
    let of = WorkflowId(id(&workflow).parse().unwrap());
    let due = async |slot: i64| -> Result<(), DbError> {
        business::workflows::run_due(app.business(), here, of, Timestamp(slot)).await
    };
    for slot in [5, 5, 5, 6] {
        due(slot).await.unwrap();
    }
    eventually("two ends", || async {
        let runs = runs(&ann, &workflow).await;
        (runs.len() == 2 && runs.iter().all(|run| run["state"] == "done")).then_some(())
    })
    .await;
    assert_eq!(ann.get("/api/v1/tasks").await.data().as_array().unwrap().len(), 2);
    ann.patch(
        &format!("{WORKFLOWS}/{}", id(&workflow)),
        &json!({ "enabled": false }),
    )
    .await
    .expect(200);
    due(7).await.unwrap();
    assert_eq!(runs(&ann, &workflow).await.len(), 2, "it is switched off");
    ann.delete(&format!("{WORKFLOWS}/{}", id(&workflow)))
        .await
        .expect(200);
    due(8).await.unwrap();
}

#[tokio::test]
async fn an_action_runs_it_after_a_yes_where_it_writes_to_people() {
    let sink = Sink::start().await;
    let app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    let task = json!({ "op": "task.create", "in": { "title": "t" } });
    let send = json!({ "op": "email.send", "in": { "to": ["x@example.org"], "subject": "s", "body": "b" } });
    let inside = saved(&ann, &json!({ "name": "Inside", "steps": [task] })).await;
    let outside = saved(&ann, &json!({ "name": "Outside", "steps": [task, send] })).await;
    let propose = async |workflow: &Value| {
        let body = json!({ "kind": "workflow.run", "content": { "workflow_id": id(workflow) } });
        ann.post("/api/v1/actions", &body).await.data()
    };
    let action = propose(&inside).await;
    assert_eq!(
        (&action["state"], &action["title"]),
        (&json!("done"), &json!("Run “Inside”"))
    );
    over(&ann, &inside).await;
    let action = propose(&outside).await;
    assert_eq!(action["state"], "proposed");
    assert_eq!(runs(&ann, &outside).await.len(), 0);
    for _ in 0..2 {
        let path = format!("/api/v1/actions/{}/confirm", id(&action));
        ann.post(&path, &json!({ "hash": action["hash"] }))
            .await
            .expect(200);
    }
    over(&ann, &outside).await;
    assert_eq!(runs(&ann, &outside).await.len(), 1);
    let bob = app.person("bob").await;
    let body = json!({ "kind": "workflow.run", "content": { "workflow_id": id(&outside) } });
    bob.post("/api/v1/actions", &body)
        .await
        .expect_error(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn the_calendar_starts_it_until_it_is_switched_off() {
    let sink = Sink::start().await;
    let app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    let steps = json!([{ "op": "task.create", "in": { "title": "t" } }]);
    let trigger = |spec: Value| json!({ "kind": "schedule", "spec": spec });
    for bad in [
        json!({ "every": { "kind": "daily", "at": "25:00" }, "zone": "UTC" }),
        json!({ "every": { "kind": "daily", "at": "08:00" }, "zone": "Europe/Atlantis" }),
        json!({ "every": { "kind": "every", "minutes": 0 }, "zone": "UTC" }),
        json!({ "every": "now and then", "zone": "UTC" }),
    ] {
        let body = json!({ "name": "w", "steps": steps, "trigger": trigger(bad) });
        ann.post(WORKFLOWS, &body)
            .await
            .expect_error(422, "VALIDATION_FAILED");
    }
    let spec = json!({ "every": { "kind": "daily", "at": "13:30" }, "zone": "Europe/London" });
    let workflow = saved(
        &ann,
        &json!({ "name": "w", "steps": steps, "trigger": trigger(spec.clone()) }),
    )
    .await;
    assert_eq!(workflow["trigger"]["spec"], spec);
    app.clock.advance(Duration::from_mins(89));
    tokio::time::sleep(Duration::from_secs(6)).await;
    let ann = app.signed_in("ann").await;
    assert_eq!(runs(&ann, &workflow).await.len(), 0, "it is not half past one");
    app.clock.advance(Duration::from_mins(2));
    assert_eq!(over(&ann, &workflow).await["started_for"], "schedule");
    let one = format!("{WORKFLOWS}/{}", id(&workflow));
    ann.patch(&one, &json!({ "enabled": false })).await.expect(200);
    app.clock.advance(Duration::from_hours(24));
    tokio::time::sleep(Duration::from_secs(6)).await;
    let ann = app.signed_in("ann").await;
    assert_eq!(runs(&ann, &workflow).await.len(), 1);
    // By an action: at once where it stays in the house, and gone again when that is undone.
    let content = json!({ "name": "By the week", "spec": spec, "steps": steps });
    let action = ann
        .post(
            "/api/v1/actions",
            &json!({ "kind": "schedule.create", "content": content }),
        )
        .await
        .data();
    assert_eq!(action["state"], "done", "{action}");
    assert_eq!(ann.get(WORKFLOWS).await.data().as_array().unwrap().len(), 2);
    let undo = format!("/api/v1/actions/{}/undo", id(&action));
    assert_eq!(ann.post(&undo, &json!({})).await.data()["state"], "undone");
    assert_eq!(ann.get(WORKFLOWS).await.data().as_array().unwrap().len(), 1);
    let steps =
        json!([{ "op": "email.send", "in": { "to": ["x@example.org"], "subject": "s", "body": "b" } }]);
    let content = json!({ "name": "To others", "spec": spec, "steps": steps });
    let action = ann
        .post(
            "/api/v1/actions",
            &json!({ "kind": "schedule.create", "content": content }),
        )
        .await
        .data();
    assert_eq!(
        action["state"], "proposed",
        "whoever is written to has to be confirmed"
    );
}

#[tokio::test]
async fn numbers_stand_in_what_it_says() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let step =
        |metric: &str| json!({ "op": "metric.query", "in": { "metric": metric, "range": "last_year" } });
    let body = json!({ "name": "w", "steps": [step("no_such_metric")] });
    ann.post(WORKFLOWS, &body)
        .await
        .expect_error(422, "VALIDATION_FAILED");
    ann.post("/api/v1/business/demo", &json!({})).await.expect(202);
    let filled = || async {
        let done = jobs::Column::Kind
            .eq("business.demo")
            .and(jobs::Column::State.eq(JobState::Done));
        jobs::Entity::find()
            .filter(done)
            .count(app.db().read())
            .await
            .unwrap()
            > 0
    };
    for _ in 0..240 {
        if filled().await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let asked = json!({ "metric": "orders", "from": "2025-01-01", "to": "2025-12-31" });
    let answer = ann.post("/api/v1/metrics/query", &asked).await;
    let orders = answer.expect(200).data()["value_minor"].as_i64().unwrap();
    assert!(orders > 0, "the demonstration has orders: {}", answer.text());
    let thread = ann.thread().await;
    let text = "{{steps.1.text}} | {{steps.1.value}} | {{metric.orders.last_year}}";
    let post = json!({ "op": "message.post", "in": { "thread_id": thread, "text": text } });
    let workflow = saved(&ann, &json!({ "name": "w", "steps": [step("orders"), post] })).await;
    run(&ann, &workflow).await;
    let done = over(&ann, &workflow).await;
    assert_eq!(done["state"], "done", "{done}");
    let said = ann.messages(&thread).await[0]["content"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        said,
        format!("Orders, 2025-01-01 to 2025-12-31: {orders} | {orders} | {orders}")
    );
}
