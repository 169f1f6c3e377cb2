//! `@names`: who is meant, and what a message says of it.

use serde_json::{Value, json};

use super::{House, text};

fn named(message: &Value) -> Vec<(String, String)> {
    let all = message["mentions"].as_array().unwrap().iter();
    all.map(|m| (text(&m["kind"]), text(&m["id"]))).collect()
}

fn person(id: &str) -> (String, String) {
    ("person".to_owned(), id.to_owned())
}

fn model(id: &str) -> (String, String) {
    ("model".to_owned(), id.to_owned())
}

#[tokio::test]
async fn people_of_the_thread_are_found_by_their_names() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob, &house.gus]).await;
    let (ann, bob, gus) = (&house.ann, &house.bob, &house.gus);
    for (content, expected) in [
        ("@bob and @Gus, look", vec![person(&bob.id), person(&gus.id)]),
        ("@BOB @bob", vec![person(&bob.id)]),
        ("@cleo is not here, nor is @eve", vec![]),
        ("`@bob` and bob@example.org", vec![]),
        ("@all", vec![person(&ann.id), person(&bob.id), person(&gus.id)]),
        ("```\n@bob\n```", vec![]),
    ] {
        let said = room.say(ann, content).await;
        let mut found = named(&said);
        if content == "@all" {
            found[1..].sort();
            let mut others = [person(&bob.id), person(&gus.id)];
            others.sort();
            assert_eq!(found, [&[person(&ann.id)][..], &others].concat());
        } else {
            assert_eq!(found, expected, "{content}");
        }
        assert_eq!(said["metadata"], json!({}), "it has a field of its own");
    }
    let said = room.say(ann, "@bob?").await;
    assert_eq!(said["mentions"][0]["name"], "bob");
    // A person who takes another name is shown with it.
    let renamed = bob
        .client
        .patch("/api/v1/auth/me", &json!({ "full_name": "Robert Tables" }))
        .await;
    renamed.expect(200);
    let path = room.path(&format!("/messages/{}", text(&said["id"])));
    let seen = ann.client.get(&path).await.data();
    assert_eq!(seen["mentions"][0]["name"], "Robert Tables");
    for content in ["@robert tables!", "@robert", "@bob"] {
        assert_eq!(
            named(&room.say(ann, content).await),
            [person(&bob.id)],
            "{content}"
        );
    }
    // In a thread of the workspace everybody but guests can be named.
    let open = house.thread(&json!({ "visibility": "workspace" })).await;
    let said = open.say(ann, "@cleo @gus @eve").await;
    assert_eq!(named(&said), [person(&house.cleo.id)]);
}

#[tokio::test]
async fn models_and_assistants_are_found_by_their_names() {
    let house = House::open().await;
    let room = house.thread(&json!({})).await;
    let assistant = house
        .ann
        .client
        .post("/api/v1/assistants", &json!({ "name": "The Poet" }))
        .await;
    let assistant = text(&assistant.data()["id"]);
    for (content, expected) in [
        ("@mock-y hello", vec![model("openai/mock-y")]),
        ("@OpenAI/Mock-M.", vec![model("openai/mock-m")]),
        (
            "@mock-y, @mock and @openai/mock-y",
            vec![model("openai/mock-y"), model("openai/mock")],
        ),
        (
            "@openai/mock-n3: a model no list has",
            vec![model("openai/mock-n3")],
        ),
        ("@the poet, rhyme", vec![model(&assistant)]),
        ("@nobody/knows @mock-z", vec![]),
    ] {
        assert_eq!(named(&room.say(&house.ann, content).await), expected, "{content}");
    }
    let many: Vec<String> = (0..9).map(|n| format!("@openai/mock-n{}", n + 1)).collect();
    let body = json!({ "content": many.join(" "), "reply": false });
    room.post(&house.ann, &body)
        .await
        .expect_error(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn a_quotation_is_of_the_same_thread_and_goes_along_into_a_copy() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob]).await;
    let first = room.say(&house.ann, "One").await;
    assert!(first["reply_to"].is_null());
    let body = json!({ "content": "Two", "reply": false, "reply_to": first["id"] });
    let answer = room.post(&house.bob, &body).await;
    assert_eq!(answer.data()["message"]["reply_to"], first["id"]);
    let other = house.shared(&[&house.bob]).await;
    let foreign = other.post(&house.bob, &body).await;
    foreign.expect_error(422, "VALIDATION_FAILED");
    let body = json!({ "content": "x", "reply": false, "reply_to": kit::ids::new_id() });
    room.post(&house.bob, &body)
        .await
        .expect_error(422, "VALIDATION_FAILED");
    let fork = house.bob.client.post(&room.path("/fork"), &json!({})).await;
    let fork = text(&fork.expect(201).data()["id"]);
    let copy = house.bob.client.messages(&fork).await;
    assert_eq!(copy[1]["reply_to"], copy[0]["id"]);
    assert_ne!(copy[0]["id"], first["id"]);
}

#[tokio::test]
async fn the_words_of_others_are_not_rewritten() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob]).await;
    let id = text(&room.say(&house.ann, "Mine").await["id"]);
    let path = room.path(&format!("/messages/{id}/edit"));
    let body = json!({ "content": "Yours", "reply": false });
    let refused = house.bob.client.post(&path, &body).await;
    refused.expect_error(403, "FORBIDDEN");
    house.ann.client.post(&path, &body).await.expect(201);
}
