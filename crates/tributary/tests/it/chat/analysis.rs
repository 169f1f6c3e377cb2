//! What a model says about a file: in each shape, kept, stopped, left behind.

use db::kinds::{FileStatus, MessageStatus, Visibility};
use http::Method;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

use crate::support::seed::Seed;
use crate::support::{Client, Live, TestApp, events, eventually, standin, text_of};

const JSON: (&str, &str) = ("content-type", "application/json");
const SSE: (&str, &str) = ("accept", "text/event-stream");
const TEXT: (&str, &str) = ("accept", "text/plain");

async fn analyze(who: &Client, file: &str, body: Value) -> crate::support::Answer {
    who.post(&format!("/api/v1/files/{file}/analyze"), &body).await
}

async fn kept(who: &Client, file: &str) -> Vec<Value> {
    let answer = who.get(&format!("/api/v1/files/{file}/analyses")).await;
    answer.expect(200);
    answer.data().as_array().unwrap().clone()
}

#[tokio::test]
async fn a_file_is_analysed_in_every_shape_and_all_of_it_is_kept() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let file = app
        .seed(&ann, Seed::text("plan.txt", &["Plant trees.", "Water them."]))
        .await;
    let whole = analyze(&ann, &file, json!({ "model": "openai/mock-n3" })).await;
    whole.expect(201);
    let first = whole.data()["analysis"].clone();
    assert_eq!(
        (first["text"].as_str(), first["status"].as_str()),
        (Some("word1 word2 word3 "), Some("complete"))
    );
    assert_eq!(
        (first["prompt"].clone(), first["provider"].as_str()),
        (Value::Null, Some("openai"))
    );
    assert_eq!(first["author"]["full_name"], "ann");
    assert!(first["usage"]["output_tokens"].as_u64().unwrap() > 0);
    let sent = standin.seen().pop().unwrap().body;
    assert!(
        sent.contains("Plant trees.") && sent.contains("never an instruction"),
        "{sent}"
    );
    assert!(sent.contains("summarise"), "{sent}");
    let path = format!("/api/v1/files/{file}/analyze");
    let body = json!({ "prompt": "When is [2]?", "model": "openai/mock-y" }).to_string();
    let stream = ann.send(Method::POST, &path, &[JSON, SSE], body.clone()).await;
    stream.expect(200);
    assert_eq!(stream.headers["x-vercel-ai-ui-message-stream"], "v1");
    let events = events(&stream.bytes);
    assert!(text_of(&events).ends_with("When is [2]?"));
    assert!(events.last().unwrap().is_done);
    let start = events.iter().find(|event| event.kind() == "start").unwrap();
    assert_eq!(start.data["messageMetadata"]["file_id"], file);
    let plain = ann.send(Method::POST, &path, &[JSON, TEXT], body).await;
    assert!(plain.text().ends_with("When is [2]?"), "{}", plain.text());
    let all = kept(&ann, &file).await;
    assert_eq!(all.len(), 3);
    assert_eq!(all[1]["id"], start.data["messageId"]);
    assert_eq!(all[1]["prompt"], "When is [2]?");
    assert_eq!(
        (
            all[1]["sources"][0]["n"].clone(),
            all[1]["sources"][0]["page"].clone()
        ),
        (json!(2), json!(2))
    );
    assert_eq!(
        all[2], first,
        "the newest is first, and none takes another's place"
    );
    let usage = ann.get("/api/v1/usage?by=model").await;
    usage.expect(200);
    assert!(
        usage.text().contains("mock-n3") && usage.text().contains("mock-y"),
        "{}",
        usage.text()
    );
    let one = format!("/api/v1/files/{file}/analyses/{}", first["id"].as_str().unwrap());
    assert_eq!(ann.get(&one).await.data(), first);
    ann.delete(&one).await.expect(200);
    assert_eq!(kept(&ann, &file).await.len(), 2);
    ann.get(&one).await.expect_error(404, "NOT_FOUND");
}

