//! Files that belong to messages: which may, who sees them then, and how they go along.

use db::kinds::{FileStatus, Visibility};
use serde_json::{Value, json};

use crate::support::seed::Seed;
use crate::support::{Client, TestApp, standin};

fn messages(thread: &str) -> String {
    format!("/api/v1/threads/{thread}/messages")
}

async fn attach(who: &Client, thread: &str, content: &str, files: &[&str]) -> Value {
    let body = json!({ "content": content, "attachments": files, "reply": false });
    let answer = who.post(&messages(thread), &body).await;
    answer.expect(201);
    answer.data()["message"].clone()
}

fn names(message: &Value) -> Vec<&str> {
    let files = message["attachments"].as_array().unwrap().iter();
    files.map(|file| file["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn files_belong_to_a_message_in_their_order() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let one = app.seed(&ann, Seed::text("one.txt", &["1"])).await;
    let two = app.seed(&ann, Seed::text("two.txt", &["2"])).await;
    let sent = attach(&ann, &thread, "", &[&two, &one, &two]).await;
    assert_eq!(names(&sent), ["two.txt", "one.txt"]);
    assert_eq!(sent["content"], "");
    assert_eq!(sent["attachments"][0]["type"], "text/plain");
    assert_eq!(sent["attachments"][0]["status"], "ready");
    let kept = ann.messages(&thread).await;
    assert_eq!(names(&kept[0]), ["two.txt", "one.txt"]);
    assert_eq!(kept[0]["id"], sent["id"]);
}

#[tokio::test]
async fn what_may_not_be_attached_is_refused_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let colleague = app.colleague(&ann, &app.person("cid").await, "member").await;
    let thread = ann.thread().await;
    let file = app.seed(&ann, Seed::text("mine.txt", &["1"])).await;
    let foreign = app.seed(&bob, Seed::text("foreign.txt", &["1"])).await;
    let private = app.seed(&colleague, Seed::text("private.txt", &["1"])).await;
    let rejected = Seed {
        status: FileStatus::Rejected,
        ..Seed::text("bad.exe", &[])
    };
    let rejected = app.seed(&ann, rejected).await;
    let nowhere = kit::ids::new_id().to_string();
    for wrong in [&foreign, &private, &rejected, &nowhere] {
        let body = json!({ "content": "x", "attachments": [file, wrong], "reply": false });
        let answer = ann.post(&messages(&thread), &body).await;
        answer.expect_error(422, "VALIDATION_FAILED");
        assert_eq!(answer.json()["details"][0]["field"], "attachments");
    }
    let many: Vec<String> = (0..21).map(|_| kit::ids::new_id().to_string()).collect();
    for body in [
        json!({ "content": "x", "attachments": many }),
        json!({ "content": "" }),
        json!({ "content": "", "attachments": [] }),
        json!({ "content": "x", "attachments": ["no id"] }),
    ] {
        let answer = ann.post(&messages(&thread), &body).await;
        answer.expect_error(422, "VALIDATION_FAILED");
    }
    assert!(ann.messages(&thread).await.is_empty());
}

#[tokio::test]
async fn whoever_may_enter_the_thread_sees_its_files_and_nobody_else() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.colleague(&ann, &app.person("bob").await, "member").await;
    let bob_id = bob.get("/api/v1/auth/me").await.data()["user"]["id"].clone();
    let thread = ann.thread().await;
    let file = app.seed(&ann, Seed::text("plan.txt", &["1"])).await;
    let other = app.seed(&ann, Seed::text("other.txt", &["1"])).await;
    attach(&ann, &thread, "Look", &[&file]).await;
    let path = format!("/api/v1/files/{file}");
    bob.get(&path).await.expect_error(404, "NOT_FOUND");
    let members = format!("/api/v1/threads/{thread}/members");
    ann.post(&members, &json!({ "user_id": bob_id }))
        .await
        .expect(201);
    bob.get(&path).await.expect(200);
    assert_eq!(bob.get(&path).await.data()["threads"], json!([thread]));
    bob.get(&format!("/api/v1/files/{other}"))
        .await
        .expect_error(404, "NOT_FOUND");
    // Who sees a file may show it to others in turn, as one quotes.
    attach(&bob, &thread, "This one?", &[&file]).await;
    let member = format!("{members}/{}", bob_id.as_str().unwrap());
    ann.delete(&member).await.expect(200);
    bob.get(&path).await.expect_error(404, "NOT_FOUND");
    // The workspace's threads are open to its members.
    let open = json!({ "visibility": "workspace" });
    ann.patch(&format!("/api/v1/threads/{thread}"), &open)
        .await
        .expect(200);
    bob.get(&path).await.expect(200);
    ann.delete(&format!("/api/v1/threads/{thread}")).await.expect(200);
    bob.get(&path).await.expect_error(404, "NOT_FOUND");
    ann.get(&path).await.expect(200);
    assert_eq!(ann.get(&path).await.data()["threads"], json!([]));
}

