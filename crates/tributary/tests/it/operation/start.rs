//! Started wrongly: one clear sentence, and no half of anything.

use std::path::Path;
use std::process::{Command, Output};

use super::process::{Process, command};

fn run(command: &mut Command) -> Output {
    let quiet = command.env("TRIBUTARY_LOG_FILTER", "off");
    quiet.stderr(std::process::Stdio::piped()).output().unwrap()
}

/// Fails unless it ended with one sentence that has this in it.
#[track_caller]
fn refuses(command: &mut Command, sentence: &str) {
    let output = run(command);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "it should not start");
    assert!(output.status.code().is_some(), "it crashed: {said}");
    assert!(said.contains(sentence), "{said}");
    assert!(said.starts_with("tributary: "), "{said}");
    let shown = said.trim_end();
    // A list of causes may go on over lines only where a file's line is shown.
    assert!(shown.lines().count() <= 8 && shown.len() < 900, "{said}");
    for inside in [
        "panicked",
        "RUST_BACKTRACE",
        "sqlx",
        "Os {",
        "secret-in-a-setting",
    ] {
        assert!(!said.contains(inside), "{said}");
    }
}

#[tokio::test]
async fn each_mistake_has_its_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let broken = file("broken.toml", "listen = [\n");
    refuses(command(&data, &[]).arg("--config").arg(&broken), "not valid TOML");
    let unknown = file("unknown.toml", "[chat]\ndraft_second = 1\n");
    refuses(command(&data, &[]).arg("--config").arg(&unknown), "draft_second");
    let absent = folder.path().join("absent.toml");
    refuses(command(&data, &[]).arg("--config").arg(&absent), "cannot be read");
    for (name, value, sentence) in [
        ("TRIBUTARY_CHAT_DRAIN_SECONDS", "-5", "drain_seconds"),
        ("TRIBUTARY_NO_SUCH_KEY", "secret-in-a-setting", "no_such_key"),
        ("TRIBUTARY_HTTP_ALLOWED_ORIGINS", "[\"*\"]", "exact origins"),
        (
            "TRIBUTARY_DATABASE_URL",
            "mysql://u:secret-in-a-setting@h/d",
            "postgres://",
        ),
        ("TRIBUTARY_VAULT_KEY", "secret-in-a-setting", "key"),
    ] {
        refuses(&mut command(&data, &[(name, value)]), sentence);
    }
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    refuses(
        Command::new(env!("CARGO_BIN_EXE_tributary"))
            .env_clear()
            .args(["--listen", &address, "--data"])
            .arg(&data),
        "cannot be listened on",
    );
    assert!(
        std::fs::read_dir(&data).unwrap().next().is_none(),
        "nothing was begun"
    );
    let in_the_way = file("in-the-way", "a file");
    let inside = in_the_way.join("data");
    refuses(command(&inside, &[]).current_dir(folder.path()), "cannot be made");
    let store = folder.path().join("store");
    std::fs::create_dir_all(store.join("tributary.db")).unwrap();
    let output = run(&mut command(&store, &[]));
    assert!(!output.status.success(), "a folder is no database");
}

#[tokio::test]
async fn a_damaged_store_is_not_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut process = Process::start(&data, &[]).await;
    process.terminate();
    process.ended(super::SOON).await;
    let key = data.join("master.key");
    let right = std::fs::read(&key).unwrap();

    kit::vault::MasterKeys::generate().save(&key).unwrap();
    refuses(&mut command(&data, &[]), "another master key");
    std::fs::write(&key, "not a key").unwrap();
    refuses(&mut command(&data, &[]), "master");
    std::fs::remove_file(&key).unwrap();
    refuses(&mut command(&data, &[]), "master key");
    assert!(!key.exists(), "no new key is made for an old store");
    std::fs::write(&key, &right).unwrap();
    permissions(&key, 0o600);

    let store = data.join("tributary.db");
    let whole = std::fs::read(&store).unwrap();
    std::fs::write(&store, b"this is no database, whatever its name says").unwrap();
    let output = run(&mut command(&data, &[]));
    assert!(!output.status.success());
    assert_eq!(
        std::fs::read(&store).unwrap(),
        b"this is no database, whatever its name says"
    );
    std::fs::write(&store, &whole).unwrap();
    Process::start(&data, &[]).await;
}

fn permissions(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_no_secret() {
    let standin = crate::support::standin().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let settings = [("TRIBUTARY_LOG_FILTER", "trace"), ("TRIBUTARY_LOG_JSON", "true")];
    let process = Process::start(&data, &settings).await;
    let ann = super::person(&process.base, &standin).await;
    let made = ann
        .post("/api/v1/tokens", &serde_json::json!({ "name": "t" }))
        .await;
    let token = made.data()["token"].as_str().unwrap().to_owned();
    let thread = ann.thread().await;
    ann.ask(&thread, "xyzzyplugh", "openai/mock-y").await.expect(201);
    ann.patch(
        "/api/v1/workspace",
        &serde_json::json!({ "system_prompt": "frotzgnusto" }),
    )
    .await
    .expect(200);
    let wrong = serde_json::json!({ "email": "ann@example.org", "password": "a mistyped password" });
    ann.post("/api/v1/auth/login", &wrong).await.expect(401);
    let program = super::again(&process.base, &ann);
    program
        .get(&format!("/api/v1/threads/{thread}"))
        .await
        .expect(200);
    let log = process.log();
    assert!(
        log.contains("answered") && log.contains("request.id"),
        "the log is there: {log:.500}"
    );
    for secret in [
        "a good long password",
        "a mistyped password",
        crate::support::GOOD_KEY,
        ann.token(),
        &token,
        "xyzzyplugh",
        "frotzgnusto",
        "ann@example.org",
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(
            line.is_none(),
            "{secret} is in the log: {:.600}",
            line.unwrap_or_default()
        );
    }
}