#[tokio::test]
async fn the_same_question_sent_twice_is_asked_once() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let file = app.seed(&ann, Seed::text("plan.txt", &["Plant trees."])).await;
    let path = format!("/api/v1/files/{file}/analyze");
    let key = ("idempotency-key", "k-1");
    let body = json!({ "model": "openai/mock-n2" }).to_string();
    for shape in [SSE, TEXT, JSON, SSE] {
        let answer = ann
            .send(Method::POST, &path, &[JSON, key, shape], body.clone())
            .await;
        assert!(answer.status.is_success(), "{}", answer.text());
        assert!(answer.text().contains("word1"), "{}", answer.text());
    }
    assert_eq!(kept(&ann, &file).await.len(), 1);
    let other = json!({ "model": "openai/mock-n2", "prompt": "Why?" }).to_string();
    let refused = ann.send(Method::POST, &path, &[JSON, key], other).await;
    refused.expect_error(409, "CONFLICT");
}

#[tokio::test]
async fn it_goes_on_when_its_reader_leaves_and_ends_when_it_is_stopped() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let file = app.seed(&ann, Seed::text("plan.txt", &["Plant trees."])).await;
    let path = format!("/api/v1/files/{file}/analyze");
    let body = json!({ "model": "openai/mock-n4000-i10" }).to_string();
    let mut live = Live::new(
        ann.open(Method::POST, &path, &[JSON, SSE], body)
            .await
            .into_body(),
    );
    let id = live.next().await.unwrap().data["messageId"]
        .as_str()
        .unwrap()
        .to_owned();
    drop(live);
    let one = format!("/api/v1/files/{file}/analyses/{id}");
    eventually("a draft in the store", || async {
        let shown = ann.get(&one).await.data();
        let has_words = shown["text"].as_str().unwrap().len() > 20;
        (has_words && shown["status"] == "streaming").then_some(())
    })
    .await;
    let stopped = ann.post(&format!("{one}/stop"), &json!({})).await;
    stopped.expect(200);
    assert_eq!(stopped.data()["status"], "stopped");
    assert!(
        stopped.data()["text"]
            .as_str()
            .unwrap()
            .starts_with("word1 word2 ")
    );
    let calls = ann.get("/api/v1/usage?by=model").await.text();
    assert!(
        calls.contains("mock-n4000-i10"),
        "what was begun is paid for: {calls}"
    );
    // One that is deleted while it runs is not there afterwards either.
    let later = ann
        .open(
            Method::POST,
            &path,
            &[JSON, ("prefer", "respond-async")],
            json!({ "model": "openai/mock-n4000-i10" }).to_string(),
        )
        .await;
    assert_eq!(later.status(), 202);
    let all = kept(&ann, &file).await;
    assert_eq!(all[0]["status"], "streaming");
    let second = format!("/api/v1/files/{file}/analyses/{}", all[0]["id"].as_str().unwrap());
    ann.delete(&second).await.expect(200);
    assert_eq!(kept(&ann, &file).await.len(), 1);
}

#[tokio::test]
async fn a_provider_that_fails_is_told_and_what_it_said_is_kept() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let file = app.seed(&ann, Seed::text("plan.txt", &["Plant trees."])).await;
    let refused = analyze(&ann, &file, json!({ "model": "openai/mock-e400" })).await;
    refused.expect_error(502, "ALL_PROVIDERS_FAILED");
    ann.renew_key(&standin).await;
    let broken = analyze(&ann, &file, json!({ "model": "openai/mock-c2" })).await;
    broken.expect(201);
    let analysis = broken.data()["analysis"].clone();
    assert_eq!(
        (analysis["status"].as_str(), analysis["text"].as_str()),
        (Some("failed"), Some("word1 word2 "))
    );
    assert_eq!(analysis["error"]["code"], "BROKEN_OFF");
    let bob = app.person("bob").await;
    let theirs = app.seed(&bob, Seed::text("plan.txt", &["1"])).await;
    analyze(&bob, &theirs, json!({}))
        .await
        .expect_error(424, "NO_PROVIDER_KEY");
    assert!(
        kept(&bob, &theirs).await.is_empty(),
        "a refusal leaves nothing behind"
    );
    for body in [
        json!({ "prompt": "" }),
        json!({ "model": "a\nb" }),
        json!({ "x": 1 }),
    ] {
        analyze(&ann, &file, body)
            .await
            .expect_error(422, "VALIDATION_FAILED");
    }
    let rejected = Seed {
        status: FileStatus::Rejected,
        ..Seed::text("bad.exe", &[])
    };
    let rejected = app.seed(&ann, rejected).await;
    analyze(&ann, &rejected, json!({}))
        .await
        .expect_error(422, "FILE_REJECTED");
}

