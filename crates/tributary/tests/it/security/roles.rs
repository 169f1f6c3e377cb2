//! Roles and calls: each call of administration has its place in a table of what it needs, and whoever does not have
//! that is refused before anything happens.

use serde_json::json;

use super::house::House;
use super::refused;
use crate::support::Client;

/// What a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    /// To be an administrator of the workspace.
    Admin,
    /// To own the workspace.
    Owner,
    /// To administer the installation.
    Installation,
}

/// Calls of administration: the beginning of each, and what it needs. A new one has no place here until somebody has
/// thought about it.
const TABLE: &[(&str, Needs)] = &[
    ("GET /api/v1/admin/audit", Needs::Admin),
    ("GET /api/v1/admin/access", Needs::Admin),
    ("GET /api/v1/admin/compliance", Needs::Admin),
    ("POST /api/v1/admin/reindex", Needs::Admin),
    ("GET /api/v1/admin/series", Needs::Admin),
    ("GET /api/v1/admin/monitor", Needs::Admin),
    ("GET /api/v1/admin/alerts", Needs::Admin),
    ("POST /api/v1/admin/alerts/{id}", Needs::Admin),
    ("PATCH /api/v1/admin/alerts/settings", Needs::Admin),
    ("GET /api/v1/admin/jobs", Needs::Installation),
    ("POST /api/v1/admin/jobs/{id}/retry", Needs::Installation),
    ("DELETE /api/v1/admin/jobs/{id}", Needs::Installation),
    ("GET /api/v1/admin/backups", Needs::Installation),
    ("POST /api/v1/admin/backups", Needs::Installation),
    ("GET /api/v1/admin/system", Needs::Installation),
    ("GET /api/v1/admin/threads", Needs::Owner),
    ("POST /api/v1/admin/threads/{id}/open", Needs::Owner),
    ("GET /api/v1/admin/users", Needs::Installation),
    ("PATCH /api/v1/admin/users/{user_id}", Needs::Installation),
    ("POST /api/v1/admin/users/{user_id}/sign-out", Needs::Installation),
    ("DELETE /api/v1/admin/users/{user_id}", Needs::Installation),
    ("GET /api/v1/admin/workspaces", Needs::Installation),
    (
        "PATCH /api/v1/admin/workspaces/{workspace_id}",
        Needs::Installation,
    ),
    (
        "DELETE /api/v1/admin/workspaces/{workspace_id}",
        Needs::Installation,
    ),
    ("GET /api/v1/budgets", Needs::Admin),
    ("POST /api/v1/budgets", Needs::Admin),
    ("PATCH /api/v1/budgets/{id}", Needs::Admin),
    ("DELETE /api/v1/budgets/{id}", Needs::Admin),
];

/// Calls of other rooms that have suites of their own for who may do what.
fn is_administration(path: &str) -> bool {
    path.contains("/admin/") || path.contains("/budgets")
}

async fn colleague(house: &House, name: &str, role: &str) -> Client {
    let person = house.app.person(name).await;
    house.app.colleague(&house.ann, &person, role).await
}

#[tokio::test]
async fn every_call_of_administration_has_its_place_and_keeps_it() {
    let house = House::furnished().await;
    let people = [
        (0, "a guest", colleague(&house, "gil", "guest").await),
        (1, "a member", colleague(&house, "mia", "member").await),
        (2, "an administrator", colleague(&house, "ada", "admin").await),
        (3, "an owner", colleague(&house, "oli", "owner").await),
    ];
    let (mut missing, mut tried) = (Vec::new(), 0);
    for call in house.calls.iter().filter(|call| is_administration(&call.path)) {
        let name = call.name();
        let Some((_, needs)) = TABLE
            .iter()
            .filter(|(part, _)| name.starts_with(part))
            .max_by_key(|(part, _)| part.len())
        else {
            missing.push(name);
            continue;
        };
        let least = match needs {
            Needs::Admin => 2,
            Needs::Owner => 3,
            Needs::Installation => 4,
        };
        let body = call.body.as_ref().map(|schema| house.body(schema));
        for (rank, who, client) in &people {
            if *rank >= least && !call.is_read() {
                continue;
            }
            let what = format!("{name} as {who}");
            let answer = house.call(client, call, body.as_ref()).await;
            tried += 1;
            if *rank < least {
                refused(&answer, &what);
                assert_eq!(answer.status, 403, "{what}: {}", answer.text());
            } else {
                // Some reads have to be told more than their path.
                let is_let_in = answer.status == 200 || (call.is_read() && answer.status == 422);
                assert!(is_let_in, "{what}: {} {}", answer.status, answer.text());
            }
        }
    }
    assert!(
        missing.is_empty(),
        "these calls have no place in the table of roles: {missing:#?}"
    );
    assert!(tried > 40, "{tried}");
    // A token without the scope for administration is no administrator, whoever made it.
    let token = house
        .ann
        .post("/api/v1/tokens", &json!({ "name": "t" }))
        .await
        .data();
    let mut program = house.app.client();
    program.bearer(token["token"].as_str().unwrap());
    for call in house.calls.iter().filter(|call| is_administration(&call.path)) {
        let body = call.body.as_ref().map(|schema| house.body(schema));
        let answer = house.call(&program, call, body.as_ref()).await;
        assert_eq!(
            answer.status,
            403,
            "{} by a token: {}",
            call.name(),
            answer.text()
        );
    }
}
