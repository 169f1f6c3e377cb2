//! The room as the tests see it: an app over a store of its own, the people in it, and the answers they get.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::middleware::from_fn_with_state;
use db::{Db, DbConfig};
use http::{HeaderMap, Method, Request, StatusCode, header};
use identity::{Identity, IdentityConfig, authenticate, limit_requests, replay_repeats, routes};
use kit::clock::{Clock, Timestamp};
use kit::lifecycle::Lifecycle;
use kit::vault::MasterKeys;
use serde_json::{Value, json};
use tower::ServiceExt;

pub struct App {
    pub router: Router,
    pub clock: Clock,
    pub identity: Identity,
    pub lifecycle: Lifecycle,
    _folder: tempfile::TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Answer {
    pub fn data(&self) -> &Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        &self.body["data"]
    }
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
    pub fn cookies(&self) -> String {
        let all: Vec<&str> = self
            .headers
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|c| c.to_str().unwrap().split(';').next())
            .collect();
        all.join("; ")
    }
}

#[derive(Clone)]
pub struct Person {
    pub app: Arc<App>,
    pub headers: Vec<(String, String)>,
    pub token: String,
    pub cookies: String,
    pub id: String,
    pub workspace: String,
}

#[allow(clippy::disallowed_methods)] // a test has no configuration of its own
async fn store(folder: &std::path::Path) -> DbConfig {
    use sea_orm::ConnectionTrait;
    let Ok(server) = std::env::var("TEST_POSTGRES") else {
        return DbConfig::Sqlite {
            path: folder.join("t.db"),
            sync_every_commit: false,
        };
    };
    let name = format!("t{}", kit::ids::new_id().simple());
    let admin = sea_orm::Database::connect(&server).await.unwrap();
    admin
        .execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    DbConfig::Postgres {
        url: kit::secret::Secret::new(format!("{base}/{name}")),
        connections: 4,
    }
}

pub async fn app(config: IdentityConfig) -> Arc<App> {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::fixed(Timestamp(1_800_000_000_000_000));
    let store = store(folder.path()).await;
    let db = Db::open(
        &store,
        MasterKeys::generate(),
        clock.clone(),
        kit::bus::Bus::default(),
    )
    .await
    .unwrap();
    let identity = Identity::new(db, config);
    let lifecycle = Lifecycle::new();
    identity.start(&lifecycle);
    let (router, openapi) = routes(identity.clone()).split_for_parts();
    assert!(openapi.paths.paths.len() > 20);
    let router = router
        .fallback(|| async { "the page" })
        .layer(from_fn_with_state(identity.clone(), replay_repeats))
        .layer(from_fn_with_state(identity.clone(), limit_requests))
        .layer(from_fn_with_state(identity.clone(), authenticate));
    Arc::new(App {
        router,
        clock,
        identity,
        lifecycle,
        _folder: folder,
    })
}

impl App {
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(path)
            .header("host", "127.0.0.1:8080")
            .extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let body = match body {
            Some(json) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        let response = self
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    pub async fn open(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call(method, path, &[], Some(body)).await
    }
}

pub async fn register(app: &Arc<App>, email: &str) -> Person {
    let body = json!({"email": email, "password": "correct horse", "full_name": "Ada Lovelace"});
    let answer = app.open("POST", "/api/v1/auth/register", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    person(app, &answer)
}

pub fn person(app: &Arc<App>, answer: &Answer) -> Person {
    let data = answer.data();
    let token = data["access_token"].as_str().unwrap().to_owned();
    Person {
        app: app.clone(),
        headers: vec![("authorization".into(), format!("Bearer {token}"))],
        cookies: answer.cookies(),
        id: data["user"]["id"].as_str().unwrap().to_owned(),
        workspace: data["workspace"]["id"].as_str().unwrap().to_owned(),
        token,
    }
}

impl Person {
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.app
            .call(method, &format!("/api/v1{path}"), &self.headers, body)
            .await
    }
    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, Some(body)).await
    }
    pub async fn by_cookie(&self, method: &str, path: &str, more: &[(&str, &str)]) -> Answer {
        let mut headers = vec![("cookie".to_owned(), self.cookies.clone())];
        headers.extend(more.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        self.app
            .call(method, &format!("/api/v1{path}"), &headers, Some(json!({})))
            .await
    }
    pub fn with_token(&self, token: &str) -> Self {
        let headers = vec![("authorization".into(), format!("Bearer {token}"))];
        Self {
            headers,
            ..self.clone()
        }
    }
}
