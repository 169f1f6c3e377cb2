//! The three layers and the routes of this room, over a real store, without a network. With `TEST_POSTGRES` set
//! to the address of a server (`postgres://user@host/postgres`) every test gets a database of its own there.

#![allow(clippy::unwrap_used)] // tests are exempt

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

struct App {
    router: Router,
    clock: Clock,
    identity: Identity,
    lifecycle: Lifecycle,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
    text: String,
}

impl Answer {
    fn data(&self) -> &Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        &self.body["data"]
    }
    fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
    fn cookies(&self) -> String {
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
struct Person {
    app: Arc<App>,
    headers: Vec<(String, String)>,
    token: String,
    cookies: String,
    id: String,
    workspace: String,
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

async fn app(config: IdentityConfig) -> Arc<App> {
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
    async fn call(
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

    async fn open(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call(method, path, &[], Some(body)).await
    }
}

async fn register(app: &Arc<App>, email: &str) -> Person {
    let body = json!({"email": email, "password": "correct horse", "full_name": "Ada Lovelace"});
    let answer = app.open("POST", "/api/v1/auth/register", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    person(app, &answer)
}

fn person(app: &Arc<App>, answer: &Answer) -> Person {
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
    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.app
            .call(method, &format!("/api/v1{path}"), &self.headers, body)
            .await
    }
    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }
    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, Some(body)).await
    }
    async fn by_cookie(&self, method: &str, path: &str, more: &[(&str, &str)]) -> Answer {
        let mut headers = vec![("cookie".to_owned(), self.cookies.clone())];
        headers.extend(more.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        self.app
            .call(method, &format!("/api/v1{path}"), &headers, Some(json!({})))
            .await
    }
    fn with_token(&self, token: &str) -> Self {
        let headers = vec![("authorization".into(), format!("Bearer {token}"))];
        Self {
            headers,
            ..self.clone()
        }
    }
}

#[tokio::test]
async fn an_account_from_registration_to_sign_out() {
    let app = app(IdentityConfig::default()).await;
    let setup = app.call("GET", "/api/v1/auth/setup", &[], None).await;
    assert_eq!(setup.data()["needs_first_account"], true);
    let ada = register(&app, "Ada@Example.org").await;
    let me = ada.get("/auth/me").await;
    assert_eq!(me.data()["user"]["is_instance_admin"], true);
    assert_eq!(me.data()["workspace"]["name"], "Ada's workspace");
    assert_eq!(me.data()["role"], "owner");
    let permissions = me.data()["permissions"].to_string();
    assert!(permissions.contains("instance.administer") && permissions.contains("members.manage"));

    let bob = register(&app, "bob@example.org").await;
    assert_eq!(
        bob.get("/auth/me").await.data()["user"]["is_instance_admin"],
        false
    );
    let twice = json!({"email": "ADA@example.org ", "password": "correct horse", "full_name": "x"});
    let twice = app.open("POST", "/api/v1/auth/register", twice).await;
    assert_eq!((twice.status, twice.code()), (StatusCode::CONFLICT, "CONFLICT"));
    let short = json!({"email": "c@example.org", "password": "short", "full_name": "x", "role": "owner"});
    assert_eq!(app.open("POST", "/api/v1/auth/register", short).await.status, 422);

    let known = app
        .open(
            "POST",
            "/api/v1/auth/check-user",
            json!({"email": "ada@example.org"}),
        )
        .await;
    let unknown = app
        .open("POST", "/api/v1/auth/check-user", json!({"email": "nobody@x.y"}))
        .await;
    assert_eq!(known.text, unknown.text);
    let wrong = app
        .open(
            "POST",
            "/api/v1/auth/login",
            json!({"email": "ada@example.org", "password": "not it at all"}),
        )
        .await;
    let nobody = app
        .open(
            "POST",
            "/api/v1/auth/login",
            json!({"email": "nobody@example.org", "password": "not it at all"}),
        )
        .await;
    assert_eq!(
        (wrong.status, wrong.text),
        (StatusCode::UNAUTHORIZED, nobody.text)
    );

    let right = json!({"email": "ADA@example.org", "password": "correct horse"});
    let laptop = person(&app, &app.open("POST", "/api/v1/auth/login", right).await);
    assert_eq!(
        ada.get("/auth/sessions").await.data().as_array().unwrap().len(),
        2
    );
    assert_eq!(laptop.post("/auth/logout", json!({})).await.status, 200);
    assert_eq!(laptop.get("/auth/me").await.status, 401, "it ends at once");
    assert_eq!(
        laptop
            .by_cookie("POST", "/auth/refresh", &[("x-csrf", "1")])
            .await
            .status,
        401
    );
    assert_eq!(laptop.post("/auth/logout", json!({})).await.status, 401);
    assert_eq!(ada.get("/auth/me").await.status, 200);
    assert_eq!(ada.post("/auth/logout-everywhere", json!({})).await.status, 200);
    assert_eq!(ada.get("/auth/me").await.status, 401);
}

#[tokio::test]
async fn a_refresh_token_is_good_once() {
    let app = app(IdentityConfig::default()).await;
    let first = register(&app, "a@example.org").await;
    let csrf = [("x-csrf", "1")];
    assert_eq!(first.by_cookie("POST", "/auth/refresh", &[]).await.status, 403);
    let answer = first.by_cookie("POST", "/auth/refresh", &csrf).await;
    let second = person(&app, &answer);
    assert_eq!(second.get("/auth/me").await.status, 200);
    assert_ne!(first.cookies, second.cookies);
    let stolen = first.by_cookie("POST", "/auth/refresh", &csrf).await;
    assert_eq!(stolen.status, 401);
    assert_eq!(second.get("/auth/me").await.status, 401, "the whole family ends");
    assert_eq!(second.by_cookie("POST", "/auth/refresh", &csrf).await.status, 401);

    let login = json!({"email": "a@example.org", "password": "correct horse"});
    let again = person(&app, &app.open("POST", "/api/v1/auth/login", login).await);
    let trail = again.get("/admin/audit?action=auth.refresh_reused").await;
    assert_eq!(trail.data().as_array().unwrap().len(), 1);

    let (one, two) = tokio::join!(
        again.by_cookie("POST", "/auth/refresh", &csrf),
        again.by_cookie("POST", "/auth/refresh", &csrf)
    );
    let won = [&one, &two].iter().filter(|a| a.status == 200).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn tokens_expire_and_sessions_go_on() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "a@example.org").await;
    assert_eq!(ada.get("/auth/me").await.status, 200);
    app.clock.advance(std::time::Duration::from_mins(15));
    assert_eq!(ada.get("/auth/me").await.status, 401);
    let answer = ada.by_cookie("POST", "/auth/refresh", &[("x-csrf", "1")]).await;
    let ada = person(&app, &answer);
    assert_eq!(ada.get("/auth/me").await.status, 200);
    app.clock.advance(std::time::Duration::from_hours(24 * 30));
    assert_eq!(
        ada.by_cookie("POST", "/auth/refresh", &[("x-csrf", "1")])
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn writes_by_cookie_are_guarded() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "a@example.org").await;
    let status = async |more: &[(&str, &str)]| ada.by_cookie("PATCH", "/auth/me", more).await.status;
    assert_eq!(ada.by_cookie("GET", "/auth/me", &[]).await.status, 200);
    assert_eq!(status(&[]).await, 403);
    assert_eq!(status(&[("x-csrf", "")]).await, 403);
    assert_eq!(status(&[("x-csrf", "1")]).await, 200);
    assert_eq!(
        status(&[("x-csrf", "1"), ("origin", "http://127.0.0.1:8080")]).await,
        200
    );
    assert_eq!(
        status(&[("x-csrf", "1"), ("origin", "https://evil.example")]).await,
        403
    );
    assert_eq!(status(&[("x-csrf", "1"), ("origin", "null")]).await, 403);
    assert_eq!(
        status(&[("x-csrf", "1"), ("sec-fetch-site", "cross-site")]).await,
        403
    );
    let login = json!({"email": "a@example.org", "password": "correct horse"});
    let foreign = [("origin".to_owned(), "https://evil.example".to_owned())];
    let answer = app
        .call("POST", "/api/v1/auth/login", &foreign, Some(login))
        .await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn closed_is_the_rule() {
    let app = app(IdentityConfig::default()).await;
    for (path, status) in [
        ("/", 200),
        ("/some/page", 200),
        ("/api/v1/auth/me", 401),
        ("/api/v1/nowhere", 401),
        ("/api", 401),
        ("/v1/models", 401),
    ] {
        assert_eq!(app.call("GET", path, &[], None).await.status, status, "{path}");
    }
    let openai = app.call("GET", "/v1/models", &[], None).await;
    assert_eq!(openai.body["error"]["code"], "invalid_api_key");
}

#[tokio::test]
async fn api_tokens_keep_to_their_scopes() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "a@example.org").await;
    let make = async |scopes: Value| {
        let answer = ada.post("/tokens", json!({"name": "t", "scopes": scopes})).await;
        assert_eq!(answer.status, 201);
        let id = answer.data()["id"].as_str().unwrap().to_owned();
        (ada.with_token(answer.data()["token"].as_str().unwrap()), id)
    };
    let (reader, id) = make(json!(["read"])).await;
    assert_eq!(reader.get("/workspace").await.status, 200);
    assert_eq!(reader.post("/workspaces", json!({"name": "x"})).await.status, 403);
    assert_eq!(reader.get("/admin/audit").await.status, 403);
    assert_eq!(
        app.call("GET", "/v1/models", &reader.headers, None).await.status,
        403
    );
    let (ai, _) = make(json!(["ai"])).await;
    assert_eq!(app.call("GET", "/v1/models", &ai.headers, None).await.status, 200);
    assert_eq!(ai.get("/auth/me").await.status, 403);
    let (admin, _) = make(json!(["admin"])).await;
    assert_eq!(admin.get("/admin/audit").await.status, 200);
    assert_eq!(admin.post("/tokens", json!({"name": "more"})).await.status, 403);

    let listed = ada.get("/tokens").await;
    let listed = listed.data().as_array().unwrap();
    let of = |id: &str| listed.iter().find(|t| t["id"] == id).unwrap();
    assert!(of(&id)["last_used_at"].is_string() && of(&id).get("token").is_none());
    assert_eq!(
        ada.call("DELETE", &format!("/tokens/{id}"), None).await.status,
        200
    );
    assert_eq!(reader.get("/workspace").await.status, 401, "it ends at once");
    assert_eq!(
        ada.call("DELETE", &format!("/tokens/{id}"), None).await.status,
        404
    );
}

