//! What leaves the house only after a person said yes. `TEST_SMTP=smtp://host:port` with `TEST_SMTP_MAILS=folder` is a mail
//! server that others made (scripts/smtp); the rest is tried with one of our own.

use std::time::Duration;

use db::entity::{actions, jobs, outgoing_mail};
use db::kinds::{JobState, MailState};
use kit::clock::{Clock, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::sink::Sink;
use crate::operation::process::Process;
use crate::support::{Client, TestApp, eventually};

const ACTIONS: &str = "/api/v1/actions";

fn clock() -> Clock {
    Clock::fixed(Timestamp::parse("2026-11-21T12:00:00Z").unwrap())
}

/// A server whose time is ours and whose mail goes to the sink.
async fn with_mail(sink: &Sink) -> TestApp {
    TestApp::with_clock(clock(), |config| sink.configure(config)).await
}

fn mail(to: &str) -> Value {
    json!({ "kind": "email.send", "content": { "to": [to], "subject": "Revenue", "body": "It was 5.\n.\nBye" } })
}

async fn proposed(who: &Client, body: &Value) -> Value {
    let answer = who.post(ACTIONS, body).await;
    answer.expect(201);
    answer.data()
}

fn path(action: &Value, what: &str) -> String {
    format!("{ACTIONS}/{}{what}", action["id"].as_str().unwrap())
}

async fn confirm(who: &Client, action: &Value) -> Value {
    let answer = who
        .post(&path(action, "/confirm"), &json!({ "hash": action["hash"] }))
        .await;
    answer.expect(200);
    answer.data()
}

async fn state(who: &Client, action: &Value) -> Value {
    who.get(&path(action, "")).await.data()
}

async fn until(who: &Client, action: &Value, wanted: &str) -> Value {
    eventually(wanted, || async {
        let action = state(who, action).await;
        (action["state"] == wanted).then_some(action)
    })
    .await
}

/// Long enough for two looks of the worker at what is due.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(4_500)).await;
}

#[tokio::test]
async fn two_who_say_yes_at_once_send_one_mail() {
    let sink = Sink::start().await;
    let app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    let action = proposed(&ann, &mail("bob@example.org")).await;
    assert_eq!(action["state"], "proposed");
    assert_eq!(action["needs_confirmation"], true);
    assert_eq!(action["title"], "Send an e-mail to bob@example.org: Revenue");
    let answers = futures::future::join_all((0..8).map(|_| confirm(&ann, &action))).await;
    for answer in &answers {
        assert_eq!(answer["state"], "waiting", "{answer}");
        assert_eq!(answer["undo_until"], "2026-11-21T12:00:30Z");
        assert_eq!(answer["result"], answers[0]["result"]);
    }
    a_while().await;
    assert_eq!(sink.mails(), [], "it waits for half a minute");
    app.clock.advance(Duration::from_secs(31));
    let done = until(&ann, &action, "done").await;
    assert_eq!(
        confirm(&ann, &action).await["state"],
        "done",
        "a late yes changes nothing"
    );
    a_while().await;
    let mails = sink.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].to, ["bob@example.org"]);
    assert_eq!(mails[0].header("Subject"), Some("Revenue"));
    assert_eq!(mails[0].body(), "It was 5.\n.\nBye");
    let outbox = ann.get("/api/v1/mail").await.data();
    assert_eq!(outbox[0]["state"], "sent");
    assert_eq!(outbox[0]["message_id"], mails[0].header("Message-ID").unwrap());
    assert_eq!(done["executed_at"], "2026-11-21T12:00:31Z");
    ann.post(&path(&action, "/undo"), &json!({}))
        .await
        .expect_error(409, "CONFLICT");
    ann.post(&path(&action, "/cancel"), &json!({}))
        .await
        .expect_error(409, "CONFLICT");
    let trail = ann.get("/api/v1/admin/audit?limit=100").await.text();
    for what in ["action.proposed", "action.confirmed", "mail.sent"] {
        assert!(trail.contains(what), "{what}");
    }
    assert!(
        !trail.contains("bob@example.org") && !trail.contains("It was 5"),
        "the trail has no contents"
    );
}

