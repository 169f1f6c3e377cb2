//! Everything real except the outside world: the server as it ships, the store as it ships, and a stand-in for the
//! providers that speaks their formats and can be told to misbehave.

mod client;
pub mod mirror;
pub mod seed;
pub mod socket;
mod stream;

use std::path::PathBuf;
use std::time::Duration;

pub use client::{Answer, Client};
pub use stream::{Event, Live, events, text_of};

use kit::clock::Clock;
use providers::standin::Standin;
use serde_json::{Value, json};
use tributary::{App, Config};

/// A key that the stand-in accepts.
pub const GOOD_KEY: &str = "sk-test-good-0123456789";

/// A running Tributary with a store of its own.
pub struct TestApp {
    app: Option<App>,
    /// Its configuration, for starting it again over the same store.
    pub config: Config,
    /// Its clock.
    pub clock: Clock,
    folder: tempfile::TempDir,
    postgres: Option<PostgresDatabase>,
}

/// A database of its own on the test server, gone with its test.
pub struct PostgresDatabase {
    server: String,
    name: String,
}

impl TestApp {
    /// A fresh one.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A fresh one, configured.
    pub async fn with(configure: impl FnOnce(&mut Config)) -> Self {
        Self::with_clock(Clock::system(), configure).await
    }

    /// A fresh one whose time is the test's.
    pub async fn with_clock(clock: Clock, configure: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            data: folder.path().to_owned(),
            ..Config::default()
        };
        // This program is the suite; what reads files is the real one.
        config.files.reader = Some(env!("CARGO_BIN_EXE_tributary").into());
        config.ai.discover = false;
        // Tests of it look when they want to; others must not hear of a disk that fills up.
        config.monitor.enabled = false;
        config.ai.builtin_model = false;
        config.chat.drain_seconds = 0.5;
        config.chat.draft_seconds = 0.1;
        let postgres = PostgresDatabase::with_tables().await;
        if let Some(database) = &postgres {
            config = database.configure(config);
        }
        configure(&mut config);
        let app = App::start(&config, clock.clone()).await.unwrap();
        Self {
            app: Some(app),
            config,
            clock,
            folder,
            postgres,
        }
    }

    fn app(&self) -> &App {
        self.app.as_ref().expect("the server runs")
    }

    /// Its address.
    pub fn base(&self) -> String {
        format!("http://{}", self.app().address)
    }

    /// Where operators ask.
    pub fn operations_address(&self) -> std::net::SocketAddr {
        self.app().operations_address.expect("operations.listen is set")
    }

    /// The floor of operation.
    pub fn ops(&self) -> &ops::Ops {
        self.app().ops()
    }

    /// The store.
    pub fn db(&self) -> &db::Db {
        self.app().db()
    }

    /// The room of business data.
    pub fn business(&self) -> &::business::Business {
        self.app().business()
    }

    /// Its OpenAPI document.
    pub fn openapi(&self) -> Value {
        self.app().openapi()
    }

    /// The folder of everything embedded.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Whether the store is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// A client that is not signed in.
    pub fn client(&self) -> Client {
        Client::new(&self.base())
    }

    /// A client of a new person with a workspace of their own. The first one administers the installation.
    pub async fn person(&self, name: &str) -> Client {
        let mut client = self.client();
        let body = json!({ "email": format!("{name}@example.org"), "password": "a good long password", "full_name": name });
        let answer = client.post("/api/v1/auth/register", &body).await;
        answer.expect(201);
        client.bearer(answer.data()["access_token"].as_str().unwrap());
        client
    }

    /// Somebody who has an account, signed in anew.
    pub async fn signed_in(&self, name: &str) -> Client {
        let mut client = self.client();
        let body = json!({ "email": format!("{name}@example.org"), "password": "a good long password" });
        let answer = client.post("/api/v1/auth/login", &body).await;
        answer.expect(200);
        client.bearer(answer.data()["access_token"].as_str().unwrap());
        client
    }

    /// A person whose OpenAI key is good at the stand-in, so that `mock…` models answer.
    pub async fn person_with_models(&self, name: &str, standin: &Standin) -> Client {
        let client = self.person(name).await;
        let base_url = format!("http://{}/v1", standin.address());
        let body = json!({ "key": GOOD_KEY, "base_url": base_url });
        client
            .put("/api/v1/providers/openai/key", &body)
            .await
            .expect(200);
        client
    }

    /// Makes somebody a colleague in another person's workspace; answers them as they are there.
    pub async fn colleague(&self, host: &Client, guest: &Client, role: &str) -> Client {
        let me = guest.get("/api/v1/auth/me").await.data();
        let workspace = host.get("/api/v1/workspace").await.data()["id"].clone();
        let body = json!({ "email": me["user"]["email"], "role": role });
        host.post("/api/v1/members", &body).await.expect(201);
        let body = json!({ "workspace_id": workspace });
        let switched = guest.post("/api/v1/auth/switch", &body).await;
        switched.expect(200);
        let mut colleague = self.client();
        colleague.bearer(switched.data()["access_token"].as_str().unwrap());
        colleague
    }

    /// Ends it in an orderly way and starts it again over the same store.
    pub async fn restart(&mut self) {
        if let Some(app) = self.app.take() {
            app.stop().await;
        }
        self.app = Some(App::start(&self.config, self.clock.clone()).await.unwrap());
    }

    /// Ends it in an orderly way.
    pub async fn stop(&mut self) -> bool {
        match self.app.take() {
            Some(app) => app.stop().await,
            None => true,
        }
    }
}