#[tokio::test]
async fn members_come_change_and_go() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "ada@example.org").await;
    let bob = register(&app, "bob@example.org").await;
    assert_eq!(
        bob.post("/auth/switch", json!({"workspace_id": ada.workspace}))
            .await
            .status,
        404
    );
    let added = ada
        .post("/members", json!({"email": "Bob@example.org", "role": "member"}))
        .await;
    assert_eq!(added.data()["member"]["user_id"], bob.id.as_str());
    assert!(added.data()["invitation"].is_null());
    let twice = ada
        .post("/members", json!({"email": "bob@example.org", "role": "admin"}))
        .await;
    assert_eq!(twice.status, 409);
    let there = person(
        &app,
        &bob.post("/auth/switch", json!({"workspace_id": ada.workspace}))
            .await,
    );
    assert_eq!(there.get("/members").await.data().as_array().unwrap().len(), 2);
    assert_eq!(
        there
            .call("PATCH", "/workspace", Some(json!({"name": "mine"})))
            .await
            .status,
        403
    );
    let patch = |role: &str| Some(json!({"role": role}));
    let bobs = format!("/members/{}", bob.id);
    let adas = format!("/members/{}", ada.id);
    assert_eq!(ada.call("PATCH", &bobs, patch("admin")).await.status, 200);
    assert_eq!(
        there
            .call("PATCH", "/workspace", Some(json!({"style": "brief"})))
            .await
            .status,
        200
    );
    assert_eq!(
        there.call("PATCH", &adas, patch("member")).await.status,
        409,
        "the last owner"
    );
    assert_eq!(there.call("PATCH", &bobs, patch("owner")).await.status, 403);
    assert_eq!(
        ada.call("DELETE", &adas, None).await.status,
        409,
        "the last owner cannot leave"
    );
    let made = there.post("/tokens", json!({"name": "bob's"})).await;
    let program = there.with_token(made.data()["token"].as_str().unwrap());
    assert_eq!(program.get("/workspace").await.data()["style"], "brief");
    assert_eq!(ada.call("DELETE", &bobs, None).await.status, 200);
    assert_eq!(there.get("/workspace").await.status, 401, "at once");
    assert_eq!(program.get("/workspace").await.status, 401);
    assert_eq!(bob.get("/auth/me").await.status, 200, "the own workspace stays");
    let home = bob.by_cookie("POST", "/auth/refresh", &[("x-csrf", "1")]).await;
    assert_eq!(home.data()["workspace"]["id"], bob.workspace.as_str());
    assert_eq!(ada.call("DELETE", &bobs, None).await.status, 404);
    assert_eq!(ada.call("DELETE", "/members/not-an-id", None).await.status, 404);
}

