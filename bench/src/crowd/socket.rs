//! WebSocket as a client speaks it, over a socket that never waits. Frames are masked with zeros, which is legal and
//! costs the generator nothing.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;

use memchr::memmem;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    Connecting,
    Upgrading,
    Open,
    Closed,
}

pub struct Socket {
    tcp: TcpStream,
    pub stage: Stage,
    /// The rest of a frame that has not come yet.
    rest: Vec<u8>,
    out: Vec<u8>,
    waits_to_write: bool,
}

/// What a frame is.
pub enum Heard<'a> {
    Upgraded,
    Text(&'a [u8]),
}

impl Socket {
    pub fn connect(registry: &Registry, token: Token, port: u16) -> std::io::Result<Self> {
        let mut tcp = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
        tcp.set_nodelay(true)?;
        registry.register(&mut tcp, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self {
            tcp,
            stage: Stage::Connecting,
            rest: Vec::new(),
            out: Vec::new(),
            waits_to_write: true,
        })
    }

    /// Whether the TCP connection stands; asked when the socket becomes writable for the first time.
    pub fn is_connected(&self) -> bool {
        self.tcp.peer_addr().is_ok()
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    pub fn text(&mut self, text: &[u8]) {
        frame(&mut self.out, 1, text);
    }

    pub fn flush(&mut self, registry: &Registry, token: Token) {
        while !self.out.is_empty() {
            match self.tcp.write(&self.out) {
                Ok(n) => drop(self.out.drain(..n)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => {
                    self.stage = Stage::Closed;
                    return;
                }
            }
        }
        let waits = !self.out.is_empty();
        if waits != self.waits_to_write {
            self.waits_to_write = waits;
            let interest = if waits {
                Interest::READABLE | Interest::WRITABLE
            } else {
                Interest::READABLE
            };
            let _ = registry.reregister(&mut self.tcp, token, interest);
        }
    }

    /// Reads what is there; answers the number of bytes.
    pub fn read(&mut self, buffer: &mut [u8], mut heard: impl FnMut(&mut Self, Heard<'_>)) -> u64 {
        let mut bytes = 0;
        while self.stage != Stage::Closed {
            match self.tcp.read(buffer) {
                Ok(0) => self.stage = Stage::Closed,
                Ok(n) => {
                    bytes += n as u64;
                    if self.rest.is_empty() {
                        let used = self.take(&buffer[..n], &mut heard);
                        self.rest.extend_from_slice(&buffer[used..n]);
                    } else {
                        let mut all = std::mem::take(&mut self.rest);
                        all.extend_from_slice(&buffer[..n]);
                        let used = self.take(&all, &mut heard);
                        all.drain(..used);
                        self.rest = all;
                    }
                    if self.rest.is_empty() {
                        self.rest = Vec::new(); // ten thousand of them
                    }
                    if n < buffer.len() {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => self.stage = Stage::Closed,
            }
        }
        bytes
    }

    /// Takes whole frames; answers how many bytes they had.
    fn take(&mut self, bytes: &[u8], heard: &mut impl FnMut(&mut Self, Heard<'_>)) -> usize {
        let mut at = 0;
        if self.stage == Stage::Upgrading {
            let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
                return 0;
            };
            if !bytes.starts_with(b"HTTP/1.1 101") {
                eprintln!(
                    "not upgraded: {}",
                    String::from_utf8_lossy(&bytes[..bytes.len().min(600)])
                );
                self.stage = Stage::Closed;
                return bytes.len();
            }
            at = end + 4;
            self.stage = Stage::Open;
            heard(self, Heard::Upgraded);
        }
        while let Some((op, head, length)) = header(&bytes[at..]) {
            if bytes.len() < at + head + length {
                break;
            }
            let body = &bytes[at + head..at + head + length];
            at += head + length;
            match op {
                1 => heard(self, Heard::Text(body)),
                8 => {
                    self.stage = Stage::Closed;
                    return bytes.len();
                }
                9 => frame(&mut self.out, 10, body),
                _ => {}
            }
        }
        at
    }

    pub fn has_to_write(&self) -> bool {
        !self.out.is_empty() || self.waits_to_write
    }
}

/// Operation, length of the header, length of the body.
fn header(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let (head, length) = match second & 127 {
        126 => (
            4,
            usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)),
        ),
        127 => (
            10,
            u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?) as usize,
        ),
        short => (2, usize::from(short)),
    };
    Some((first & 15, head, length))
}

fn frame(out: &mut Vec<u8>, op: u8, body: &[u8]) {
    out.push(0x80 | op);
    if body.len() < 126 {
        out.push(0x80 | body.len() as u8);
    } else if body.len() < 65_536 {
        out.push(0x80 | 126);
        out.extend_from_slice(&(body.len() as u16).to_be_bytes());
    } else {
        out.push(0x80 | 127);
        out.extend_from_slice(&(body.len() as u64).to_be_bytes());
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(body);
}
