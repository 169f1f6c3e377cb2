//! Who may see, write and lead: private threads, threads shared with people, threads the workspace sees.

use db::events::Scope;
use http::Method;
use sea_orm::EntityTrait;
use serde_json::json;

use super::{House, Person, count, id};

/// What somebody gets who reads, writes and leads: three statuses.
async fn powers(room: &super::Room<'_>, person: &Person) -> [u16; 3] {
    let client = &person.client;
    let reads = client.get(&room.path("/messages")).await;
    let body = json!({ "content": "Hello", "reply": false });
    let writes = client.post(&room.path("/messages"), &body).await;
    let leads = client.patch(&room.path(""), &json!({ "pinned": true })).await;
    [reads, writes, leads].map(|answer| answer.status.as_u16())
}

#[tokio::test]
async fn each_kind_of_thread_is_open_to_those_it_is_for() {
    let house = House::open().await;
    let private = house.thread(&json!({})).await;
    let shared = house.shared(&[&house.bob]).await;
    let viewed = house.thread(&json!({})).await;
    let body = json!({ "user_id": house.bob.id, "role": "viewer" });
    let path = viewed.path("/members");
    house.ann.client.post(&path, &body).await.expect(201);
    let open = house.thread(&json!({ "visibility": "workspace" })).await;
    for (what, room, expected) in [
        (
            "private",
            &private,
            [[200, 201, 200], [404; 3], [404; 3], [404; 3], [404; 3]],
        ),
        (
            "shared",
            &shared,
            [[200, 201, 200], [200, 201, 403], [404; 3], [404; 3], [404; 3]],
        ),
        (
            "viewed",
            &viewed,
            [[200, 201, 200], [200, 403, 403], [404; 3], [404; 3], [404; 3]],
        ),
        (
            "open",
            &open,
            [
                [200, 201, 200],
                [200, 201, 403],
                [200, 201, 403],
                [404; 3],
                [404; 3],
            ],
        ),
    ] {
        let people = [&house.ann, &house.bob, &house.cleo, &house.gus, &house.eve];
        for (person, expected) in people.into_iter().zip(expected) {
            assert_eq!(powers(room, person).await, expected, "{what}, {}", person.id);
        }
    }
    // A guest reads what is shared with them, and no more.
    let body = json!({ "user_id": house.gus.id, "role": "member" });
    let path = open.path("/members");
    let refused = house.ann.client.post(&path, &body).await;
    refused.expect_error(422, "VALIDATION_FAILED");
    let body = json!({ "user_id": house.gus.id });
    let added = house.ann.client.post(&path, &body).await;
    assert_eq!(added.expect(201).data()["role"], "viewer");
    assert_eq!(powers(&open, &house.gus).await, [200, 403, 403]);
    assert_eq!(open.seen_by(&house.gus).await["role"], "viewer");
    assert_eq!(
        house.told(&house.gus, &open.id).await,
        ["thread.created", "state.changed"]
    );
}

#[tokio::test]
async fn the_list_holds_what_one_may_enter() {
    let house = House::open().await;
    let private = house.thread(&json!({})).await;
    let shared = house.shared(&[&house.bob]).await;
    let open = house.thread(&json!({ "visibility": "workspace" })).await;
    let ids = async |person: &Person| {
        let list = person.client.get("/api/v1/threads").await.data();
        let rows = list.as_array().unwrap().iter();
        rows.map(|row| super::text(&row["id"])).collect::<Vec<_>>()
    };
    assert_eq!(ids(&house.ann).await, [&*open.id, &*shared.id, &*private.id]);
    assert_eq!(ids(&house.bob).await, [&*open.id, &*shared.id]);
    assert_eq!(ids(&house.cleo).await, [&*open.id]);
    assert!(ids(&house.gus).await.is_empty() && ids(&house.eve).await.is_empty());
    let seen = shared.seen_by(&house.bob).await;
    assert_eq!((&seen["role"], &seen["members"]), (&json!("member"), &json!(2)));
    assert_eq!(seen["answers"], "mentioned", "once it is shared");
    assert_eq!(private.seen_by(&house.ann).await["answers"], "always");
    assert_eq!(open.seen_by(&house.cleo).await["answers"], "mentioned");
    let found = house.bob.client.get("/api/v1/threads?q=room").await.data();
    assert_eq!(found.as_array().unwrap().len(), 1, "searched by title too");
}

