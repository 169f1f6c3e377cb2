//! Who finds what, and from when on not any more.

use serde_json::json;

use super::{found, hits, id_of, say, settled};
use crate::support::{Client, TestApp};

/// Whether somebody finds a message, by its word and by its meaning.
async fn finds(client: &Client, word: &str) -> bool {
    let by_words = !found(client, word).await.is_empty();
    let all = hits(client, word, "&limit=50").await;
    let by_meaning = all
        .iter()
        .any(|hit| hit["snippet"].as_str().unwrap().contains(word));
    assert_eq!(by_words, by_meaning, "{word}: {all:#?}");
    by_words
}

#[tokio::test]
async fn only_those_who_may_enter_a_thread_find_what_is_in_it() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let gil = app.person("gil").await;
    let eve = app.person("eve").await; // elsewhere
    let bob = app.colleague(&ann, &bob, "member").await;
    let gil = app.colleague(&ann, &gil, "guest").await;
    let private = ann.thread().await;
    let open = ann
        .post("/api/v1/threads", &json!({ "visibility": "workspace" }))
        .await
        .data();
    let open = open["id"].as_str().unwrap().to_owned();
    say(&ann, &private, "The merger with Zanzibar").await;
    say(&ann, &open, "Lunch at Quixote").await;
    let elsewhere = eve.thread().await;
    say(&eve, &elsewhere, "Eve knows Zanzibar and Quixote").await;
    settled(&app).await;
    assert!(finds(&ann, "Zanzibar").await && finds(&ann, "Quixote").await);
    assert!(!finds(&bob, "Zanzibar").await && finds(&bob, "Quixote").await);
    assert!(!finds(&gil, "Zanzibar").await && !finds(&gil, "Quixote").await);
    assert_eq!(found(&eve, "Zanzibar").await, ["Eve knows Zanzibar and Quixote"]);

    // Shared: found at once, without being indexed again. Taken back: not found at once.
    let members = format!("/api/v1/threads/{private}/members");
    for who in [&bob, &gil] {
        let id = id_of(who).await;
        ann.post(&members, &json!({ "user_id": id })).await.expect(201);
        assert!(finds(who, "Zanzibar").await);
        ann.delete(&format!("{members}/{id}")).await.expect(200);
        assert!(!finds(who, "Zanzibar").await);
    }
    super::change(&ann, &private, json!({ "visibility": "workspace" })).await;
    assert!(finds(&bob, "Zanzibar").await && !finds(&gil, "Zanzibar").await);
    super::change(&ann, &private, json!({ "visibility": "private" })).await;
    assert!(!finds(&bob, "Zanzibar").await);

    // Who leaves, and who is shown the door.
    let id = id_of(&bob).await;
    ann.post(&members, &json!({ "user_id": id })).await.expect(201);
    assert!(finds(&bob, "Zanzibar").await);
    bob.delete(&format!("{members}/{id}")).await.expect(200);
    assert!(!finds(&bob, "Zanzibar").await);
    ann.delete(&format!("/api/v1/members/{id}")).await.expect(200);
    let answer = super::ask(&bob, "Quixote", "").await;
    assert!(
        answer.status == 401 || answer.data()["hits"].as_array().unwrap().is_empty(),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn what_is_deleted_is_gone_with_its_words_and_vectors() {
    use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let kept = ann.thread().await;
    say(&ann, &kept, "This marmalade stays").await;
    let thread = ann.thread().await;
    super::change(&ann, &thread, json!({ "title": "Marmalade talk" })).await;
    for n in 0..10 {
        say(&ann, &thread, &format!("Marmalade number {n} goes")).await;
    }
    settled(&app).await;
    assert_eq!(found(&ann, "marmalade").await.len(), 12);
    say(&ann, &thread, "Marmalade that may not be indexed yet").await;
    ann.delete(&format!("/api/v1/threads/{thread}")).await.expect(200);
    assert_eq!(found(&ann, "marmalade").await, ["This marmalade stays"]);
    settled(&app).await;
    assert_eq!(found(&ann, "marmalade").await, ["This marmalade stays"]);
    let conn = app.db().read();
    assert_eq!(db::entity::chunks::Entity::find().count(conn).await.unwrap(), 1);
    let vectors = db::entity::vector_models::Entity::find().all(conn).await.unwrap();
    for model in vectors {
        let sql = format!("SELECT COUNT(*) AS n FROM vectors_{}", model.id);
        let row = conn
            .query_one_raw(sea_orm::Statement::from_string(conn.get_database_backend(), sql))
            .await;
        assert_eq!(row.unwrap().unwrap().try_get::<i64>("", "n").unwrap(), 1);
    }
}

#[tokio::test]
async fn few_among_many_are_found_by_their_meaning() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let bob = app.colleague(&ann, &bob, "member").await;
    let (hers, his) = (ann.thread().await, bob.thread().await);
    for n in 0..250 {
        say(
            &ann,
            &hers,
            &format!("The kitten number {n} sleeps in its basket"),
        )
        .await;
    }
    say(&bob, &his, "A young cat naps").await;
    settled(&app).await;
    let answer = super::ask(&bob, "kitten sleeping", "&mode=semantic").await.data();
    if answer["degraded"] == "semantic" {
        return;
    }
    assert_eq!(answer["hits"][0]["snippet"], "A young cat naps", "{answer}");
}
