//! What the doctor sees; roles; stores of other versions.

use serde_json::Value;

use super::{Ground, refuses, run, stop};
use crate::operation::process::{Process, command};
use crate::support::Client;

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