#[tokio::test]
async fn the_owner_shares_changes_and_takes_back() {
    let house = House::open().await;
    let room = house.thread(&json!({ "title": "Plans" })).await;
    let (ann, bob, cleo) = (&house.ann, &house.bob, &house.cleo);
    let members = room.path("/members");
    for (body, status, code) in [
        (json!({ "user_id": house.eve.id }), 422, "VALIDATION_FAILED"),
        (json!({ "user_id": kit::ids::new_id() }), 422, "VALIDATION_FAILED"),
        (json!({ "user_id": ann.id }), 409, "CONFLICT"),
        (
            json!({ "user_id": bob.id, "role": "owner" }),
            422,
            "VALIDATION_FAILED",
        ),
        (json!({}), 422, "VALIDATION_FAILED"),
    ] {
        ann.client.post(&members, &body).await.expect_error(status, code);
    }
    let added = ann.client.post(&members, &json!({ "user_id": bob.id })).await;
    added.expect(201);
    assert_eq!(
        (&added.data()["role"], &added.data()["full_name"]),
        (&json!("member"), &json!("bob"))
    );
    let twice = ann.client.post(&members, &json!({ "user_id": bob.id })).await;
    twice.expect_error(409, "CONFLICT");
    // Whoever it is shared with does not share it on.
    let on = bob.client.post(&members, &json!({ "user_id": cleo.id })).await;
    on.expect_error(403, "FORBIDDEN");
    let list = bob.client.get(&members).await.data();
    assert_eq!(
        (&list[0]["role"], &list[1]["role"]),
        (&json!("owner"), &json!("member"))
    );

    let at_bob = format!("{members}/{}", bob.id);
    let viewer = json!({ "role": "viewer" });
    bob.client
        .patch(&at_bob, &viewer)
        .await
        .expect_error(403, "FORBIDDEN");
    ann.client.patch(&at_bob, &viewer).await.expect(200);
    assert_eq!(powers(&room, bob).await, [200, 403, 403]);
    let at_ann = format!("{members}/{}", ann.id);
    let own = ann.client.patch(&at_ann, &viewer).await;
    own.expect_error(409, "CONFLICT");
    ann.client.delete(&at_ann).await.expect_error(409, "CONFLICT");
    bob.client.delete(&at_ann).await.expect_error(403, "FORBIDDEN");
    let nobody = format!("{members}/{}", cleo.id);
    ann.client.delete(&nobody).await.expect_error(404, "NOT_FOUND");

    let before = count(&room.events().await, "members.changed");
    ann.client.delete(&at_bob).await.expect(200);
    let events = room.events().await;
    assert_eq!(count(&events, "members.changed"), before + 1);
    let newest = events.iter().rfind(|(kind, _)| kind == "members.changed");
    let (_, change) = newest.unwrap();
    assert_eq!(change, &json!({ "user_id": bob.id, "action": "removed" }));
    assert_eq!(powers(&room, bob).await, [404; 3]);
    let told = house.told(bob, &room.id).await;
    assert_eq!(
        (told.first().unwrap().as_str(), told.last().unwrap().as_str()),
        ("thread.created", "thread.removed")
    );
    // It can be shared with them again.
    ann.client
        .post(&members, &json!({ "user_id": bob.id }))
        .await
        .expect(201);
    assert_eq!(powers(&room, bob).await, [200, 201, 403]);
}

#[tokio::test]
async fn whoever_leaves_or_is_removed_hears_nothing_more() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob, &house.cleo]).await;
    let (ann, bob, cleo) = (&house.ann, &house.bob, &house.cleo);
    let said = room.say(ann, "@bob look").await;
    bob.client
        .put(&room.path("/draft"), &json!({ "text": "half a thought" }))
        .await
        .expect(200);
    let scope = db::entity::scopes::Entity::find_by_id(Scope::Thread(id(&room.id)).to_string());
    let permissions = async || {
        scope
            .clone()
            .one(house.app.db().read())
            .await
            .unwrap()
            .unwrap()
            .acl_ver
    };
    let before = permissions().await;
    bob.client
        .delete(&room.path(&format!("/members/{}", bob.id)))
        .await
        .expect(200);
    assert!(
        permissions().await > before,
        "everybody's right to see it is asked again"
    );
    let heard = house.told(bob, &room.id).await.len();
    room.say(ann, "@bob are you still there?").await;
    ann.client
        .patch(&room.path(""), &json!({ "title": "Without Bob" }))
        .await
        .expect(200);
    assert_eq!(house.told(bob, &room.id).await.len(), heard);
    let notes = bob.client.get("/api/v1/notifications").await.data();
    assert_eq!(notes, json!([]), "neither old nor new");
    let message = super::text(&said["id"]);
    for path in [
        room.path(""),
        room.path("/messages"),
        room.path(&format!("/messages/{message}")),
        room.path("/members"),
        room.path("/export"),
    ] {
        bob.client.get(&path).await.expect_error(404, "NOT_FOUND");
    }
    for (method, path, body) in [
        (Method::POST, room.path("/read"), json!({ "seq": 1 })),
        (Method::PATCH, room.path("/state"), json!({ "muted": true })),
        (Method::PUT, room.path("/draft"), json!({ "text": "x" })),
        (
            Method::PUT,
            room.path(&format!("/messages/{message}/reactions/%F0%9F%91%8D")),
            json!({}),
        ),
    ] {
        let sent = bob.client.send(
            method,
            &path,
            &[("content-type", "application/json")],
            body.to_string(),
        );
        sent.await.expect_error(404, "NOT_FOUND");
    }
    let seen = room.seen_by(cleo).await;
    assert_eq!(
        (&seen["members"], &seen["title"]),
        (&json!(2), &json!("Without Bob"))
    );

    // Whoever leaves the workspace leaves its threads.
    ann.client
        .delete(&format!("/api/v1/members/{}", cleo.id))
        .await
        .expect(200);
    cleo.client.get(&room.path("")).await.expect(401);
    let members = ann.client.get(&room.path("/members")).await.data();
    assert_eq!(members.as_array().unwrap().len(), 1);
    assert_eq!(room.seen_by(ann).await["answers"], "always", "alone again");
    let (_, last) = room
        .events()
        .await
        .into_iter()
        .rfind(|(kind, _)| kind == "members.changed")
        .unwrap();
    assert_eq!(last, json!({ "user_id": cleo.id, "action": "removed" }));
    let workspace = Scope::Workspace(id(&house.workspace));
    assert_eq!(count(&house.events(workspace).await, "member.removed"), 1);
}

