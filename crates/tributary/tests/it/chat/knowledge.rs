//! What assistants know: which files they may be given, and how they answer from them.

use db::kinds::{FileStatus, Visibility};
use serde_json::json;

use crate::files;
use crate::support::seed::Seed;
use crate::support::{TestApp, eventually, standin};

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
async fn an_assistant_answers_from_what_it_knows_and_cites_it() {
    let (app, standin) = (
        TestApp::with(|c| c.chat.titles_by_model = false).await,
        standin().await,
    );
    let ann = app.person_with_models("ann", &standin).await;
    let file = files::shared(
        &ann,
        "gardens.txt",
        b"The tulips are watered on Tuesdays by Greta.\n",
    )
    .await;
    let file = files::id(&file);
    files::until(&ann, file, "ready").await;
    eventually("it is in the index", || async {
        let hits = ann.get("/api/v1/search?q=tulips&in=files").await.data();
        (!hits["hits"].as_array().unwrap().is_empty()).then_some(())
    })
    .await;
    let body = json!({ "name": "Gardener", "knowledge": [file] });
    let assistant = ann.post(ASSISTANTS, &body).await.data()["id"].clone();
    let thread = ann
        .post("/api/v1/threads", &json!({ "assistant_id": assistant }))
        .await;
    let thread = thread.data()["id"].as_str().unwrap().to_owned();
    let answer = ann
        .ask(&thread, "Who waters the tulips? [1]", "openai/mock-y")
        .await;
    answer.expect(201);
    let reply = answer.data()["reply"].clone();
    let text = reply["content"].as_str().unwrap();
    assert!(
        text.contains("From the files that you were given to know"),
        "{text}"
    );
    assert!(text.contains("watered on Tuesdays by Greta"), "{text}");
    let source = &reply["metadata"]["sources"][0];
    assert_eq!(
        (source["file_id"].as_str(), source["page"].clone()),
        (Some(file), json!(1))
    );
    // Private again, it is not read any more.
    let private = json!({ "visibility": "private" });
    ann.patch(&format!("/api/v1/files/{file}"), &private)
        .await
        .expect(200);
    let again = ann.ask(&thread, "And the tulips?", "openai/mock-y").await.data()["reply"].clone();
    assert_eq!(again["content"], "And the tulips?");
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
