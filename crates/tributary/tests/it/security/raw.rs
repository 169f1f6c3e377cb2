//! Bytes as no decent client sends them.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer, read as far as it came.
#[derive(Debug)]
pub struct Reply {
    /// 0 when the server only closed the connection.
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Connects to `http://host:port`.
pub async fn connect(base: &str) -> TcpStream {
    let stream = TcpStream::connect(base.trim_start_matches("http://"))
        .await
        .unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Sends bytes and reads until the other side closes, at most ten seconds. The request must ask for that.
pub async fn exchange(base: &str, request: impl AsRef<[u8]>) -> Reply {
    let stream = connect(base).await;
    let (mut reading, mut writing) = stream.into_split();
    let send = async {
        // The server may answer and close before all of it is sent.
        let _ = writing.write_all(request.as_ref()).await;
    };
    let mut bytes = Vec::new();
    let read = async {
        let _ = reading.read_to_end(&mut bytes).await;
    };
    let both = async { tokio::join!(send, read) };
    let ended = tokio::time::timeout(Duration::from_secs(10), both).await.is_ok();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(ended, "the connection stays open: {text:.300}");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    Reply {
        status: head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// A request head with `Connection: close`, without its last empty line.
pub fn head(method: &str, target: &str, token: Option<&str>) -> String {
    let signed = token.map_or(String::new(), |t| format!("authorization: Bearer {t}\r\n"));
    format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{signed}")
}
