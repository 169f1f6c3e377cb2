//! What an action may not do: forged headers, many or unnamed recipients, people without the right; and what stays in the
//! house.

use std::time::Duration;

use db::entity::actions;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::sink::Sink;
use crate::support::TestApp;

const ACTIONS: &str = "/api/v1/actions";

use super::actions::{a_while, clock, confirm, mail, path, proposed, state, until, with_mail};

#[tokio::test]
async fn forged_headers_and_strange_contents_are_refused() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let many: Vec<String> = (0..51).map(|n| format!("p{n}@example.org")).collect();
    for (content, field) in [
        (
            json!({ "to": ["a@b.org\r\nBcc: eve@c.org"], "subject": "s", "body": "b" }),
            "content.to",
        ),
        (
            json!({ "to": ["a@b.org,eve@c.org"], "subject": "s", "body": "b" }),
            "content.to",
        ),
        (
            json!({ "to": ["Ann <a@b.org>"], "subject": "s", "body": "b" }),
            "content.to",
        ),
        (json!({ "to": [], "subject": "s", "body": "b" }), "content.to"),
        (json!({ "to": many, "subject": "s", "body": "b" }), "content.to"),
        (
            json!({ "to": ["a@b.org"], "cc": ["x\ny@b.org"], "subject": "s", "body": "b" }),
            "content.cc",
        ),
        (
            json!({ "to": ["a@b.org"], "subject": "s\r\nBcc: eve@c.org", "body": "b" }),
            "content.subject",
        ),
        (
            json!({ "to": ["a@b.org"], "subject": "s\nX: y", "body": "b" }),
            "content.subject",
        ),
        (
            json!({ "to": ["a@b.org"], "subject": "s", "body": "b", "from": "boss@b.org" }),
            "content",
        ),
        (json!({ "to": ["a@b.org"], "subject": "s" }), "content"),
        (json!({}), "content"),
    ] {
        let body = json!({ "kind": "email.send", "content": content });
        let answer = ann.post(ACTIONS, &body).await;
        answer.expect_error(422, "VALIDATION_FAILED");
        assert_eq!(answer.json()["details"][0]["field"], field, "{body}");
    }
    assert_eq!(ann.get(ACTIONS).await.data(), json!([]));
}

#[tokio::test]
async fn many_recipients_need_a_tick_of_their_own() {
    let sink = Sink::start().await;
    let app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    let to: Vec<String> = (0..11).map(|n| format!("p{n}@example.org")).collect();
    let body = json!({ "kind": "email.send", "content": { "to": to, "subject": "s", "body": "b" } });
    let action = proposed(&ann, &body).await;
    assert_eq!(action["warnings"], json!(["This goes to 11 people."]));
    let answer = ann
        .post(&path(&action, "/confirm"), &json!({ "hash": action["hash"] }))
        .await;
    answer.expect_error(422, "VALIDATION_FAILED");
    let body = json!({ "hash": action["hash"], "accept_warnings": true });
    assert_eq!(
        ann.post(&path(&action, "/confirm"), &body).await.data()["state"],
        "waiting"
    );
    app.clock.advance(Duration::from_secs(31));
    until(&ann, &action, "done").await;
    assert_eq!(sink.mails()[0].to.len(), 11);
}

