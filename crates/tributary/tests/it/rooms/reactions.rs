//! One sign under a message.

use serde_json::{Value, json};

use super::{House, count, text};

const THUMB: &str = "%F0%9F%91%8D";
const FAMILY: &str = "%F0%9F%91%A8%E2%80%8D%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7";

#[tokio::test]
async fn each_person_reacts_with_each_sign_once() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob, &house.cleo]).await;
    let (ann, bob) = (&house.ann, &house.bob);
    let id = text(&room.say(ann, "Tea?").await["id"]);
    let path = |sign: &str| room.path(&format!("/messages/{id}/reactions/{sign}"));
    for (person, sign) in [(bob, THUMB), (ann, FAMILY), (ann, THUMB), (bob, THUMB)] {
        person.client.put(&path(sign), &json!({})).await.expect(200);
    }
    let seen = bob
        .client
        .get(&room.path(&format!("/messages/{id}")))
        .await
        .data();
    let expected = json!([
        { "emoji": "👍", "users": [bob.id, ann.id] },
        { "emoji": "👨‍👩‍👧", "users": [ann.id] },
    ]);
    assert_eq!(seen["reactions"], expected, "in the order of first use");
    assert_eq!(
        count(&room.events().await, "message.changed"),
        3,
        "the repeated one is no event"
    );
    let gone = bob.client.delete(&path(THUMB)).await;
    gone.expect(200);
    assert_eq!(gone.data()["reactions"][0]["users"], json!([ann.id]));
    bob.client.delete(&path(THUMB)).await.expect(200);
    assert_eq!(count(&room.events().await, "message.changed"), 4);
    let all = room.events().await;
    let (_, payload) = all.iter().rfind(|(kind, _)| kind == "message.changed").unwrap();
    assert_eq!(payload["message_id"], id.as_str());
    assert!(!payload.to_string().contains('👍'), "events hold ids alone");
}

#[tokio::test]
async fn only_a_sign_is_a_sign_and_only_writers_react() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob]).await;
    let id = text(&room.say(&house.ann, "Tea?").await["id"]);
    let path = |sign: &str| room.path(&format!("/messages/{id}/reactions/{sign}"));
    for bad in [
        "a",
        "%2B1",
        "%F0%9F%91%8D%F0%9F%91%8D",
        "%20",
        "%00",
        "%3Cb%3E",
        &"%CC%81".repeat(40),
    ] {
        let answer = house.bob.client.put(&path(bad), &json!({})).await;
        answer.expect_error(422, "VALIDATION_FAILED");
    }
    let body = json!({ "user_id": house.cleo.id, "role": "viewer" });
    house
        .ann
        .client
        .post(&room.path("/members"), &body)
        .await
        .expect(201);
    let answer = house.cleo.client.put(&path(THUMB), &json!({})).await;
    answer.expect_error(403, "FORBIDDEN");
    let answer = house.eve.client.put(&path(THUMB), &json!({})).await;
    answer.expect_error(404, "NOT_FOUND");
    let other = house.shared(&[&house.bob]).await;
    let foreign = other.path(&format!("/messages/{id}/reactions/{THUMB}"));
    let answer = house.bob.client.put(&foreign, &json!({})).await;
    answer.expect_error(404, "NOT_FOUND");
    let seen = house.ann.client.get(&room.path(&format!("/messages/{id}"))).await;
    assert_eq!(seen.data()["reactions"], json!([]));
}

#[tokio::test]
async fn a_message_bears_a_bounded_number_of_signs() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob]).await;
    let id = text(&room.say(&house.ann, "Tea?").await["id"]);
    let mut statuses = Vec::new();
    for n in 0..42 {
        // The faces from U+1F600 on differ in their last byte.
        let encoded = format!("%F0%9F%98%{:02X}", 0x80 + n);
        let path = room.path(&format!("/messages/{id}/reactions/{encoded}"));
        statuses.push(house.bob.client.put(&path, &json!({})).await.status.as_u16());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 40);
    assert_eq!(statuses[40..], [409, 409]);
}

#[tokio::test]
async fn two_who_react_at_once_are_both_there() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob, &house.cleo]).await;
    let id = text(&room.say(&house.ann, "Tea?").await["id"]);
    let path = room.path(&format!("/messages/{id}/reactions/{THUMB}"));
    let react = |person: &'_ super::Person| {
        let (client, path) = (person.client.clone(), path.clone());
        async move { client.put(&path, &json!({})).await.status.as_u16() }
    };
    let people = [&house.ann, &house.bob, &house.cleo, &house.bob, &house.ann];
    let statuses = futures::future::join_all(people.map(react)).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    let seen: Value = house
        .ann
        .client
        .get(&room.path(&format!("/messages/{id}")))
        .await
        .data();
    assert_eq!(seen["reactions"][0]["users"].as_array().unwrap().len(), 3);
}
