//! People on several nodes: what is taken back on one is gone on the others, and limits are counted together.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Nodes, Over};
use crate::support::{Answer, Client, eventually};

/// Two seconds are promised; the machine of a test may be slow.
const TAKEN_BACK: Duration = Duration::from_secs(6);

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn at(base: &str, token: &str) -> Client {
    let mut client = Client::new(base);
    client.bearer(token);
    client
}

/// Does something on one node and waits until a call on another one answers so.
async fn is_soon_answered<F: Future<Output = Answer>>(what: F, client: &Client, path: &str, status: u16) {
    what.await.expect(200);
    let began = Instant::now();
    eventually(path, || async {
        (client.get(path).await.status == status).then_some(())
    })
    .await;
    assert!(began.elapsed() < TAKEN_BACK, "{:?}", began.elapsed());
}

async fn what_is_taken_back(over: Over) {
    let Some(nodes) = Nodes::start(2, over, &[]).await else {
        return;
    };
    let (here, there) = (&nodes.process(0).base, &nodes.process(1).base);
    let ann = nodes.at(0);

    // A role, a membership and an API token.
    let mut ben = Client::new(here);
    let account =
        json!({ "email": "ben@example.org", "password": "a good long password", "full_name": "Ben" });
    let answer = ben.post("/api/v1/auth/register", &account).await;
    answer.expect(201);
    ben.bearer(text(&answer.data()["access_token"]));
    let added = json!({ "email": "ben@example.org", "role": "admin" });
    let added = ann.post("/api/v1/members", &added).await;
    added.expect(201);
    let workspace = ann.get("/api/v1/workspace").await.data()["id"].clone();
    let switched = ben
        .post("/api/v1/auth/switch", &json!({ "workspace_id": workspace }))
        .await;
    switched.expect(200);
    let there_ben = at(there, text(&switched.data()["access_token"]));
    there_ben.get("/api/v1/admin/audit").await.expect(200);
    let made = there_ben
        .post("/api/v1/tokens", &json!({ "name": "t", "scopes": ["read"] }))
        .await;
    made.expect(201);
    let by_token = at(here, text(&made.data()["token"]));
    by_token.get("/api/v1/threads").await.expect(200);
    let id = text(&there_ben.get("/api/v1/auth/me").await.data()["user"]["id"]).to_owned();
    let path = format!("/api/v1/members/{id}");
    let role = json!({ "role": "member" });
    let demote = ann.patch(&path, &role);
    is_soon_answered(demote, &there_ben, "/api/v1/admin/audit", 403).await;
    let token = format!("/api/v1/tokens/{}", text(&made.data()["id"]));
    is_soon_answered(there_ben.delete(&token), &by_token, "/api/v1/threads", 401).await;
    is_soon_answered(ann.delete(&path), &there_ben, "/api/v1/threads", 401).await;

    // A session.
    let there_ann = nodes.at(1);
    there_ann.get("/api/v1/threads").await.expect(200);
    let nothing = json!({});
    let sign_out = ann.post("/api/v1/auth/logout", &nothing);
    is_soon_answered(sign_out, &there_ann, "/api/v1/threads", 401).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_on_one_node_is_gone_on_the_other() {
    what_is_taken_back(Over::Redis).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_on_one_node_is_gone_on_the_other_without_redis_too() {
    what_is_taken_back(Over::StoreAlone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_counted_together_and_each_alone_while_redis_is_away() {
    let settings = [
        ("TRIBUTARY_LIMITS_FAILURES_BY_EMAIL", "4"),
        ("TRIBUTARY_LIMITS_REQUESTS", "60"),
    ];
    let Some(mut nodes) = Nodes::start(2, Over::Redis, &settings).await else {
        return;
    };
    let wrong = json!({ "email": "ann@example.org", "password": "a wrong long password" });
    for node in [0, 1, 0, 1] {
        nodes
            .at(node)
            .post("/api/v1/auth/login", &wrong)
            .await
            .expect(401);
    }
    for node in [0, 1] {
        let answer = nodes.at(node).post("/api/v1/auth/login", &wrong).await;
        answer.expect_error(429, "RATE_LIMITED");
    }
    let path = "/api/v1/threads";
    let mut left = Vec::new();
    for node in [0, 1, 0, 1] {
        let answer = nodes.at(node).get(path).await;
        answer.expect(200);
        left.push(answer.headers["ratelimit-remaining"].to_str().unwrap().to_owned());
    }
    assert_eq!(left, ["59", "58", "57", "56"]);
    let redis = nodes.redis.as_ref().unwrap();
    assert!(
        !redis.tell("KEYS *").await.contains("example.org"),
        "no address is kept there"
    );

    // Without the server each counts by itself, and nobody sees an error.
    nodes.redis.as_mut().unwrap().kill();
    for node in [0, 1] {
        let answer = nodes.at(node).get(path).await;
        answer.expect(200);
        assert_eq!(answer.headers["ratelimit-remaining"], "59");
    }
}