/// A stand-in that wants a good key.
pub async fn standin() -> Standin {
    Standin::start(0, true).await.unwrap()
}

/// Waits until `look` answers something; fails after ten seconds.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    for _ in 0..500 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("this did not happen: {what}");
}

impl PostgresDatabase {
    /// An empty one, where the suite runs on PostgreSQL.
    pub async fn create() -> Option<Self> {
        Self::made(None).await
    }

    /// One that has every table already.
    async fn with_tables() -> Option<Self> {
        if std::env::var("TEST_DB").as_deref() != Ok("postgres") {
            return None;
        }
        let server = std::env::var("TEST_POSTGRES_URL").ok()?;
        Self::made(Some(Self::template(&server).await)).await
    }

    async fn made(template: Option<&str>) -> Option<Self> {
        if std::env::var("TEST_DB").as_deref() != Ok("postgres") {
            return None;
        }
        let server = std::env::var("TEST_POSTGRES_URL").expect("TEST_POSTGRES_URL says where the server is");
        let name = format!("test_{}", kit::ids::new_id().simple());
        let copied = template.map(|of| format!(" TEMPLATE {of}")).unwrap_or_default();
        execute(
            &format!("{server}/postgres"),
            &format!("CREATE DATABASE {name}{copied}"),
        )
        .await;
        Some(Self { server, name })
    }

    /// A database that has every table, made once in a run: its copy is there sooner than tables are made.
    async fn template(server: &str) -> &'static str {
        static NAME: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
        NAME.get_or_init(|| async {
            let name = format!("template_{}", kit::ids::new_id().simple());
            execute(&format!("{server}/postgres"), &format!("CREATE DATABASE {name}")).await;
            let connection = sea_orm::Database::connect(format!("{server}/{name}"))
                .await
                .unwrap();
            db::migration::up_to(&connection, &db::migration::names())
                .await
                .unwrap();
            connection.close().await.unwrap();
            name
        })
        .await
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("{}/{}", self.server, self.name)
    }

    fn configure(&self, config: Config) -> Config {
        let environment = [
            ("TRIBUTARY_DATABASE_URL".to_owned(), self.url()),
            ("TRIBUTARY_DATABASE_CONNECTIONS".to_owned(), "6".to_owned()),
        ];
        let database = Config::load(None, environment).unwrap().database;
        Config { database, ..config }
    }
}

async fn execute(url: &str, sql: &str) {
    use sea_orm::ConnectionTrait;
    let connection = sea_orm::Database::connect(url).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let url = format!("{}/postgres", self.server);
        // A thread of its own: a test's runtime must not be blocked from inside.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(execute(&url, &sql));
        });
        let _ = dropped.join();
    }
}