#[tokio::test]
async fn whom_the_asker_did_not_name_needs_a_tick_of_its_own() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let me = ann.get("/api/v1/auth/me").await.data();
    let id = |value: &Value| value["id"].as_str().unwrap().parse().unwrap();
    let (workspace, user) = (db::WorkspaceId(id(&me["workspace"])), db::UserId(id(&me["user"])));
    let caller = identity::Caller::on_behalf_of(app.db(), workspace, user)
        .await
        .unwrap()
        .unwrap();
    let proposal = business::actions::Proposal {
        kind: db::kinds::ActionKind::EmailSend,
        content: json!({ "to": ["bob@example.org", "eve@example.org"], "subject": "s", "body": "b" }),
        thread_id: None,
        query_id: None,
        said: Some("Mail the revenue to bob@example.org.".to_owned()),
        warnings: Vec::new(),
    };
    let tx = app.db().write().await.unwrap();
    let action = business::actions::propose(app.business(), &tx, &caller, proposal)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let action = ann.get(&format!("{ACTIONS}/{}", action.id)).await.data();
    let warnings = action["warnings"].as_array().unwrap();
    assert!(
        warnings.len() == 1 && warnings[0].as_str().unwrap().starts_with("eve@example.org "),
        "{action}"
    );
    let yes = ann
        .post(&path(&action, "/confirm"), &json!({ "hash": action["hash"] }))
        .await;
    yes.expect_error(422, "VALIDATION_FAILED");
    // Taken off by a person, it needs none.
    let body = json!({ "content": mail("bob@example.org")["content"] });
    let changed = ann.patch(&path(&action, ""), &body).await.data();
    assert_eq!(changed["warnings"], json!([]));
    // Put back, it is marked still: it came from elsewhere.
    let body = json!({ "content": action["content"] });
    let back = ann.patch(&path(&action, ""), &body).await.data();
    assert_eq!(
        (&back["hash"], &back["warnings"]),
        (&action["hash"], &action["warnings"])
    );
    let body = json!({ "hash": back["hash"], "accept_warnings": true });
    assert_eq!(
        ann.post(&path(&back, "/confirm"), &body).await.data()["state"],
        "waiting"
    );
}

#[tokio::test]
async fn what_stays_in_the_house_is_done_at_once_and_can_be_undone() {
    let app = TestApp::with_clock(clock(), |_| {}).await;
    let ann = app.person("ann").await;
    let task = json!({ "kind": "task.create", "content": { "title": "Call Bob", "due_on": "2026-12-01" } });
    let done = proposed(&ann, &task).await;
    assert_eq!(
        (&done["state"], &done["needs_confirmation"]),
        (&json!("done"), &json!(false)),
        "{done}"
    );
    assert_eq!(done["undo_until"], "2026-11-22T12:00:00Z");
    let there = ann.get("/api/v1/tasks").await.data();
    assert_eq!(there[0]["id"], done["result"]["task_id"]);
    assert_eq!(there[0]["due_on"], "2026-12-01");
    let undone = ann.post(&path(&done, "/undo"), &json!({})).await;
    assert_eq!(undone.expect(200).data()["state"], "undone");
    assert_eq!(ann.get("/api/v1/tasks").await.data(), json!([]));
    assert_eq!(
        ann.post(&path(&done, "/undo"), &json!({})).await.data()["state"],
        "undone"
    );
    // What somebody worked on since is not thrown away.
    let done = proposed(&ann, &task).await;
    let one = format!("/api/v1/tasks/{}", done["result"]["task_id"].as_str().unwrap());
    ann.patch(&one, &json!({ "notes": "His number is 5." }))
        .await
        .expect(200);
    ann.post(&path(&done, "/undo"), &json!({}))
        .await
        .expect_error(409, "CONFLICT");
    // And not after a day.
    let done = proposed(&ann, &task).await;
    app.clock.advance(Duration::from_hours(24));
    let ann = app.signed_in("ann").await;
    ann.post(&path(&done, "/undo"), &json!({}))
        .await
        .expect_error(409, "CONFLICT");
    assert_eq!(state(&ann, &done).await["undo_until"], Value::Null);
    let draft = json!({ "kind": "email.draft", "content": mail("a@b.org")["content"] });
    let draft = proposed(&ann, &draft).await;
    assert_eq!(draft["state"], "done");
    assert_eq!(
        ann.get("/api/v1/mail").await.data(),
        json!([]),
        "a draft is not on its way"
    );
    assert_eq!(
        ann.post(&path(&draft, "/undo"), &json!({})).await.data()["state"],
        "undone"
    );
}

