//! Answers that get lost after the write was committed: whoever asks again gets what came of the first time.

use http::Method;
use serde_json::json;

use super::history::{House, insist};
use super::{Nodes, Over, deaf_line};

const JSON: [(&str, &str); 2] = [("content-type", "application/json"), ("prefer", "respond-async")];

#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_answer_was_lost_is_found_again() {
    let Some(nodes) = Nodes::start(2, Over::Redis, &[]).await else {
        return;
    };
    let house = House::open(&nodes).await;
    let address = nodes.process(0).base.strip_prefix("http://").unwrap();
    let line = deaf_line(address.parse().unwrap()).await;
    let deaf = nodes.ann.at(&format!("http://{line}"));
    for n in 0..12 {
        let thread = &house.threads[n % 2];
        let path = format!("/api/v1/threads/{thread}/messages");
        let asks = n % 3 == 0;
        let body = json!({ "content": format!("lost {n}"), "reply": asks, "model": "openai/mock-n5-i1", "client_id": format!("lost-{n}") });
        if n % 2 == 0 {
            let lost = deaf.try_send(Method::POST, &path, &JSON, body.to_string()).await;
            assert!(lost.is_none(), "the answer was lost");
        }
        // The next try at both nodes at the same moment, and once more.
        let again = [1, 0].map(|node| insist(&house.addresses, node, &nodes.ann, Method::POST, &path, &body));
        let mut results = Vec::new();
        for answer in futures::future::join_all(again).await {
            assert!(answer.status.is_success(), "{}", answer.text());
            results.push(answer.data());
        }
        let once_more = insist(&house.addresses, 0, &nodes.ann, Method::POST, &path, &body).await;
        results.push(once_more.data());
        for result in &results {
            assert_eq!(result["message"]["id"], results[0]["message"]["id"]);
            assert_eq!(result["reply"]["id"], results[0]["reply"]["id"]);
        }
        house.acknowledged(thread, &body, &results[0]);
        let all = nodes.at(1).messages(thread).await;
        let answers = all
            .iter()
            .filter(|m| m["parent_id"] == results[0]["message"]["id"]);
        assert_eq!(answers.count(), usize::from(asks), "answered once");
    }
    house.check(false).await;
}
