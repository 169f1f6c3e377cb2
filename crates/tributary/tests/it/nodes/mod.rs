//! Several nodes: the real program as two and three processes over one PostgreSQL, with a real Redis between them and
//! without. They are killed, paused, cut off and restarted in the middle of answers; what was acknowledged is there
//! afterwards, every reader reaches the end, and nothing is doubled.
//!
//! Runs where the suite runs on PostgreSQL; `TEST_REDIS_SERVER` is the `redis-server` to start. What cannot run says so.

mod breaking;
mod bus;
mod clocks;
mod follower;
mod hearing;
mod history;
mod links;
mod owners;
mod people;
mod presence;
mod recorder;
mod retries;
mod revoked;
mod server;
mod storm;

use std::time::Duration;

use providers::standin::Standin;
use serde_json::Value;

use crate::operation::process::Process;
use crate::operation::{again, person};
use crate::support::{Client, Live, PostgresDatabase, eventually, standin};
pub use server::{Proxy, RedisServer, deaf_line};

/// Whether the nodes hear each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Over {
    Redis,
    StoreAlone,
}

/// Nodes over one store, each with a client of the same person.
struct Nodes {
    standin: Standin,
    redis: Option<RedisServer>,
    settings: Vec<(String, String)>,
    processes: Vec<Option<Process>>,
    ann: Client,
    folder: tempfile::TempDir,
    database: PostgresDatabase,
}

impl Nodes {
    /// So many nodes; none where they cannot be had, which is said.
    async fn start(count: usize, over: Over, more: &[(&str, &str)]) -> Option<Self> {
        let redis = match over {
            Over::Redis => Some(RedisServer::start().await?),
            Over::StoreAlone => None,
        };
        let address = redis.as_ref().map(RedisServer::url);
        Self::over(count, redis, address, more).await
    }

    async fn over(
        count: usize,
        redis: Option<RedisServer>,
        address: Option<String>,
        more: &[(&str, &str)],
    ) -> Option<Self> {
        let Some(database) = PostgresDatabase::create().await else {
            eprintln!("NOT RUN: several nodes need PostgreSQL (TEST_DB=postgres)");
            return None;
        };
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut settings: Vec<_> = more.iter().map(own).collect();
        settings.push(("TRIBUTARY_DATABASE_URL".to_owned(), database.url()));
        settings.push(("TRIBUTARY_DATABASE_CONNECTIONS".to_owned(), "8".to_owned()));
        settings.extend(address.map(|url| ("TRIBUTARY_REDIS_URL".to_owned(), url)));
        let mut nodes = Self {
            standin: standin().await,
            redis,
            settings,
            processes: Vec::new(),
            ann: Client::new("http://127.0.0.1:1"),
            folder: tempfile::tempdir().unwrap(),
            database,
        };
        for _ in 0..count {
            let process = nodes.another().await;
            nodes.processes.push(Some(process));
        }
        nodes.ann = person(&nodes.process(0).base, &nodes.standin).await;
        if nodes
            .settings
            .iter()
            .any(|(name, _)| name == "TRIBUTARY_REDIS_URL")
        {
            for at in 0..count {
                nodes.becomes(at, "ready").await;
            }
        }
        Some(nodes)
    }

    async fn another(&self) -> Process {
        let settings: Vec<_> = self.settings.iter().map(|(n, v)| (&**n, &**v)).collect();
        Process::start(&self.folder.path().join("data"), &settings).await
    }

    fn process(&self, at: usize) -> &Process {
        self.processes[at].as_ref().expect("this node runs")
    }

    /// Ends a node as the machine would.
    fn kill(&mut self, at: usize) {
        self.processes[at].take().expect("this node runs").kill();
    }

    /// Ends a node in an orderly way.
    async fn stop(&mut self, at: usize) {
        let mut process = self.processes[at].take().expect("this node runs");
        process.terminate();
        let status = process.ended(Duration::from_secs(30)).await;
        assert_eq!(status.code(), Some(0), "{}", process.log());
    }

    async fn start_again(&mut self, at: usize) {
        self.processes[at] = Some(self.another().await);
    }

    /// The person at a node.
    fn at(&self, node: usize) -> Client {
        again(&self.process(node).base, &self.ann)
    }

    /// Waits until a node says this of itself.
    async fn becomes(&self, node: usize, status: &str) {
        let client = self.at(node);
        eventually(status, || async {
            let said = client.get("/readyz").await;
            (said.json()["status"] == status).then_some(())
        })
        .await;
    }

    /// The kinds of a thread's message events, in order.
    async fn kinds(&self, thread: &str) -> Vec<String> {
        use sea_orm::{ConnectionTrait, Database, Statement};
        let connection = Database::connect(self.database.url()).await.unwrap();
        let sql = "SELECT kind FROM event_log WHERE scope = $1 AND kind LIKE 'message.%' ORDER BY seq";
        let scope = [format!("t:{thread}").into()];
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, scope);
        let rows = connection.query_all_raw(statement).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| row.try_get("", "kind").unwrap()).collect()
    }

    /// Begins to read an answer from a node.
    async fn reader(&self, node: usize, thread: &str, reply: &str) -> Reader {
        let path = format!("/api/v1/threads/{thread}/messages/{reply}/stream");
        let accept = [("accept", "text/event-stream")];
        let opened = self.at(node).open(http::Method::GET, &path, &accept, "").await;
        assert_eq!(opened.status(), 200);
        Reader {
            live: Live::new(opened.into_body()),
            text: String::new(),
            status: Value::Null,
        }
    }
}

/// Somebody who reads an answer as it comes.
struct Reader {
    live: Live,
    text: String,
    status: Value,
}

impl Reader {
    fn over(live: Live, text: String) -> Self {
        Self {
            live,
            text,
            status: Value::Null,
        }
    }

    /// Reads on until there are so many words more.
    async fn words(&mut self, more: usize) {
        let before = self.text.split_whitespace().count();
        while self.text.split_whitespace().count() < before + more {
            assert!(self.read().await, "the answer ended early: {:?}", self.status);
        }
    }

    /// Reads what a node has sent before it fell silent.
    async fn what_is_there(&mut self) {
        while let Ok(true) = tokio::time::timeout(Duration::from_secs(1), self.read()).await {}
    }

    /// Reads to the end; answers the status that was told.
    async fn end(&mut self) -> &Value {
        while self.read().await {}
        &self.status
    }

    async fn read(&mut self) -> bool {
        let Some(event) = self.live.next().await else {
            return false;
        };
        match event.kind() {
            "text-delta" => self.text.push_str(event.data["delta"].as_str().unwrap()),
            "data-status" => self.status = event.data["data"]["status"].clone(),
            _ => {}
        }
        !event.is_done
    }
}
