//! The program as an operator meets it: a process that is killed, stopped, starved and started wrongly. Everything is on
//! the loopback address, and only processes that a test began are ended.

mod endings;
mod keeping;
mod postgres;
pub mod process;
mod start;
mod starved;
mod strain;
pub mod watch;

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::support::{Client, Live};

/// Makes an account with a good key at the stand-in.
pub async fn person(base: &str, standin: &providers::standin::Standin) -> Client {
    let mut client = Client::new(base);
    let body = json!({ "email": "ann@example.org", "password": "a good long password", "full_name": "Ann" });
    let answer = client.post("/api/v1/auth/register", &body).await;
    answer.expect(201);
    client.bearer(answer.data()["access_token"].as_str().unwrap());
    let base_url = format!("http://{}/v1", standin.address());
    let key = json!({ "key": crate::support::GOOD_KEY, "base_url": base_url });
    client.put("/api/v1/providers/openai/key", &key).await.expect(200);
    client
}

/// The same person at another server over the same store.
pub fn again(base: &str, person: &Client) -> Client {
    person.at(base)
}

/// Asks, and answers the stream and the answer's id once its first words are there.
pub async fn begin(person: &Client, thread: &str, content: &str, model: &str) -> (Live, String, String) {
    let path = format!("/api/v1/threads/{thread}/messages");
    let body = json!({ "content": content, "model": model }).to_string();
    let headers = [
        ("accept", "text/event-stream"),
        ("content-type", "application/json"),
    ];
    let opened = person.open(Method::POST, &path, &headers, body).await;
    assert_eq!(opened.status(), 200);
    let mut live = Live::new(opened.into_body());
    let mut seen = String::new();
    let reply = live.next().await.unwrap().data["messageId"]
        .as_str()
        .unwrap()
        .to_owned();
    while seen.is_empty() {
        let event = live.next().await.unwrap();
        if event.kind() == "text-delta" {
            seen.push_str(event.data["delta"].as_str().unwrap());
        }
    }
    (live, reply, seen)
}

/// The numbers of a thread's events, as the store has them.
async fn event_numbers(store: &std::path::Path, thread: &str) -> Vec<i64> {
    use sea_orm::{ConnectionTrait, Database, Statement};
    let url = format!("sqlite://{}?mode=ro", store.join("tributary.db").display());
    let connection = Database::connect(url).await.unwrap();
    let sql = "SELECT seq FROM event_log WHERE scope = $1 ORDER BY seq";
    let scope = [format!("t:{thread}").into()];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, scope);
    let rows = connection.query_all_raw(statement).await.unwrap();
    connection.close().await.unwrap();
    rows.iter().map(|row| row.try_get("", "seq").unwrap()).collect()
}

/// A message as it is kept.
pub async fn kept(person: &Client, thread: &str, message: &str) -> Value {
    let path = format!("/api/v1/threads/{thread}/messages/{message}");
    let answer = person.get(&path).await;
    answer.expect(200);
    answer.data()
}

/// The longest wait for something that must not take long.
const SOON: Duration = Duration::from_secs(5);
