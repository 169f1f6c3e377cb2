//! Backups that are made while people write, and put back; moves to the other database; what the doctor sees.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join_all;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_while_people_write_restores_all_that_was_acknowledged() {
    let standin = crate::support::standin().await;
    let ground = Ground::new().await;
    let server = ground.serve().await;
    let (ann, file, thread) = furnish(&server.base, &standin).await;
    let safe = ground.folder.path().join("safe").display().to_string();

    let (over, begun) = (AtomicBool::new(false), AtomicBool::new(false));
    let writers = join_all((0..3).map(|writer| {
        let (ann, over, begun) = (ann.clone(), &over, &begun);
        async move {
            let thread = ann.thread().await;
            let path = format!("/api/v1/threads/{thread}/messages");
            let mut before = Vec::new();
            for n in 0.. {
                if over.load(Ordering::SeqCst) {
                    break;
                }
                let content = format!("{writer}-{n}");
                let body = json!({ "content": content, "reply": false });
                ann.post(&path, &body).await.expect(201);
                if !begun.load(Ordering::SeqCst) {
                    before.push(content);
                }
            }
            (thread, before)
        }
    }));
    let backing_up = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        begun.store(true, Ordering::SeqCst);
        let said = works(&ground.data(), &ground.settings(), &["backup", "--to", &safe]).await;
        assert!(said.contains("is whole"), "{said}");
        over.store(true, Ordering::SeqCst);
    };
    let (written, ()) = tokio::join!(writers, backing_up);
    let listed = ann.get("/api/v1/admin/backups").await;
    listed.expect(200);
    assert_eq!(listed.data()[0]["state"], "done");
    assert_eq!(listed.data()[0]["verified"], true);
    let before = ann.get(&format!("/api/v1/threads/{thread}")).await;
    before.expect(200);

    // Beside the server that goes on.
    let beside = Ground::new().await;
    let key = ground.data().join("master.key").display().to_string();
    let restore = ["restore", &safe, "--key", &key];
    works(&beside.data(), &beside.settings(), &restore).await;
    let restored = beside.serve().await;
    let again = everything_is_there(&restored.base, &file, &thread).await;
    for (thread, before) in &written {
        assert!(!before.is_empty(), "there was traffic before");
        let there = contents(&again, thread).await;
        for content in before {
            assert!(there.contains(content), "{content} was acknowledged and is gone");
        }
    }
    // A place with something in it is left alone.
    refuses(&beside.data(), &beside.settings(), &restore, "empty").await;
    stop(restored).await;
    stop(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_not_as_it_was_made_is_refused() {
    let standin = crate::support::standin().await;
    let ground = Ground::new().await;
    let server = ground.serve().await;
    furnish(&server.base, &standin).await;
    let folder = ground.folder.path().join("safe");
    let safe = folder.display().to_string();
    let (data, settings) = (ground.data(), ground.settings());
    works(&data, &settings, &["backup", "--to", &safe]).await;
    works(&data, &settings, &["backup", "verify", &safe]).await;
    let verify = ["backup", "verify", safe.as_str()];

    let backup = std::fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let object = find_file(&backup.join("objects"));
    for file in [backup.join("store"), backup.join("manifest"), object] {
        let whole = std::fs::read(&file).unwrap();
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 4;
        std::fs::write(&file, &flipped).unwrap();
        refuses(&data, &settings, &verify, "damaged").await;
        std::fs::write(&file, &whole[..whole.len() - 9]).unwrap();
        refuses(&data, &settings, &verify, "damaged").await;
        std::fs::remove_file(&file).unwrap();
        refuses(&data, &settings, &verify, "").await;
        std::fs::write(&file, &whole).unwrap();
    }
    works(&data, &settings, &verify).await;

    // Another key, and none; what is refused leaves nothing behind.
    let beside = Ground::new().await;
    let other = ground.folder.path().join("other.key");
    kit::vault::MasterKeys::generate().save(&other).unwrap();
    let other = other.display().to_string();
    let restore = ["restore", safe.as_str(), "--key", &other];
    refuses(&beside.data(), &beside.settings(), &restore, "another key").await;
    refuses(&beside.data(), &beside.settings(), &restore[..2], "master key").await;
    let key = data.join("master.key").display().to_string();
    let store = backup.join("store");
    let whole = std::fs::read(&store).unwrap();
    std::fs::write(&store, &whole[..whole.len() / 2]).unwrap();
    let restore = ["restore", safe.as_str(), "--key", &key];
    refuses(&beside.data(), &beside.settings(), &restore, "damaged").await;
    std::fs::write(&store, &whole).unwrap();
    works(&beside.data(), &beside.settings(), &restore).await;
    stop(server).await;
}

fn find_file(folder: &Path) -> PathBuf {
    let first = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    if first.is_dir() { find_file(&first) } else { first }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passphrase_alone_opens_an_incremental_backup() {
    let standin = crate::support::standin().await;
    let ground = Ground::new().await;
    let server = ground.serve().await;
    let (ann, file, thread) = furnish(&server.base, &standin).await;
    let safe = ground.folder.path().join("safe").display().to_string();
    let words = ground.folder.path().join("words");
    std::fs::write(&words, "a passphrase that is long enough\n").unwrap();
    let words = words.display().to_string();
    let (data, settings) = (ground.data(), ground.settings());
    let backup = [
        "backup",
        "--to",
        &safe,
        "--incremental",
        "--passphrase-file",
        &words,
    ];
    works(&data, &settings, &backup).await;
    crate::files::uploaded(&ann, "more.txt", b"more of it").await;
    let said = works(&data, &settings, &backup).await;
    assert!(
        !said.contains("(0 of them") && said.contains("of them copied now"),
        "{said}"
    );
    let beside = Ground::new().await;
    let wrong = ground.folder.path().join("wrong");
    std::fs::write(&wrong, "a passphrase that is long enoug").unwrap();
    let wrong = wrong.display().to_string();
    let restore = ["restore", &safe, "--passphrase-file", &wrong];
    refuses(&beside.data(), &beside.settings(), &restore, "another key").await;
    let restore = ["restore", &safe, "--passphrase-file", &words];
    works(&beside.data(), &beside.settings(), &restore).await;
    let restored = beside.serve().await;
    everything_is_there(&restored.base, &file, &thread).await;
    stop(restored).await;
    stop(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_connected_begins_anew_after_a_restore() {
    let standin = crate::support::standin().await;
    let ground = Ground::new().await;
    let server = ground.serve().await;
    let (ann, _, thread) = furnish(&server.base, &standin).await;
    let before = epoch(&ann, &thread).await;
    let safe = ground.folder.path().join("safe").display().to_string();
    works(&ground.data(), &ground.settings(), &["backup", "--to", &safe]).await;
    stop(server).await;
    let key = ground.data().join("master.key").display().to_string();
    let beside = Ground::new().await;
    works(
        &beside.data(),
        &beside.settings(),
        &["restore", &safe, "--key", &key],
    )
    .await;
    let restored = beside.serve().await;
    let ann = signed_in(&restored.base).await;
    let after = epoch(&ann, &thread).await;
    assert!(after > before && after > 1_000_000, "{before}, then {after}");
    stop(restored).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_grows_to_postgresql_and_comes_back() {
    let Some(database) = PostgresDatabase::create().await else {
        return;
    };
    let standin = crate::support::standin().await;
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("small");
    let server = Process::start(&small, &[]).await;
    let (_, file, thread) = furnish(&server.base, &standin).await;
    let url = database.url();
    refuses(&small, &[], &["grow", "--to", &url], "stop it first").await;
    stop(server).await;

    works(&small, &[], &["grow", "--to", &url]).await;
    refuses(&small, &[], &["serve"], "has moved to").await;
    let large = [("TRIBUTARY_DATABASE_URL", url.as_str())];
    let server = Process::start(&small, &large).await;
    let ann = everything_is_there(&server.base, &file, &thread).await;
    ann.post(
        &format!("/api/v1/threads/{thread}/messages"),
        &json!({ "content": "written in the large place", "reply": false }),
    )
    .await
    .expect(201);
    stop(server).await;

    let back = folder.path().join("back").display().to_string();
    works(&small, &large, &["grow", "--to", &back]).await;
    refuses(&small, &large, &["serve"], "has moved to").await;
    let server = Process::start(Path::new(&back), &[]).await;
    let ann = everything_is_there(&server.base, &file, &thread).await;
    let said = contents(&ann, &thread).await;
    assert!(said.contains(&"written in the large place".to_owned()));
    stop(server).await;
    works(&small, &[], &["grow", "--reopen"]).await;
    stop(Process::start(&small, &[]).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_broken_off_goes_on_and_is_not_served_before() {
    use db::copy::{Snapshot, Target, marks};
    let Some(database) = PostgresDatabase::create().await else {
        return;
    };
    let standin = crate::support::standin().await;
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("small");
    let server = Process::start(&small, &[]).await;
    let (_, file, thread) = furnish(&server.base, &standin).await;
    stop(server).await;
    // As a move leaves it that died after some tables.
    let store = small.join("tributary.db");
    let from = db::DbConfig::Sqlite {
        path: store.clone(),
        sync_every_commit: false,
    };
    let source = Target::existing(&from).await.unwrap().unwrap();
    let to = db::DbConfig::Postgres {
        url: kit::secret::Secret::new(database.url()),
        connections: 2,
    };
    let target = Target::connect(&to).await.unwrap();
    target.make(&db::migration::names()).await.unwrap();
    let name = format!("from {}", store.canonicalize().unwrap().display());
    marks::set(target.conn(), marks::ARRIVING, Some(&name))
        .await
        .unwrap();
    let snapshot = Snapshot::take(source.conn()).await.unwrap();
    let half = snapshot.tables().len() / 2;
    for table in &snapshot.tables()[..half] {
        let filling = target.fill().await.unwrap();
        let here = filling.table(table).unwrap();
        let mut batches = snapshot.read(table).await.unwrap();
        while let Some(batch) = batches.next().await.unwrap() {
            filling.write(&here, &batch).await.unwrap();
        }
        filling.finish().await.unwrap();
    }
    snapshot.end().await.unwrap();
    source.close().await.unwrap();
    target.close().await.unwrap();
    let url = database.url();
    let large = [("TRIBUTARY_DATABASE_URL", url.as_str())];
    refuses(&small, &large, &["serve"], "not finished").await;
    let said = works(&small, &[], &["grow", "--to", &url]).await;
    assert!(said.contains("it goes on"), "{said}");
    let server = Process::start(&small, &large).await;
    everything_is_there(&server.base, &file, &thread).await;
    stop(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_sees_what_is_wrong_and_says_what_to_do() {
    let ground = Ground::new().await;
    let (data, settings) = (ground.data(), ground.settings());
    stop(ground.serve().await).await;
    let checks = async |settings: &[(&str, &str)], healthy: bool| -> Value {
        let output = run(&data, settings, &["doctor", "--json"]).await;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.success(), healthy, "{said}");
        serde_json::from_str(&said).unwrap()
    };
    let state = |checks: &Value, name: &str| {
        let found = checks.as_array().unwrap().iter().find(|c| c["check"] == name);
        found.map(|c| c["state"].as_str().unwrap().to_owned())
    };
    let well = checks(&settings, true).await;
    for name in ["store", "schema", "keys", "clock", "disk", "master key"] {
        assert_eq!(state(&well, name).as_deref(), Some("ok"), "{name}: {well}");
    }
    use std::os::unix::fs::PermissionsExt;
    let key = data.join("master.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(
        state(&checks(&settings, false).await, "master key").as_deref(),
        Some("fail")
    );
    kit::vault::MasterKeys::generate().save(&key).unwrap();
    assert_eq!(
        state(&checks(&settings, false).await, "keys").as_deref(),
        Some("fail")
    );
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let redis = format!("redis://:secret-in-a-setting@127.0.0.1:{port}");
    let mut with = settings.clone();
    with.push(("TRIBUTARY_REDIS_URL", &redis));
    let seen = checks(&with, false).await;
    assert_eq!(state(&seen, "redis").as_deref(), Some("fail"));
    assert!(!seen.to_string().contains("secret-in-a-setting"));
    let output = run(&data, &[("TRIBUTARY_NO_SUCH_KEY", "1")], &["doctor"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("no_such_key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_by_the_clock_and_by_an_administrator() {
    let standin = crate::support::standin().await;
    let ground = Ground::new().await;
    let folder = ground.folder.path().join("safe");
    let safe = folder.display().to_string();
    let mut settings = ground.settings();
    settings.extend([
        ("TRIBUTARY_BACKUP_TO", safe.as_str()),
        ("TRIBUTARY_BACKUP_EVERY", "0.0003"),
        ("TRIBUTARY_BACKUP_KEEP", "2"),
    ]);
    let server = Process::start(&ground.data(), &settings).await;
    let ann = super::person(&server.base, &standin).await;
    eventually("three were made, and two are kept", || async {
        let made = ann.get("/api/v1/admin/backups").await.data();
        let done = made
            .as_array()
            .unwrap()
            .iter()
            .filter(|b| b["state"] == "done")
            .count();
        let kept = std::fs::read_dir(&folder).map_or(0, Iterator::count);
        (done >= 3 && kept <= 3).then_some(())
    })
    .await;
    eventually("one more begins", || async {
        let asked = ann.post("/api/v1/admin/backups", &json!({})).await;
        (asked.status == 202).then_some(())
    })
    .await;
    let system = ann.get("/api/v1/admin/system").await;
    system.expect(200);
    assert!(system.data()["doctor"].as_array().unwrap().len() > 5);
    let mut bob = Client::new(&server.base);
    let body = json!({ "email": "bob@example.org", "password": "a good long password", "full_name": "Bob" });
    let joined = bob.post("/api/v1/auth/register", &body).await;
    bob.bearer(joined.data()["access_token"].as_str().unwrap());
    bob.get("/api/v1/admin/system")
        .await
        .expect_error(403, "FORBIDDEN");
    bob.get("/api/v1/admin/backups")
        .await
        .expect_error(403, "FORBIDDEN");
    bob.post("/api/v1/admin/backups", &json!({}))
        .await
        .expect_error(403, "FORBIDDEN");
    stop(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_and_files_lie_in_a_bucket_too() {
    let Ok(s3) = std::env::var("TEST_S3") else {
        eprintln!("NOT RUN over S3: TEST_S3 names no server");
        return;
    };
    let standin = crate::support::standin().await;
    let ground = Ground::new().await;
    let server = ground.serve().await;
    let (_, file, thread) = furnish(&server.base, &standin).await;
    let unique = kit::ids::new_id().simple().to_string();
    let safe = format!("s3+{s3}/{unique}/safe");
    let (data, settings) = (ground.data(), ground.settings());
    works(&data, &settings, &["backup", "--to", &safe]).await;
    let said = works(&data, &settings, &["backup", "--to", &safe, "--incremental"]).await;
    assert!(said.contains("(0 of them copied now)"), "{said}");
    works(&data, &settings, &["backup", "verify", &safe]).await;
    stop(server).await;

    // Restored into a bucket of its own.
    let beside = Ground::new().await;
    let (login, host) = s3.split_once("://").unwrap().1.split_once('@').unwrap();
    let (access, secret) = login.split_once(':').unwrap();
    let (host, bucket) = host.split_once('/').unwrap();
    let (endpoint, prefix) = (format!("http://{host}"), format!("{unique}/files"));
    let mut settings = beside.settings();
    settings.extend([
        ("TRIBUTARY_S3_BUCKET", bucket),
        ("TRIBUTARY_S3_ENDPOINT", endpoint.as_str()),
        ("TRIBUTARY_S3_ACCESS_KEY", access),
        ("TRIBUTARY_S3_SECRET_KEY", secret),
        ("TRIBUTARY_S3_PREFIX", prefix.as_str()),
    ]);
    let key = data.join("master.key").display().to_string();
    works(&beside.data(), &settings, &["restore", &safe, "--key", &key]).await;
    let restored = Process::start(&beside.data(), &settings).await;
    everything_is_there(&restored.base, &file, &thread).await;
    stop(restored).await;

    // And from there back into a folder.
    let back = beside.folder.path().join("back").display().to_string();
    works(&beside.data(), &settings, &["grow", "--to", &back]).await;
    let server = Process::start(Path::new(&back), &[]).await;
    everything_is_there(&server.base, &file, &thread).await;
    stop(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_does_the_work_of_its_role() {
    let ground = Ground::new().await;
    let mut worker = command(&ground.data(), &ground.settings());
    worker.args(["serve", "--role", "worker"]);
    let worker = Process::run(worker, &ground.data()).await;
    let nobody = Client::new(&worker.base);
    nobody.get("/healthz").await.expect(200);
    nobody.get("/readyz").await.expect(200);
    nobody.get("/api/v1/auth/setup").await.expect(404);
    nobody.get("/").await.expect(404);
    let address = worker.base.trim_start_matches("http://").to_owned();
    let healthy = async |address: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tributary"));
        command.env_clear().args(["--listen", address, "healthy"]);
        tokio::task::spawn_blocking(move || command.output().unwrap().status.success())
            .await
            .unwrap()
    };
    assert!(healthy(&address).await);
    stop(worker).await;
    assert!(!healthy(&address).await);
    let mut web = command(&ground.data(), &ground.settings());
    web.args(["serve", "--role", "web"]);
    let web = Process::run(web, &ground.data()).await;
    Client::new(&web.base).get("/api/v1/auth/setup").await.expect(200);
    stop(web).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_another_version_is_copied_or_left_alone() {
    use sea_orm::{ConnectionTrait, Database};
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    stop(Process::start(&data, &[]).await).await;
    let change = async |sql: &str| {
        let url = format!("sqlite://{}", data.join("tributary.db").display());
        let store = Database::connect(url).await.unwrap();
        store.execute_unprepared(sql).await.unwrap();
        store.close().await.unwrap();
    };
    assert!(!data.join("before-upgrades").exists());
    // As the version before left it.
    change("DROP TABLE backups; DROP TABLE store_marks; DELETE FROM seaql_migrations WHERE version LIKE '%_keeping'").await;
    stop(Process::start(&data, &[]).await).await;
    let copies: Vec<_> = std::fs::read_dir(data.join("before-upgrades")).unwrap().collect();
    assert_eq!(copies.len(), 1);
    // As a version to come will leave it.
    change("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m2099_01_01_000001_later', 0)").await;
    refuses(&data, &[], &["serve"], "newer version").await;
    let copies: Vec<_> = std::fs::read_dir(data.join("before-upgrades")).unwrap().collect();
    assert_eq!(copies.len(), 1);
}
