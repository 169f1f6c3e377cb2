//! Several models in one thread, when they answer, and answers that are not waited for.

use http::Method;
use serde_json::{Value, json};

use super::{House, Room, text};
use crate::support::eventually;

async fn branch(room: &Room<'_>) -> Vec<Value> {
    room.house.ann.client.messages(&room.id).await
}

/// What the stand-in was asked, newest last.
fn asked(house: &House) -> Vec<Value> {
    let seen = house.standin.seen();
    let bodies = seen.iter().filter(|seen| !seen.body.is_empty());
    bodies
        .map(|seen| serde_json::from_str(&seen.body).unwrap())
        .collect()
}

#[tokio::test]
async fn every_model_that_is_named_answers_in_one_branch() {
    let house = House::open().await;
    let room = house.thread(&json!({ "title": "Two minds" })).await;
    room.say(&house.ann, "Some words before").await;
    let content = "@openai/mock-n2 and @openai/mock-n3, what do you say?";
    let answer = room.post(&house.ann, &json!({ "content": content })).await;
    answer.expect(201);
    let out = answer.data();
    let replies = out["replies"].as_array().unwrap();
    assert_eq!(replies.len(), 2);
    assert_eq!(out["reply"], replies[0]);
    assert_eq!(replies[0]["parent_id"], out["message"]["id"]);
    assert_eq!(replies[1]["parent_id"], replies[0]["id"]);
    let all = branch(&room).await;
    let contents: Vec<&str> = all.iter().map(|m| m["content"].as_str().unwrap()).collect();
    assert_eq!(
        contents,
        ["Some words before", content, "word1 word2 ", "word1 word2 word3 "]
    );
    for body in asked(&house) {
        let last = body["messages"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["role"], "user", "none is told what the other said: {body}");
        assert!(body.to_string().contains("Some words before"));
    }

    // Another try of the second one stands beside it and is told the same.
    let second = text(&replies[1]["id"]);
    let path = room.path(&format!("/messages/{second}/regenerate"));
    let again = house
        .ann
        .client
        .post(&path, &json!({ "model": "openai/mock-y" }))
        .await;
    again.expect(201);
    assert_eq!(again.data()["reply"]["parent_id"], replies[0]["id"]);
    assert_eq!(
        again.data()["reply"]["content"],
        content,
        "it repeats the question"
    );
    assert_eq!(again.data()["reply"]["siblings"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn one_that_fails_does_not_take_the_others_along() {
    let house = House::open().await;
    let room = house.thread(&json!({ "title": "t" })).await;
    let body = json!({ "content": "@openai/mock-e400 @openai/mock-n2 go" });
    let answer = room.post(&house.ann, &body).await;
    answer.expect(201);
    let replies = answer.data()["replies"].clone();
    assert_eq!(
        (&replies[0]["status"], &replies[1]["status"]),
        (&json!("failed"), &json!("complete"))
    );
    let body = json!({ "content": "@openai/mock-e400 @openai/mock-e400-n2 go" });
    let answer = room.post(&house.ann, &body).await;
    assert!(answer.status.is_client_error() || answer.status.is_server_error());
    // Who cannot be asked at all refuses the message, and nothing is left behind.
    let before = branch(&room).await.len();
    house
        .ann
        .client
        .delete("/api/v1/providers/openai/key")
        .await
        .expect(200);
    let answer = room.post(&house.ann, &json!({ "content": "Hello?" })).await;
    answer.expect(424);
    assert_eq!(branch(&room).await.len(), before);
}

#[tokio::test]
async fn an_assistant_that_is_named_answers_as_itself() {
    let house = House::open().await;
    let body = json!({ "name": "Poet", "system_prompt": "Rhyme always.", "model": "openai/mock-y" });
    house
        .ann
        .client
        .post("/api/v1/assistants", &body)
        .await
        .expect(201);
    let room = house
        .thread(&json!({ "title": "t", "model": "openai/mock" }))
        .await;
    let answer = room.post(&house.ann, &json!({ "content": "@poet go" })).await;
    answer.expect(201);
    assert_eq!(answer.data()["reply"]["content"], "@poet go");
    assert!(answer.data()["replies"].is_null(), "one answer needs no list");
    let body = asked(&house).pop().unwrap();
    assert!(body.to_string().contains("Rhyme always."), "{body}");
}

#[tokio::test]
async fn a_thread_says_when_a_model_answers() {
    let house = House::open().await;
    let settings = json!({ "title": "t", "model": "openai/mock-y" });
    let answers = async |room: &Room<'_>, person: &super::Person, body: Value| {
        let answer = room.post(person, &body).await;
        answer.expect(201);
        !answer.data()["reply"].is_null()
    };
    let room = house.thread(&settings).await;
    let (ann, path) = (&house.ann, room.path(""));
    assert!(answers(&room, ann, json!({ "content": "alone: yes" })).await);
    assert!(!answers(&room, ann, json!({ "content": "told not to", "reply": false })).await);
    let no = json!({ "content": "@mock-y told not to", "reply": false });
    assert!(!answers(&room, ann, no).await);
    let mentioned = json!({ "answers": "mentioned" });
    assert_eq!(
        ann.client.patch(&path, &mentioned).await.data()["answers"],
        "mentioned"
    );
    assert!(!answers(&room, ann, json!({ "content": "nobody was named" })).await);
    assert!(answers(&room, ann, json!({ "content": "@mock-y was named" })).await);
    assert!(answers(&room, ann, json!({ "content": "asked for", "reply": true })).await);
    let unset = ann.client.patch(&path, &json!({ "answers": null })).await;
    assert_eq!(unset.data()["answers"], "always");

    let body = json!({ "user_id": house.bob.id });
    ann.client.post(&room.path("/members"), &body).await.expect(201);
    assert!(!answers(&room, ann, json!({ "content": "among people" })).await);
    ann.client
        .patch(&path, &json!({ "answers": "always" }))
        .await
        .expect(200);
    assert!(answers(&room, ann, json!({ "content": "always again" })).await);
    let bad = ann.client.patch(&path, &json!({ "answers": "never" })).await;
    bad.expect_error(422, "VALIDATION_FAILED");
    let made = json!({ "answers": "mentioned", "members": [house.bob.id, house.bob.id, ann.id] });
    let made = house.thread(&made).await.seen_by(ann).await;
    assert_eq!(
        (&made["answers"], &made["members"]),
        (&json!("mentioned"), &json!(2))
    );
}

#[tokio::test]
async fn nobody_waits_who_would_rather_not() {
    let house = House::open().await;
    let room = house.thread(&json!({ "title": "t" })).await;
    let body = json!({ "content": "@openai/mock-n20-i20 @openai/mock-n21-i20", "client_id": "c1" });
    let headers = [
        ("content-type", "application/json"),
        ("prefer", "respond-async, wait=5"),
    ];
    let send = async || {
        let client = &house.ann.client;
        client
            .send(Method::POST, &room.path("/messages"), &headers, body.to_string())
            .await
    };
    let answer = send().await;
    answer.expect(202);
    assert_eq!(answer.headers["preference-applied"], "respond-async");
    let out = answer.data();
    assert_eq!(out["message"]["client_id"], "c1");
    assert_eq!(out["reply"]["id"], out["replies"][0]["id"]);
    for reply in out["replies"].as_array().unwrap() {
        assert_eq!(reply["status"], "streaming");
    }
    assert_eq!(room.seen_by(&house.ann).await["running"], true);
    // Sent once more it is the same exchange.
    let repeated = send().await;
    repeated.expect(202);
    for (one, other) in [("message", "message"), ("reply", "reply")] {
        assert_eq!(out[one]["id"], repeated.data()[other]["id"]);
    }
    assert_eq!(repeated.data()["replies"].as_array().unwrap().len(), 2);
    eventually("both answers", || async {
        let all = branch(&room).await;
        let whole = all.iter().filter(|m| m["status"] == "complete").count();
        (whole == 3).then_some(())
    })
    .await;
    assert_eq!(room.seen_by(&house.ann).await["running"], false);
    let told = room.events().await;
    let (_, created) = told.iter().find(|(kind, _)| kind == "message.created").unwrap();
    assert_eq!(created["by"], "c1");
    // Without an answer there is nothing to wait for.
    let body = json!({ "content": "just saying", "reply": false }).to_string();
    let client = &house.ann.client;
    let answer = client
        .send(Method::POST, &room.path("/messages"), &headers, body)
        .await;
    answer.expect(201);
}

#[tokio::test]
async fn two_who_write_at_once_form_one_line() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob, &house.cleo]).await;
    let people = [&house.ann, &house.bob, &house.cleo];
    let writing = people.map(|person| {
        let room = &room;
        async move {
            for n in 0..10 {
                room.say(person, &format!("{n}")).await;
            }
        }
    });
    futures::future::join_all(writing).await;
    let all = branch(&room).await;
    assert_eq!(all.len(), 30, "one branch holds them all");
    for pair in all.windows(2) {
        assert_eq!(pair[1]["parent_id"], pair[0]["id"]);
    }
}

#[tokio::test]
async fn a_model_hears_who_says_what() {
    let house = House::open().await;
    let room = house
        .thread(&json!({ "title": "t", "members": [house.bob.id] }))
        .await;
    room.say(&house.bob, "I like tea").await;
    let body = json!({ "content": "@openai/mock-n2 who likes tea?" });
    room.post(&house.ann, &body).await.expect(201);
    let body = asked(&house).pop().unwrap();
    let said = body["messages"].to_string();
    assert!(said.contains("bob: I like tea"), "{said}");
    assert!(said.contains("ann: @openai/mock-n2 who likes tea?"), "{said}");
}
