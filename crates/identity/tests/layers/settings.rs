//! Settings of a person.

use identity::IdentityConfig;
use serde_json::{Value, json};

use crate::support::{app, register};

#[tokio::test]
async fn settings_are_the_same_on_all_devices() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "ada@example.org").await;
    let patch = async |body: Value| ada.call("PATCH", "/settings", Some(body)).await;
    assert_eq!(ada.get("/settings").await.data()["values"], json!({}));
    let now = app.identity.now();
    let answer = patch(json!({"values": {"theme": "dark", "text_size": 1.1}})).await;
    assert_eq!(
        answer.data()["values"],
        json!({"theme": "dark", "text_size": 1.1})
    );
    let old = now.minus(std::time::Duration::from_secs(5)).to_string();
    let answer = patch(json!({"values": {"theme": "light"}, "updated_at": {"theme": old}})).await;
    assert_eq!(answer.data()["values"]["theme"], "dark");
    let answer = patch(json!({"values": {"theme": null}})).await;
    assert_eq!(answer.data()["values"], json!({"text_size": 1.1}));
    let answer = patch(json!({"values": {"theme": "light"}, "updated_at": {"theme": old}})).await;
    assert_eq!(
        answer.data()["values"],
        json!({"text_size": 1.1}),
        "it stays deleted"
    );
    assert_eq!(patch(json!({"values": {"Bad Name": 1}})).await.status, 422);
    assert_eq!(
        ada.get("/auth/me").await.data()["settings"],
        json!({"text_size": 1.1})
    );
    for round in 0..3 {
        let many: serde_json::Map<String, Value> =
            (0..150).map(|i| (format!("r{round}-{i}"), json!(i))).collect();
        let gone: serde_json::Map<String, Value> = many.keys().map(|k| (k.clone(), Value::Null)).collect();
        assert_eq!(patch(json!({ "values": many })).await.status, 200, "{round}");
        assert_eq!(patch(json!({ "values": gone })).await.status, 200);
    }
}
