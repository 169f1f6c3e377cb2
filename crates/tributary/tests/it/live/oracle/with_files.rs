//! The oracle over the whole life of a file.

use super::*;

/// Files, from their upload to their end: those who own them, see them in the workspace or in a thread are told.
pub(super) async fn with_files(h: &mut House) {
    use Who::{Ann, Bob};
    let messages = "/api/v1/threads/{id}/messages";
    let file = h.upload("plan.txt").await;
    assert_eq!(h.known_files().len(), 1, "its owner was told of it");
    let path = format!("/api/v1/files/{file}");
    let sent = h
        .call(
            Ann,
            Method::POST,
            messages,
            json!({ "content": "Look", "attachments": [file], "reply": false }),
        )
        .await;
    h.call(Ann, Method::PATCH, &path, json!({ "name": "plan B.txt" }))
        .await;
    let shown = |h: &House| {
        let messages = h.socket.mirror.scopes[&format!("t:{}", h.thread)].parts["messages"].clone();
        let messages = messages.as_array().unwrap().clone();
        let found = messages.into_iter().find(|m| m["id"] == sent["message"]["id"]);
        found.unwrap()["attachments"].clone()
    };
    assert_eq!(
        shown(h)[0]["name"],
        "plan B.txt",
        "the thread was told of the new name"
    );
    h.call(Ann, Method::PATCH, &path, json!({ "visibility": "workspace" }))
        .await;
    let wish = json!({ "model": "openai/mock-n2" });
    let analyzed = h.call(Ann, Method::POST, &format!("{path}/analyze"), wish).await;
    let one = format!("{path}/analyses/{}", analyzed["analysis"]["id"].as_str().unwrap());
    h.call(Ann, Method::POST, &format!("{one}/stop"), json!({})).await;
    h.call(Ann, Method::DELETE, &one, json!({})).await;
    h.call(Ann, Method::PATCH, &path, json!({ "visibility": "private" }))
        .await;
    let edit = format!("{messages}/{}/edit", sent["message"]["id"].as_str().unwrap());
    h.call(
        Ann,
        Method::POST,
        &edit,
        json!({ "content": "Look here", "reply": false }),
    )
    .await;
    h.call(
        Bob,
        Method::POST,
        messages,
        json!({ "content": "Thanks", "reply": false }),
    )
    .await;
    h.call(Ann, Method::DELETE, &path, json!({})).await;
    assert_eq!(shown(h), json!([]), "the thread was told that it is gone");
    assert!(h.known_files().is_empty(), "so was its owner");
}
