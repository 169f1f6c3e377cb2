//! Questions in words: the same number as the metric has, what was carried over, what is refused; in threads, and by a
//! model's tool.

use db::ConnectorId;
use kit::clock::{Clock, Timestamp};
use serde_json::{Value, json};

use super::metrics::{load_all, some_orders, workspace_of};
use super::shop::Shop;
use crate::support::{Client, TestApp, events, eventually, standin, text_of};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T12:00:00Z").unwrap()
}

/// A server with a person, whose workspace has the demonstration shop in euros.
async fn with_shop() -> (TestApp, Client) {
    let app = TestApp::with_clock(Clock::fixed(now()), |_| {}).await;
    let ann = app.person("ann").await;
    load_all(&app, workspace_of(&ann).await, &some_orders(ConnectorId::new())).await;
    (app, ann)
}

async fn ask(client: &Client, question: &str) -> Value {
    let answer = client
        .post("/api/v1/ai/query", &json!({ "question": question }))
        .await;
    answer.expect(200);
    answer.data()
}

async fn metric(client: &Client, body: Value) -> Value {
    let answer = client.post("/api/v1/metrics/query", &body).await;
    answer.expect(200);
    answer.data()
}

#[tokio::test]
async fn a_question_gets_the_number_of_the_metric_and_keeps_where_it_came_from() {
    let (_app, ann) = with_shop().await;
    let october = json!({ "metric": "revenue", "from": "2026-10-01", "to": "2026-10-31" });
    let computed = metric(&ann, october).await;
    assert!(computed["value_minor"].as_i64().unwrap() > 0);
    for (language, question) in [
        ("en", "What was my revenue last month?"),
        ("pt", "Qual foi o faturamento no mês passado?"),
        ("es", "¿Cuáles fueron los ingresos del mes pasado?"),
        ("de", "Wie hoch war der Umsatz im letzten Monat?"),
        ("fr", "Quel était le chiffre d'affaires du mois dernier ?"),
    ] {
        let said = ask(&ann, question).await;
        assert_eq!(said["intent"], "metrics", "{question}: {}", said["answer"]);
        assert_eq!(said["module"], "mini-foundry");
        assert_eq!(said["language"], language, "{question}");
        assert_eq!(
            said["values"], computed["values"],
            "{question}: {}",
            said["answer"]
        );
        assert_eq!(said["range"]["from"], "2026-10-01", "{question}");
        assert_eq!(said["range"]["to"], "2026-10-31", "{question}");
    }
    let said = ask(&ann, "What was my revenue last month?").await;
    assert!(said["sql"].as_str().unwrap().contains("SELECT"));
    assert!(!said["definition"].as_str().unwrap().is_empty());
    assert_eq!(said["plan"]["steps"][0]["op"], "metric.query");
    let id = said["query_id"].as_str().unwrap();
    let kept = ann.get(&format!("/api/v1/ai/queries/{id}")).await.data();
    assert_eq!(kept["values"], said["values"]);
    assert_eq!(kept["queries"], said["queries"]);
}

#[tokio::test]
async fn what_is_said_next_goes_on_from_the_last_number() {
    let (_app, ann) = with_shop().await;
    ask(&ann, "What was my revenue last month?").await;
    let before = ask(&ann, "and the month before?").await;
    assert_eq!(before["metric"], "revenue");
    assert_eq!(before["range"]["from"], "2026-09-01", "{}", before["answer"]);
    let split = ask(&ann, "by country").await;
    assert_eq!(split["range"]["from"], "2026-09-01", "{}", split["answer"]);
    assert!(!split["carried"].as_array().unwrap().is_empty());
    let rows = split["rows"].as_array().unwrap();
    assert!(rows.len() > 1);
    for value in before["values"].as_array().unwrap() {
        let of = |row: &&Value| row["currency"] == value["currency"];
        let sum: i64 = rows
            .iter()
            .filter(of)
            .map(|row| row["value_minor"].as_i64().unwrap())
            .sum();
        assert_eq!(sum, value["minor"].as_i64().unwrap(), "{}", value["currency"]);
    }
}

