//! The tree: edits and other tries are siblings, nothing is overwritten.

use serde_json::{Value, json};

use crate::support::{TestApp, standin};

fn contents(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|m| m["content"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn edits_and_tries_open_branches_and_arrows_switch_between_them() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    let first = ann.ask(&thread, "A", "openai/mock-y").await.data();
    ann.ask(&thread, "B", "openai/mock-y").await.expect(201);
    assert_eq!(contents(&ann.messages(&thread).await), ["A", "A", "B", "B"]);

    let question = first["message"]["id"].as_str().unwrap();
    let edited = ann
        .post(
            &format!("{path}/{question}/edit"),
            &json!({ "content": "A2", "model": "openai/mock-y" }),
        )
        .await;
    edited.expect(201);
    let now = ann.messages(&thread).await;
    assert_eq!(contents(&now), ["A2", "A2"]);
    assert_eq!(now[0]["siblings"].as_array().unwrap().len(), 2);

    let answer = now[1]["id"].as_str().unwrap().to_owned();
    let again = ann
        .post(
            &format!("{path}/{answer}/regenerate"),
            &json!({ "model": "openai/mock-n3" }),
        )
        .await;
    again.expect(201);
    let now = ann.messages(&thread).await;
    assert_eq!(contents(&now), ["A2", "word1 word2 word3 "]);
    assert_eq!(now[1]["siblings"].as_array().unwrap().len(), 2);

    ann.post(
        &format!("/api/v1/threads/{thread}/head"),
        &json!({ "message_id": question }),
    )
    .await
    .expect(200);
    assert_eq!(
        contents(&ann.messages(&thread).await),
        ["A", "A", "B", "B"],
        "the old branch is whole"
    );
    let other = ann.get(&format!("{path}?branch={answer}")).await.data();
    assert_eq!(
        contents(
            &other
                .as_array()
                .unwrap()
                .iter()
                .rev()
                .cloned()
                .collect::<Vec<_>>()
        ),
        ["A2", "A2"]
    );
    let all = ann.get(&format!("{path}?branch=all")).await.data();
    assert_eq!(all.as_array().unwrap().len(), 7);

    let assistant = first["reply"]["id"].as_str().unwrap();
    ann.post(&format!("{path}/{assistant}/edit"), &json!({ "content": "no" }))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    let root = ann
        .post(
            &path,
            &json!({ "content": "New root", "parent_id": null, "reply": false }),
        )
        .await;
    root.expect(201);
    assert_eq!(contents(&ann.messages(&thread).await), ["New root"]);
    let bad = json!({ "content": "x", "parent_id": "01890000-0000-7000-8000-000000000000", "reply": false });
    ann.post(&path, &bad).await.expect_error(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn the_model_hears_the_branch_and_nothing_else() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    ann.patch(
        "/api/v1/workspace",
        &json!({ "system_prompt": "You are Ada.", "style": "Short." }),
    )
    .await
    .expect(200);
    ann.patch(
        "/api/v1/settings",
        &json!({ "values": { "instructions": "I like tea." } }),
    )
    .await
    .expect(200);
    let assistant = ann
        .post(
            "/api/v1/assistants",
            &json!({ "name": "Poet", "system_prompt": "Rhyme." }),
        )
        .await;
    assistant.expect(201);
    let body = json!({ "assistant_id": assistant.data()["id"], "title": "Named" });
    let thread = ann.post("/api/v1/threads", &body).await.data()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/threads/{thread}/messages");
    let first = ann.ask(&thread, "Secret one", "openai/mock-y").await.data();
    let question = first["message"]["id"].as_str().unwrap();
    ann.post(
        &format!("{path}/{question}/edit"),
        &json!({ "content": "Other", "model": "openai/mock-y" }),
    )
    .await
    .expect(201);
    ann.ask(&thread, "Last", "openai/mock-y").await.expect(201);
    let heard = standin.seen().last().unwrap().body.clone();
    for part in ["You are Ada.", "Short.", "I like tea.", "Rhyme.", "Other", "Last"] {
        assert!(heard.contains(part), "{part} is missing in {heard}");
    }
    assert!(!heard.contains("Secret one"), "another branch is not told");
}

#[tokio::test]
async fn forks_and_exports_take_the_branch_along() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let thread = ann.thread().await;
    ann.ask(&thread, "A", "openai/mock-y").await.expect(201);
    ann.ask(&thread, "B", "openai/mock-y").await.expect(201);
    let fork = ann
        .post(&format!("/api/v1/threads/{thread}/fork"), &json!({}))
        .await;
    fork.expect(201);
    let fork = fork.data()["id"].as_str().unwrap().to_owned();
    assert_eq!(contents(&ann.messages(&fork).await), ["A", "A", "B", "B"]);
    ann.delete(&format!("/api/v1/threads/{thread}")).await.expect(200);
    assert_eq!(ann.messages(&fork).await.len(), 4, "a copy stands alone");
    let markdown = ann.get(&format!("/api/v1/threads/{fork}/export")).await;
    markdown.expect(200);
    assert!(markdown.text().contains("\n\nB\n"), "{}", markdown.text());
    let json = ann
        .get(&format!("/api/v1/threads/{fork}/export?format=json"))
        .await
        .data();
    assert_eq!(json["messages"].as_array().unwrap().len(), 4);
}