#[tokio::test]
async fn a_yes_counts_for_what_was_shown_and_for_a_quarter_of_an_hour() {
    let sink = Sink::start().await;
    let app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    let action = proposed(&ann, &mail("bob@example.org")).await;
    let body = json!({ "content": { "to": ["eve@example.org"], "subject": "Revenue", "body": "It was 6." } });
    let changed = ann.patch(&path(&action, ""), &body).await;
    let changed = changed.expect(200).data();
    assert_ne!(changed["hash"], action["hash"]);
    let old = ann
        .post(&path(&action, "/confirm"), &json!({ "hash": action["hash"] }))
        .await;
    old.expect_error(409, "CONFLICT");
    app.clock.advance(Duration::from_secs(15 * 60 + 1));
    let ann = app.signed_in("ann").await;
    assert_eq!(state(&ann, &action).await["state"], "expired");
    assert_eq!(
        ann.get(&format!("{ACTIONS}?state=proposed")).await.data(),
        json!([])
    );
    assert_eq!(
        ann.get(&format!("{ACTIONS}?state=expired")).await.data()[0]["id"],
        action["id"]
    );
    let late = ann
        .post(&path(&action, "/confirm"), &json!({ "hash": changed["hash"] }))
        .await;
    late.expect_error(410, "GONE");
    app.clock.advance(Duration::from_secs(60));
    a_while().await;
    assert_eq!(sink.mails(), []);
}

#[tokio::test]
async fn what_is_cancelled_in_time_never_leaves() {
    let sink = Sink::start().await;
    let app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    let (one, two) = (
        proposed(&ann, &mail("a@example.org")).await,
        proposed(&ann, &mail("b@example.org")).await,
    );
    let never = proposed(&ann, &mail("c@example.org")).await;
    confirm(&ann, &one).await;
    confirm(&ann, &two).await;
    app.clock.advance(Duration::from_secs(20));
    for (action, what) in [(&one, "/cancel"), (&two, "/undo"), (&never, "/cancel")] {
        let answer = ann.post(&path(action, what), &json!({})).await;
        assert_eq!(answer.expect(200).data()["state"], "cancelled");
    }
    app.clock.advance(Duration::from_secs(60));
    a_while().await;
    assert_eq!(sink.mails(), []);
    let again = ann
        .post(&path(&one, "/confirm"), &json!({ "hash": one["hash"] }))
        .await;
    again.expect_error(409, "CONFLICT");
    assert_eq!(ann.get("/api/v1/mail").await.data()[0]["state"], "cancelled");
}

#[tokio::test]
async fn a_server_that_is_killed_before_it_sends_sends_once() {
    let sink = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let port = sink.port.to_string();
    let settings = [
        ("TRIBUTARY_MAIL_HOST", "127.0.0.1"),
        ("TRIBUTARY_MAIL_PORT", &port),
        ("TRIBUTARY_MAIL_SECURITY", "none"),
        ("TRIBUTARY_MAIL_FROM", "trib@example.org"),
    ];
    let process = Process::start(&data, &settings).await;
    let mut ann = Client::new(&process.base);
    let body = json!({ "email": "ann@example.org", "password": "a good long password", "full_name": "Ann" });
    let registered = ann.post("/api/v1/auth/register", &body).await;
    ann.bearer(registered.data()["access_token"].as_str().unwrap());
    let action = proposed(&ann, &mail("bob@example.org")).await;
    assert_eq!(confirm(&ann, &action).await["state"], "waiting");
    process.kill();
    let process = Process::start(&data, &settings).await;
    let ann = ann.at(&process.base);
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(sink.mails().len(), 0, "the half minute goes on");
    tokio::time::sleep(Duration::from_secs(10)).await;
    until(&ann, &action, "done").await;
    process.kill();
    let process = Process::start(&data, &settings).await;
    a_while().await;
    assert_eq!(sink.mails().len(), 1);
    process.kill();
}

#[tokio::test]
async fn a_server_that_died_while_it_was_sending_says_so() {
    let sink = Sink::start().await;
    let mut app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    let action = proposed(&ann, &mail("bob@example.org")).await;
    confirm(&ann, &action).await;
    // As it lies in the store when the power goes in the middle: begun, and by a worker that is no more.
    let now = app.clock.now();
    let tx = app.db().write().await.unwrap();
    let sending = outgoing_mail::ActiveModel {
        state: Set(MailState::Sending),
        ..Default::default()
    };
    outgoing_mail::Entity::update_many()
        .set(sending)
        .filter(outgoing_mail::Column::Attempts.eq(0))
        .exec(&*tx)
        .await
        .unwrap();
    let begun = jobs::ActiveModel {
        state: Set(JobState::Running),
        attempts: Set(1),
        leased_until: Set(Some(now.plus(Duration::from_secs(120)).micros())),
        ..Default::default()
    };
    let of_mail = jobs::Column::Kind.eq("mail.send");
    jobs::Entity::update_many()
        .set(begun)
        .filter(of_mail)
        .exec(&*tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let named = ann.get("/api/v1/mail").await.data()[0]["message_id"].clone();
    app.restart().await;
    let ann = ann.at(&app.base());
    ann.post(&path(&action, "/cancel"), &json!({}))
        .await
        .expect_error(409, "CONFLICT");
    app.clock.advance(Duration::from_secs(60));
    a_while().await;
    assert_eq!(sink.mails(), [], "the other worker may still live");
    app.clock.advance(Duration::from_secs(61));
    let done = until(&ann, &action, "done").await;
    assert!(
        done["error"].as_str().unwrap().contains("may have arrived twice"),
        "{done}"
    );
    let mails = sink.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].header("Message-ID").unwrap(), named);
}

