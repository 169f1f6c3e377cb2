//! How files come in.

use http::Method;
use serde_json::json;

use super::{FORM, PNG, eicar, file, form, id, objects, text, until, upload, uploaded};
use crate::support::{TestApp, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_uploaded_listed_and_fetched() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bytes = text(300_000);
    let sent = uploaded(&ann, "notes.txt", &bytes).await;
    assert_eq!(sent["name"], "notes.txt");
    assert_eq!(sent["type"], "text/plain");
    assert_eq!(sent["size"], 300_000);
    let hash: String = kit::vault::sha256(&bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert_eq!(sent["sha256"], hash);
    assert_eq!(sent["visibility"], "private");
    let ready = until(&ann, id(&sent), "ready").await;
    assert_eq!(ready["steps"][0]["name"], "scan");
    assert_eq!(ready["steps"][0]["state"], "done");
    let answer = app.client().get(ready["url"].as_str().unwrap()).await;
    answer.expect(200);
    assert!(answer.bytes == bytes);
    let listed = ann.get("/api/v1/files").await;
    listed.expect(200);
    assert_eq!(listed.data()[0]["id"], sent["id"]);
    // Neither the name nor the bytes lie open anywhere.
    let lies_open = |needle: &[u8]| {
        objects(&app).iter().any(|name| {
            let bytes = std::fs::read(app.folder().join("blobs").join(name)).unwrap();
            bytes.windows(needle.len()).any(|window| window == needle)
        })
    };
    assert!(!lies_open(b"line 100\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_are_kept_once_and_as_long_as_one_file_has_them() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let one = uploaded(&ann, "one.png", PNG).await;
    let two = uploaded(&ann, "two.png", PNG).await;
    let kept = || async { (objects(&app).len() == 1).then_some(()) };
    eventually("the second object goes", kept).await;
    ann.delete(&format!("/api/v1/files/{}", id(&one)))
        .await
        .expect(200);
    let rest = file(&ann, id(&two)).await;
    let answer = app.client().get(rest["url"].as_str().unwrap()).await;
    answer.expect(200);
    assert_eq!(&answer.bytes[..], PNG);
    ann.delete(&format!("/api/v1/files/{}", id(&two)))
        .await
        .expect(200);
    let gone = || async { objects(&app).is_empty().then_some(()) };
    eventually("the object goes with its last file", gone).await;
    ann.get(&format!("/api/v1/files/{}", id(&two)))
        .await
        .expect_error(404, "NOT_FOUND");
    app.client()
        .get(rest["url"].as_str().unwrap())
        .await
        .expect_error(404, "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_safe_is_refused_and_its_bytes_are_gone() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let mut program = vec![0; 4096];
    program[..4].copy_from_slice(b"\x7fELF");
    for (name, bytes) in [("harmless.txt", eicar()), ("photo.jpg", program)] {
        let answer = upload(&ann, name, &bytes).await;
        answer.expect_error(422, "FILE_REJECTED");
        let details = answer.json()["details"].clone();
        assert_eq!(details[0]["field"], "reason", "{details}");
        let rejected = file(&ann, details[1]["message"].as_str().unwrap()).await;
        assert_eq!(rejected["status"], "rejected");
        assert_eq!(rejected["reason"], details[0]["message"]);
        assert_eq!(rejected["url"], json!(null));
    }
    let gone = || async { objects(&app).is_empty().then_some(()) };
    eventually("the bytes are gone", gone).await;
    let trail = ann.get("/api/v1/admin/audit?action=file.rejected").await;
    trail.expect(200);
    assert_eq!(trail.data().as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_upload_is_the_first_one() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let send = |bytes: &'static [u8]| {
        let headers = [FORM, ("idempotency-key", "once")];
        let (ann, form) = (ann.clone(), form("a.txt", bytes));
        async move { ann.send(Method::POST, "/api/v1/files", &headers, form).await }
    };
    let first = send(b"hello").await;
    first.expect(201);
    let again = send(b"hello").await;
    again.expect(201);
    assert_eq!(first.data()["id"], again.data()["id"]);
    send(b"other").await.expect_error(409, "CONFLICT");
    assert_eq!(objects(&app).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_that_are_none_are_told_so() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let send = |form: Vec<u8>| {
        let ann = ann.clone();
        async move { ann.send(Method::POST, "/api/v1/files", &[FORM], form).await }
    };
    ann.post("/api/v1/files", &json!({}))
        .await
        .expect_error(415, "UNSUPPORTED_MEDIA_TYPE");
    send(Vec::new()).await.expect_error(400, "INVALID_JSON");
    send(b"--cut--\r\n".to_vec())
        .await
        .expect_error(422, "VALIDATION_FAILED");
    let empty = upload(&ann, "a.txt", b"").await;
    empty.expect_error(422, "VALIDATION_FAILED");
    assert!(empty.text().contains("The file is empty."));
    let odd = b"--cut\r\nContent-Disposition: form-data; name=\"visibility\"\r\n\r\neverybody\r\n--cut--\r\n";
    send(odd.to_vec()).await.expect_error(422, "VALIDATION_FAILED");
    let whole = form("a.txt", b"hello");
    send(whole[..whole.len() - 12].to_vec())
        .await
        .expect_error(400, "INVALID_JSON");
    let long = [b"--cut\r\nX: ".to_vec(), vec![b'x'; 3 << 20]].concat();
    send(long).await.expect_error(413, "PAYLOAD_TOO_LARGE");
    assert!(objects(&app).is_empty());
    assert_eq!(ann.get("/api/v1/files").await.data(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_bound_each_file_and_all_together() {
    let app = TestApp::with(|config| {
        config.files.free_file_mb = 1;
        config.files.free_total_mb = 2;
    })
    .await;
    let ann = app.person("ann").await;
    let refused = upload(&ann, "a.txt", &text(1_000_001)).await;
    refused.expect_error(413, "PAYLOAD_TOO_LARGE");
    assert!(refused.text().contains("at most 1 MB"), "{}", refused.text());
    uploaded(&ann, "a.txt", &text(1_000_000)).await;
    uploaded(&ann, "b.txt", &text(999_999)).await;
    let refused = upload(&ann, "c.txt", &text(500_000)).await;
    refused.expect_error(413, "PAYLOAD_TOO_LARGE");
    assert!(
        refused.text().contains("together on its plan"),
        "{}",
        refused.text()
    );
    assert_eq!(objects(&app).len(), 2);
    let first = ann.get("/api/v1/files").await.data()[0].clone();
    ann.delete(&format!("/api/v1/files/{}", id(&first)))
        .await
        .expect(200);
    uploaded(&ann, "c.txt", &text(500_000)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_files_at_once_all_arrive() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let uploads = (0..200).map(|n| {
        let ann = ann.clone();
        async move { uploaded(&ann, &format!("{n}.txt"), format!("file number {n}").as_bytes()).await }
    });
    futures::future::join_all(uploads).await;
    let mut names = Vec::new();
    let mut cursor = String::new();
    loop {
        let answer = ann.get(&format!("/api/v1/files?limit=77{cursor}")).await.json();
        names.extend(
            answer["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|f| f["name"].to_string()),
        );
        match answer["page"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 200);
}
