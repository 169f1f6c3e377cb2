//! With the tools of others: tesseract, ffmpeg, poppler. They run where `TEST_DOCUMENT_TOOLS` says that they are
//! installed; what cannot run says so.

use std::process::{Command, Stdio};

use super::{picture_of, scanned, sent, step, texts};
use crate::support::TestApp;

fn there() -> bool {
    let there = std::env::var("TEST_DOCUMENT_TOOLS").is_ok();
    if !there {
        eprintln!("NOT RUN: TEST_DOCUMENT_TOOLS does not say that tesseract and ffmpeg are installed");
    }
    there
}

#[tokio::test(flavor = "multi_thread")]
async fn text_in_pictures_is_read() {
    if !there() {
        return;
    }
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let picture = picture_of("Invoice number 4711");
    let file = sent(&ann, "photo.jpg", &picture.bytes).await;
    assert_eq!(step(&file, "ocr").0, "done");
    assert_eq!(texts(&ann, &file).await, [(1, "Invoice number 4711".to_owned())]);
    let scan = sent(
        &ann,
        "scan.pdf",
        &scanned(&picture.bytes, picture.width, picture.height),
    )
    .await;
    assert_eq!((step(&scan, "text").0, step(&scan, "ocr").0), ("done", "done"));
    assert_eq!(texts(&ann, &scan).await, [(1, "Invoice number 4711".to_owned())]);
    assert_eq!(scan["text_chars"], 19);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_has_a_poster_and_a_length() {
    if !there() {
        return;
    }
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let film = film(
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc=size=320x240:rate=10:duration=2",
            "-c:v",
            "mpeg4",
        ],
        "mp4",
    );
    let file = sent(&ann, "clip.mp4", &film).await;
    assert_eq!(step(&file, "preview"), ("done", ""));
    assert_eq!((&file["width"], &file["height"]), (&320.into(), &240.into()));
    assert_eq!(file["metadata"]["duration_ms"], 2000);
    assert_eq!(file["previews"][0]["width"], 320);
    let sound = film_of_sound();
    let file = sent(&ann, "tone.wav", &sound).await;
    assert_eq!(file["metadata"]["duration_ms"], 1000);
    assert_eq!(file["previews"].as_array().unwrap().len(), 0);
}

fn film_of_sound() -> Vec<u8> {
    film(&["-f", "lavfi", "-i", "sine=frequency=440:duration=1"], "wav")
}

fn film(arguments: &[&str], ending: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("film.{ending}"));
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y"])
        .args(arguments)
        .arg(&path)
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success());
    std::fs::read(path).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_tools_it_is_said_and_nothing_else_is_missing() {
    let app = TestApp::with(|config| "/nowhere".clone_into(&mut config.files.reader_tools)).await;
    let ann = app.person("ann").await;
    let picture = picture_of("Invoice number 4711");
    let file = sent(&ann, "photo.jpg", &picture.bytes).await;
    assert_eq!(step(&file, "preview").0, "done");
    assert_eq!(step(&file, "ocr"), ("skipped", "tesseract is not installed"));
    let film = sent(&ann, "clip.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isommp42").await;
    assert_eq!(step(&film, "preview"), ("skipped", "ffprobe is not installed"));
}
