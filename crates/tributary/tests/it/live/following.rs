//! Subscribing, resuming, and what is told to whom.

use serde_json::{Value, json};

use crate::support::socket::Socket;
use crate::support::{Client, TestApp, eventually};

async fn say(client: &Client, thread: &str, text: &str) -> Value {
    let body = json!({ "content": text, "reply": false });
    let answer = client
        .post(&format!("/api/v1/threads/{thread}/messages"), &body)
        .await;
    answer.expect(201);
    answer.data()["message"].clone()
}

#[tokio::test]
async fn a_message_arrives_at_once_with_all_that_a_fetch_shows() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let mut socket = Socket::open(&app.base(), &ann).await;
    socket.watch(&thread).await;
    let sent = say(&ann, &thread, "Grüße 🌍").await;
    let event = socket.event("message.created").await;
    let d = &event["d"]["messages"][0];
    assert_eq!(d["content"], "Grüße 🌍");
    assert_eq!(d["id"], sent["id"]);
    assert_eq!(d["seq"], event["s"]);
    let fetched = ann.messages(&thread).await;
    assert_eq!(*d, fetched[0], "an event brings what a fetch would");
}

#[tokio::test]
async fn whoever_comes_back_gets_what_they_missed_and_nothing_twice() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let scope = format!("t:{thread}");
    say(&ann, &thread, "one").await;
    let mut socket = Socket::open(&app.base(), &ann).await;
    let live = socket.watch(&thread).await;
    let at = json!([live["e"], live["s"]]);
    drop(socket);
    for text in ["two", "three"] {
        say(&ann, &thread, text).await;
    }
    let mut socket = Socket::resume(&app.base(), &ann, json!({ scope.clone(): at })).await;
    // It may have come while the socket came to life.
    let back = socket.find(|f| f["k"] == "live" && f["c"] == *scope).await;
    let missed: Vec<_> = socket
        .frames
        .iter()
        .filter(|f| f["k"] == "ev" && f["c"] == *scope)
        .collect();
    let numbers: Vec<_> = missed.iter().map(|f| f["s"].as_i64().unwrap()).collect();
    let first = live["s"].as_i64().unwrap() + 1;
    assert_eq!(numbers, (first..=back["s"].as_i64().unwrap()).collect::<Vec<_>>());
    assert!(missed.iter().any(|f| f["d"]["messages"][0]["content"] == "three"));
    assert!(socket.frames.iter().all(|f| f["k"] != "reset"));
}

#[tokio::test]
async fn what_cannot_be_resumed_begins_anew() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let scope = format!("t:{thread}");
    say(&ann, &thread, "one").await;
    let mut socket = Socket::open(&app.base(), &ann).await;
    for since in [json!([99, 1]), json!([1, 1_000_000]), json!([1, -5])] {
        let sub = json!({ "k": "sub", "i": 1, "c": scope, "since": since, "snap": { "last": 10 } });
        socket.send(&sub).await;
        socket.until(|f| f["k"] == "reset" && f["c"] == *scope).await;
        let snap = socket.next_of("snap").await;
        assert_eq!(snap["d"]["messages"][0]["content"], "one", "{since}");
        socket.until(|f| f["k"] == "live" && f["c"] == *scope).await;
        socket.send(&json!({ "k": "unsub", "c": scope })).await;
    }
    // Somebody was ahead of the store: its past is another one now, and everybody is told.
    let snap = socket.frames.iter().rfind(|f| f["k"] == "snap").unwrap();
    assert!(snap["e"].as_i64().unwrap() > 1);
}

#[tokio::test]
async fn somebody_who_has_nothing_yet_sees_that() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let socket = Socket::open(&app.base(), &ann).await;
    for scope in socket.mirror.scopes.keys() {
        let answer = ann.get(&format!("/api/v1/live/snapshot?c={scope}")).await;
        answer.expect(200);
        assert_eq!(answer.data()["d"]["threads"], json!([]), "{scope}");
    }
    assert_eq!(ann.get("/api/v1/threads").await.data(), json!([]));
}

