//! What survives: a restart, a crash in the middle of an answer, a damaged row; and what a thief of the file reads.

use std::os::unix::fs::PermissionsExt;

use http::Method;
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::support::{Live, TestApp, eventually, standin};

const SSE: (&str, &str) = ("accept", "text/event-stream");
const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn an_answer_that_its_server_had_to_leave_goes_on_by_itself() {
    let standin = standin().await;
    let mut app = TestApp::start().await;
    let ann = app.person_with_models("ann", &standin).await;
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    let body = json!({ "content": "Go", "model": "openai/mock-n5000-i10" }).to_string();
    let mut live = Live::new(
        ann.open(Method::POST, &path, &[SSE, JSON], body)
            .await
            .into_body(),
    );
    let reply = live.next().await.unwrap().data["messageId"]
        .as_str()
        .unwrap()
        .to_owned();
    // Drafts are saved while it is written, so a crash at any moment leaves words behind.
    let draft = eventually("a draft in the store", || async {
        let kept = ann.get(&format!("{path}/{reply}")).await.data()["content"]
            .as_str()
            .unwrap()
            .to_owned();
        (kept.len() > 20).then_some(kept)
    })
    .await;
    standin.set_script(Some("mock-n2"));
    app.restart().await;
    let mut ann_again = app.client();
    ann_again.bearer(ann.token());
    let kept = eventually("it is whole", || async {
        let kept = ann_again.get(&format!("{path}/{reply}")).await.data();
        (kept["status"] == "complete").then_some(kept)
    })
    .await;
    assert!(kept["content"].as_str().unwrap().starts_with(&draft));
    assert_eq!(ann_again.messages(&thread).await.len(), 2, "nothing is doubled");
}

#[tokio::test]
async fn a_message_that_cannot_be_opened_spoils_nothing_else() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    for text in ["one", "two", "three"] {
        ann.post(&path, &json!({ "content": text, "reply": false }))
            .await
            .expect(201);
    }
    let sql = "UPDATE messages SET body = (SELECT body FROM messages WHERE seq = 1) WHERE seq = 2";
    let changed = app.db().write().await.unwrap();
    changed.execute_unprepared(sql).await.unwrap();
    changed.commit().await.unwrap();
    let kept = ann.messages(&thread).await;
    assert_eq!(kept.len(), 3);
    assert_eq!(kept[0]["content"], "one");
    assert_eq!(
        kept[1]["status"], "unreadable",
        "a body moved to another row does not open"
    );
    assert_eq!(kept[1]["content"], "");
    assert_eq!(kept[2]["content"], "three");
}

#[tokio::test]
async fn the_store_tells_a_thief_nothing() {
    let standin = standin().await;
    let mut app = TestApp::start().await;
    if app.is_postgres() {
        return; // the file is the server's; the columns are the same
    }
    let ann = app.person_with_models("ann", &standin).await;
    let secret = "xyzzyplugh";
    ann.patch("/api/v1/workspace", &json!({ "system_prompt": secret }))
        .await
        .expect(200);
    ann.patch(
        "/api/v1/settings",
        &json!({ "values": { "instructions": secret } }),
    )
    .await
    .expect(200);
    let thread = ann
        .post("/api/v1/threads", &json!({ "title": secret }))
        .await
        .data()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    ann.ask(&thread, secret, "openai/mock-y").await.expect(201);
    ann.put(
        &format!("/api/v1/threads/{thread}/draft"),
        &json!({ "text": secret }),
    )
    .await
    .expect(200);
    app.stop().await;
    let mut folders = vec![app.folder()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            for planted in [secret, crate::support::GOOD_KEY, "a good long password"] {
                let found = bytes.windows(planted.len()).any(|w| w == planted.as_bytes());
                assert!(!found, "{planted} stands in {}", path.display());
            }
        }
    }
    let mode = std::fs::metadata(app.folder().join("master.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn another_master_key_does_not_start_and_rotated_keys_still_read() {
    let mut app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    ann.post(&path, &json!({ "content": "before", "reply": false }))
        .await
        .expect(201);
    let file = app.config.key_file();
    app.db().rotate_keys(|keys| keys.save(&file)).await.unwrap();
    app.restart().await;
    let mut ann_again = app.client();
    ann_again.bearer(ann.token());
    ann_again
        .post(&path, &json!({ "content": "after", "reply": false }))
        .await
        .expect(201);
    let kept = ann_again.messages(&thread).await;
    assert_eq!(
        (kept[0]["content"].as_str(), kept[1]["content"].as_str()),
        (Some("before"), Some("after"))
    );
    app.stop().await;
    kit::vault::MasterKeys::generate().save(&file).unwrap();
    let refused = tributary::App::start(&app.config, kit::clock::Clock::system()).await;
    assert!(refused.unwrap_err().to_string().contains("another master key"));
}
