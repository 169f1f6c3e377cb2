//! A reader that hangs, dies, eats memory or talks without end costs its file that step and nothing else. Where a stranger's
//! file would be needed that kills our reader (we know none), a script stands in for the reader; the limits are the real
//! ones, and the memory hog is the real reader.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use http::Method;

use super::reading::png;
use super::{processed, sent, step, texts};
use crate::files::{id, objects, uploaded};
use crate::support::{TestApp, eventually};

/// A program that stands in for the reader, except where it says whether a file is safe.
fn stand_in(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("reader");
    let real = env!("CARGO_BIN_EXE_tributary");
    let script = format!("#!/bin/sh\n[ \"$2\" = inspect ] && exec {real} \"$@\"\n{script}\n");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

async fn with_reader(folder: &Path, script: &str, seconds: u64) -> TestApp {
    let reader = stand_in(folder, script);
    TestApp::with(|config| {
        config.files.reader = Some(reader);
        config.files.reader_seconds = seconds;
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_hangs_is_ended_with_what_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let child = folder.path().join("child");
    let script = format!("sleep 600 & echo $! > {}; wait", child.display());
    let app = with_reader(folder.path(), &script, 5).await;
    let ann = app.person("ann").await;
    let file = sent(&ann, "a.txt", b"hello").await;
    assert_eq!(step(&file, "text"), ("failed", "it took too long"));
    assert_eq!(step(&file, "index").0, "done");
    let child = std::fs::read_to_string(child).unwrap();
    let process = PathBuf::from(format!("/proc/{}", child.trim()));
    eventually("its child is gone, too", || async {
        let state = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
        // Nobody may have collected it yet.
        (state.is_empty() || state.contains(") Z ")).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_reader_said_before_it_was_killed_counts() {
    let folder = tempfile::tempdir().unwrap();
    let script =
        r#"echo '{"page":{"number":1,"text":"so far"}}'; echo '{"page":{"number":2,"te'; kill -9 $$"#;
    let app = with_reader(folder.path(), script, 30).await;
    let ann = app.person("ann").await;
    let file = sent(&ann, "a.txt", b"hello").await;
    assert_eq!(
        step(&file, "text"),
        ("failed", "reading it took more than a file may take")
    );
    assert_eq!(texts(&ann, &file).await, [(1, "so far".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_talks_without_end_is_not_listened_to() {
    let folder = tempfile::tempdir().unwrap();
    let app = with_reader(folder.path(), "exec cat /dev/zero", 60).await;
    let ann = app.person("ann").await;
    let file = sent(&ann, "a.txt", b"hello").await;
    assert_eq!(step(&file, "text"), ("failed", "there was too much of it"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_has_so_much_memory_and_no_more() {
    let app = TestApp::with(|config| config.files.reader_memory_mb = 256).await;
    let ann = app.person("ann").await;
    // The same reader under the same limit reads what is small.
    let small = sent(&ann, "small.png", &png(64, 64)).await;
    assert_eq!(step(&small, "preview").0, "done");
    let large = sent(&ann, "large.bmp", &bmp(9_900, 9_900)).await;
    let why = "reading it took more than a file may take";
    assert_eq!(step(&large, "preview"), ("failed", why));
    assert_eq!(
        (large["status"].as_str(), step(&large, "index").0),
        (Some("ready"), "done")
    );
}

/// A bitmap of one colour whose rows are told in a few bytes: small as a file, large as a picture.
fn bmp(width: u32, height: u32) -> Vec<u8> {
    let mut body = Vec::new();
    for _ in 0..height {
        let mut left = width;
        while left > 0 {
            let run = left.min(255);
            body.extend([run as u8, 1]);
            left -= run;
        }
        body.extend([0, 0]);
    }
    body.extend([0, 1]);
    let offset = 54 + 1024_u32;
    let mut bytes = b"BM".to_vec();
    for field in [offset + body.len() as u32, 0, offset, 40, width, height] {
        bytes.extend(field.to_le_bytes());
    }
    // One plane, eight bits, compressed by runs.
    bytes.extend([1, 0, 8, 0]);
    for field in [1, body.len() as u32, 0, 0, 256, 0] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend([0x40; 1024]);
    bytes.extend(body);
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_deleted_while_it_is_read_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let gate = folder.path().join("gate");
    let picture = r#"{"picture":{"picture":{"page":1,"mime":"image/png","width":1,"height":1},"length":2}}"#;
    let script = format!(
        "touch {0}.begun; while [ ! -e {0} ]; do sleep 0.05; done; printf '%s\\nXX' '{picture}'; echo '\"done\"'",
        gate.display()
    );
    let app = with_reader(folder.path(), &script, 60).await;
    let ann = app.person("ann").await;
    let file = uploaded(&ann, "a.png", &png(8, 8)).await;
    let begun = gate.with_extension("begun");
    eventually("it is being read", || async { begun.exists().then_some(()) }).await;
    let path = format!("/api/v1/files/{}", id(&file));
    ann.send(Method::DELETE, &path, &[], Vec::new()).await.expect(200);
    std::fs::write(&gate, "").unwrap();
    eventually("no object is left", || async {
        objects(&app).is_empty().then_some(())
    })
    .await;
    ann.get(&path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_files_wait_for_their_turn() {
    let app = TestApp::with(|config| config.files.readers = 1).await;
    let ann = app.person("ann").await;
    let mut files = Vec::new();
    for number in 0..5 {
        files.push(
            uploaded(
                &ann,
                &format!("{number}.txt"),
                format!("text {number}").as_bytes(),
            )
            .await,
        );
    }
    for (number, file) in files.iter().enumerate() {
        let file = processed(&ann, file).await;
        assert_eq!(texts(&ann, &file).await, [(1, format!("text {number}"))]);
    }
}
