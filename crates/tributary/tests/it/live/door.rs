//! Who gets in, and how a conversation on the socket begins and ends.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::socket::{Socket, dial};
use crate::support::{Client, TestApp};

async fn cookie_of(app: &TestApp, name: &str) -> String {
    let body = json!({ "email": format!("{name}@example.org"), "password": "a good long password" });
    let answer = app.client().post("/api/v1/auth/login", &body).await;
    answer.expect(200);
    let cookies = answer.headers.get_all("set-cookie").iter();
    let access = cookies
        .map(|c| c.to_str().unwrap())
        .find(|c| c.starts_with("trb_access="))
        .unwrap();
    access.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_cookie_opens_it_only_for_our_own_page() {
    let app = TestApp::start().await;
    app.person("ann").await;
    let cookie = cookie_of(&app, "ann").await;
    let origin = |origin: &str| [("cookie", cookie.clone()), ("origin", origin.to_owned())];
    assert!(dial(&app.base(), &origin(&app.base())).await.is_ok());
    assert_eq!(
        dial(&app.base(), &origin("https://evil.example")).await.err(),
        Some(403)
    );
    assert_eq!(dial(&app.base(), &origin("null")).await.err(), Some(403));
    assert_eq!(
        dial(&app.base(), &[("cookie", cookie.clone())]).await.err(),
        Some(403)
    );
    assert_eq!(dial(&app.base(), &[]).await.err(), Some(401));
    assert_eq!(
        dial(&app.base(), &[("authorization", "Bearer x".to_owned())])
            .await
            .err(),
        Some(401)
    );
}

#[tokio::test]
async fn a_ticket_opens_it_once_and_soon() {
    let clock = kit::clock::Clock::fixed(kit::clock::Timestamp(1_800_000_000_000_000));
    let app = TestApp::with_clock(clock.clone(), |_| {}).await;
    let ann = app.person("ann").await;
    let ticket = async || {
        let answer = ann.post("/api/v1/live/ticket", &json!({})).await;
        answer.expect(201);
        format!("trb.v1, tkt.{}", answer.data()["ticket"].as_str().unwrap())
    };
    let first = ticket().await;
    let with = |value: &str| [("sec-websocket-protocol", value.to_owned())];
    let mut socket = dial(&app.base(), &with(&first))
        .await
        .expect("the ticket is good");
    socket.send(&json!({ "k": "hello", "v": 1 })).await;
    assert_eq!(socket.next_of("welcome").await["v"], 1);
    assert_eq!(dial(&app.base(), &with(&first)).await.err(), Some(401), "once");
    let late = ticket().await;
    clock.advance(std::time::Duration::from_secs(31));
    assert_eq!(dial(&app.base(), &with(&late)).await.err(), Some(401), "soon");
    assert_eq!(
        dial(&app.base(), &with("trb.v1, tkt.guess")).await.err(),
        Some(401)
    );
    // The session that asked for it has ended meanwhile.
    let orphan = ticket().await;
    ann.post("/api/v1/auth/logout", &json!({})).await.expect(200);
    assert_eq!(dial(&app.base(), &with(&orphan)).await.err(), Some(401));
}

async fn raw(app: &TestApp, client: &Client) -> Socket {
    let bearer = format!("Bearer {}", client.token());
    dial(&app.base(), &[("authorization", bearer)]).await.unwrap()
}

#[tokio::test]
async fn the_first_word_is_hello_and_gibberish_ends_it() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    for first in [r#"{"k":"ping","t":1}"#, "hello?", r#"{"k":"hello","v":99}"#, "[]"] {
        let mut socket = raw(&app, &ann).await;
        socket.send_raw(Message::text(first)).await;
        assert_eq!(socket.end().await, Some(4400), "{first}");
        assert_eq!(socket.frames[0], json!({ "k": "bye", "code": 4400, "retry": 0 }));
    }
    let mut socket = Socket::open(&app.base(), &ann).await;
    for _ in 0..5 {
        socket.send_raw(Message::text("{")).await;
        assert_eq!(socket.next_of("err").await["code"], "VALIDATION_FAILED");
    }
    socket.send_raw(Message::binary(vec![1, 2])).await;
    assert_eq!(socket.end().await, Some(4400));
    let mut socket = Socket::open(&app.base(), &ann).await;
    socket.send_raw(Message::text("x".repeat(100_000))).await;
    socket.end().await;
    assert!(
        socket.frames.iter().all(|f| f["k"] != "pong"),
        "too long a frame ends it"
    );
    ann.get("/api/v1/auth/me").await.expect(200);
}

#[tokio::test]
async fn whoever_talks_too_much_is_told_and_then_shown_out() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let mut socket = Socket::open(&app.base(), &ann).await;
    for t in 0..300 {
        socket
            .send_raw(Message::text(json!({ "k": "ping", "t": t }).to_string()))
            .await;
    }
    assert_eq!(socket.end().await, Some(4029));
    let pongs = socket.frames.iter().filter(|f| f["k"] == "pong").count();
    assert!((50..100).contains(&pongs), "{pongs}");
    assert!(socket.frames.iter().any(|f| f["code"] == "RATE_LIMITED"));
}

#[tokio::test]
async fn a_plain_request_is_told_what_this_is() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    ann.get("/api/v1/live")
        .await
        .expect_error(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn a_sign_in_that_ends_closes_its_sockets_and_no_others() {
    let app = TestApp::start().await;
    let first = app.person("ann").await;
    let second = app.signed_in("ann").await;
    let (mut one, mut two) = (
        Socket::open(&app.base(), &first).await,
        Socket::open(&app.base(), &second).await,
    );
    first.post("/api/v1/auth/logout", &json!({})).await.expect(200);
    assert_eq!(one.end().await, Some(4401));
    two.event("session.ended").await;
    two.settle().await;
}

#[tokio::test]
async fn a_node_that_stops_says_so() {
    let mut app = TestApp::start().await;
    let ann = app.person("ann").await;
    let mut socket = Socket::open(&app.base(), &ann).await;
    let (clean, code) = tokio::join!(app.stop(), socket.end());
    assert_eq!(code, Some(4001));
    assert!(clean, "nothing is left behind");
}
