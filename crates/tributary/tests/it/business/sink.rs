//! A mail server of our own that keeps what it gets, and can be told to refuse.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tributary::Config;
use tributary::config::MailSecurity;

/// A mail that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// To whom it was handed over, as the envelope says.
    pub to: Vec<String>,
    /// Headers and text.
    pub text: String,
}

impl Mail {
    /// A header of it.
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = self.text.split("\n\n").next().unwrap();
        let mut lines = head.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// What it says.
    pub fn body(&self) -> &str {
        self.text.split_once("\n\n").unwrap().1.trim_end()
    }
}

/// The server.
pub struct Sink {
    pub port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
    refuses: Arc<AtomicBool>,
    listening: tokio::task::JoinHandle<()>,
}

impl Sink {
    /// On a free port.
    pub async fn start() -> Self {
        Self::at(0).await
    }

    /// On this port.
    pub async fn at(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mails, refuses) = (Arc::<Mutex<Vec<Mail>>>::default(), Arc::<AtomicBool>::default());
        let (kept, refusing) = (mails.clone(), refuses.clone());
        let listening = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, kept.clone(), refusing.clone()));
            }
        });
        Self {
            port,
            mails,
            refuses,
            listening,
        }
    }

    /// What arrived.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().clone()
    }

    /// Whether it refuses every recipient for good.
    pub fn refuse(&self, on: bool) {
        self.refuses.store(on, Ordering::SeqCst);
    }

    /// A server of Tributary's that sends its mail here.
    pub fn configure(&self, config: &mut Config) {
        config.mail.host = Some("127.0.0.1".to_owned());
        config.mail.port = Some(self.port);
        config.mail.security = MailSecurity::None;
        config.mail.from = Some("Tributary <trib@example.org>".to_owned());
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn serve(socket: TcpStream, mails: Arc<Mutex<Vec<Mail>>>, refuses: Arc<AtomicBool>) {
    let mut socket = BufReader::new(socket);
    let _ = socket.write_all(b"220 sink\r\n").await;
    let mut to = Vec::new();
    loop {
        let mut line = String::new();
        if socket.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let command = line.trim_end().to_owned();
        let verb = command
            .split([' ', ':'])
            .next()
            .unwrap_or("")
            .to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-sink\r\n250 8BITMIME",
            "RCPT" if refuses.load(Ordering::SeqCst) => "550 nobody of that name",
            "RCPT" => {
                let address = command.split(['<', '>']).nth(1).unwrap_or("");
                to.push(address.to_owned());
                "250 ok"
            }
            "DATA" => {
                let _ = socket.write_all(b"354 go on\r\n").await;
                let Some(text) = text(&mut socket).await else {
                    return;
                };
                mails.lock().push(Mail {
                    to: std::mem::take(&mut to),
                    text,
                });
                "250 kept"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        let _ = socket.write_all(format!("{answer}\r\n").as_bytes()).await;
    }
}

/// The lines up to the one that is a dot.
async fn text(socket: &mut BufReader<TcpStream>) -> Option<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if socket.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end_matches(['\r', '\n']);
        if line == "." {
            return Some(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(line));
        text.push('\n');
    }
}
