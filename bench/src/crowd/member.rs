//! One of the crowd: says its first words in its language, then listens, and checks that nothing is lost or doubled.

use std::fmt::Write;

use super::plan::Plan;
use super::socket::{Heard, Socket, Stage};
use super::speech::{self, Reader, Said, Tongue};
use super::spread::Spread;
use crate::now_us;

/// What all of them have seen.
#[derive(Default)]
pub struct Tally {
    pub is_measuring: bool,
    /// Messages and pieces of answers.
    pub delivered: u64,
    pub frames: u64,
    pub bytes: u64,
    pub lost: u64,
    pub doubled: u64,
    pub resets: u64,
    pub bad: u64,
    pub ended: u64,
    pub ready: usize,
    pub closed: usize,
    pub delay: Spread,
}

impl Tally {
    fn arrived(&mut self, mark: u64) {
        self.delivered += 1;
        if self.is_measuring {
            self.delay.add(now_us().saturating_sub(mark));
        }
    }
}

/// Where one of them stands.
pub struct Mind {
    pub person: usize,
    pub room: usize,
    pub publishes: bool,
    pub is_stalled: bool,
    pub is_ready: bool,
    /// Scopes that are live.
    lives: usize,
    /// The server's number, or without one the generator's.
    last: Option<u64>,
    /// How much of the running answer is known.
    known: u64,
    /// Pieces of answers.
    pub words: u64,
}

pub struct Member {
    pub socket: Socket,
    pub mind: Mind,
}

impl Mind {
    pub fn new(person: usize, room: usize, publishes: bool) -> Self {
        Self {
            person,
            room,
            publishes,
            is_stalled: false,
            is_ready: false,
            lives: 0,
            last: None,
            known: 0,
            words: 0,
        }
    }

    fn ready(&mut self, tally: &mut Tally) {
        if !std::mem::replace(&mut self.is_ready, true) {
            tally.ready += 1;
        }
    }

    fn follows(&mut self, number: u64, tally: &mut Tally) {
        if let Some(last) = self.last {
            if number <= last {
                tally.doubled += 1;
                return;
            }
            tally.lost += number - last - 1;
        }
        self.last = Some(number);
    }

    fn hear(&mut self, said: Said<'_>, socket: &mut Socket, plan: &Plan, tally: &mut Tally) {
        match said {
            Said::Message { own, seq, mark } => {
                self.follows(seq.unwrap_or(own), tally);
                tally.arrived(mark);
            }
            Said::Event { seq } => self.follows(seq, tally),
            Said::Words { at, text } => {
                let end = at + text.len() as u64;
                tally.lost += at.saturating_sub(self.known);
                tally.doubled += self.known.saturating_sub(at);
                self.known = end;
                speech::clocks(text, |mark| {
                    self.words += 1;
                    tally.arrived(mark);
                });
            }
            Said::Standing { length } => self.known = length,
            Said::Ended => tally.ended += 1,
            Said::Welcome => {
                let sub = format!(r#"{{"k":"sub","i":1,"c":"t:{}"}}"#, plan.rooms[self.room].name);
                socket.text(sub.as_bytes());
            }
            Said::Live { is_thread, seq } => {
                if is_thread {
                    self.last = Some(seq);
                }
                self.lives += 1;
                if self.lives == 3 {
                    self.ready(tally);
                }
            }
            Said::Reset => tally.resets += 1,
            Said::EngineOpen => socket.text(b"40"),
            Said::Connected if self.publishes => self.ready(tally),
            Said::Connected => {
                let (person, room) = (self.person, &plan.rooms[self.room].name);
                socket.text(format!(r#"42["join",["{room}","u{person}","w1"]]"#).as_bytes());
            }
            Said::Joined => self.ready(tally),
            Said::Ping => socket.text(b"3"),
            Said::Bad => tally.bad += 1,
        }
    }
}

impl Member {
    /// Whatever the kernel says of its socket.
    pub fn turn(
        &mut self,
        plan: &Plan,
        reader: &Reader,
        buffer: &mut [u8],
        tally: &mut Tally,
        readable: bool,
    ) {
        let Self { socket, mind } = self;
        if socket.stage == Stage::Connecting && socket.is_connected() {
            socket.raw(upgrade(plan, mind).as_bytes());
            socket.stage = Stage::Upgrading;
        }
        if readable && !mind.is_stalled {
            let mut frames = 0;
            let bytes = socket.read(buffer, |socket, heard| match heard {
                Heard::Upgraded if plan.tongue == Tongue::Tributary => {
                    socket.text(br#"{"k":"hello","v":1,"cid":"bench"}"#);
                }
                Heard::Upgraded => {}
                Heard::Text(text) => {
                    frames += 1;
                    reader.read(text, |said| mind.hear(said, socket, plan, tally));
                }
            });
            tally.bytes += bytes;
            tally.frames += frames;
        }
        if socket.stage == Stage::Closed {
            tally.closed += 1;
            if std::mem::replace(&mut mind.is_ready, false) {
                tally.ready -= 1;
            }
        }
    }
}

fn upgrade(plan: &Plan, mind: &Mind) -> String {
    let path = match plan.tongue {
        Tongue::Tributary => "/api/v1/live",
        Tongue::SocketIo => "/socket.io/?EIO=4&transport=websocket",
    };
    let mut head = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    );
    if let Some(token) = plan.people.get(mind.person) {
        let _ = write!(head, "Authorization: Bearer {token}\r\n");
    }
    head + "\r\n"
}