#[tokio::test]
async fn an_invitation_is_good_once_for_its_address() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "ada@example.org").await;
    let made = ada
        .post("/members", json!({"email": "New@example.org", "role": "guest"}))
        .await;
    let invitation = &made.data()["invitation"];
    let token = invitation["token"].as_str().unwrap().to_owned();
    assert_eq!(invitation["url"], format!("http://127.0.0.1:8080/invite/{token}"));
    let shown = app
        .call("GET", &format!("/api/v1/invitations/{token}"), &[], None)
        .await;
    assert_eq!(shown.data()["workspace_name"], "Ada's workspace");
    assert_eq!(
        app.call("GET", "/api/v1/invitations/other", &[], None)
            .await
            .status,
        404
    );
    assert_eq!(ada.get("/invitations").await.data()[0]["token"], Value::Null);
    let accept = format!("/invitations/{token}/accept");
    let wrong = register(&app, "wrong@example.org").await;
    assert_eq!(wrong.post(&accept, json!({})).await.status, 403);
    let new = register(&app, "new@example.org").await;
    let workspace = new.post(&accept, json!({})).await;
    assert_eq!(
        (&workspace.data()["role"], &workspace.data()["id"]),
        (&json!("guest"), &json!(ada.workspace))
    );
    assert_eq!(new.post(&accept, json!({})).await.status, 410);
    assert_eq!(new.get("/workspaces").await.data().as_array().unwrap().len(), 2);

    let other = ada
        .post(
            "/invitations",
            json!({"email": "x@example.org", "role": "member"}),
        )
        .await;
    let (id, token) = (
        other.data()["id"].as_str().unwrap(),
        other.data()["token"].as_str().unwrap(),
    );
    let with =
        json!({"email": "x@example.org", "password": "correct horse", "full_name": "X", "invitation": token});
    let joined = app.open("POST", "/api/v1/auth/register", with).await;
    assert_eq!(joined.data()["workspace"]["id"], ada.workspace.as_str());
    assert_eq!(
        ada.call("DELETE", &format!("/invitations/{id}"), None)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn settings_are_the_same_on_all_devices() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "ada@example.org").await;
    let patch = async |body: Value| ada.call("PATCH", "/settings", Some(body)).await;
    assert_eq!(ada.get("/settings").await.data()["values"], json!({}));
    let now = app.identity.now();
    let answer = patch(json!({"values": {"theme": "dark", "text_size": 1.1}})).await;
    assert_eq!(
        answer.data()["values"],
        json!({"theme": "dark", "text_size": 1.1})
    );
    let old = now.minus(std::time::Duration::from_secs(5)).to_string();
    let answer = patch(json!({"values": {"theme": "light"}, "updated_at": {"theme": old}})).await;
    assert_eq!(answer.data()["values"]["theme"], "dark");
    let answer = patch(json!({"values": {"theme": null}})).await;
    assert_eq!(answer.data()["values"], json!({"text_size": 1.1}));
    let answer = patch(json!({"values": {"theme": "light"}, "updated_at": {"theme": old}})).await;
    assert_eq!(
        answer.data()["values"],
        json!({"text_size": 1.1}),
        "it stays deleted"
    );
    assert_eq!(patch(json!({"values": {"Bad Name": 1}})).await.status, 422);
    assert_eq!(
        ada.get("/auth/me").await.data()["settings"],
        json!({"text_size": 1.1})
    );
    for round in 0..3 {
        let many: serde_json::Map<String, Value> =
            (0..150).map(|i| (format!("r{round}-{i}"), json!(i))).collect();
        let gone: serde_json::Map<String, Value> = many.keys().map(|k| (k.clone(), Value::Null)).collect();
        assert_eq!(patch(json!({ "values": many })).await.status, 200, "{round}");
        assert_eq!(patch(json!({ "values": gone })).await.status, 200);
    }
}

