//! Who writes the messages: over HTTP with connections that are kept, as people's pages do it; to the peer over a
//! socket of its own.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;

use memchr::memmem;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use serde_json::json;

use super::plan::Plan;
use super::speech;
use crate::Error;

/// Requests under way at once.
const LINES: usize = 8;

/// One connection, with at most one request on it.
struct Line {
    tcp: TcpStream,
    out: Vec<u8>,
    answer: Vec<u8>,
    is_busy: bool,
}

#[derive(Default)]
pub struct Writer {
    lines: Vec<Line>,
    waiting: VecDeque<Vec<u8>>,
    first: usize,
    port: u16,
    /// Requests that were not answered with success.
    pub refused: u64,
    pub answered: u64,
}

impl Writer {
    /// Its connections have the tokens from `first` on.
    pub fn open(registry: &Registry, first: usize, port: u16) -> Result<Self, Error> {
        let lines = (0..LINES).map(|n| connect(registry, Token(first + n), port));
        Ok(Self {
            lines: lines.collect::<Result<_, Error>>()?,
            first,
            port,
            ..Self::default()
        })
    }

    pub fn owns(&self, token: usize) -> bool {
        token >= self.first && token < self.first + self.lines.len()
    }

    pub fn is_quiet(&self) -> bool {
        self.waiting.is_empty() && self.lines.iter().all(|l| !l.is_busy)
    }

    /// Writes a message into a room.
    pub fn message(&mut self, plan: &Plan, room: usize, content: &str) {
        self.ask(
            plan,
            room,
            &format!("{{\"content\":{content},\"reply\":false}}"),
            "",
        );
    }

    /// Asks a model in a room; its answer is watched elsewhere.
    pub fn question(&mut self, plan: &Plan, room: usize, model: &str) {
        let body = json!({ "content": "Tell me something long.", "model": model, "reply": true }).to_string();
        let head = "Prefer: respond-async\r\nAccept: text/event-stream\r\n";
        self.ask(plan, room, &body, head);
    }

    fn ask(&mut self, plan: &Plan, room: usize, body: &str, head: &str) {
        let (room, length) = (&plan.rooms[room], body.len());
        let request = format!(
            "POST /api/v1/threads/{}/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n{head}\r\n{body}",
            room.name, room.token
        );
        self.waiting.push_back(request.into_bytes());
    }

    /// Gives waiting requests to idle lines.
    pub fn go_on(&mut self) {
        for line in self.lines.iter_mut().filter(|l| !l.is_busy) {
            let Some(request) = self.waiting.pop_front() else {
                return;
            };
            line.out = request;
            line.is_busy = true;
            line.flush();
        }
    }

    pub fn turn(&mut self, registry: &Registry, token: usize, buffer: &mut [u8]) -> Result<(), Error> {
        let (token, line) = (Token(token), &mut self.lines[token - self.first]);
        line.flush();
        let mut is_gone = false;
        loop {
            match line.tcp.read(buffer) {
                Ok(0) => is_gone = true,
                Ok(n) => {
                    line.answer.extend_from_slice(&buffer[..n]);
                    continue;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => is_gone = true,
            }
            break;
        }
        if let Some(done) = line.done() {
            if !done.is_right {
                if self.refused == 0 {
                    eprintln!(
                        "{}",
                        String::from_utf8_lossy(&line.answer[..line.answer.len().min(900)])
                    );
                }
                self.refused += 1;
            }
            self.answered += 1;
            line.answer.clear();
            line.is_busy = false;
            is_gone |= done.is_endless;
        }
        if is_gone {
            self.refused += u64::from(line.is_busy);
            *line = connect(registry, token, self.port)?;
        }
        self.go_on();
        Ok(())
    }
}

struct Done {
    is_right: bool,
    /// A stream, which is not read: the answer belongs to the server, who goes on with it.
    is_endless: bool,
}

impl Line {
    fn flush(&mut self) {
        while !self.out.is_empty() {
            match self.tcp.write(&self.out) {
                Ok(n) => drop(self.out.drain(..n)),
                Err(_) => return, // the next turn tells
            }
        }
    }

    fn done(&self) -> Option<Done> {
        let head = memmem::find(&self.answer, b"\r\n\r\n")? + 4;
        let text = String::from_utf8_lossy(&self.answer[..head]).to_ascii_lowercase();
        let length = text
            .split("content-length: ")
            .nth(1)
            .and_then(|t| t.lines().next()?.parse::<usize>().ok());
        let is_right = text.starts_with("http/1.1 2");
        match length {
            Some(length) => (self.answer.len() >= head + length).then_some(Done {
                is_right,
                is_endless: false,
            }),
            None => Some(Done {
                is_right,
                is_endless: true,
            }),
        }
    }
}

fn connect(registry: &Registry, token: Token, port: u16) -> Result<Line, Error> {
    let mut tcp = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
    tcp.set_nodelay(true)?;
    registry.register(&mut tcp, token, Interest::READABLE | Interest::WRITABLE)?;
    Ok(Line {
        tcp,
        out: Vec::new(),
        answer: Vec::new(),
        is_busy: false,
    })
}

/// The same message as the peer takes it.
pub fn published(room: &str, content: &str) -> String {
    format!("42[\"pub\",\"{room}\",{content}]")
}

/// A message of so many bytes.
pub fn content(own: u64, mark: u64, filler: &str) -> String {
    speech::content(own, mark, filler)
}
