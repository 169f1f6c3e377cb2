//! A Redis server of the test's own, and a line to it that can go silent.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct RedisServer {
    program: String,
    port: u16,
    child: Option<Child>,
    folder: tempfile::TempDir,
}

impl RedisServer {
    /// A fresh one; none where there is no program for it, which is said.
    pub async fn start() -> Option<Self> {
        let Ok(program) = std::env::var("TEST_REDIS_SERVER") else {
            eprintln!("NOT RUN: TEST_REDIS_SERVER does not say where redis-server is");
            return None;
        };
        // A port that was free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut server = Self {
            program,
            port,
            child: None,
            folder: tempfile::tempdir().unwrap(),
        };
        server.begin().await;
        Some(server)
    }

    /// Starts it again, empty, where it was.
    pub async fn begin(&mut self) {
        let child = Command::new(&self.program)
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string(), "--dir"])
            .arg(self.folder.path())
            .args(["--save", "", "--appendonly", "no"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        let began = Instant::now();
        while TcpStream::connect(self.address()).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(10), "Redis does not start");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends it as the machine would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    pub fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    /// Gives a command; answers what comes back first.
    pub async fn tell(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(self.address()).await.unwrap();
        stream
            .write_all(format!("{command}\r\n").as_bytes())
            .await
            .unwrap();
        let mut answer = vec![0; 4096];
        let length = stream.read(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer[..length]).into_owned()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A line to a server that stays open and can stop carrying anything.
pub struct Proxy {
    address: SocketAddr,
    silent: watch::Sender<bool>,
}

impl Proxy {
    pub async fn to(server: SocketAddr) -> Self {
        Self::with(server, |bytes| bytes).await
    }

    /// A line that looks like one to a server of before version 7: it does not know the sharded commands.
    pub async fn without_sharding(server: SocketAddr) -> Self {
        Self::with(server, |bytes| {
            let text = String::from_utf8_lossy(&bytes);
            if text.contains("SSUBSCRIBE") {
                return text.replace("SSUBSCRIBE", "XSUBSCRIBE").into_bytes();
            }
            bytes
        })
        .await
    }

    /// A line that loses every third thing that is published, without a sign.
    pub async fn losing(server: SocketAddr) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        Self::with(server, |mut bytes| {
            let is_published = contains(&bytes, b"SPUBLISH") && !contains(&bytes, b"SSUBSCRIBE");
            if is_published && COUNT.fetch_add(1, Ordering::Relaxed).is_multiple_of(3) {
                // Said where nobody listens.
                let places = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"trb:{"));
                for at in places.collect::<Vec<_>>() {
                    bytes[at] = b'x';
                }
            }
            bytes
        })
        .await
    }

    async fn with(server: SocketAddr, change: fn(Vec<u8>) -> Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (silent, is_silent) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let is_silent = is_silent.clone();
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(server).await else {
                        return;
                    };
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    tokio::select! {
                        () = carry(from_client, to_server, is_silent.clone(), change) => {}
                        () = carry(from_server, to_client, is_silent, |bytes| bytes) => {}
                    }
                });
            }
        });
        Self { address, silent }
    }

    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Whether nothing is carried from now on, without a word about it.
    pub fn be_silent(&self, silent: bool) {
        self.silent.send_replace(silent);
    }
}

fn contains(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

/// A line that carries whatever is asked, and breaks as soon as an answer comes.
pub async fn deaf_line(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let Ok(mut server) = TcpStream::connect(server).await else {
                    return;
                };
                let (mut from_client, _) = client.split();
                let (mut from_server, mut to_server) = server.split();
                let mut first = [0];
                tokio::select! {
                    _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
                    _ = from_server.read(&mut first) => {}
                }
            });
        }
    });
    address
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut is_silent: watch::Receiver<bool>,
    change: fn(Vec<u8>) -> Vec<u8>,
) {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let Ok(length) = from.read(&mut buffer).await else {
            return;
        };
        if is_silent.wait_for(|silent| !silent).await.is_err() || length == 0 {
            return;
        }
        if to.write_all(&change(buffer[..length].to_vec())).await.is_err() {
            return;
        }
    }
}
