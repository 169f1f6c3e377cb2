//! Budgets: never more than the limit, however many ask at once, and nothing stays set aside.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{World, program, question};
use crate::support::{Client, TestApp, eventually};

const MODEL: &str = "openai/gpt-5.4-mini";
/// What a whole answer of the stand-in costs, in millionths of a dollar.
const WHOLE: i64 = 78;

async fn budget(person: &Client, body: Value) -> Value {
    let made = person.post("/api/v1/budgets", &body).await;
    made.expect(201);
    made.data()
}

async fn only(person: &Client) -> Value {
    person.get("/api/v1/budgets").await.data()[0].clone()
}

/// What the store says: spent and set aside, in millionths.
async fn kept(app: &TestApp) -> (i64, i64) {
    let backend = app.db().read().get_database_backend();
    let sql = "SELECT spent_micros, reserved_micros FROM budgets";
    let statement = sea_orm::Statement::from_string(backend, sql);
    let row = app.db().read().query_one_raw(statement).await.unwrap().unwrap();
    (
        row.try_get("", "spent_micros").unwrap(),
        row.try_get("", "reserved_micros").unwrap(),
    )
}

async fn by_hand(app: &TestApp, sql: &str) {
    let tx = app.db().write().await.unwrap();
    tx.execute_unprepared(sql).await.unwrap();
    tx.commit().await.unwrap();
}

fn at_most(tokens: u32) -> Value {
    let mut body = question(MODEL);
    body["max_tokens"] = json!(tokens);
    body
}

async fn house() -> (TestApp, World, Client, Client) {
    let app = TestApp::with(|config| config.chat.titles_by_model = false).await;
    let world = World::start().await;
    let ann = app.person("ann").await;
    world.give_keys(&ann).await;
    let program = program(&app, &ann, &json!(["ai"])).await;
    (app, world, ann, program)
}

