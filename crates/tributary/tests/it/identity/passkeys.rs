//! Passkeys, with an authenticator of software.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use super::browser::Browser;
use super::{PASSWORD, text};
use crate::support::{Answer, TestApp};

/// Somebody's device.
struct Device {
    pair: EcdsaKeyPair,
    id: Vec<u8>,
    user: String,
    house: String,
    count: u32,
    flags: u8,
}

const PRESENT_AND_VERIFIED: u8 = 0b101;

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn client_data(kind: &str, challenge: &str, origin: &str) -> Vec<u8> {
    let data = json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false });
    data.to_string().into_bytes()
}

impl Device {
    /// Makes a passkey as it was asked to, on the page of this origin; answers its credential, too.
    fn create(options: &Value, origin: &str) -> (Self, Value) {
        let random = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let device = Self {
            pair: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der.as_ref(), &random).unwrap(),
            id: kit::ids::random_bytes::<32>().to_vec(),
            user: text(&options["user"]["id"]).to_owned(),
            house: text(&options["rp"]["id"]).to_owned(),
            count: 1,
            flags: PRESENT_AND_VERIFIED,
        };
        let credential = device.attest(text(&options["challenge"]), origin);
        (device, credential)
    }

    fn attest(&self, challenge: &str, origin: &str) -> Value {
        let point = self.pair.public_key().as_ref();
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        let head: &[u8] = &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        let cose = [head, &point[1..33], &[0x22, 0x58, 0x20], &point[33..]].concat();
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let data = [
            self.data(0x40),
            vec![0; 16],
            length.to_vec(),
            self.id.clone(),
            cose,
        ]
        .concat();
        // {"fmt": "none", "attStmt": {}, "authData": …}
        let head: &[u8] = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58";
        let attestation = [head, &[u8::try_from(data.len()).unwrap()], &data].concat();
        json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": base64(&client_data("webauthn.create", challenge, origin)),
                "attestationObject": base64(&attestation), "transports": ["internal"],
            },
            "clientExtensionResults": {},
        })
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let house = kit::vault::sha256(self.house.as_bytes());
        [&house[..], &[self.flags | more], &self.count.to_be_bytes()].concat()
    }

    /// Signs in on the page of this origin.
    fn get(&mut self, challenge: &str, origin: &str) -> Value {
        self.count += 1;
        let data = self.data(0);
        let said = client_data("webauthn.get", challenge, origin);
        let message = [data.as_slice(), &kit::vault::sha256(&said)].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &message).unwrap();
        json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": base64(&said), "authenticatorData": base64(&data),
                "signature": base64(signature.as_ref()), "userHandle": self.user,
            },
            "clientExtensionResults": {},
        })
    }
}

async fn set_up(app: &TestApp) -> (Browser, Device) {
    let mut ann = Browser::registered(app, "ann").await;
    let options = ann
        .write("/api/v1/me/passkeys/begin", &json!({ "password": PASSWORD }))
        .await
        .data();
    assert_eq!(options["rp"]["id"], "127.0.0.1");
    assert_eq!(options["user"]["name"], "ann@example.org");
    let (device, credential) = Device::create(&options, &app.base());
    let body = json!({ "name": "Ann's laptop", "credential": credential });
    let answer = ann.write("/api/v1/me/passkeys", &body).await;
    answer.expect(201);
    assert_eq!(answer.data()["last_used_at"], Value::Null);
    (ann, device)
}

async fn asked(app: &TestApp) -> (String, String) {
    let asked = app
        .client()
        .post("/api/v1/auth/passkey/begin", &json!({}))
        .await
        .data();
    assert_eq!(asked["options"]["allowCredentials"], json!([]));
    let id = text(&asked["challenge_id"]).to_owned();
    (id, text(&asked["options"]["challenge"]).to_owned())
}

async fn answer(app: &TestApp, id: &str, credential: &Value) -> Answer {
    let body = json!({ "challenge_id": id, "credential": credential });
    app.client().post("/api/v1/auth/passkey", &body).await
}

