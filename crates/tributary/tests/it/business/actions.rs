//! What leaves the house only after a person said yes. `TEST_SMTP=smtp://host:port` with `TEST_SMTP_MAILS=folder` is a mail
//! server that others made (scripts/smtp); the rest is tried with one of our own.

use std::time::Duration;

use db::entity::{jobs, outgoing_mail};
use db::kinds::{JobState, MailState};
use kit::clock::{Clock, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::sink::Sink;
use crate::operation::process::Process;
use crate::support::{Client, TestApp, eventually};

const ACTIONS: &str = "/api/v1/actions";

pub fn clock() -> Clock {
    Clock::fixed(Timestamp::parse("2026-11-21T12:00:00Z").unwrap())
}

/// A server whose time is ours and whose mail goes to the sink.
pub async fn with_mail(sink: &Sink) -> TestApp {
    TestApp::with_clock(clock(), |config| sink.configure(config)).await
}

pub fn mail(to: &str) -> Value {
    json!({ "kind": "email.send", "content": { "to": [to], "subject": "Revenue", "body": "It was 5.\n.\nBye" } })
}

pub async fn proposed(who: &Client, body: &Value) -> Value {
    let answer = who.post(ACTIONS, body).await;
    answer.expect(201);
    answer.data()
}

pub fn path(action: &Value, what: &str) -> String {
    format!("{ACTIONS}/{}{what}", action["id"].as_str().unwrap())
}

pub async fn confirm(who: &Client, action: &Value) -> Value {
    let answer = who
        .post(&path(action, "/confirm"), &json!({ "hash": action["hash"] }))
        .await;
    answer.expect(200);
    answer.data()
}

pub async fn state(who: &Client, action: &Value) -> Value {
    who.get(&path(action, "")).await.data()
}

pub async fn until(who: &Client, action: &Value, wanted: &str) -> Value {
    eventually(wanted, || async {
        let action = state(who, action).await;
        (action["state"] == wanted).then_some(action)
    })
    .await
}

/// Long enough for two looks of the worker at what is due.
pub async fn a_while() {
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
