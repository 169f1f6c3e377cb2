//! The client against real servers on the loopback address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn quick() -> Timeouts {
    Timeouts {
        first_byte: Duration::from_millis(300),
        idle: Duration::from_millis(150),
    }
}

fn get(uri: &str) -> Request<Bytes> {
    Request::get(uri).body(Bytes::new()).unwrap()
}

/// Answers every connection with `script`: pieces and the pauses after them.
async fn server(script: Vec<(&'static str, u64)>) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test's own server")]
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let _ = socket.read(&mut buffer).await;
            for (piece, pause) in &script {
                if socket.write_all(piece.as_bytes()).await.is_err() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(*pause)).await;
            }
        }
    });
    address
}

struct Table(HashMap<&'static str, Vec<Vec<IpAddr>>>, AtomicUsize);

impl Resolve for Table {
    fn resolve(
        &self,
        host: &str,
    ) -> std::pin::Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>> {
        let turn = self.1.fetch_add(1, Ordering::Relaxed);
        let found = self
            .0
            .get(host)
            .map(|turns| turns[turn.min(turns.len() - 1)].clone());
        Box::pin(async move { found.ok_or_else(|| std::io::Error::other("unknown name")) })
    }
}

fn client_with(names: &[(&'static str, &[&[&str]])]) -> Client {
    let table = names
        .iter()
        .map(|(name, turns)| {
            let turns = turns
                .iter()
                .map(|t| t.iter().map(|a| a.parse().unwrap()).collect())
                .collect();
            (*name, turns)
        })
        .collect();
    let resolver = Arc::new(Table(table, AtomicUsize::new(0)));
    Client::with(&Options {
        resolver,
        connect: Duration::from_millis(300),
        ..Options::default()
    })
    .unwrap()
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

#[tokio::test]
async fn reads_an_answer_where_private_addresses_are_allowed() {
    let address = server(vec![(OK, 0)]).await;
    let client = Client::new().unwrap();
    let uri = format!("http://{address}/");
    let answer = client
        .send(get(&uri), Reach::AllowPrivate, &quick())
        .await
        .unwrap();
    assert_eq!(answer.into_body().read(5).await.unwrap(), "hello");
    let refused = client
        .send(get(&uri), Reach::PublicOnly, &quick())
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::Refused(Refusal::Address)), "{refused:?}");
}

#[tokio::test]
async fn a_name_is_judged_by_its_addresses() {
    let address = server(vec![(OK, 0)]).await;
    let client = client_with(&[
        ("home.test", &[&["127.0.0.1"]]),
        ("meta.test", &[&["169.254.169.254"]]),
        ("two.test", &[&["8.8.8.8", "127.0.0.1"]]),
        ("wrapped.test", &[&["::ffff:127.0.0.1"]]),
    ]);
    let port = address.port();
    for (name, reach, refused) in [
        ("home.test", Reach::PublicOnly, true),
        ("home.test", Reach::AllowPrivate, false),
        ("meta.test", Reach::AllowPrivate, true),
        ("two.test", Reach::PublicOnly, true),
        ("wrapped.test", Reach::PublicOnly, true),
    ] {
        let result = client
            .send(get(&format!("http://{name}:{port}/")), reach, &quick())
            .await;
        let was_refused = matches!(result, Err(Error::Refused(Refusal::Address)));
        assert_eq!(was_refused, refused, "{name} {reach:?}: {result:?}");
    }
    let unknown = client
        .send(get("http://nobody.test/"), Reach::PublicOnly, &quick())
        .await;
    assert!(matches!(unknown, Err(Error::Dns)), "{unknown:?}");
}

#[tokio::test]
async fn a_name_that_changes_its_address_gains_nothing() {
    let address = server(vec![(OK, 0)]).await;
    // Names are resolved inside the connection and nowhere else, so there is no earlier answer to trust.
    // What is left is a connection kept open for someone else.
    let client = client_with(&[("rebind.test", &[&["127.0.0.1"]])]);
    let uri = format!("http://rebind.test:{}/", address.port());
    // The pool of the wider reach has a connection to the private address …
    let answer = client
        .send(get(&uri), Reach::AllowPrivate, &quick())
        .await
        .unwrap();
    answer.into_body().read(5).await.unwrap();
    // … and the narrower one does not get it.
    let refused = client.send(get(&uri), Reach::PublicOnly, &quick()).await;
    assert!(
        matches!(refused, Err(Error::Refused(Refusal::Address))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn every_wait_has_its_limit() {
    let client = Client::new().unwrap();
    let silent = server(vec![("", 2_000)]).await;
    let first = client
        .send(get(&format!("http://{silent}/")), Reach::AllowPrivate, &quick())
        .await;
    assert!(
        matches!(first, Err(Error::Timeout(Phase::FirstByte))),
        "{first:?}"
    );

    let stalls = server(vec![("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhel", 2_000)]).await;
    let answer = client
        .send(get(&format!("http://{stalls}/")), Reach::AllowPrivate, &quick())
        .await
        .unwrap();
    let mut body = answer.into_body();
    assert_eq!(body.chunk().await.unwrap().unwrap(), "hel");
    let idle = body.chunk().await.unwrap().unwrap_err();
    assert!(matches!(idle, Error::Timeout(Phase::Idle)), "{idle:?}");

    // Slow but never silent for long: 6 pieces with 60 ms between them pass a limit of 150 ms.
    let mut script = vec![("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n", 0)];
    script.extend(std::iter::repeat_n(("x", 60), 6));
    let slow = server(script).await;
    let answer = client
        .send(get(&format!("http://{slow}/")), Reach::AllowPrivate, &quick())
        .await
        .unwrap();
    assert_eq!(answer.into_body().read(10).await.unwrap(), "xxxxxx");
}

#[tokio::test]
async fn broken_and_strange_answers_are_told_apart() {
    let client = Client::new().unwrap();
    let send = async |address: std::net::SocketAddr| {
        let answer = client
            .send(get(&format!("http://{address}/")), Reach::AllowPrivate, &quick())
            .await?;
        answer.into_body().read(1024).await
    };
    let cut = server(vec![("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhel", 0)]).await;
    assert!(matches!(send(cut).await, Err(Error::Broken)));
    let strange = server(vec![("SSH-2.0-OpenSSH_9.2\r\n\r\n", 0)]).await;
    assert!(matches!(send(strange).await, Err(Error::Protocol)));
    let large = server(vec![("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n", 50)]).await;
    assert!(matches!(send(large).await, Err(Error::TooLarge { limit: 1024 })));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    assert!(matches!(send(nobody).await, Err(Error::Connect)));
    let plain = server(vec![(OK, 0)]).await;
    let tls = client
        .send(get(&format!("https://{plain}/")), Reach::AllowPrivate, &quick())
        .await;
    assert!(matches!(tls, Err(Error::Tls)), "{tls:?}");
}

#[tokio::test]
async fn redirects_are_judged_hop_by_hop() {
    let client = client_with(&[("shop.test", &[&["127.0.0.1"]])]);
    let moved = "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let to_meta = server(vec![(moved, 0)]).await;
    let uri = format!("http://{to_meta}/");
    // Not followed unless asked.
    let answer = client
        .send(get(&uri), Reach::AllowPrivate, &quick())
        .await
        .unwrap();
    assert_eq!(answer.status(), 302);
    let follow = |uri: String, hops| {
        let client = client.clone();
        async move {
            let uri = uri.parse().unwrap();
            client
                .get_following(uri, HeaderMap::new(), Reach::AllowPrivate, &quick(), hops)
                .await
        }
    };
    let refused = follow(uri, 3).await;
    assert!(
        matches!(refused, Err(Error::Refused(Refusal::Address))),
        "{refused:?}"
    );
    let circle = server(vec![(
        "HTTP/1.1 301 Moved\r\nlocation: /again\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        0,
    )])
    .await;
    let circle = follow(format!("http://{circle}/"), 3).await;
    assert!(matches!(circle, Err(Error::TooManyRedirects)), "{circle:?}");
}

#[test]
fn locations_are_seen_from_their_page() {
    let base: Uri = "https://a.test/x/y?z=1".parse().unwrap();
    for (location, expected) in [
        ("https://b.test/", "https://b.test/"),
        ("//c.test/p", "https://c.test/p"),
        ("/p?q=1#frag", "https://a.test/p?q=1"),
        ("p", "https://a.test/x/p"),
        ("?q", "https://a.test/x/y?q"),
        ("/go?to=http://d.test/", "https://a.test/go?to=http://d.test/"),
    ] {
        assert_eq!(resolve_location(&base, location).unwrap().to_string(), expected);
    }
}

#[tokio::test]
async fn dropping_the_body_tells_the_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = Client::new().unwrap();
    let serve = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        let _ = socket.read(&mut buffer).await.unwrap();
        socket
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nhel")
            .await
            .unwrap();
        // The client hangs up: end of file or a reset.
        tokio::time::timeout(Duration::from_secs(2), socket.read(&mut buffer))
            .await
            .is_ok()
    };
    let ask = async {
        let uri = format!("http://{address}/");
        let mut body = client
            .send(get(&uri), Reach::AllowPrivate, &quick())
            .await
            .unwrap()
            .into_body();
        body.chunk().await.unwrap().unwrap();
        drop(body);
    };
    let (told, ()) = tokio::join!(serve, ask);
    assert!(told);
}
