//! Files, by their names and by their pages.

use serde_json::json;

use super::{ask, found, hits, marked, settled};
use crate::files::{id, until, uploaded};
use crate::support::TestApp;

#[tokio::test]
async fn files_are_found_by_name_and_page_by_those_who_may_see_them() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let bob = app.colleague(&ann, &bob, "member").await;
    let text =
        "# Handbook\n\nThe sprocket is oiled on Mondays.\n\n# Leave\n\nTell the foreman about absences.\n";
    let file = uploaded(&ann, "Ölwechsel handbook.md", text.as_bytes()).await;
    let file = until(&ann, id(&file), "ready").await;
    settled(&app).await;
    let hit = hits(&ann, "sprockets", "&in=files&mode=keyword").await.remove(0);
    assert_eq!(
        (
            hit["kind"].as_str(),
            hit["file_id"].as_str(),
            hit["page"].as_i64()
        ),
        (Some("file"), file["id"].as_str(), Some(1))
    );
    assert_eq!(hit["title"], "Ölwechsel handbook.md");
    assert_eq!(marked(&hit), ["sprocket"]);
    let by_name = hits(&ann, "olwechsel", "").await;
    assert!(
        by_name
            .iter()
            .any(|hit| hit["page"].is_null() && hit["file_id"] == file["id"]),
        "{by_name:#?}"
    );
    assert_eq!(hits(&ann, "foreman type:pdf", "").await.len(), 0);
    assert_eq!(hits(&ann, "foreman type:file", "&mode=keyword").await.len(), 1);

    // Whose it is, whom it is opened to, and from when on not any more.
    let path = format!("/api/v1/files/{}", id(&file));
    assert!(found(&bob, "sprocket").await.is_empty());
    for (visibility, is_found) in [("workspace", true), ("private", false)] {
        ann.patch(&path, &json!({ "visibility": visibility }))
            .await
            .expect(200);
        assert_eq!(
            !found(&bob, "sprocket").await.is_empty(),
            is_found,
            "{visibility}"
        );
    }
    ann.delete(&path).await.expect(200);
    assert!(found(&ann, "sprocket").await.is_empty());
    assert!(
        ask(&ann, "sprocket", "").await.data()["hits"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}
