//! The document of the routes.

use identity::{IdentityConfig, routes};

use crate::support::app;

#[tokio::test]
async fn the_document_describes_every_route() {
    let app = app(IdentityConfig::default()).await;
    let document = routes(app.identity.clone()).into_openapi();
    let json = serde_json::to_value(&document).unwrap();
    let mut ids = Vec::new();
    for (path, item) in json["paths"].as_object().unwrap() {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            ids.push(operation["operationId"].as_str().unwrap().to_owned());
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert!(operation["responses"]["401"].is_object(), "{method} {path}");
        }
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "each call has a name of its own");
    assert!(count > 50, "{count}");
    let text = json.to_string();
    for name in text.split("#/components/schemas/").skip(1) {
        let name = name.split('"').next().unwrap();
        assert!(
            json["components"]["schemas"][name].is_object(),
            "{name} is not described"
        );
    }
}
