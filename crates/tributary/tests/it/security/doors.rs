//! Every call is closed to those without credentials, and every id is one's own or does not exist.

use serde_json::{Value, json};

use super::house::House;
use super::{handled, refused};

#[tokio::test]
async fn without_credentials_nothing_opens_but_what_says_so() {
    let house = House::furnished().await;
    let before = house.inventory().await;
    let nobody = house.app.client();
    let mut open = Vec::new();
    for call in &house.calls {
        let name = call.name();
        let body = call.body.as_ref().map(|schema| house.body(schema));
        if call.open {
            open.push(name);
            continue;
        }
        let answer = house.call(&nobody, call, body.as_ref()).await;
        refused(&answer, &name);
        assert_eq!(answer.status, 401, "{name}");
        // A broken body of another kind does not open it either.
        if !name.ends_with("/auth/logout") {
            let kind = [("content-type", "x/y")];
            let answer = nobody
                .send(call.method.clone(), &house.path(call), &kind, "{{{")
                .await;
            assert_eq!(answer.status, 401, "{name}");
        }
    }
    open.sort();
    assert_eq!(
        open,
        [
            "GET /api/v1/auth/methods",
            // Right only with the cookie of the browser that set out: identity::elsewhere.
            "GET /api/v1/auth/oidc/{provider}/callback",
            "GET /api/v1/auth/oidc/{provider}/start",
            "GET /api/v1/auth/setup",
            // These three are right only with a signature in the address: files::going, files::parts.
            "GET /api/v1/files/{id}/content",
            "GET /api/v1/files/{id}/previews/{page}",
            "GET /api/v1/invitations/{token}",
            "POST /api/v1/auth/check-user",
            "POST /api/v1/auth/login",
            // Right only with a signature of a passkey: identity::passkeys.
            "POST /api/v1/auth/passkey",
            "POST /api/v1/auth/passkey/begin",
            "POST /api/v1/auth/refresh",
            "POST /api/v1/auth/register",
            // Right only for who has shown a first factor: identity::second_factor.
            "POST /api/v1/auth/second-factor",
            // Right only with a signature of the source over the body: business::webhooks.
            "POST /api/v1/webhooks/{connector_id}",
            "PUT /api/v1/files/uploads/{id}/parts/{number}",
        ],
        "a new open call is a decision: write it down here"
    );
    assert_eq!(house.inventory().await, before);
}

#[tokio::test]
async fn what_belongs_to_others_is_not_there() {
    let house = House::furnished().await;
    let before = house.inventory().await;
    let mut tried = 0;
    for call in house.calls.iter().filter(|call| call.has_placeholder()) {
        // A provider is nobody's thing, and the link of an invitation is its holder's proof.
        if call.path.contains("{provider}") || call.open {
            continue;
        }
        let body = call.body.as_ref().map(|schema| house.body(schema));
        let mut people = vec![("another tenant", &house.bob)];
        if ["/threads/", "/tokens/", "/sessions/"]
            .iter()
            .any(|part| call.path.contains(part))
        {
            people.push(("a colleague", &house.cleo));
        }
        for (who, client) in people {
            let what = format!("{} as {who}", call.name());
            let answer = house.call(client, call, body.as_ref()).await;
            refused(&answer, &what);
            let is_of_installation = ["/admin/users/", "/admin/workspaces/", "/admin/jobs/"]
                .iter()
                .any(|part| call.path.contains(part));
            // Bob owns his own workspace, so a thread of another is not there for him; Cleo may open none.
            let may_not = is_of_installation || (who == "a colleague" && call.path.contains("/admin/"));
            let expected = if call.path.ends_with("/accept") || may_not {
                403
            } else {
                404
            };
            assert_eq!(answer.status.as_u16(), expected, "{what}: {}", answer.text());
            tried += 1;
        }
    }
    assert!(tried > 35, "{tried}");
    assert_eq!(house.inventory().await, before, "and nothing moved");
}

