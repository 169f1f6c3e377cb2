//! Every call that changes something has its place in the oracle, or a reason why not.

use super::House;

/// Calls that change nothing that a scope shows, each with its reason.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "/api/v1/admin/",
        "administration: shown on pages that ask; identity::administration",
    ),
    ("/api/v1/budgets", "shown on a page that asks"),
    (
        "POST /api/v1/me/erase",
        "ends the session, which is told; identity::administration",
    ),
    ("POST /api/v1/metrics/query", "changes nothing"),
    (
        "POST /api/v1/ai/query",
        "is told to its asker as user.query.submitted, which no list shows",
    ),
    (
        "/api/v1/metrics",
        "a metric of one's own is told as business.changed, and fetched by a page that asks",
    ),
    (
        "/api/v1/business/",
        "told as business.changed, and fetched by a page that asks",
    ),
    (
        "/api/v1/files/upload-url",
        "no file is there before its upload is complete",
    ),
    (
        "/api/v1/files/uploads/",
        "no file is there before its upload is complete",
    ),
    (
        "POST /api/v1/files/{id}/complete",
        "the file is told as that of POST /api/v1/files is, by the same function",
    ),
    (
        "/api/v1/auth/",
        "signing in and out: session.ended is told, and has its own test",
    ),
    (
        "/api/v1/me/",
        "how one signs in: shown on a page that asks; session.ended is told, and has its own test",
    ),
    ("/api/v1/tokens", "shown on a page that asks"),
    ("/api/v1/invitations", "shown on a page that asks"),
    ("/api/v1/providers", "shown on a page that asks"),
    ("/api/v1/assistants", "shown on a page that asks"),
    ("/api/v1/workspaces", "makes a workspace that nobody here holds"),
    (
        "POST /api/v1/members",
        "a member who joins is told as member.joined; the house above begins with one",
    ),
    ("/api/v1/live/ticket", "changes nothing"),
    (
        "/api/v1/admin/alerts",
        "told as alert.changed, and fetched by a page that asks; operation::watch",
    ),
    ("/api/v1/admin/jobs", "shown on a page that asks"),
    ("/v1/", "changes nothing"),
    ("/api/v1/admin/reindex", "changes nothing that is shown"),
    (
        "POST /api/v1/admin/backups",
        "shown to administrators of the installation, on a page that asks",
    ),
    (
        "DELETE /api/v1/threads/{id}",
        "its scope is gone; leaving::a_thread_that_is_deleted_is_closed_for_all",
    ),
    (
        "POST /api/v1/mail/{id}/send",
        "needs a mail server; business::actions, and its action is told as that of a confirmation is",
    ),
    (
        "/api/v1/connectors",
        "a page that looks at connectors asks anew when connector.changed or connector.sync.… is told; business::connectors",
    ),
    (
        "/api/v1/webhooks/",
        "a source's own; what it brings is told as business.changed",
    ),
    ("/continue", "answers::going_on_is_a_new_run_after_the_old_text"),
];

pub(super) fn all_are_tried(house: &House) {
    let document = house.app.openapi();
    let mut forgotten = Vec::new();
    for (path, calls) in document["paths"].as_object().unwrap() {
        for method in calls.as_object().unwrap().keys() {
            let call = format!("{} {path}", method.to_uppercase());
            let tried = house.tried.iter().any(|tried| same(tried, &call));
            let elsewhere = ELSEWHERE.iter().any(|(part, _)| call.contains(part));
            if method != "get" && !tried && !elsewhere {
                forgotten.push(call);
            }
        }
    }
    assert!(
        forgotten.is_empty(),
        "these calls have no place in the oracle: {forgotten:#?}"
    );
}

/// Whether two paths are the same but for the names of their placeholders.
fn same(tried: &str, call: &str) -> bool {
    let parts = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (tried, call) = (parts(tried), parts(call));
    tried.len() == call.len()
        && tried
            .iter()
            .zip(&call)
            .all(|(a, b)| a == b || (b.starts_with('{') && (a.starts_with('{') || a.contains('%'))))
}