#[tokio::test]
async fn another_wording_keeps_the_files_or_names_others() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let one = app.seed(&ann, Seed::text("one.txt", &["1"])).await;
    let two = app.seed(&ann, Seed::text("two.txt", &["2"])).await;
    let first = attach(&ann, &thread, "First", &[&one]).await;
    let edit = format!("{}/{}/edit", messages(&thread), first["id"].as_str().unwrap());
    let worded = |body: Value| {
        let (ann, edit) = (ann.clone(), edit.clone());
        async move { ann.post(&edit, &body).await }
    };
    let same = worded(json!({ "content": "Second", "reply": false })).await;
    assert_eq!(names(&same.data()["message"]), ["one.txt"]);
    let bare = worded(json!({ "content": "", "reply": false })).await;
    assert_eq!(
        names(&bare.data()["message"]),
        ["one.txt"],
        "files alone are enough"
    );
    let other = worded(json!({ "content": "Third", "attachments": [two], "reply": false })).await;
    assert_eq!(names(&other.data()["message"]), ["two.txt"]);
    let none = worded(json!({ "content": "Fourth", "attachments": [], "reply": false })).await;
    assert!(names(&none.data()["message"]).is_empty());
    let nothing = worded(json!({ "content": "", "attachments": [], "reply": false })).await;
    nothing.expect_error(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn the_same_message_sent_twice_is_one_and_other_files_make_it_another() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let one = app.seed(&ann, Seed::text("one.txt", &["1"])).await;
    let two = app.seed(&ann, Seed::text("two.txt", &["2"])).await;
    let body = |files: &[&String]| json!({ "content": "Hi", "attachments": files, "reply": false, "client_id": "c1" });
    let path = messages(&thread);
    let first = ann.post(&path, &body(&[&one, &two])).await;
    first.expect(201);
    let again = ann.post(&path, &body(&[&one, &two])).await;
    again.expect(201);
    assert_eq!(first.data()["message"]["id"], again.data()["message"]["id"]);
    for others in [&[&two, &one][..], &[&one], &[]] {
        ann.post(&path, &body(others)).await.expect_error(409, "CONFLICT");
    }
    assert_eq!(ann.messages(&thread).await.len(), 1);
}

#[tokio::test]
async fn copies_and_exports_take_the_files_along() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.colleague(&ann, &app.person("bob").await, "member").await;
    let thread = ann.thread().await;
    let file = app.seed(&ann, Seed::text("plan.txt", &["1"])).await;
    attach(&ann, &thread, "Look", &[&file]).await;
    let open = json!({ "visibility": "workspace" });
    ann.patch(&format!("/api/v1/threads/{thread}"), &open)
        .await
        .expect(200);
    let fork = bob
        .post(&format!("/api/v1/threads/{thread}/fork"), &json!({}))
        .await;
    fork.expect(201);
    let copy = fork.data()["id"].as_str().unwrap().to_owned();
    assert_eq!(names(&bob.messages(&copy).await[0]), ["plan.txt"]);
    let export = ann
        .get(&format!("/api/v1/threads/{thread}/export?format=json"))
        .await;
    assert_eq!(names(&export.data()["messages"][0]), ["plan.txt"]);
    let export = ann
        .get(&format!("/api/v1/threads/{thread}/export?format=markdown"))
        .await;
    assert!(
        export
            .text()
            .contains("*Attached: plan.txt (text/plain, 1000 bytes)*"),
        "{}",
        export.text()
    );
}

#[tokio::test]
async fn a_file_that_is_deleted_leaves_its_message() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let file = app.seed(&ann, Seed::text("plan.txt", &["1"])).await;
    let sent = attach(&ann, &thread, "Look", &[&file]).await;
    ann.delete(&format!("/api/v1/files/{file}")).await.expect(200);
    let kept = ann.messages(&thread).await;
    assert_eq!((kept.len(), kept[0]["content"].as_str()), (1, Some("Look")));
    assert!(names(&kept[0]).is_empty());
    let edit = format!("{}/{}/edit", messages(&thread), sent["id"].as_str().unwrap());
    let worded = ann
        .post(&edit, &json!({ "content": "Gone", "reply": false }))
        .await;
    worded.expect(201);
    assert!(names(&worded.data()["message"]).is_empty());
}

#[tokio::test]
async fn a_question_of_files_alone_has_their_name_as_title() {
    let (app, standin) = (
        TestApp::with(|c| c.chat.titles_by_model = false).await,
        standin().await,
    );
    let ann = app.person_with_models("ann", &standin).await;
    let thread = ann.thread().await;
    let shared = Seed {
        visibility: Visibility::Workspace,
        ..Seed::text("Plan for May.txt", &["Plant trees."])
    };
    let file = app.seed(&ann, shared).await;
    let body = json!({ "content": "", "attachments": [file], "model": "openai/mock-n2" });
    ann.post(&messages(&thread), &body).await.expect(201);
    let path = format!("/api/v1/threads/{thread}");
    let title = crate::support::eventually("it has a title", || async {
        ann.get(&path).await.data()["title"].as_str().map(str::to_owned)
    });
    assert_eq!(title.await, "Plan for May.txt");
}