#[tokio::test]
async fn repeats_get_the_first_answer() {
    let app = app(IdentityConfig::default()).await;
    let keyed = |more: &[(String, String)]| {
        let mut headers = vec![("idempotency-key".to_owned(), "k1".to_owned())];
        headers.extend_from_slice(more);
        headers
    };
    let body = json!({"email": "a@example.org", "password": "correct horse", "full_name": "A"});
    let first = app
        .call("POST", "/api/v1/auth/register", &keyed(&[]), Some(body.clone()))
        .await;
    let again = app
        .call("POST", "/api/v1/auth/register", &keyed(&[]), Some(body))
        .await;
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    assert_eq!(first.cookies(), again.cookies());
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let ada = person(&app, &first);
    let keyed = keyed(&ada.headers);
    let make = async |name: &str| {
        app.call(
            "POST",
            "/api/v1/workspaces",
            &keyed,
            Some(json!({ "name": name })),
        )
        .await
    };
    let (one, two) = tokio::join!(make("x"), make("x"));
    assert!([&one, &two].iter().any(|a| a.status == 201));
    assert!([&one, &two].iter().all(|a| a.status == 201 || a.status == 409));
    assert_eq!(make("x").await.status, 201);
    let other = make("y").await;
    assert_eq!((other.status, other.code()), (StatusCode::CONFLICT, "CONFLICT"));
    assert_eq!(ada.get("/workspaces").await.data().as_array().unwrap().len(), 2);
    app.clock.advance(std::time::Duration::from_mins(14));
    assert_eq!(make("x").await.headers["idempotent-replayed"], "true");
    app.clock.advance(std::time::Duration::from_hours(24));
    identity::forget_expired(app.identity.db()).await.unwrap();
    let login = json!({"email": "a@example.org", "password": "correct horse"});
    let ada = person(&app, &app.open("POST", "/api/v1/auth/login", login).await);
    assert_eq!(ada.get("/workspaces").await.data().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn attempts_and_requests_are_limited() {
    let mut config = IdentityConfig::default();
    config.limits.requests = 3;
    let app = app(config).await;
    let ada = register(&app, "a@example.org").await;
    for left in [2, 1, 0] {
        let answer = ada.get("/auth/me").await;
        assert_eq!(answer.headers["ratelimit-remaining"], left.to_string().as_str());
        assert_eq!(answer.status, 200);
    }
    let refused = ada.get("/auth/me").await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED")
    );
    assert!(refused.headers.contains_key("retry-after") && refused.headers["ratelimit-limit"] == "3");
    assert_eq!(ada.get("/workspace").await.status, 200, "another endpoint");

    let login = async |password: &str| {
        let body = json!({"email": "a@example.org", "password": password});
        app.open("POST", "/api/v1/auth/login", body).await.status
    };
    for _ in 0..9 {
        assert_eq!(login("wrong wrong").await, 401);
    }
    assert_eq!(login("correct horse").await, 200, "success forgets");
    for _ in 0..10 {
        assert_eq!(login("wrong wrong").await, 401);
    }
    assert_eq!(login("correct horse").await, 429);
    app.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(login("correct horse").await, 200);
}

#[tokio::test]
async fn a_new_password_signs_the_others_out() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "a@example.org").await;
    let login = json!({"email": "a@example.org", "password": "correct horse"});
    let phone = person(&app, &app.open("POST", "/api/v1/auth/login", login.clone()).await);
    let change = |old: &str| json!({"current_password": old, "new_password": "battery staple"});
    assert_eq!(ada.post("/auth/password", change("wrong")).await.status, 422);
    assert_eq!(
        ada.post("/auth/password", change("correct horse")).await.status,
        200
    );
    assert_eq!(phone.get("/auth/me").await.status, 401);
    assert_eq!(ada.get("/auth/me").await.status, 200);
    assert_eq!(app.open("POST", "/api/v1/auth/login", login).await.status, 401);
}

