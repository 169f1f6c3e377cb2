//! What assistants know: which files they may be given, and how they answer from them.

use db::kinds::{FileStatus, Visibility};
use serde_json::json;

use crate::support::seed::Seed;
use crate::support::{TestApp, standin};

const ASSISTANTS: &str = "/api/v1/assistants";

#[tokio::test]
async fn an_assistant_knows_what_its_workspace_sees() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let private = app.seed(&ann, Seed::text("private.txt", &["1"])).await;
    let foreign = app.seed(&bob, Seed::text("foreign.txt", &["1"])).await;
    let open = |name, status| Seed {
        visibility: Visibility::Workspace,
        status,
        ..Seed::text(name, &["1"])
    };
    let rejected = app.seed(&ann, open("bad.exe", FileStatus::Rejected)).await;
    let shared = app.seed(&ann, open("shared.txt", FileStatus::Ready)).await;
    let nowhere = kit::ids::new_id().to_string();
    for (wrong, why) in [
        (&private, "private"),
        (&foreign, "not there"),
        (&nowhere, "not there"),
        (&rejected, "rejected"),
    ] {
        let answer = ann
            .post(ASSISTANTS, &json!({ "name": "A", "knowledge": [shared, wrong] }))
            .await;
        answer.expect_error(422, "VALIDATION_FAILED");
        let detail = &answer.json()["details"][0];
        assert_eq!(detail["field"], "knowledge");
        assert!(detail["message"].as_str().unwrap().contains(why), "{detail}");
    }
    let made = ann
        .post(ASSISTANTS, &json!({ "name": "A", "knowledge": [shared, shared] }))
        .await;
    made.expect(201);
    assert_eq!(made.data()["knowledge"], json!([shared]));
    let path = format!("{ASSISTANTS}/{}", made.data()["id"].as_str().unwrap());
    let patch = json!({ "knowledge": [shared, private] });
    ann.patch(&path, &patch)
        .await
        .expect_error(422, "VALIDATION_FAILED");
    ann.patch(
        &format!("/api/v1/files/{private}"),
        &json!({ "visibility": "workspace" }),
    )
    .await
    .expect(200);
    let patched = ann.patch(&path, &patch).await;
    patched.expect(200);
    assert_eq!(patched.data()["knowledge"], json!([shared, private]));
    // What became private or went is no reason to refuse a change of the rest.
    ann.delete(&format!("/api/v1/files/{private}")).await.expect(200);
    ann.patch(&path, &patch).await.expect(200);
}

#[tokio::test]
async fn an_assistant_answers_though_nothing_fits() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let body = json!({ "name": "A", "system_prompt": "Be kind.", "knowledge": [] });
    let assistant = ann.post(ASSISTANTS, &body).await.data()["id"].clone();
    let thread = ann
        .post("/api/v1/threads", &json!({ "assistant_id": assistant }))
        .await;
    let thread = thread.data()["id"].as_str().unwrap().to_owned();
    ann.ask(&thread, "Hello", "openai/mock-n2").await.expect(201);
    let sent = standin
        .seen()
        .into_iter()
        .find(|seen| seen.body.contains("Be kind."))
        .unwrap();
    assert!(
        !sent.body.contains("source-"),
        "nothing to cite, no rules about citing: {}",
        sent.body
    );
}
