//! A small HTTP client: requests as a program would send them, answers whole or as they come.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use kit::http::{Body, Reach, Timeouts};
use serde_json::Value;

/// Sends requests to one server as one person (or as nobody).
#[derive(Clone)]
pub struct Client {
    base: String,
    token: Option<String>,
    http: kit::http::Client,
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Client {
    pub fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            token: None,
            http: kit::http::Client::new().unwrap(),
        }
    }

    /// The same person at another server.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self {
            base: base.to_owned(),
            ..self.clone()
        }
    }

    /// Signs every request with this token from now on.
    pub fn bearer(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }

    /// The token.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    fn request(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Bytes) -> Request<Bytes> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(body).unwrap()
    }

    /// Sends anything; the body of the answer is still to be read.
    pub async fn open(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> http::Response<Body> {
        let request = self.request(method, path, headers, body.into());
        self.http
            .send(request, Reach::AllowPrivate, &Timeouts::default())
            .await
            .unwrap()
    }

    /// Sends anything and reads the whole answer.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let response = self.open(method, path, headers, body).await;
        let (parts, body) = response.into_parts();
        let bytes = body.read(256 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes,
        }
    }

    /// The same, where the connection may break.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Option<Answer> {
        let request = self.request(method, path, headers, body.into());
        let timeouts = Timeouts::default();
        let sent = self.http.send(request, Reach::AllowPrivate, &timeouts);
        let (parts, body) = sent.await.ok()?.into_parts();
        let bytes = body.read(256 << 20).await.ok()?;
        Some(Answer {
            status: parts.status,
            headers: parts.headers,
            bytes,
        })
    }

    async fn json(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let bytes = body.map(Value::to_string).unwrap_or_default();
        self.send(method, path, &[("content-type", "application/json")], bytes)
            .await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.json(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.json(Method::DELETE, path, None).await
    }

    /// Gives the OpenAI key of the stand-in again, so that the failures of one case do not decide the next.
    pub async fn renew_key(&self, standin: &providers::standin::Standin) {
        let base_url = format!("http://{}/v1", standin.address());
        let body = serde_json::json!({ "key": super::GOOD_KEY, "base_url": base_url });
        self.put("/api/v1/providers/openai/key", &body).await.expect(200);
    }

    /// A new thread's id.
    pub async fn thread(&self) -> String {
        let answer = self.post("/api/v1/threads", &serde_json::json!({})).await;
        answer.expect(201);
        answer.data()["id"].as_str().unwrap().to_owned()
    }

    /// Asks in a thread and waits for the whole answer.
    pub async fn ask(&self, thread: &str, content: &str, model: &str) -> Answer {
        let body = serde_json::json!({ "content": content, "model": model });
        self.post(&format!("/api/v1/threads/{thread}/messages"), &body)
            .await
    }

    /// The messages of a thread's branch in view, oldest first.
    pub async fn messages(&self, thread: &str) -> Vec<Value> {
        let answer = self
            .get(&format!("/api/v1/threads/{thread}/messages?limit=200"))
            .await;
        answer.expect(200);
        answer.data().as_array().unwrap().iter().rev().cloned().collect()
    }
}

impl Answer {
    /// The JSON of it.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// The `data` of the envelope.
    pub fn data(&self) -> Value {
        let json = self.json();
        assert_eq!(json["success"], true, "{json}");
        json["data"].clone()
    }

    /// The text of it.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Fails unless the status is this one.
    #[track_caller]
    pub fn expect(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// Fails unless it is this error, told as the contract says.
    #[track_caller]
    pub fn expect_error(&self, status: u16, code: &str) -> &Self {
        self.expect(status);
        let json = self.json();
        assert_eq!(json["success"], false, "{json}");
        assert_eq!(json["code"], code, "{json}");
        let sentence = json["error"].as_str().unwrap();
        assert!(sentence.len() > 5 && sentence.len() < 400, "{sentence}");
        assert_eq!(
            json["request_id"].as_str().unwrap(),
            self.headers["x-request-id"].to_str().unwrap()
        );
        self
    }
}
