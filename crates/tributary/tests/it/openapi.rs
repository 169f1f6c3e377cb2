//! The OpenAPI document is committed for the page's types; it must not drift.

use crate::support::TestApp;

#[tokio::test]
async fn the_committed_document_is_the_served_one() {
    let app = TestApp::start().await;
    let served = app.openapi();
    assert_eq!(served["openapi"], "3.1.0");
    let answer = app.client().get("/api/v1/openapi.json").await;
    answer.expect(200);
    assert_eq!(answer.json(), served);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let written = format!("{}\n", serde_json::to_string_pretty(&served).unwrap());
    if committed != written {
        std::fs::write(path, written).unwrap();
        panic!("web/openapi.json was not up to date; it is now. Run `npm run api` in web/ and commit both.");
    }
    app.client().get("/api/v1/docs").await.expect(200);
}