#[tokio::test]
async fn lists_are_told_when_a_thread_opens_and_closes() {
    let house = House::open().await;
    let room = house.shared(&[&house.bob]).await;
    let open = json!({ "visibility": "workspace" });
    house.ann.client.patch(&room.path(""), &open).await.expect(200);
    assert_eq!(house.told_to_all(&room.id).await, ["thread.changed"]);
    for person in [&house.ann, &house.bob] {
        let told = house.told(person, &room.id).await;
        assert_eq!(told.last().unwrap(), "thread.removed", "from the private ones");
    }
    room.say(&house.cleo, "I read this").await;
    let close = json!({ "visibility": "private" });
    house.ann.client.patch(&room.path(""), &close).await.expect(200);
    assert_eq!(
        house.told_to_all(&room.id).await,
        ["thread.changed", "thread.removed"]
    );
    for person in [&house.ann, &house.bob] {
        let told = house.told(person, &room.id).await;
        assert_eq!(
            told.last().unwrap(),
            "thread.changed",
            "back among the private ones"
        );
    }
    assert_eq!(powers(&room, &house.cleo).await, [404; 3]);
    // A change that shows in lists reaches every member, and so does the end.
    house
        .ann
        .client
        .patch(&room.path(""), &json!({ "title": "Other" }))
        .await
        .expect(200);
    house.ann.client.delete(&room.path("")).await.expect(200);
    let told = house.told(&house.bob, &room.id).await;
    assert_eq!(told[told.len() - 2..], ["thread.changed", "thread.removed"]);
    assert_eq!(
        house.bob.client.get("/api/v1/notifications").await.data(),
        json!([])
    );
}

#[tokio::test]
async fn a_thread_that_loses_its_assistant_is_told_so() {
    let house = House::open().await;
    let body = json!({ "name": "Poet" });
    let made = house.ann.client.post("/api/v1/assistants", &body).await;
    let assistant = super::text(&made.data()["id"]);
    let room = house
        .thread(&json!({ "assistant_id": assistant, "members": [house.bob.id] }))
        .await;
    let path = format!("/api/v1/assistants/{assistant}");
    house.ann.client.delete(&path).await.expect(200);
    assert_eq!(count(&room.events().await, "thread.changed"), 1);
    let told = house.told(&house.bob, &room.id).await;
    assert_eq!(told.last().unwrap(), "thread.changed");
}

#[tokio::test]
async fn nothing_is_stored_after_a_removal() {
    let house = House::open().await;
    for _ in 0..4 {
        let room = house.shared(&[&house.bob]).await;
        let writing = async {
            let mut refused = 0;
            for n in 0..12 {
                let body = json!({ "content": format!("Message {n}"), "reply": false });
                let status = room.post(&house.bob, &body).await.status.as_u16();
                assert!([201, 403, 404].contains(&status), "{status}");
                refused += usize::from(status != 201);
            }
            refused
        };
        let removing = async {
            room.say(&house.ann, "One moment").await;
            let path = room.path(&format!("/members/{}", house.bob.id));
            house.ann.client.delete(&path).await.expect(200);
        };
        tokio::join!(writing, removing);
        let events = room.events().await;
        let removed = events
            .iter()
            .position(|(kind, payload)| kind == "members.changed" && payload["action"] == "removed");
        let after = &events[removed.unwrap()..];
        assert_eq!(count(after, "message.created"), 0, "{after:?}");
        assert_eq!(count(after, "read.changed"), 0, "{after:?}");
    }
}
