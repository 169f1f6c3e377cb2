//! What people are told of.

use db::events::Scope;
use serde_json::{Value, json};

use super::{House, Person, id, text};

async fn notes(person: &Person, query: &str) -> Vec<Value> {
    let list = person.client.get(&format!("/api/v1/notifications{query}")).await;
    list.expect(200);
    list.data().as_array().unwrap().clone()
}

async fn kinds(person: &Person) -> Vec<String> {
    let all = notes(person, "").await;
    all.iter().map(|note| text(&note["kind"])).collect()
}

#[tokio::test]
async fn people_are_told_of_what_is_about_them() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob, &house.cleo]).await;
    let (ann, bob, cleo) = (&house.ann, &house.bob, &house.cleo);
    let said = room.say(bob, "I have a plan for the summer").await;
    let mention = room.say(ann, "@bob   tell us\n\nmore about it").await;
    let quote = json!({ "content": "@bob yes", "reply": false, "reply_to": said["id"] });
    room.post(cleo, &quote).await.expect(201);
    let quote = json!({ "content": "Indeed", "reply": false, "reply_to": said["id"] });
    room.post(cleo, &quote).await.expect(201);
    let sign = format!("/messages/{}/reactions/%F0%9F%8E%89", text(&said["id"]));
    for _ in 0..2 {
        ann.client.put(&room.path(&sign), &json!({})).await.expect(200);
        ann.client.delete(&room.path(&sign)).await.expect(200);
    }
    // What one does to oneself is no news.
    room.say(bob, "@bob remember").await;
    bob.client.put(&room.path(&sign), &json!({})).await.expect(200);
    assert_eq!(
        kinds(bob).await,
        ["reaction", "reply", "mention", "mention", "added"]
    );
    let all = notes(bob, "").await;
    let first = &all[3];
    assert_eq!(first["snippet"], "@bob tell us more about it");
    assert_eq!(first["message_id"], mention["id"]);
    assert_eq!(first["thread_id"], room.id.as_str());
    assert_eq!(first["actor"]["full_name"], "ann");
    assert!(first["read_at"].is_null() && all[4]["snippet"].is_null());
    assert_eq!(all[0]["snippet"], "I have a plan for the summer");
    assert_eq!(room.seen_by(bob).await["mentioned"], true);
    assert!(kinds(ann).await.is_empty());
    assert_eq!(kinds(cleo).await, ["added"]);
    let events = house.events(Scope::User(id(&bob.id))).await;
    let created: Vec<&Value> = events
        .iter()
        .filter(|(kind, _)| kind == "notification.created")
        .map(|(_, payload)| payload)
        .collect();
    assert_eq!(created.len(), 5);
    assert_eq!(created[1], &json!({ "notification_ids": [first["id"]] }));
    assert!(!format!("{events:?}").contains("plan"), "events hold ids alone");
}

#[tokio::test]
async fn reading_the_thread_reads_what_one_was_told_of_it() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob]).await;
    let (ann, bob) = (&house.ann, &house.bob);
    let first = room.say(ann, "@bob one").await;
    room.say(ann, "@bob two").await;
    let mark = json!({ "seq": first["seq"] });
    bob.client.post(&room.path("/read"), &mark).await.expect(200);
    assert_eq!(notes(bob, "?unread=true").await.len(), 1);
    assert_eq!(room.seen_by(bob).await["mentioned"], true);
    let mark = json!({ "seq": 1_000_000 });
    bob.client.post(&room.path("/read"), &mark).await.expect(200);
    assert!(notes(bob, "?unread=true").await.is_empty());
    assert_eq!(room.seen_by(bob).await["mentioned"], false);
    assert_eq!(
        kinds(bob).await,
        ["mention", "mention", "added"],
        "they stay in the list"
    );
    let events = house.events(Scope::User(id(&bob.id))).await;
    assert_eq!(super::count(&events, "notification.read"), 2);
}

#[tokio::test]
async fn notifications_are_read_by_id_by_thread_or_all() {
    let house = House::open().await;
    let (ann, bob) = (&house.ann, &house.bob);
    let rooms = [house.shared(&[bob]).await, house.shared(&[bob]).await];
    for n in 0..3 {
        for room in &rooms {
            room.say(ann, &format!("@bob {n}")).await;
        }
    }
    let read = async |body: Value| {
        let answer = bob.client.post("/api/v1/notifications/read", &body).await;
        answer.expect(200);
        answer.data()["unread"].as_u64().unwrap()
    };
    assert_eq!(read(json!({})).await, 8, "nothing said, nothing read");
    let id = text(&notes(bob, "?limit=1").await[0]["id"]);
    assert_eq!(read(json!({ "ids": [id, kit::ids::new_id()] })).await, 7);
    assert_eq!(read(json!({ "ids": [id] })).await, 7);
    assert_eq!(read(json!({ "thread_id": rooms[0].id })).await, 3);
    assert_eq!(read(json!({ "all": true })).await, 0);
    // Another person's ids read nothing.
    rooms[0].say(ann, "@bob again").await;
    let id = text(&notes(bob, "?limit=1").await[0]["id"]);
    for person in [&house.cleo, &house.eve] {
        let body = json!({ "ids": [id] });
        let answer = person.client.post("/api/v1/notifications/read", &body).await;
        answer.expect(200);
    }
    assert_eq!(notes(bob, "?unread=true").await.len(), 1);
    let bad = json!({ "ids": ["x"] });
    let answer = bob.client.post("/api/v1/notifications/read", &bad).await;
    answer.expect_error(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn the_list_goes_on_page_by_page() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob]).await;
    for n in 0..9 {
        room.say(&house.ann, &format!("@bob {n}")).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for _ in 0..5 {
        let path = format!("/api/v1/notifications?limit=2{cursor}");
        let page = house.bob.client.get(&path).await.json();
        let rows = page["data"].as_array().unwrap().clone();
        seen.extend(rows.into_iter().map(|row| text(&row["id"])));
        match page["page"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let whole = notes(&house.bob, "").await;
    let whole: Vec<String> = whole.iter().map(|note| text(&note["id"])).collect();
    assert_eq!((seen.len(), &seen), (10, &whole));
    let bad = house.bob.client.get("/api/v1/notifications?cursor=x").await;
    bad.expect_error(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn whoever_may_not_enter_any_more_is_shown_nothing() {
    let house = House::open().await;
    let room = house.thread(&json!({ "visibility": "workspace" })).await;
    let (ann, bob) = (&house.ann, &house.bob);
    room.say(bob, "Here I am").await;
    room.say(ann, "@bob @cleo the secret is tea").await;
    assert_eq!(kinds(bob).await, ["mention"]);
    let close = json!({ "visibility": "private" });
    ann.client.patch(&room.path(""), &close).await.expect(200);
    for person in [bob, &house.cleo] {
        assert!(notes(person, "").await.is_empty());
        let read = person.client.post("/api/v1/notifications/read", &json!({})).await;
        assert_eq!(read.data()["unread"], 0);
    }
    // Somebody who is named but may not enter is told nothing.
    room.say(ann, "@bob are you there?").await;
    let open = json!({ "visibility": "workspace" });
    ann.client.patch(&room.path(""), &open).await.expect(200);
    assert_eq!(kinds(bob).await, ["mention"], "the old one is theirs again");
}