#[tokio::test]
async fn fifty_at_once_never_spend_more_than_the_limit() {
    let (app, _world, ann, program) = house().await;
    // One cent; each call may cost about half of it.
    budget(
        &ann,
        json!({ "scope": "workspace", "period": "month", "limit_minor": 1 }),
    )
    .await;
    let body = at_most(1_000);
    let calls = (0..50).map(|_| {
        let (program, body) = (program.clone(), body.clone());
        async move { program.post("/v1/chat/completions", &body).await.status.as_u16() }
    });
    let statuses = futures::future::join_all(calls).await;
    let count = |status| statuses.iter().filter(|s| **s == status).count() as i64;
    assert_eq!(count(200) + count(402), 50, "{statuses:?}");
    assert!(count(200) > 0 && count(402) > 0, "{statuses:?}");
    let spent = count(200) * WHOLE;
    eventually("everything is settled", || async {
        (kept(&app).await == (spent, 0)).then_some(())
    })
    .await;
    assert!(spent <= 10_000);
    // What is left is less than what a call may cost.
    by_hand(&app, "UPDATE budgets SET spent_micros = 9990").await;
    let refused = program.post("/v1/chat/completions", &body).await;
    refused.expect(402);
    let error = refused.json()["error"].clone();
    assert_eq!(error["type"], "insufficient_quota", "{error}");
    let sentence = error["message"].as_str().unwrap();
    assert!(
        sentence.contains("monthly budget") && sentence.contains("0.01 USD"),
        "{sentence}"
    );
    assert_eq!(kept(&app).await, (9990, 0), "a refusal sets nothing aside");
    // In a thread the answer says so.
    let thread = ann.thread().await;
    let answer = ann.ask(&thread, "Hi", MODEL).await;
    answer.expect_error(402, "BUDGET_EXCEEDED");
    let reply = ann.messages(&thread).await.pop().unwrap();
    assert_eq!(reply["error"]["code"], "BUDGET_EXCEEDED", "{reply}");
    let shown = only(&ann).await;
    assert_eq!(
        (&shown["spent_minor"], &shown["reserved_minor"]),
        (&json!(1), &json!(0))
    );
    // Another limit, and it goes on.
    let path = format!("/api/v1/budgets/{}", shown["id"].as_str().unwrap());
    ann.patch(&path, &json!({ "limit_minor": 100 })).await.expect(200);
    program.post("/v1/chat/completions", &body).await.expect(200);
    ann.delete(&path).await.expect(200);
    assert!(
        ann.get("/api/v1/budgets")
            .await
            .data()
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn nothing_stays_set_aside() {
    let (app, _world, ann, program) = house().await;
    budget(
        &ann,
        json!({ "scope": "instance", "period": "day", "limit_minor": 10 }),
    )
    .await;
    // Failed calls, and a caller who leaves in the middle.
    let mut failing = at_most(100);
    failing["model"] = json!("openai/mock-e404");
    program.post("/v1/chat/completions", &failing).await.expect(404);
    let mut slow = question(MODEL);
    slow["stream"] = json!(true);
    slow["max_tokens"] = json!(100);
    let json = [("content-type", "application/json")];
    let opened = program
        .open(
            http::Method::POST,
            "/v1/chat/completions",
            &json,
            slow.to_string(),
        )
        .await;
    drop(opened);
    eventually("it is given back", || async {
        (kept(&app).await.1 == 0).then_some(())
    })
    .await;
    // What a process that was killed left behind, and nobody will settle.
    by_hand(
        &app,
        "INSERT INTO budget_reservations (budget_id, call_id, amount_micros, expires_at) \
         SELECT id, id, 100000, 1 FROM budgets",
    )
    .await;
    by_hand(
        &app,
        "UPDATE budgets SET reserved_micros = reserved_micros + 100000",
    )
    .await;
    program
        .post("/v1/chat/completions", &at_most(100))
        .await
        .expect(200);
    eventually("what was left behind is given back", || async {
        (kept(&app).await.1 == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn each_scope_concerns_its_own_calls_and_a_soft_one_only_warns() {
    let (app, _world, ann, program) = house().await;
    let me = ann.get("/api/v1/auth/me").await.data()["user"]["id"].clone();
    // A person's: used up.
    let own = budget(
        &ann,
        json!({ "scope": "user", "subject_id": me, "period": "week", "limit_minor": 1 }),
    )
    .await;
    assert_eq!(own["subject_name"], "ann");
    by_hand(&app, "UPDATE budgets SET spent_micros = 10000").await;
    let refused = program.post("/v1/chat/completions", &at_most(100)).await;
    refused.expect(402);
    assert!(
        refused.text().contains("Your weekly budget"),
        "{}",
        refused.text()
    );
    // Soft, it lets the call pass and tells once.
    let path = format!("/api/v1/budgets/{}", own["id"].as_str().unwrap());
    ann.patch(&path, &json!({ "hard": false })).await.expect(200);
    for _ in 0..3 {
        program
            .post("/v1/chat/completions", &at_most(100))
            .await
            .expect(200);
    }
    let told = || async {
        let rows = ann.get("/api/v1/admin/audit?action=budget.reached").await.data();
        let rows = rows.as_array().unwrap().len();
        (rows > 0).then_some(rows)
    };
    assert_eq!(eventually("it is told", told).await, 1);
    ann.delete(&path).await.expect(200);
    // A model's: another model is asked all the same.
    let model = json!({ "scope": "model", "subject_id": MODEL, "period": "day", "limit_minor": 1 });
    budget(&ann, model).await;
    by_hand(&app, "UPDATE budgets SET spent_micros = 10000").await;
    program
        .post("/v1/chat/completions", &at_most(100))
        .await
        .expect(402);
    program
        .post("/v1/chat/completions", &question("anthropic/claude-haiku-4-5"))
        .await
        .expect(200);
    // A period that is over begins anew.
    by_hand(&app, "UPDATE budgets SET window_start = 0").await;
    program
        .post("/v1/chat/completions", &at_most(100))
        .await
        .expect(200);
    for wrong in [
        json!({ "scope": "user", "period": "day", "limit_minor": 1 }),
        json!({ "scope": "model", "subject_id": "what", "period": "day", "limit_minor": 1 }),
        json!({ "scope": "workspace", "period": "day", "limit_minor": 0 }),
        json!({ "scope": "workspace", "period": "day", "limit_minor": 1, "currency": "EUR" }),
    ] {
        ann.post("/api/v1/budgets", &wrong)
            .await
            .expect_error(422, "VALIDATION_FAILED");
    }
}
