//! Backups that are made while people write, and put back; those that are not as they were made.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join_all;
use serde_json::json;

use super::{Ground, contents, epoch, everything_is_there, furnish, refuses, signed_in, stop, works};
use crate::operation::process::Process;
use crate::support::{Client, eventually};

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
    let ann = super::super::person(&server.base, &standin).await;
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
