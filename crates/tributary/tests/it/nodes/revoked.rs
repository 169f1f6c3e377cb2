//! A right that is taken away in the middle of a burst, with the writer on one node and whoever loses it on the other:
//! nothing that is said afterwards reaches them, whatever becomes of Redis at that moment.

use serde_json::{Value, json};

use super::{Nodes, Over};
use crate::support::Client;
use crate::support::socket::Socket;

#[derive(Clone, Copy, Debug)]
enum Redis {
    Up,
    Killed,
    Down,
}

#[derive(Clone, Copy, Debug)]
enum Taken {
    Membership,
    Visibility,
    Colleague,
}

async fn say(client: &Client, thread: &str, text: &str) {
    let path = format!("/api/v1/threads/{thread}/messages");
    let body = json!({ "content": text, "reply": false });
    client.post(&path, &body).await.expect(201);
}

async fn shared(ann: &Client, taken: Taken, bob: &str) -> String {
    let input = match taken {
        Taken::Membership => json!({ "members": [bob] }),
        Taken::Visibility | Taken::Colleague => json!({ "visibility": "workspace" }),
    };
    let made = ann.post("/api/v1/threads", &input).await;
    made.expect(201);
    made.data()["id"].as_str().unwrap().to_owned()
}

async fn take_away(ann: &Client, taken: Taken, thread: &str, bob: &str) {
    let answer = match taken {
        Taken::Membership => {
            ann.delete(&format!("/api/v1/threads/{thread}/members/{bob}"))
                .await
        }
        Taken::Visibility => {
            let closed = json!({ "visibility": "private" });
            ann.patch(&format!("/api/v1/threads/{thread}"), &closed).await
        }
        Taken::Colleague => ann.delete(&format!("/api/v1/members/{bob}")).await,
    };
    answer.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_heard_once_a_right_is_gone() {
    let Some(mut nodes) = Nodes::start(2, Over::Redis, &[]).await else {
        return;
    };
    let ann = nodes.at(0);
    let mut redis = nodes.redis.take().unwrap();
    for (round, state) in [Redis::Up, Redis::Killed, Redis::Down].into_iter().enumerate() {
        for taken in [Taken::Membership, Taken::Visibility, Taken::Colleague] {
            let (bob, bob_id) = nodes.colleague(&format!("bob-{round}-{taken:?}")).await;
            let thread = shared(&ann, taken, &bob_id).await;
            let mut socket = Socket::open(&nodes.process(1).base, &bob).await;
            let subscribe = json!({ "k": "sub", "c": format!("u:{bob_id}"), "snap": {} });
            socket.send(&subscribe).await;
            socket.watch(&thread).await;
            if matches!(state, Redis::Down) {
                redis.kill();
                nodes.becomes(0, "degraded").await;
                nodes.becomes(1, "degraded").await;
            }
            // Others write on, before, while and after it happens.
            let burst = async {
                for n in 0..8 {
                    say(&ann, &thread, &format!("murmur {n}")).await;
                }
            };
            let taking = async {
                for n in 0..3 {
                    say(&ann, &thread, &format!("before {n}")).await;
                }
                if matches!(state, Redis::Killed) {
                    redis.kill();
                }
                take_away(&ann, taken, &thread, &bob_id).await;
                for n in 0..5 {
                    say(&ann, &thread, &format!("secret {n}")).await;
                }
                let title = json!({ "title": "secret" });
                let path = format!("/api/v1/threads/{thread}");
                ann.patch(&path, &title).await.expect(200);
            };
            tokio::join!(burst, taking);
            if matches!(taken, Taken::Colleague) {
                assert_eq!(socket.end().await, Some(4403), "{state:?}");
            } else {
                let scope: Value = format!("t:{thread}").into();
                socket.find(|f| f["k"] == "kick" && f["c"] == scope).await;
                socket.settle().await;
                say(&ann, &thread, "secret at last").await;
                let sub = json!({ "k": "sub", "i": 9, "c": scope, "since": [1, 1], "snap": {} });
                socket.send(&sub).await;
                assert_eq!(socket.until(|f| f["i"] == 9).await["code"], "NOT_FOUND");
            }
            let told = serde_json::to_string(&socket.frames).unwrap();
            assert!(!told.contains("secret"), "{state:?} {taken:?}: {told}");
            if !matches!(state, Redis::Up) {
                redis.begin().await;
                nodes.becomes(0, "ready").await;
                nodes.becomes(1, "ready").await;
            }
        }
    }
}