#[tokio::test]
async fn a_share_is_a_part_of_the_whole() {
    let (_app, ann) = with_shop().await;
    let said = ask(&ann, "What share of revenue comes from Germany this year?").await;
    let all =
        json!({ "metric": "revenue", "from": "2026-01-01", "to": "2026-11-21", "group_by": ["country"] });
    let all = metric(&ann, all).await;
    let rows = all["rows"].as_array().unwrap();
    let euro: Vec<&Value> = rows.iter().filter(|row| row["currency"] == "EUR").collect();
    let whole: i64 = euro.iter().map(|row| row["value_minor"].as_i64().unwrap()).sum();
    let german = euro
        .iter()
        .find(|row| row["key"] == said["rows"][0]["key"])
        .unwrap();
    let share = german["value_minor"].as_i64().unwrap() as f64 / whole as f64;
    assert!(share > 0.0 && share < 1.0);
    let told = said["rows"][0]["share"].as_f64().unwrap();
    assert!(
        (told - share).abs() < 0.001,
        "{told} and {share}: {}",
        said["answer"]
    );
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_with_the_reason() {
    let (app, ann) = with_shop().await;
    for (question, reason) in [
        ("revenue from Atlantis last month", "Atlantis"),
        ("revenue on 31 September", "31 September"),
        ("What will the revenue be next month?", ""),
    ] {
        let said = ask(&ann, question).await;
        assert_eq!(said["value"], Value::Null, "{question}: {}", said["answer"]);
        let why = said["declined"]
            .as_str()
            .unwrap_or_else(|| panic!("{question}: {said}"));
        assert!(why.contains(reason), "{question}: {why}");
    }
    let bob = app.person("bob").await;
    let said = ask(&bob, "What was my revenue last month?").await;
    assert!(
        !said["declined"].is_null(),
        "nothing is connected: {}",
        said["answer"]
    );
    for body in [
        json!({ "question": "" }),
        json!({ "question": "x".repeat(10_001) }),
        json!({}),
        json!({ "question": "x", "time_zone": "Mars/Olympus" }),
    ] {
        ann.post("/api/v1/ai/query", &body)
            .await
            .expect_error(422, "VALIDATION_FAILED");
    }
    let long = format!("revenue {}", "last month ".repeat(900));
    ask(&ann, &long).await;
}

#[tokio::test]
async fn an_action_is_proposed_with_its_content_and_nothing_leaves_the_house() {
    let (_app, ann) = with_shop().await;
    let said = ask(
        &ann,
        "send an e-mail to bob@example.com with last month's revenue",
    )
    .await;
    assert_eq!(said["intent"], "action");
    assert_eq!(said["module"], "ops-copilot");
    assert_eq!(said["action"]["kind"], "email.send");
    assert_eq!(said["action"]["state"], "proposed");
    assert_eq!(said["action"]["content"]["to"], json!(["bob@example.com"]));
    let computed = ask(&ann, "What was my revenue last month?").await;
    let body = said["action"]["content"]["body"].as_str().unwrap();
    assert!(body.contains(computed["answer"].as_str().unwrap()), "{body}");
    assert_eq!(
        ann.get("/api/v1/mail").await.data(),
        json!([]),
        "it waits for a yes"
    );
    let done = ask(&ann, "create a task: call the supplier tomorrow").await;
    assert_eq!(done["action"]["state"], "done");
    assert_eq!(ann.get("/api/v1/tasks").await.data()[0]["due_on"], "2026-11-22");
}

#[tokio::test]
async fn in_a_thread_a_number_is_computed_and_needs_no_model() {
    let (_app, ann) = with_shop().await;
    let computed = ask(&ann, "What was my revenue last month?").await;
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    let body = json!({ "content": "What was my revenue last month?", "reply": true });
    let answer = ann.post(&path, &body).await;
    answer.expect(201);
    let reply = answer.data()["reply"].clone();
    assert_eq!(reply["content"], computed["answer"]);
    assert_eq!(reply["provider"], "tributary");
    assert_eq!(reply["metadata"]["business"]["values"], computed["values"]);
    let next = json!({ "content": "and the month before?", "reply": true });
    let next = ann.post(&path, &next).await;
    next.expect(201);
    let business = &next.data()["reply"]["metadata"]["business"];
    assert_eq!(business["range"]["from"], "2026-09-01");
    // What is no question about the business is for the models, of which there are none here.
    let other = json!({ "content": "Write a poem about the sea.", "reply": true });
    ann.post(&path, &other).await.expect_error(424, "NO_PROVIDER_KEY");
    let fresh = ann.messages(&thread).await;
    let answered = fresh.last().unwrap();
    assert_eq!(
        answered["metadata"]["business"]["range"]["from"], "2026-09-01",
        "it is there after a reload"
    );
}

#[tokio::test]
async fn a_model_asks_the_house_by_a_tool_and_gets_the_same_number() {
    let standin = standin().await;
    let app = TestApp::with_clock(Clock::fixed(now()), |_| {}).await;
    let ann = app.person_with_models("ann", &standin).await;
    load_all(&app, workspace_of(&ann).await, &some_orders(ConnectorId::new())).await;
    let computed = ask(&ann, "What was my revenue last month?").await;
    // An assistant's words are its model's; the stand-in calls the first tool with the question and repeats its answer.
    let assistant =
        json!({ "name": "Accountant", "system_prompt": "You know the numbers.", "model": "openai/mock-k" });
    let assistant = ann.post("/api/v1/assistants", &assistant).await.data()["id"].clone();
    let thread = ann
        .post("/api/v1/threads", &json!({ "assistant_id": assistant }))
        .await
        .data()["id"]
        .clone();
    let path = format!("/api/v1/threads/{}/messages", thread.as_str().unwrap());
    let body = json!({ "content": "What was my revenue last month?", "reply": true });
    let headers = [
        ("accept", "text/event-stream"),
        ("content-type", "application/json"),
    ];
    let answer = ann
        .send(http::Method::POST, &path, &headers, body.to_string())
        .await;
    let told = events(&answer.bytes);
    let called = told
        .iter()
        .find(|event| event.kind() == "tool-input-available")
        .expect("the tool was called");
    assert_eq!(called.data["toolName"], "ask_business");
    assert!(told.iter().any(|event| event.kind() == "tool-output-available"));
    let said = computed["answer"].as_str().unwrap();
    assert!(text_of(&told).contains(said), "{}", text_of(&told));
    let messages = ann.messages(thread.as_str().unwrap()).await;
    let used = &messages[1]["metadata"]["tools"][0];
    assert_eq!(used["output"]["values"], computed["values"]);
    // Whose workspace has no business data is offered no tool of it.
    let elsewhere = TestApp::start().await;
    let bob = elsewhere.person_with_models("bob", &standin).await;
    let thread = bob.thread().await;
    bob.ask(&thread, "hello", "openai/mock-k").await;
    let messages = bob.messages(&thread).await;
    assert_eq!(messages[1]["role"], "assistant");
    assert_eq!(messages[1]["metadata"]["tools"], Value::Null);
}

#[tokio::test]
async fn the_days_are_those_of_the_askers_zone() {
    let (_app, ann) = with_shop().await;
    let ask_in = async |zone: &str| {
        let body = json!({ "question": "how many orders last month by day?", "time_zone": zone });
        let answer = ann.post("/api/v1/ai/query", &body).await;
        answer.expect(200);
        answer.data()
    };
    let (utc, auckland) = (ask_in("UTC").await, ask_in("Pacific/Auckland").await);
    assert_ne!(
        utc["series"], auckland["series"],
        "thirteen hours lie between them"
    );
    ann.patch(
        "/api/v1/business/settings",
        &json!({ "time_zone": "Pacific/Auckland" }),
    )
    .await
    .expect(200);
    assert_eq!(
        ask_in("Pacific/Auckland").await["series"],
        auckland["series"],
        "as if the workspace were there"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_first_load_runs_an_answer_says_so() {
    let (app, shop) = (super::house().await, Shop::open(600).await);
    let ann = app.person("ann").await;
    shop.be_slow(std::time::Duration::from_millis(150));
    let made = super::connected(&ann, &shop).await;
    let body = json!({ "metric": "orders" });
    let growing = eventually("some orders are there", || async {
        let answer = metric(&ann, body.clone()).await;
        (answer["sources"][0]["is_loading"] == true).then_some(answer)
    })
    .await;
    let note = growing["notes"].to_string();
    assert!(note.contains("is still being read for the first time"), "{note}");
    let said = ask(&ann, "How many orders do I have in all?").await;
    let words = said["answer"].as_str().unwrap();
    assert!(words.contains("still being read for the first time"), "{words}");
    shop.be_slow(std::time::Duration::ZERO);
    assert_eq!(super::ended(&ann, super::id(&made)).await["status"], "success");
    let whole = metric(&ann, body).await;
    assert_eq!(whole["sources"][0]["is_loading"], false);
    assert!(!whole["notes"].to_string().contains("first time"), "{whole}");
}