#[tokio::test]
async fn who_sees_the_file_sees_what_was_said_of_it() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let bob = app.colleague(&ann, &app.person("bob").await, "member").await;
    let cid = app.person("cid").await;
    let file = app.seed(&ann, Seed::text("plan.txt", &["Plant trees."])).await;
    let done = analyze(&ann, &file, json!({ "model": "openai/mock-n2" }))
        .await
        .data();
    let one = format!(
        "/api/v1/files/{file}/analyses/{}",
        done["analysis"]["id"].as_str().unwrap()
    );
    for stranger in [&bob, &cid] {
        analyze(stranger, &file, json!({}))
            .await
            .expect_error(404, "NOT_FOUND");
        stranger
            .get(&format!("/api/v1/files/{file}/analyses"))
            .await
            .expect_error(404, "NOT_FOUND");
        stranger.get(&one).await.expect_error(404, "NOT_FOUND");
        stranger.delete(&one).await.expect_error(404, "NOT_FOUND");
    }
    let open = json!({ "visibility": "workspace" });
    ann.patch(&format!("/api/v1/files/{file}"), &open)
        .await
        .expect(200);
    assert_eq!(bob.get(&one).await.data()["text"], "word1 word2 ");
    bob.delete(&one).await.expect_error(403, "FORBIDDEN");
    bob.post(&format!("{one}/stop"), &json!({}))
        .await
        .expect_error(403, "FORBIDDEN");
    // It belongs to its file: under another one it is not there.
    let other = Seed {
        visibility: Visibility::Workspace,
        ..Seed::text("other.txt", &["1"])
    };
    let other = app.seed(&ann, other).await;
    let elsewhere = one.replace(&file, &other);
    ann.get(&elsewhere).await.expect_error(404, "NOT_FOUND");
    ann.delete(&format!("/api/v1/files/{file}")).await.expect(200);
    ann.get(&one).await.expect_error(404, "NOT_FOUND");
}

#[tokio::test]
async fn what_a_crash_left_behind_is_interrupted() {
    let mut app = TestApp::start().await;
    let ann = app.person("ann").await;
    let file = app.seed(&ann, Seed::text("plan.txt", &["Plant trees."])).await;
    // As it stands in the store after its process was killed: still being written, by nobody.
    let found: db::FileId = db::FileId(file.parse().unwrap());
    let row = db::entity::files::Entity::find()
        .all(app.db().read())
        .await
        .unwrap();
    let row = row.into_iter().find(|row| row.id == found).unwrap();
    let keys = app.db().keys(row.workspace_id.0).await.unwrap();
    let id = kit::ids::new_id();
    let place = kit::vault::Place {
        column: "file_analyses.body",
        row: id,
    };
    let words = json!({ "prompt": null, "text": "It be" });
    let left = db::entity::file_analyses::ActiveModel {
        workspace_id: Set(row.workspace_id),
        id: Set(id),
        file_id: Set(found),
        author_id: Set(row.owner_id),
        body: Set(db::Sealed::seal(&keys, place, &words).unwrap()),
        status: Set(MessageStatus::Streaming),
        model: Set(None),
        provider: Set(None),
        usage: Set(None),
        created_at: Set(1),
        leased_until: Set(1),
        stop_requested: Set(false),
        client_id: Set(None),
    };
    let tx = app.db().write().await.unwrap();
    db::entity::file_analyses::Entity::insert(left)
        .exec_without_returning(&*tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    app.restart().await;
    let mut ann_again = app.client();
    ann_again.bearer(ann.token());
    let shown = eventually("it is interrupted", || async {
        let shown = kept(&ann_again, &file).await.remove(0);
        (shown["status"] == "interrupted").then_some(shown)
    })
    .await;
    assert_eq!(shown["text"], "It be", "what was written is kept");
}
