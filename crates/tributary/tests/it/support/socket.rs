//! A live connection as a client has it.

use std::collections::VecDeque;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use http::HeaderValue;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::Client;
use super::mirror::{Mirror, Status};

/// How long a frame is waited for; only a hanging server is slower.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a client that has other servers waits for one.
const DIAL: Duration = Duration::from_secs(3);

/// One socket, with what it has told so far.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Frames that came in one text and were not looked at yet.
    waiting: VecDeque<Value>,
    /// Every frame, in order.
    pub frames: Vec<Value>,
    /// What a client knows by them.
    pub mirror: Mirror,
    /// The close code, once it is closed.
    pub closed: Option<u16>,
}

/// Opens a socket with these headers; the status where it is refused.
pub async fn dial(base: &str, headers: &[(&str, String)]) -> Result<Socket, u16> {
    match try_dial(base, headers).await {
        Ok(socket) => Ok(socket),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

/// The same, where the server may be gone.
async fn try_dial(base: &str, headers: &[(&str, String)]) -> Result<Socket, Error> {
    let url = format!("{}/api/v1/live", base.replacen("http", "ws", 1));
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        request
            .headers_mut()
            .insert(name, HeaderValue::from_str(value).unwrap());
    }
    let (stream, _) = tokio_tungstenite::connect_async(request).await?;
    Ok(Socket {
        stream,
        waiting: VecDeque::new(),
        frames: Vec::new(),
        mirror: Mirror::default(),
        closed: None,
    })
}

impl Socket {
    /// A socket of a signed-in person that has said hello and is live in its own two scopes.
    pub async fn open(base: &str, client: &Client) -> Self {
        Self::resume(base, client, json!({})).await
    }

    /// The same for a client that has been here before.
    pub async fn resume(base: &str, client: &Client, since: Value) -> Self {
        let bearer = format!("Bearer {}", client.token());
        let mut socket = dial(base, &[("authorization", bearer)]).await.expect("a socket");
        socket
            .send(&json!({ "k": "hello", "v": 1, "cid": "test", "since": since }))
            .await;
        let welcome = socket.next_of("welcome").await;
        // In whichever order they come.
        let scopes = ["u", "w"].map(|s| welcome[s].as_str().unwrap().to_owned());
        let is_live = |socket: &Self, scope: &String| {
            socket
                .mirror
                .scopes
                .get(scope)
                .is_some_and(|s| s.status == Status::Live)
        };
        while !scopes.iter().all(|scope| is_live(&socket, scope)) {
            socket.next().await.expect("the socket is open");
        }
        socket
    }

    /// Comes back with what is known, to whichever server; nothing where it cannot be had now.
    pub async fn come_back(base: &str, client: &Client, mut mirror: Mirror) -> Result<Self, Mirror> {
        let bearer = format!("Bearer {}", client.token());
        let headers = [("authorization", bearer)];
        // A paused server takes a connection and says nothing.
        let dialled = tokio::time::timeout(DIAL, try_dial(base, &headers)).await;
        let Ok(Ok(mut socket)) = dialled else {
            return Err(mirror);
        };
        let since = mirror.reconnected();
        socket.mirror = mirror;
        let hello = json!({ "k": "hello", "v": 1, "cid": "test", "since": since });
        socket.send_raw(Message::text(hello.to_string())).await;
        Ok(socket)
    }

    /// Says something.
    pub async fn send(&mut self, frame: &Value) {
        self.stream.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// Says something raw, where the other side may be gone.
    pub async fn send_raw(&mut self, message: Message) {
        let _ = self.stream.send(message).await;
    }

    /// The next frame; nothing once the connection is closed.
    pub async fn next(&mut self) -> Option<Value> {
        // Signs of life in between do not count.
        let patience = tokio::time::Instant::now() + PATIENCE;
        tokio::time::timeout_at(patience, self.poll())
            .await
            .unwrap_or_else(|_| panic!("nothing came after {:?}", self.frames.last()))
    }

    /// The same, however long it takes.
    pub async fn poll(&mut self) -> Option<Value> {
        loop {
            if let Some(frame) = self.waiting.pop_front() {
                self.mirror.apply(&frame);
                self.frames.push(frame.clone());
                return Some(frame);
            }
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    self.waiting = match serde_json::from_str(&text).expect("frames are JSON") {
                        Value::Array(frames) => frames.into(),
                        frame => [frame].into(),
                    };
                }
                Some(Ok(Message::Close(close))) => {
                    self.closed = close.map(|c| c.code.into());
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// Reads until a frame fits.
    pub async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let frame = self
                .next()
                .await
                .unwrap_or_else(|| panic!("closed: {:?}", self.closed));
            if fits(&frame) {
                return frame;
            }
        }
    }

    /// A frame that fits, among those that came already, or else the next one.
    pub async fn find(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        match self.frames.iter().find(|frame| fits(frame)) {
            Some(frame) => frame.clone(),
            None => self.until(fits).await,
        }
    }

    /// Reads until a frame of this kind.
    pub async fn next_of(&mut self, kind: &str) -> Value {
        self.until(|frame| frame["k"] == kind).await
    }

    /// Reads until an event of this kind.
    pub async fn event(&mut self, kind: &str) -> Value {
        self.until(|frame| frame["k"] == "ev" && frame["kind"] == kind)
            .await
    }

    /// Subscribes to a thread with a snapshot and waits until it is live.
    pub async fn watch(&mut self, thread: &str) -> Value {
        let scope = format!("t:{thread}");
        self.send(&json!({ "k": "sub", "i": 7, "c": scope, "snap": { "last": 200 } }))
            .await;
        self.until(|f| f["k"] == "live" && f["c"] == *scope).await
    }

    /// Asks for a sign of life and reads everything that was sent before it.
    pub async fn settle(&mut self) {
        let t = self.frames.len();
        self.send(&json!({ "k": "ping", "t": t })).await;
        self.until(|f| f["k"] == "pong" && f["t"] == t).await;
    }

    /// Reads to the end; the close code.
    pub async fn end(&mut self) -> Option<u16> {
        while self.next().await.is_some() {}
        self.closed
    }

    /// What is known of a thread.
    pub fn thread(&self, thread: &str) -> &super::mirror::ScopeMirror {
        &self.mirror.scopes[&format!("t:{thread}")]
    }
}
