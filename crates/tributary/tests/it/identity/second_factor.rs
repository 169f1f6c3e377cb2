//! Codes of an authenticator app, and recovery codes.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use kit::clock::{Clock, Timestamp};
use serde_json::{Value, json};

use super::{PASSWORD, login, text};
use crate::support::{Answer, Client, TestApp};

const START: Timestamp = Timestamp(1_800_000_000_000_000);
const STEP: Duration = Duration::from_secs(30);

async fn start() -> (TestApp, Client) {
    let app = TestApp::with_clock(Clock::fixed(START), |c| {
        c.limits.failures_by_email = 0;
        c.limits.failures_by_address = 0;
    })
    .await;
    let ann = app.person("ann").await;
    (app, ann)
}

/// What the app of a person shows now.
struct Device(Vec<u8>);

impl Device {
    fn scan(secret: &str) -> Self {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bits = secret
            .bytes()
            .flat_map(|letter| {
                let value = letters.iter().position(|known| *known == letter).unwrap();
                (0..5).rev().map(move |bit| (value >> bit) & 1 == 1)
            })
            .collect::<Vec<_>>();
        let byte = |eight: &[bool]| eight.iter().fold(0_u8, |sum, bit| sum << 1 | u8::from(*bit));
        Self(bits.chunks_exact(8).map(byte).collect())
    }

