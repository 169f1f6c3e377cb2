//! Files: how they come in, whether they are safe, how they go out.

mod access;
mod breaking;
mod coming;
mod going;
mod parts;
mod scanner;

use http::Method;
use serde_json::Value;

use crate::support::{Answer, Client, TestApp, eventually};

/// A form with one file in it.
pub fn form(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut form = format!(
        "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    form.extend_from_slice(bytes);
    form.extend_from_slice(b"\r\n--cut--\r\n");
    form
}

/// The header that goes with it.
pub const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=cut");

/// Sends a file.
pub async fn upload(client: &Client, name: &str, bytes: &[u8]) -> Answer {
    let form = form(name, bytes);
    client.send(Method::POST, "/api/v1/files", &[FORM], form).await
}

/// Sends a file that is fine; answers it.
pub async fn uploaded(client: &Client, name: &str, bytes: &[u8]) -> Value {
    let answer = upload(client, name, bytes).await;
    answer.expect(201);
    answer.data()
}

/// The same, once it is served: on a machine that has much to do the verdict comes after the answer.
pub async fn served(client: &Client, name: &str, bytes: &[u8]) -> Value {
    let mut known = uploaded(client, name, bytes).await;
    while known["status"] == "scanning" {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        known = file(client, id(&known)).await;
    }
    known
}

/// Sends a file that the workspace sees.
pub async fn shared(client: &Client, name: &str, bytes: &[u8]) -> Value {
    let file = uploaded(client, name, bytes).await;
    let path = format!("/api/v1/files/{}", id(&file));
    let answer = client
        .patch(&path, &serde_json::json!({ "visibility": "workspace" }))
        .await;
    answer.expect(200);
    answer.data()
}

pub fn id(file: &Value) -> &str {
    file["id"].as_str().unwrap()
}

/// The file as it is now.
pub async fn file(client: &Client, id: &str) -> Value {
    let answer = client.get(&format!("/api/v1/files/{id}")).await;
    answer.expect(200);
    answer.data()
}

/// The file once it has come so far.
pub async fn until(client: &Client, id: &str, status: &str) -> Value {
    eventually(&format!("the file is {status}"), || async {
        let file = file(client, id).await;
        (file["status"] == status).then_some(file)
    })
    .await
}

/// A PNG of one pixel.
pub const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53, 0xde, 0x00,
    0x00, 0x00, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x08, 0xd7, 0x63, 0xf8, 0xcf, 0xc0, 0x00, 0x00, 0x03, 0x01,
    0x01, 0x00, 0x18, 0xdd, 0x8d, 0xb0, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60,
    0x82,
];

/// The test string of the anti-virus industry, in two parts, so that this file is not taken for it.
pub fn eicar() -> Vec<u8> {
    [
        &b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD"[..],
        b"-ANTIVIRUS-TEST-FILE!$H+H*",
    ]
    .concat()
}

/// Bytes that are a text and differ from place to place.
pub fn text(size: usize) -> Vec<u8> {
    (0_u64..)
        .flat_map(|n| format!("line {n}\n").into_bytes())
        .take(size)
        .collect()
}

/// The objects in the store of a server whose store is a folder: relative paths, half-written ones too.
pub fn objects(app: &TestApp) -> Vec<String> {
    let root = app.folder().join("blobs");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap();
                found.push(name.to_string_lossy().into_owned());
            }
        }
    }
    found.sort_unstable();
    found
}

/// The stores of objects that this run has: a folder, and with `TEST_S3=http://key:secret@host:port/bucket` a real S3.
pub fn stores() -> Vec<&'static str> {
    if std::env::var("TEST_S3").is_ok() {
        vec!["folder", "s3"]
    } else {
        eprintln!("NOT RUN over S3: TEST_S3 names no server");
        vec!["folder"]
    }
}

/// A server over one of them.
pub async fn over(store: &str, configure: impl FnOnce(&mut tributary::Config)) -> TestApp {
    let is_s3 = store == "s3";
    TestApp::with(|config| {
        if is_s3 {
            let url: http::Uri = std::env::var("TEST_S3").unwrap().parse().unwrap();
            let (login, host) = url.authority().unwrap().as_str().split_once('@').unwrap();
            let (key, secret) = login.split_once(':').unwrap();
            let environment = [
                ("TRIBUTARY_S3_BUCKET", url.path().trim_matches('/')),
                ("TRIBUTARY_S3_ENDPOINT", &format!("http://{host}")),
                ("TRIBUTARY_S3_ACCESS_KEY", key),
                ("TRIBUTARY_S3_SECRET_KEY", secret),
                ("TRIBUTARY_S3_PREFIX", &format!("test-{}", kit::ids::new_id())),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
            config.s3 = tributary::Config::load(None, environment).unwrap().s3;
        }
        configure(config);
    })
    .await
}