#[tokio::test]
async fn a_passkey_signs_in_without_a_password() {
    let app = TestApp::start().await;
    let (mut ann, mut device) = set_up(&app).await;
    let (id, challenge) = asked(&app).await;
    let credential = device.get(&challenge, &app.base());
    let signed_in = answer(&app, &id, &credential).await;
    signed_in.expect(200);
    assert_eq!(signed_in.data()["user"]["email"], "ann@example.org");
    // What was said once is said.
    answer(&app, &id, &credential)
        .await
        .expect_error(401, "UNAUTHORIZED");
    let (id, _) = asked(&app).await;
    answer(&app, &id, &credential)
        .await
        .expect_error(401, "UNAUTHORIZED");
    let security = ann.get("/api/v1/me/security").await.data();
    assert_eq!(security["passkeys"][0]["name"], "Ann's laptop");
    assert!(security["passkeys"][0]["last_used_at"].is_string());
    // Removed, it opens nothing; another person cannot remove it.
    let path = format!("/api/v1/me/passkeys/{}", text(&security["passkeys"][0]["id"]));
    app.person("bob")
        .await
        .delete(&path)
        .await
        .expect_error(404, "NOT_FOUND");
    let ann = app.signed_in("ann").await;
    ann.delete(&path).await.expect(200);
    let (id, challenge) = asked(&app).await;
    let credential = device.get(&challenge, &app.base());
    answer(&app, &id, &credential)
        .await
        .expect_error(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn a_passkey_is_not_fooled() {
    let app = TestApp::start().await;
    let (_ann, mut device) = set_up(&app).await;
    let base = app.base();
    type Change = fn(&mut Device, &mut String, &mut String);
    let changes: [(&str, Change); 5] = [
        ("the page of another", |_, origin, _| {
            *origin = "https://evil.example".into()
        }),
        ("the answer to another question", |_, _, challenge| {
            *challenge = base64(b"another")
        }),
        ("a device that nobody touched", |device, _, _| {
            device.flags = 0b100
        }),
        ("a person who was not verified", |device, _, _| {
            device.flags = 0b001
        }),
        ("a passkey of another house", |device, _, _| {
            device.house = "evil.example".into()
        }),
    ];
    for (what, change) in changes {
        let (id, mut challenge) = asked(&app).await;
        let mut origin = base.clone();
        let house = device.house.clone();
        change(&mut device, &mut origin, &mut challenge);
        let credential = device.get(&challenge, &origin);
        let refused = answer(&app, &id, &credential).await;
        assert_eq!(refused.status, 401, "{what}");
        device.house = house;
        device.flags = PRESENT_AND_VERIFIED;
    }
    // Data that was changed after it was signed, a signature of another key, a person that it is not.
    for field in ["authenticatorData", "clientDataJSON", "signature", "userHandle"] {
        let (id, challenge) = asked(&app).await;
        let mut credential = device.get(&challenge, &base);
        let mut bytes = URL_SAFE_NO_PAD
            .decode(text(&credential["response"][field]))
            .unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        credential["response"][field] = json!(base64(&bytes));
        let refused = answer(&app, &id, &credential).await;
        assert_eq!(refused.status, 401, "{field}");
    }
    // A copy that counts behind its original.
    let (id, challenge) = asked(&app).await;
    answer(&app, &id, &device.get(&challenge, &base))
        .await
        .expect(200);
    device.count -= 1;
    let (id, challenge) = asked(&app).await;
    answer(&app, &id, &device.get(&challenge, &base))
        .await
        .expect_error(401, "UNAUTHORIZED");
    let (id, challenge) = asked(&app).await;
    answer(&app, &id, &device.get(&challenge, &base))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_new_passkey_is_asked_for_by_its_person() {
    let app = TestApp::start().await;
    let mut ann = Browser::registered(&app, "ann").await;
    let mut eve = Browser::registered(&app, "eve").await;
    let begin = "/api/v1/me/passkeys/begin";
    ann.write(begin, &json!({}))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    let body = json!({ "password": PASSWORD });
    let options = ann.write(begin, &body).await.data();
    let (_, credential) = Device::create(&options, &app.base());
    let new = json!({ "name": "x", "credential": credential });
    // Asked of Ann, answered by Eve.
    eve.write("/api/v1/me/passkeys", &new)
        .await
        .expect_error(410, "GONE");
    // On the page of another; and twice.
    let options = ann.write(begin, &body).await.data();
    let (device, credential) = Device::create(&options, "https://evil.example");
    let new = json!({ "name": "x", "credential": credential });
    ann.write("/api/v1/me/passkeys", &new)
        .await
        .expect_error(422, "VALIDATION_FAILED");
    for (at, status) in [201, 409].into_iter().enumerate() {
        let options = ann.write(begin, &body).await.data();
        let credential = device.attest(text(&options["challenge"]), &app.base());
        let new = json!({ "name": format!("key {at}"), "credential": credential });
        ann.write("/api/v1/me/passkeys", &new).await.expect(status);
        ann.write("/api/v1/me/passkeys", &new)
            .await
            .expect_error(410, "GONE");
    }
    let listed = ann.get("/api/v1/me/security").await.data()["passkeys"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}
