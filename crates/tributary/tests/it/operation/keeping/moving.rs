//! Moves to the other database and to a bucket, and back.

use std::path::Path;

use serde_json::json;

use super::{Ground, contents, everything_is_there, furnish, refuses, stop, works};
use crate::operation::process::Process;
use crate::support::PostgresDatabase;

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