#[tokio::test]
async fn whoever_may_not_act_neither_sees_nor_does() {
    let sink = Sink::start().await;
    let app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    let (bob, cleo, dora) = (
        app.person("bob").await,
        app.person("cleo").await,
        app.person("dora").await,
    );
    let member = app.colleague(&ann, &cleo, "member").await;
    let guest = app.colleague(&ann, &dora, "guest").await;
    let thread = ann.thread().await;
    let open = proposed(&ann, &mail("a@example.org")).await;
    let mut inside = mail("b@example.org");
    inside["thread_id"] = json!(thread);
    let inside = proposed(&ann, &inside).await;
    for (who, action, code, name) in [
        (&bob, &open, 404, "NOT_FOUND"),
        (&guest, &open, 403, "FORBIDDEN"),
        // The thread is Ann's own.
        (&member, &inside, 404, "NOT_FOUND"),
    ] {
        who.get(&path(action, "")).await.expect_error(code, name);
        for what in ["/confirm", "/cancel", "/undo"] {
            let answer = who
                .post(&path(action, what), &json!({ "hash": action["hash"] }))
                .await;
            answer.expect_error(code, name);
        }
        let body = json!({ "content": mail("eve@example.org")["content"] });
        who.patch(&path(action, ""), &body).await.expect_error(code, name);
    }
    guest.get(ACTIONS).await.expect_error(403, "FORBIDDEN");
    guest
        .post(ACTIONS, &mail("a@example.org"))
        .await
        .expect_error(403, "FORBIDDEN");
    assert_eq!(member.get(ACTIONS).await.data().as_array().unwrap().len(), 1);
    let mut elsewhere = mail("c@example.org");
    elsewhere["thread_id"] = json!(thread);
    bob.post(ACTIONS, &elsewhere)
        .await
        .expect_error(422, "VALIDATION_FAILED");
    // Another member may say yes, but not leave before it is done.
    assert_eq!(confirm(&member, &open).await["state"], "waiting");
    let me = member.get("/api/v1/auth/me").await.data()["user"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let guest = json!({ "role": "guest" });
    ann.patch(&format!("/api/v1/members/{me}"), &guest)
        .await
        .expect(200);
    app.clock.advance(Duration::from_secs(31));
    let failed = until(&ann, &open, "failed").await;
    assert!(
        failed["error"].as_str().unwrap().contains("may not send"),
        "{failed}"
    );
    a_while().await;
    assert_eq!(sink.mails(), []);
    // What is stored of it says nothing.
    let rows = actions::Entity::find().all(app.db().read()).await.unwrap();
    assert!(!format!("{rows:?}").contains("example.org"));
}

#[tokio::test]
async fn a_mail_server_that_others_made_takes_it() {
    let (Ok(server), Ok(folder)) = (std::env::var("TEST_SMTP"), std::env::var("TEST_SMTP_MAILS")) else {
        println!("NOT RUN: TEST_SMTP and TEST_SMTP_MAILS say where a mail server is (scripts/smtp)");
        return;
    };
    let address = server.strip_prefix("smtp://").unwrap().to_owned();
    let (host, port) = address.rsplit_once(':').unwrap();
    let app = TestApp::with_clock(clock(), |config| {
        config.mail.host = Some(host.to_owned());
        config.mail.port = Some(port.parse().unwrap());
        config.mail.security = tributary::config::MailSecurity::None;
        config.mail.from = Some("Tributary <trib@example.org>".to_owned());
    })
    .await;
    let ann = app.person("ann").await;
    let to = format!("p{}@example.org", kit::ids::new_id().simple());
    let content = json!({ "to": [to], "bcc": ["unseen@example.org"], "subject": "Umsatz für Märkte — gut",
        "body": "Größe: 5\n.\n..\nFrom here\n" });
    let action = proposed(&ann, &json!({ "kind": "email.send", "content": content })).await;
    confirm(&ann, &action).await;
    app.clock.advance(Duration::from_secs(31));
    until(&ann, &action, "done").await;
    let mails: Vec<Value> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap())
        .filter(|mail: &Value| mail["to"].as_array().unwrap().contains(&json!(to)))
        .collect();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["to"], json!([to, "unseen@example.org"]));
    assert_eq!(mails[0]["subject"], "Umsatz für Märkte — gut");
    let body = mails[0]["body"].as_str().unwrap().replace("\r\n", "\n");
    assert_eq!(body.trim_end(), "Größe: 5\n.\n..\nFrom here");
    assert!(
        !mails[0]["headers"].to_string().contains("unseen"),
        "{}",
        mails[0]
    );
}