#[tokio::test]
async fn registration_may_be_closed_or_by_invitation() {
    for (rule, sentence) in [
        (identity::Registration::Closed, "administrator"),
        (identity::Registration::Invite, "invitation"),
    ] {
        let config = IdentityConfig {
            registration: rule,
            ..IdentityConfig::default()
        };
        let app = app(config).await;
        let ada = register(&app, "first@example.org").await;
        let body = json!({"email": "second@example.org", "password": "correct horse", "full_name": "S"});
        let refused = app.open("POST", "/api/v1/auth/register", body.clone()).await;
        assert_eq!(refused.status, 403);
        assert!(refused.text.contains(sentence), "{}", refused.text);
        let invitation = ada
            .post(
                "/members",
                json!({"email": "second@example.org", "role": "member"}),
            )
            .await;
        let mut body = body;
        body["invitation"] = invitation.data()["invitation"]["token"].clone();
        let status = app.open("POST", "/api/v1/auth/register", body).await.status;
        let expected = if rule == identity::Registration::Invite {
            201
        } else {
            403
        };
        assert_eq!(status, expected);
        let made = identity::people::create(
            &app.identity,
            "third@example.org",
            "Third",
            identity::Password::new("correct horse".into()),
        );
        assert!(!made.await.unwrap().is_instance_admin);
        let token = identity::api_tokens::create_for(
            &app.identity,
            "third@example.org",
            "cli",
            identity::Scopes::parse("read"),
        )
        .await
        .unwrap();
        assert_eq!(ada.with_token(&token.token).get("/auth/me").await.status, 200);
    }
}

