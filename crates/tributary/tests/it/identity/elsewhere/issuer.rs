//! A small issuer: discovery, keys, tokens for codes. It signs whatever it is told to.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, StatusCode};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use parking_lot::Mutex;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

struct Key {
    id: String,
    encoding: EncodingKey,
    jwk: Value,
}

impl Key {
    fn fresh(id: &str) -> Self {
        let random = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Self {
            id: id.to_owned(),
            encoding: EncodingKey::from_ec_der(der.as_ref()),
            jwk: json!({
                "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id,
                "x": text(&point[1..33]), "y": text(&point[33..]),
            }),
        }
    }
}

struct Inner {
    base: String,
    keys: Mutex<Vec<Key>>,
    /// By code: the ID token and the challenge.
    codes: Mutex<HashMap<String, (String, String)>>,
    userinfo: Mutex<Value>,
    is_down: AtomicBool,
    keys_read: AtomicUsize,
}

/// It, running on loopback until the test ends.
#[derive(Clone)]
pub struct Issuer(Arc<Inner>);

impl Issuer {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = Self(Arc::new(Inner {
            base: format!("http://{}", listener.local_addr().unwrap()),
            keys: Mutex::new(vec![Key::fresh("first")]),
            codes: Mutex::default(),
            userinfo: Mutex::default(),
            is_down: AtomicBool::default(),
            keys_read: AtomicUsize::default(),
        }));
        let service = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        issuer
    }

    pub fn base(&self) -> &str {
        &self.0.base
    }

    /// The newest key signs from now on; the others are published no more.
    pub fn rotate(&self, id: &str) {
        *self.0.keys.lock() = vec![Key::fresh(id)];
    }

    pub fn be_down(&self, is_down: bool) {
        self.0.is_down.store(is_down, Ordering::Relaxed);
    }

    /// How often its keys were read.
    pub fn keys_read(&self) -> usize {
        self.0.keys_read.load(Ordering::Relaxed)
    }

    pub fn public_key(&self) -> Value {
        self.0.keys.lock()[0].jwk.clone()
    }

    pub fn say_of_user(&self, claims: Value) {
        *self.0.userinfo.lock() = claims;
    }

    pub fn sign(&self, claims: &Value) -> String {
        let keys = self.0.keys.lock();
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(keys[0].id.clone());
        jsonwebtoken::encode(&header, claims, &keys[0].encoding).unwrap()
    }

    /// The same claims with this head and no true signature.
    pub fn forge(&self, head: &Value, claims: &Value, secret: Option<&[u8]>) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(head), part(claims));
        let signature = secret.map(|secret| kit::vault::hmac_sha256(secret, message.as_bytes()));
        let signature = signature.map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        format!("{message}.{}", signature.unwrap_or_default())
    }

    /// A code that gives this token to who knows what the challenge was made of.
    pub fn code_for(&self, id_token: &str, challenge: &str) -> String {
        let code = kit::ids::random_token();
        let given = (id_token.to_owned(), challenge.to_owned());
        self.0.codes.lock().insert(code.clone(), given);
        code
    }

    fn up(&self) -> Result<(), StatusCode> {
        if self.0.is_down.load(Ordering::Relaxed) {
            Err(StatusCode::SERVICE_UNAVAILABLE)
        } else {
            Ok(())
        }
    }
}

async fn discovery(State(issuer): State<Issuer>) -> Result<Json<Value>, StatusCode> {
    issuer.up()?;
    let base = issuer.base();
    Ok(Json(json!({
        "issuer": base, "authorization_endpoint": format!("{base}/authorize?kind=web"),
        "token_endpoint": format!("{base}/token"), "userinfo_endpoint": format!("{base}/userinfo"),
        "jwks_uri": format!("{base}/keys"),
    })))
}

async fn keys(State(issuer): State<Issuer>) -> Result<Json<Value>, StatusCode> {
    issuer.up()?;
    issuer.0.keys_read.fetch_add(1, Ordering::Relaxed);
    let mut keys: Vec<Value> = issuer.0.keys.lock().iter().map(|key| key.jwk.clone()).collect();
    // What no signature is believed of: a shared secret, and a key for something else.
    keys.push(json!({ "kty": "oct", "kid": "shared", "k": URL_SAFE_NO_PAD.encode("a shared secret") }));
    keys.push(json!({ "kty": "EC", "crv": "P-256", "use": "enc", "kid": "enc", "x": "AA", "y": "AA" }));
    Ok(Json(json!({ "keys": keys })))
}

async fn token(State(issuer): State<Issuer>, headers: HeaderMap, body: String) -> Response {
    let form = super::query(&format!("?{body}"));
    let field = |name: &str| {
        form.iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    let secret = base64::engine::general_purpose::STANDARD.encode("tributary:a%20secret%20of%20two");
    let is_known = headers
        .get("authorization")
        .is_some_and(|v| *v == *format!("Basic {secret}"));
    let verifier = field("code_verifier").unwrap_or_default();
    let challenge = URL_SAFE_NO_PAD.encode(kit::vault::sha256(verifier.as_bytes()));
    let found = issuer.0.codes.lock().remove(field("code").unwrap_or_default());
    match found.filter(|(_, wanted)| is_known && *wanted == challenge) {
        Some((id_token, _)) => {
            Json(json!({ "id_token": id_token, "access_token": "at", "token_type": "Bearer" }))
                .into_response()
        }
        None => (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response(),
    }
}

async fn userinfo(State(issuer): State<Issuer>) -> Json<Value> {
    Json(issuer.0.userinfo.lock().clone())
}