#[tokio::test]
async fn ids_inside_of_bodies_are_ones_own_too() {
    let house = House::furnished().await;
    let before = house.inventory().await;
    let (thread, message, assistant) = (&house.thread, &house.message, &house.assistant);
    let own = house.bob.thread().await;
    let messages = format!("/api/v1/threads/{own}/messages");
    let body = json!({ "content": "Mine", "reply": false });
    let mine = house.bob.post(&messages, &body).await.data()["message"]["id"].clone();
    let mine = mine.as_str().unwrap();
    for (path, body) in [
        (
            messages.clone(),
            json!({ "content": "x", "reply": false, "parent_id": message }),
        ),
        (
            format!("/api/v1/threads/{own}/head"),
            json!({ "message_id": message }),
        ),
        (
            format!("/api/v1/threads/{own}/fork"),
            json!({ "message_id": message }),
        ),
        ("/api/v1/threads".to_owned(), json!({ "assistant_id": assistant })),
        (
            "/api/v1/auth/switch".to_owned(),
            json!({ "workspace_id": house.workspace }),
        ),
        (format!("{messages}/{message}/edit"), json!({ "content": "x" })),
        (format!("{messages}/{message}/regenerate"), json!({})),
        (format!("{messages}/{message}/continue"), json!({})),
        (format!("{messages}/{message}/stop"), json!({})),
        (
            format!("/api/v1/threads/{thread}/messages/{mine}/edit"),
            json!({ "content": "x" }),
        ),
    ] {
        let answer = house.bob.post(&path, &body).await;
        refused(&answer, &format!("{path} {body}"));
        assert!(
            [404, 422].contains(&answer.status.as_u16()),
            "{path}: {}",
            answer.text()
        );
    }
    for path in [
        format!("{messages}/{message}"),
        format!("{messages}/{message}/stream"),
        format!("{messages}?branch={message}"),
    ] {
        refused(&house.bob.get(&path).await, &path);
    }
    let path = format!("/api/v1/threads/{own}");
    let answer = house
        .bob
        .patch(&path, &json!({ "assistant_id": assistant }))
        .await;
    refused(&answer, "a foreign assistant");
    assert_eq!(house.bob.get(&path).await.data()["assistant_id"], Value::Null);
    // A cursor from somebody else's list is only a position, never a key.
    let page = house.ann.get("/api/v1/admin/audit?limit=1").await.json();
    let cursor = page["page"]["next_cursor"].as_str().unwrap();
    let rows = house
        .bob
        .get(&format!("/api/v1/admin/audit?cursor={cursor}"))
        .await;
    assert!(!rows.text().contains("\"ann\""), "{}", rows.text());
    assert_eq!(house.inventory().await, before);
}

#[tokio::test]
async fn the_good_bodies_of_this_suite_are_good() {
    // Otherwise the refusals of the others would prove nothing.
    let house = House::furnished().await;
    let mut good = 0;
    for call in house.calls.iter().filter(|c| c.path.starts_with("/api/")) {
        let Some(schema) = &call.body else { continue };
        if call.path.contains("/auth/logout") {
            continue;
        }
        let body = house.body(schema);
        let answer = house.call(&house.ann, call, Some(&body)).await;
        handled(&answer, &call.name());
        // Passwords, and names of what is to be erased, are wrong on purpose; only a person's own message can be edited, and
        // a code or a passkey is not made up.
        let on_purpose = ["password", "/me/totp", "/me/erase", "passkey"]
            .iter()
            .any(|part| call.path.contains(part))
            || call.path.ends_with("/edit")
            || call.name().starts_with("DELETE /api/v1/admin/workspaces/");
        assert!(
            answer.status != 400 && (answer.status != 422 || on_purpose),
            "{} {body}: {}",
            call.name(),
            answer.text()
        );
        good += usize::from(answer.status.is_success());
    }
    assert!(good > 12, "{good}");
}