    fn code(&self, app: &TestApp) -> String {
        let step = app.clock.now().seconds() / 30;
        let mut mac = <Hmac<sha1::Sha1> as KeyInit>::new_from_slice(&self.0).unwrap();
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let at = usize::from(hash[19] & 15);
        let number = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    fn wrong(&self, app: &TestApp) -> String {
        let right: u32 = self.code(app).parse().unwrap();
        format!("{:06}", (right + 500_000) % 1_000_000)
    }
}

async fn set_up(app: &TestApp, ann: &Client) -> (Device, Vec<String>) {
    let begun = ann
        .post("/api/v1/me/totp", &json!({ "password": PASSWORD }))
        .await
        .data();
    assert!(text(&begun["qr"]).starts_with("<svg "));
    assert!(text(&begun["uri"]).starts_with("otpauth://totp/Tributary:ann%40example.org?secret="));
    let device = Device::scan(text(&begun["secret"]));
    let code = device.code(app);
    let answer = ann
        .post("/api/v1/me/totp/confirm", &json!({ "code": code }))
        .await;
    answer.expect(200);
    let codes = answer.data()["recovery_codes"].as_array().unwrap().clone();
    let codes = codes.iter().map(|code| text(code).to_owned()).collect();
    app.clock.advance(STEP);
    (device, codes)
}

async fn password(app: &TestApp) -> Answer {
    let body = json!({ "email": "ann@example.org", "password": PASSWORD });
    app.client().post("/api/v1/auth/login", &body).await
}

/// The challenge that the password brings.
async fn half(app: &TestApp) -> String {
    let answer = password(app).await;
    answer.expect_error(401, "SECOND_FACTOR_REQUIRED");
    assert!(
        !answer.headers.contains_key("set-cookie"),
        "nobody is signed in yet"
    );
    let body: Value = serde_json::from_slice(&answer.bytes).unwrap();
    assert_eq!(body["details"][0]["field"], "challenge");
    text(&body["details"][0]["message"]).to_owned()
}

async fn second(app: &TestApp, challenge: &str, code: &str) -> Answer {
    let body = json!({ "challenge": challenge, "code": code });
    app.client().post("/api/v1/auth/second-factor", &body).await
}

#[tokio::test]
async fn a_sign_in_has_two_halves() {
    let (app, ann) = start().await;
    let (device, codes) = set_up(&app, &ann).await;
    assert_eq!(codes.len(), 10);
    let challenge = half(&app).await;
    let answer = second(&app, &challenge, &device.code(&app)).await;
    answer.expect(200);
    let mut again = app.client();
    again.bearer(text(&answer.data()["access_token"]));
    again.get("/api/v1/auth/me").await.expect(200);
    // A challenge is good once, and a code is, too.
    second(&app, &challenge, &device.code(&app))
        .await
        .expect_error(401, "UNAUTHORIZED");
    let challenge = half(&app).await;
    second(&app, &challenge, &device.code(&app))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    app.clock.advance(STEP);
    second(&app, &challenge, &device.code(&app)).await.expect(200);
    // Five minutes.
    let challenge = half(&app).await;
    app.clock.advance(Duration::from_secs(301));
    second(&app, &challenge, &device.code(&app))
        .await
        .expect_error(401, "UNAUTHORIZED");
    second(&app, "nonsense", "123456")
        .await
        .expect_error(401, "UNAUTHORIZED");
    let security = ann.get("/api/v1/me/security").await.data();
    assert_eq!(security["totp"]["enabled"], true);
    assert_eq!(security["recovery_codes_left"], 10);
}

#[tokio::test]
async fn codes_are_not_guessed() {
    let (app, ann) = start().await;
    let (device, _) = set_up(&app, &ann).await;
    let challenge = half(&app).await;
    for _ in 0..5 {
        second(&app, &challenge, &device.wrong(&app))
            .await
            .expect_error(422, "VALIDATION_FAILED");
    }
    // This sign-in has had its tries, and the next one has to wait: even the right code is not looked at.
    second(&app, &challenge, &device.code(&app))
        .await
        .expect_error(401, "UNAUTHORIZED");
    let challenge = half(&app).await;
    second(&app, &challenge, &device.code(&app))
        .await
        .expect_error(429, "RATE_LIMITED");
    app.clock.advance(STEP);
    second(&app, &challenge, &device.wrong(&app))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    app.clock.advance(STEP);
    second(&app, &challenge, &device.code(&app))
        .await
        .expect_error(429, "RATE_LIMITED");
    app.clock.advance(STEP);
    second(&app, &challenge, &device.code(&app)).await.expect(200);
    // The right one sets it back.
    app.clock.advance(STEP);
    let challenge = half(&app).await;
    second(&app, &challenge, &device.wrong(&app))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    second(&app, &challenge, &device.code(&app)).await.expect(200);
}

#[tokio::test]
async fn of_many_at_once_with_one_code_one_comes_in() {
    let (app, ann) = start().await;
    let (device, _) = set_up(&app, &ann).await;
    let mut challenges = Vec::new();
    for _ in 0..6 {
        challenges.push(half(&app).await);
    }
    let code = device.code(&app);
    let tries = challenges.iter().map(|challenge| second(&app, challenge, &code));
    let answers = futures::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

#[tokio::test]
async fn recovery_codes_are_good_once() {
    let (app, ann) = start().await;
    let (_, codes) = set_up(&app, &ann).await;
    let challenge = half(&app).await;
    second(&app, &challenge, "aaaa-bbbb-cccc-dddd")
        .await
        .expect_error(422, "VALIDATION_FAILED");
    let typed = codes[0].to_uppercase().replace('-', " ");
    second(&app, &challenge, &typed).await.expect(200);
    let challenge = half(&app).await;
    second(&app, &challenge, &codes[0])
        .await
        .expect_error(422, "VALIDATION_FAILED");
    second(&app, &challenge, &codes[1]).await.expect(200);
    let security = ann.get("/api/v1/me/security").await.data();
    assert_eq!(security["recovery_codes_left"], 8);
}

#[tokio::test]
async fn only_who_knows_the_password_changes_it() {
    let (app, ann) = start().await;
    let wrong = json!({ "password": "a wrong long password" });
    ann.post("/api/v1/me/totp", &wrong)
        .await
        .expect_error(422, "VALIDATION_FAILED");
    ann.post("/api/v1/me/totp", &json!({}))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    // A set-up without a code of the app asks for nothing yet.
    let body = json!({ "password": PASSWORD });
    ann.post("/api/v1/me/totp", &body).await.expect(200);
    ann.post("/api/v1/me/totp/confirm", &json!({ "code": "12345" }))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    login(&app, "ann").await;
    set_up(&app, &ann).await;
    ann.post("/api/v1/me/totp", &body)
        .await
        .expect_error(409, "CONFLICT");
    ann.post("/api/v1/me/totp/remove", &wrong)
        .await
        .expect_error(422, "VALIDATION_FAILED");
    half(&app).await;
    ann.post("/api/v1/me/totp/remove", &body).await.expect(200);
    login(&app, "ann").await;
    assert_eq!(ann.get("/api/v1/me/security").await.data()["totp"], Value::Null);
    // An API token changes nothing of how somebody signs in.
    let token = ann
        .post("/api/v1/tokens", &json!({ "name": "t", "scopes": ["admin"] }))
        .await
        .data();
    let mut program = app.client();
    program.bearer(text(&token["token"]));
    program
        .post("/api/v1/me/totp", &body)
        .await
        .expect_error(403, "FORBIDDEN");
    // Devices are listed and ended; another person's are not there.
    let sessions = ann.get("/api/v1/me/security").await.data()["sessions"].clone();
    let other = sessions
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["current"] == false)
        .unwrap();
    let path = format!("/api/v1/me/sessions/{}", text(&other["id"]));
    let bob = app.person("bob").await;
    bob.delete(&path).await.expect_error(404, "NOT_FOUND");
    ann.delete(&path).await.expect(200);
    ann.delete(&path).await.expect_error(404, "NOT_FOUND");
}