#[tokio::test]
async fn a_mail_waits_for_a_mail_server_that_is_away() {
    let mut sink = Sink::start().await;
    let app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    let port = sink.port;
    drop(sink);
    let action = proposed(&ann, &mail("bob@example.org")).await;
    confirm(&ann, &action).await;
    app.clock.advance(Duration::from_secs(31));
    let told = eventually("an attempt", || async {
        let action = state(&ann, &action).await;
        (!action["error"].is_null()).then_some(action)
    })
    .await;
    assert_eq!(told["state"], "waiting", "{told}");
    sink = Sink::at(port).await;
    app.clock.advance(Duration::from_secs(31));
    until(&ann, &action, "done").await;
    assert_eq!(sink.mails().len(), 1);
    assert_eq!(ann.get("/api/v1/mail").await.data()[0]["attempts"], 2);
}

#[tokio::test]
async fn a_mail_that_is_refused_is_told_and_can_be_sent_again() {
    let sink = Sink::start().await;
    let app = with_mail(&sink).await;
    let ann = app.person("ann").await;
    sink.refuse(true);
    let action = proposed(&ann, &mail("nobody@example.org")).await;
    confirm(&ann, &action).await;
    app.clock.advance(Duration::from_secs(31));
    let failed = until(&ann, &action, "failed").await;
    assert!(
        failed["error"].as_str().unwrap().contains("nobody of that name"),
        "{failed}"
    );
    app.clock.advance(Duration::from_hours(3));
    let ann = app.signed_in("ann").await;
    a_while().await;
    assert_eq!(sink.mails(), []);
    let outbox = ann.get("/api/v1/mail").await.data();
    let send = format!("/api/v1/mail/{}/send", outbox[0]["id"].as_str().unwrap());
    let bob = app.person("bob").await;
    bob.post(&send, &json!({})).await.expect_error(404, "NOT_FOUND");
    let cleo = app.person("cleo").await;
    let member = app.colleague(&ann, &cleo, "member").await;
    member
        .post(&send, &json!({}))
        .await
        .expect_error(403, "FORBIDDEN");
    member.get("/api/v1/mail").await.expect_error(403, "FORBIDDEN");
    sink.refuse(false);
    ann.post(&send, &json!({})).await.expect(200);
    until(&ann, &action, "done").await;
    ann.post(&send, &json!({})).await.expect_error(409, "CONFLICT");
    assert_eq!(sink.mails().len(), 1);
}

#[tokio::test]
async fn without_a_mail_server_mails_are_held() {
    let mut app = TestApp::with_clock(clock(), |_| {}).await;
    let ann = app.person("ann").await;
    let action = proposed(&ann, &mail("bob@example.org")).await;
    let confirmed = confirm(&ann, &action).await;
    assert_eq!(confirmed["state"], "waiting");
    assert_eq!(confirmed["result"]["held"], true);
    app.clock.advance(Duration::from_secs(60));
    a_while().await;
    let outbox = ann.get("/api/v1/mail").await.data();
    assert_eq!(outbox[0]["state"], "held");
    assert_eq!(outbox[0]["body"], "It was 5.\n.\nBye");
    let send = format!("/api/v1/mail/{}/send", outbox[0]["id"].as_str().unwrap());
    ann.post(&send, &json!({})).await.expect_error(409, "CONFLICT");
    let sink = Sink::start().await;
    sink.configure(&mut app.config);
    app.restart().await;
    let ann = ann.at(&app.base());
    a_while().await;
    assert_eq!(sink.mails(), [], "an old mail does not leave by itself");
    ann.post(&send, &json!({})).await.expect(200);
    until(&ann, &action, "done").await;
    let mails = sink.mails();
    assert_eq!(mails.len(), 1);
    assert!(
        mails[0].header("Message-ID").unwrap().ends_with("@example.org>"),
        "{mails:?}"
    );
}

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
