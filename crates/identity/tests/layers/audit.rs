//! The audit trail.

use identity::IdentityConfig;
use serde_json::json;

use crate::support::{app, register};

#[tokio::test]
async fn the_trail_stays_in_its_workspace() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "ada@example.org").await;
    let bob = register(&app, "bob@example.org").await;
    ada.call("PATCH", "/auth/me", Some(json!({"full_name": "Ada L."})))
        .await;
    let page = ada.get("/admin/audit?limit=1").await;
    assert_eq!(page.data()[0]["action"], "user.changed");
    assert_eq!(page.data()[0]["actor_name"], "Ada L.");
    let cursor = page.body["page"]["next_cursor"].as_str().unwrap().to_owned();
    let next = ada.get(&format!("/admin/audit?limit=1&cursor={cursor}")).await;
    assert_eq!(next.data()[0]["action"], "auth.register");
    let theirs = bob.get("/admin/audit").await;
    assert!(
        theirs
            .data()
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["actor_id"] == bob.id.as_str())
    );
    assert_eq!(
        ada.get("/admin/audit?action=auth.&from=2026-01-01T00:00:00Z")
            .await
            .data()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(ada.get("/admin/audit?cursor=zzz").await.status, 422);
    assert_eq!(bob.token.matches('.').count(), 2);
}
