//! Read marks, unread counts, silence.

use db::events::Scope;
use serde_json::{Value, json};

use super::{House, Person, Room, count, id};

async fn mark(room: &Room<'_>, person: &Person, seq: i64) -> i64 {
    let marked = person
        .client
        .post(&room.path("/read"), &json!({ "seq": seq }))
        .await;
    marked.expect(200);
    marked.data()["read_seq"].as_i64().unwrap()
}

fn seq(message: &Value) -> i64 {
    message["seq"].as_i64().unwrap()
}

#[tokio::test]
async fn what_others_write_is_unread_until_it_is_read() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob]).await;
    let (ann, bob) = (&house.ann, &house.bob);
    let first = room.say(ann, "One").await;
    room.say(ann, "Two").await;
    assert_eq!(room.seen_by(bob).await["unread"], 2);
    assert_eq!(room.seen_by(ann).await["unread"], 0, "one's own do not count");
    assert_eq!(mark(&room, bob, seq(&first)).await, seq(&first));
    assert_eq!(room.seen_by(bob).await["unread"], 1);
    room.say(bob, "Three").await;
    let seen = room.seen_by(bob).await;
    assert_eq!(seen["unread"], 0, "whoever writes has read what is above");
    assert_eq!(room.seen_by(ann).await["unread"], 1);
    let listed = ann.client.get("/api/v1/threads").await.data();
    assert_eq!(
        (&listed[0]["unread"], &listed[0]["mentioned"]),
        (&json!(1), &json!(false))
    );
    // A thread that nobody else is in counts nothing until it is read once.
    let alone = house.thread(&json!({})).await;
    alone.say(ann, "To myself").await;
    assert_eq!(alone.seen_by(ann).await["unread"], 0);
}

#[tokio::test]
async fn a_mark_never_goes_back_and_never_beyond_the_end() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob]).await;
    let (ann, bob) = (&house.ann, &house.bob);
    let mut messages = Vec::new();
    for n in 0..5 {
        messages.push(seq(&room.say(ann, &format!("{n}")).await));
    }
    assert_eq!(mark(&room, bob, messages[3]).await, messages[3]);
    let events = room.events().await;
    assert_eq!(mark(&room, bob, messages[1]).await, messages[3]);
    assert_eq!(mark(&room, bob, 0).await, messages[3]);
    assert_eq!(room.events().await.len(), events.len(), "nothing happened");
    let head = room.events().await.len() as i64;
    assert_eq!(mark(&room, bob, i64::MAX).await, head);
    let (kind, payload) = room.events().await.pop().unwrap();
    assert_eq!(kind, "read.changed");
    assert_eq!(payload, json!({ "user_id": bob.id, "seq": head }));
    for bad in [
        json!({ "seq": -1 }),
        json!({}),
        json!({ "seq": "1" }),
        json!({ "seq": 1.5 }),
    ] {
        bob.client
            .post(&room.path("/read"), &bad)
            .await
            .expect_error(422, "VALIDATION_FAILED");
    }
    // Many devices at once: the furthest wins.
    let room = house.shared(&[bob]).await;
    for n in 0..8 {
        room.say(ann, &format!("{n}")).await;
    }
    let marks = (1..=8).rev().map(|seq| mark(&room, bob, seq));
    let marks = futures::future::join_all(marks).await;
    assert_eq!(marks.iter().max(), Some(&8));
    assert_eq!(room.seen_by(bob).await["read_seq"], 8);
    let moved = count(&room.events().await, "read.changed");
    let mine = house.events(Scope::User(id(&bob.id))).await;
    let states = mine
        .iter()
        .filter(|(kind, payload)| kind == "state.changed" && payload["thread_id"] == room.id.as_str());
    assert!(
        states.count() >= moved,
        "each mark is told to the person's devices too"
    );
}

#[tokio::test]
async fn the_count_ends_at_a_hundred() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob]).await;
    for n in 0..103 {
        room.say(&house.ann, &format!("{n}")).await;
    }
    assert_eq!(room.seen_by(&house.bob).await["unread"], 100);
}

#[tokio::test]
async fn in_a_thread_of_the_workspace_counting_begins_with_the_first_word() {
    let house = House::open().await;
    let room = house.thread(&json!({ "visibility": "workspace" })).await;
    room.say(&house.ann, "Welcome").await;
    assert_eq!(room.seen_by(&house.bob).await["unread"], 0);
    room.say(&house.bob, "Thanks").await;
    room.say(&house.ann, "With pleasure").await;
    assert_eq!(room.seen_by(&house.bob).await["unread"], 1);
    assert_eq!(room.seen_by(&house.cleo).await["unread"], 0);
}

#[tokio::test]
async fn a_silent_thread_tells_only_what_names_one() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob]).await;
    let (ann, bob) = (&house.ann, &house.bob);
    let said = room.say(bob, "My plan").await;
    let muted = bob
        .client
        .patch(&room.path("/state"), &json!({ "muted": true }))
        .await;
    muted.expect(200);
    assert_eq!(muted.data()["muted"], true);
    assert_eq!(room.seen_by(bob).await["muted"], true);
    let quote = json!({ "content": "Good", "reply": false, "reply_to": said["id"] });
    room.post(ann, &quote).await.expect(201);
    let path = room.path(&format!(
        "/messages/{}/reactions/%F0%9F%91%8D",
        super::text(&said["id"])
    ));
    ann.client.put(&path, &json!({})).await.expect(200);
    room.say(ann, "@bob what about you?").await;
    let notes = bob.client.get("/api/v1/notifications").await.data();
    let kinds: Vec<&str> = notes
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["mention", "added"]);
    assert_eq!(room.seen_by(bob).await["unread"], 2, "it still counts");
    // A person who has read nothing yet begins to count where it becomes silent.
    let room = house.thread(&json!({ "visibility": "workspace" })).await;
    room.say(ann, "Old").await;
    let silent = json!({ "muted": true });
    house
        .cleo
        .client
        .patch(&room.path("/state"), &silent)
        .await
        .expect(200);
    room.say(ann, "New").await;
    assert_eq!(room.seen_by(&house.cleo).await["unread"], 1);
}