#[tokio::test]
async fn the_trail_stays_in_its_workspace() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "ada@example.org").await;
    let bob = register(&app, "bob@example.org").await;
    ada.call("PATCH", "/auth/me", Some(json!({"full_name": "Ada L."})))
        .await;
    let page = ada.get("/admin/audit?limit=1").await;
    assert_eq!(page.data()[0]["action"], "user.changed");
    assert_eq!(page.data()[0]["actor_name"], "Ada L.");
    let cursor = page.body["page"]["next_cursor"].as_str().unwrap().to_owned();
    let next = ada.get(&format!("/admin/audit?limit=1&cursor={cursor}")).await;
    assert_eq!(next.data()[0]["action"], "auth.register");
    let theirs = bob.get("/admin/audit").await;
    assert!(
        theirs
            .data()
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["actor_id"] == bob.id.as_str())
    );
    assert_eq!(
        ada.get("/admin/audit?action=auth.&from=2026-01-01T00:00:00Z")
            .await
            .data()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(ada.get("/admin/audit?cursor=zzz").await.status, 422);
    assert_eq!(bob.token.matches('.').count(), 2);
}

#[tokio::test]
async fn of_many_at_once_one_is_the_first() {
    let app = app(IdentityConfig::default()).await;
    let body = |i: usize| json!({"email": format!("p{}@example.org", i % 6), "password": "correct horse", "full_name": "P"});
    let mut tasks = tokio::task::JoinSet::new();
    for i in 0..12 {
        let (app, body) = (app.clone(), body(i));
        tasks.spawn(async move { app.open("POST", "/api/v1/auth/register", body).await });
    }
    let (mut made, mut admins) = (0, 0);
    while let Some(answer) = tasks.join_next().await {
        let answer = answer.unwrap();
        match answer.status.as_u16() {
            201 => {
                made += 1;
                admins += usize::from(answer.data()["user"]["is_instance_admin"] == true);
            }
            status => assert_eq!(status, 409, "{}", answer.text),
        }
    }
    assert_eq!((made, admins), (6, 1));
}

#[tokio::test]
async fn a_request_with_a_key_is_finished_without_its_client() {
    let mut config = IdentityConfig::default();
    // It is asked again and again until the first call has ended.
    config.limits.open_requests = 0;
    let app = app(config).await;
    let key = [("idempotency-key".to_owned(), "gone".to_owned())];
    let body = json!({"email": "a@example.org", "password": "correct horse", "full_name": "A"});
    let call = || app.call("POST", "/api/v1/auth/register", &key, Some(body.clone()));
    // The client waits until its key is claimed and the password is being hashed, then goes away.
    let left = tokio::time::timeout(std::time::Duration::from_millis(15), call()).await;
    let repeated = loop {
        let answer = call().await;
        if answer.status != 409 {
            break answer;
        }
        assert!(answer.headers.contains_key("retry-after"));
        tokio::task::yield_now().await;
    };
    assert_eq!(repeated.status, 201, "{}", repeated.text);
    if left.is_err() {
        assert!(app.lifecycle.stop(std::time::Duration::from_secs(5)).await);
    }
}

#[tokio::test]
async fn the_document_describes_every_route() {
    let app = app(IdentityConfig::default()).await;
    let document = routes(app.identity.clone()).into_openapi();
    let json = serde_json::to_value(&document).unwrap();
    let mut ids = Vec::new();
    for (path, item) in json["paths"].as_object().unwrap() {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            ids.push(operation["operationId"].as_str().unwrap().to_owned());
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert!(operation["responses"]["401"].is_object(), "{method} {path}");
        }
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), count), (32, 32));
    let text = json.to_string();
    for name in text.split("#/components/schemas/").skip(1) {
        let name = name.split('"').next().unwrap();
        assert!(
            json["components"]["schemas"][name].is_object(),
            "{name} is not described"
        );
    }
}
