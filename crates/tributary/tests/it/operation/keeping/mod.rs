//! Backups that are made while people write, and put back; moves to the other database; what the doctor sees.

mod backups;
mod looking;
mod moving;

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};

use super::process::{Process, command};
use crate::support::{Client, PostgresDatabase, eventually};

/// Runs a command to its end.
async fn run(data: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = command(data, settings);
    command
        .args(arguments)
        .env("TRIBUTARY_LOG_FILTER", "off")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

async fn works(data: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> String {
    let output = run(data, settings, arguments).await;
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{arguments:?}: {said}");
    said
}

/// Fails unless it ended with one clear sentence that has this in it.
async fn refuses(data: &Path, settings: &[(&str, &str)], arguments: &[&str], sentence: &str) {
    let output = run(data, settings, arguments).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    assert!(said.contains(sentence), "{arguments:?}: {said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
}

/// A place for an installation: a folder, and a database where the suite runs on PostgreSQL.
struct Ground {
    folder: tempfile::TempDir,
    database: Option<PostgresDatabase>,
    url: String,
}

impl Ground {
    async fn new() -> Self {
        let database = PostgresDatabase::create().await;
        let url = database.as_ref().map(PostgresDatabase::url).unwrap_or_default();
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            database,
            url,
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn settings(&self) -> Vec<(&str, &str)> {
        match self.database {
            Some(_) => vec![("TRIBUTARY_DATABASE_URL", &self.url)],
            None => Vec::new(),
        }
    }

    async fn serve(&self) -> Process {
        Process::start(&self.data(), &self.settings()).await
    }
}

async fn stop(mut process: Process) {
    process.terminate();
    process.ended(Duration::from_secs(40)).await;
}

async fn signed_in(base: &str) -> Client {
    let mut client = Client::new(base);
    let body = json!({ "email": "ann@example.org", "password": "a good long password" });
    let answer = client.post("/api/v1/auth/login", &body).await;
    answer.expect(200);
    client.bearer(answer.data()["access_token"].as_str().unwrap());
    client
}

const LETTER: &[u8] = b"The quick brown xylophone jumps over the lazy zither.";

/// Ann with a file, and a thread with words that are searched for.
async fn furnish(base: &str, standin: &providers::standin::Standin) -> (Client, String, String) {
    let ann = super::person(base, standin).await;
    let file = crate::files::uploaded(&ann, "letter.txt", LETTER).await;
    let file = crate::files::id(&file).to_owned();
    crate::files::until(&ann, &file, "ready").await;
    let thread = ann.thread().await;
    ann.post(
        &format!("/api/v1/threads/{thread}/messages"),
        &json!({ "content": "a marmalade lighthouse", "reply": false }),
    )
    .await
    .expect(201);
    (ann, file, thread)
}

/// Fails unless everything of Ann's is here, opens and is found.
async fn everything_is_there(base: &str, file: &str, thread: &str) -> Client {
    let ann = signed_in(base).await;
    let url = crate::files::file(&ann, file).await["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let content = ann.get(&url).await;
    content.expect(200);
    assert_eq!(content.text().as_bytes(), LETTER);
    let said = ann.messages(thread).await;
    assert_eq!(said[0]["content"], "a marmalade lighthouse");
    for word in ["marmalade", "xylophone"] {
        eventually("search finds it", || async {
            let found = ann.get(&format!("/api/v1/search?q={word}")).await.data();
            (found.to_string().contains(word)).then_some(())
        })
        .await;
    }
    ann
}

async fn contents(ann: &Client, thread: &str) -> Vec<String> {
    let mut there = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/threads/{thread}/messages?branch=all&limit=200{cursor}");
        let page = ann.get(&path).await.json();
        let rows = page["data"].as_array().unwrap();
        there.extend(rows.iter().map(|m| m["content"].as_str().unwrap().to_owned()));
        match page["page"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return there,
        }
    }
}

async fn epoch(ann: &Client, thread: &str) -> i64 {
    let snapshot: Value = ann
        .get(&format!("/api/v1/live/snapshot?c=t:{thread}"))
        .await
        .json();
    snapshot["data"]["e"].as_i64().unwrap_or_default()
}
