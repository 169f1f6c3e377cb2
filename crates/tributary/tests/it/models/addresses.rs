//! Where a key's address may lead: never to what is nobody's business, to private networks only by an administrator,
//! and not on to somewhere else.

use providers::ProviderKind;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{Client, GOOD_KEY, TestApp, standin};

async fn put(person: &Client, base_url: &str) -> crate::support::Answer {
    let body = json!({ "key": GOOD_KEY, "base_url": base_url });
    person.put("/api/v1/providers/custom/key", &body).await
}

#[tokio::test]
async fn some_addresses_are_closed_to_everybody() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    for address in [
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:169.254.169.254]/v1",
        "http://[fd00:ec2::254]/v1",
        "http://100.100.100.200/v1",
        "http://168.63.129.16/v1",
        "http://0.0.0.0:8000/v1",
        "http://2130706433/v1",
        "http://0x7f000001/v1",
        "http://0177.0.0.1/v1",
        "http://127.1/v1",
        "http://[::]/v1",
        "http://224.0.0.1/v1",
        "http://127.0.0.1:22/v1",
        "http://127.0.0.1:6379/v1",
        "http://user:secret@127.0.0.1/v1",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
        "ftp://example.org/v1",
        "//example.org/v1",
        "https://example.org/v1?key=1",
        "nonsense",
        "http://",
    ] {
        let answer = put(&ann, address).await;
        answer.expect_error(422, "VALIDATION_FAILED");
        assert_eq!(answer.json()["details"][0]["field"], "base_url", "{address}");
        assert!(
            !answer.text().contains("secret"),
            "{address}: nothing of it is repeated"
        );
    }
    assert!(ann.get("/api/v1/providers").await.text().contains("\"keys\":[]"));
}

#[tokio::test]
async fn private_networks_are_for_administrators() {
    let (app, server) = (TestApp::start().await, standin().await);
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let port = server.address().port();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "[::1]",
    ] {
        let answer = put(&bob, &format!("http://{host}:{port}/v1")).await;
        answer.expect_error(422, "VALIDATION_FAILED");
        assert_eq!(answer.json()["details"][0]["field"], "base_url", "{host}");
    }
    // The usual address of a local server is one of this machine, too.
    bob.put("/api/v1/providers/ollama/key", &json!({ "key": "" }))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    assert_eq!(server.stats().connections, 0, "nobody was even called");
    put(&ann, &format!("http://127.0.0.1:{port}/v1"))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_server_does_not_lead_on_and_must_be_one_of_models() {
    let (app, server) = (TestApp::start().await, standin().await);
    let ann = app.person("ann").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = listener.local_addr().unwrap();
    let to = server.base_url(ProviderKind::Custom);
    let leads_on = tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 4096];
            let _ = socket.read(&mut buffer).await;
            let head = format!(
                "HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}/models\r\ncontent-length: 0\r\n\r\n"
            );
            let _ = socket.write_all(head.as_bytes()).await;
        }
    });
    put(&ann, &format!("http://{here}/v1"))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    assert_eq!(server.stats().requests, 0);
    leads_on.abort();
    // A page is not a server of models, and neither is our own API.
    for address in [app.base(), format!("{}/api/v1", app.base())] {
        let answer = put(&ann, &address).await;
        assert!(matches!(answer.status.as_u16(), 422 | 424), "{}", answer.text());
    }
    let providers = ann.get("/api/v1/providers").await.data();
    assert!(
        providers
            .as_array()
            .unwrap()
            .iter()
            .all(|p| p["keys"] == json!([]))
    );
}