#[tokio::test]
async fn whoever_was_away_for_longer_than_the_log_begins_anew() {
    let clock = kit::clock::Clock::fixed(kit::clock::Timestamp(1_800_000_000_000_000));
    let app = TestApp::with_clock(clock.clone(), |_| {}).await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let scope = format!("t:{thread}");
    for text in ["one", "two"] {
        say(&ann, &thread, text).await;
    }
    clock.advance(db::events::KEPT + std::time::Duration::from_secs(1));
    db::events::forget_old(app.db()).await.unwrap();
    let ann = app.signed_in("ann").await;
    say(&ann, &thread, "three").await;
    let mut socket = Socket::open(&app.base(), &ann).await;
    let sub = json!({ "k": "sub", "c": scope, "since": [1, 1], "snap": { "last": 10 } });
    socket.send(&sub).await;
    socket.until(|f| f["k"] == "reset" && f["c"] == *scope).await;
    let snap = socket.next_of("snap").await;
    assert_eq!(snap["d"]["messages"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_large_snapshot_is_fetched_apart() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    say(&ann, &thread, &"long ".repeat(20_000)).await;
    let mut socket = Socket::open(&app.base(), &ann).await;
    socket.watch(&thread).await;
    let snap = socket.frames.iter().find(|f| f["k"] == "snap").unwrap();
    assert!(snap["d"].is_null());
    let fetched = ann.get(snap["url"].as_str().unwrap()).await;
    fetched.expect(200);
    let data = fetched.data();
    assert!(data["s"].as_i64() >= snap["s"].as_i64());
    assert_eq!(data["d"]["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_device_of_a_person_sees_their_settings_and_drafts() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let mut phone = Socket::open(&app.base(), &ann).await;
    ann.patch("/api/v1/settings", &json!({ "values": { "theme": "dark" } }))
        .await
        .expect(200);
    let event = phone.event("settings.changed").await;
    assert_eq!(event["d"]["settings"]["values"]["theme"], "dark");
    let path = format!("/api/v1/threads/{thread}/draft");
    ann.put(&path, &json!({ "text": "half a thou" }))
        .await
        .expect(200);
    let event = phone.event("draft.changed").await;
    assert_eq!(event["d"]["drafts"][0]["text"], "half a thou");
    ann.patch(&format!("/api/v1/threads/{thread}"), &json!({ "title": "Plans" }))
        .await
        .expect(200);
    let event = phone.event("thread.changed").await;
    assert_eq!(event["d"]["threads"][0]["title"], "Plans");
    ann.delete(&format!("/api/v1/threads/{thread}")).await.expect(200);
    let event = phone.event("thread.removed").await;
    assert_eq!(event["d"]["gone"]["threads"][0], thread);
}

#[tokio::test]
async fn strangers_get_nothing() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let thread = ann.thread().await;
    let mine = Socket::open(&app.base(), &ann).await;
    let mut stranger = Socket::open(&app.base(), &bob).await;
    let mut scopes: Vec<String> = mine.mirror.scopes.keys().cloned().collect();
    scopes.push(format!("t:{thread}"));
    scopes.push(format!("t:{}", kit::ids::new_id()));
    scopes.push("t:nonsense".into());
    for (i, scope) in scopes.iter().enumerate() {
        stranger
            .send(&json!({ "k": "sub", "i": i, "c": scope, "snap": {} }))
            .await;
        let refused = stranger.until(|f| f["k"] == "err" && f["i"] == i).await;
        assert_eq!(refused["code"], "NOT_FOUND", "{scope}");
        let path = format!("/api/v1/live/snapshot?c={scope}");
        bob.get(&path).await.expect_error(404, "NOT_FOUND");
    }
    say(&ann, &thread, "canary").await;
    stranger
        .send(&json!({ "k": "typing", "c": format!("t:{thread}"), "on": true }))
        .await;
    stranger.settle().await;
    let told = serde_json::to_string(&stranger.frames).unwrap();
    assert!(!told.contains("canary") && !told.contains("poke"), "{told}");
}

#[tokio::test]
async fn colleagues_see_each_other_come_write_and_go() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let bob = app.colleague(&ann, &bob, "member").await;
    let thread = ann.thread().await;
    let open = json!({ "visibility": "workspace" });
    ann.patch(&format!("/api/v1/threads/{thread}"), &open)
        .await
        .expect(200);
    let mut one = Socket::open(&app.base(), &ann).await;
    one.watch(&thread).await;
    let mut two = Socket::open(&app.base(), &bob).await;
    let me = bob.get("/api/v1/auth/me").await.data();
    let bob_id = me["user"]["id"].as_str().unwrap();
    one.until(|f| f["k"] == "pres" && f["d"][bob_id] == "online")
        .await;
    two.send(&json!({ "k": "here", "state": "idle" })).await;
    one.until(|f| f["k"] == "pres" && f["d"][bob_id] == "idle").await;
    let poked = {
        say(&ann, &thread, "hello there").await;
        two.next_of("poke").await
    };
    assert_eq!(
        (poked["t"].as_str(), poked["mention"].as_bool()),
        (Some(&*thread), Some(false))
    );
    two.watch(&thread).await;
    two.send(&json!({ "k": "typing", "c": format!("t:{thread}"), "on": true }))
        .await;
    let typed = one.next_of("typ").await;
    assert_eq!(
        (typed["u"].as_str(), typed["ms"].as_i64()),
        (Some(bob_id), Some(6000))
    );
    let head = two.thread(&thread).seq;
    two.send(&json!({ "k": "read", "c": format!("t:{thread}"), "s": head }))
        .await;
    let read = one.event("read.changed").await;
    assert_eq!(read["d"]["reads"][0], json!({ "user_id": bob_id, "seq": head }));
    assert!(
        two.frames.iter().all(|f| f["k"] != "typ"),
        "nobody is told that they write themselves"
    );
    drop(two);
    let path = format!("/api/v1/threads/{thread}");
    eventually("still served", || async {
        ann.get(&path).await.status.is_success().then_some(())
    })
    .await;
}
