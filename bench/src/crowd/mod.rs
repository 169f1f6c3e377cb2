//! A crowd of sockets in one thread: connects them, lets somebody write or a model answer, checks what every one of
//! them receives, and tells what it cost the server. It speaks our language and socket.io's.
//!
//! `--to tributary|socketio --ports a,b --processes pid,pid --rooms FILE [--people FILE] --connections n --warm s
//! --seconds s`, and `--rate n` or `--window n`, `--size bytes`, `--stalled n`; or `--model mock-n…`; or `--idle yes`.

mod member;
mod plan;
mod socket;
mod speech;
mod spread;
mod writer;

use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};
use serde_json::{Value, json};

use member::{Member, Mind, Tally};
use plan::Plan;
use socket::{Socket, Stage};
use speech::{Reader, Tongue};
use writer::Writer;

use crate::{Error, Options, now_us, usage};

/// Handshakes under way at once.
const AT_ONCE: usize = 128;
/// A crowd that is not there by then has failed.
const PATIENCE: Duration = Duration::from_secs(120);

struct Crowd {
    plan: Plan,
    reader: Reader,
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    members: Vec<Member>,
    writer: Writer,
    tally: Tally,
    /// Messages written, in all and by room.
    written: u64,
    numbers: Vec<u64>,
    /// Those who must receive what is written in a room.
    listeners: Vec<u64>,
    /// What all of them together must receive.
    expected: u64,
}

/// What was used up at one moment.
struct Moment {
    at: Instant,
    cpu: f64,
    own: f64,
    delivered: u64,
    written: u64,
    bytes: u64,
    frames: u64,
}

impl Crowd {
    fn cpu(&self) -> f64 {
        self.plan.processes.iter().map(|p| usage::cpu(*p)).sum()
    }

    fn resident_kb(&self) -> u64 {
        self.plan.processes.iter().map(|p| usage::resident(*p)).sum()
    }

    fn moment(&self) -> Moment {
        Moment {
            at: Instant::now(),
            cpu: self.cpu(),
            own: usage::cpu(std::process::id()),
            delivered: self.tally.delivered,
            written: self.written,
            bytes: self.tally.bytes,
            frames: self.tally.frames,
        }
    }

    /// Lets servers that have a collector collect.
    fn collect(&mut self) -> Result<(), Error> {
        if self.plan.collects {
            for _ in 0..2 {
                for process in &self.plan.processes {
                    std::process::Command::new("kill")
                        .args(["-USR2", &process.to_string()])
                        .status()?;
                }
                self.wait(0.7)?;
            }
        }
        Ok(())
    }

    fn wait(&mut self, seconds: f64) -> Result<(), Error> {
        let end = Instant::now() + Duration::from_secs_f64(seconds);
        while Instant::now() < end {
            self.pump(Duration::from_millis(50))?;
        }
        Ok(())
    }

    /// Handles what the kernel has.
    fn pump(&mut self, patience: Duration) -> Result<(), Error> {
        self.poll.poll(&mut self.events, Some(patience))?;
        for event in &self.events {
            let token = event.token().0;
            if self.writer.owns(token) {
                self.writer.turn(self.poll.registry(), token, &mut self.buffer)?;
                continue;
            }
            let Some(member) = self.members.get_mut(token) else {
                continue;
            };
            if member.socket.stage == Stage::Closed {
                continue;
            }
            let readable = event.is_readable() || event.is_read_closed() || event.is_error();
            member.turn(
                &self.plan,
                &self.reader,
                &mut self.buffer,
                &mut self.tally,
                readable,
            );
            if member.socket.has_to_write() {
                member.socket.flush(self.poll.registry(), Token(token));
            }
        }
        Ok(())
    }

    fn gather(&mut self) -> Result<(), Error> {
        let began = Instant::now();
        let publisher = self.plan.tongue == Tongue::SocketIo && !self.plan.is_idle;
        let total = self.plan.connections + usize::from(publisher);
        while self.tally.ready + self.tally.closed < total {
            let here = self.tally.ready + self.tally.closed;
            while self.members.len() < total.min(here + AT_ONCE) {
                let n = self.members.len();
                let each = self.plan.ports.len();
                let mind = Mind::new(
                    n % self.plan.people.len().max(1),
                    (n / each) % self.plan.rooms.len(),
                    n == self.plan.connections,
                );
                let port = self.plan.ports[n % each];
                let socket = Socket::connect(self.poll.registry(), Token(n), port)?;
                self.members.push(Member { socket, mind });
            }
            self.pump(Duration::from_millis(100))?;
            if began.elapsed() > PATIENCE {
                return Err(format!(
                    "{} of {total} are there, {} were shown out",
                    self.tally.ready, self.tally.closed
                )
                .into());
            }
        }
        if self.tally.closed > 0 {
            return Err(format!("{} were shown out", self.tally.closed).into());
        }
        for member in self.members.iter_mut().take(self.plan.stalled) {
            member.mind.is_stalled = true;
        }
        self.listeners = vec![0; self.plan.rooms.len()];
        for member in self
            .members
            .iter()
            .filter(|m| !m.mind.is_stalled && !m.mind.publishes)
        {
            self.listeners[member.mind.room] += 1;
        }
        Ok(())
    }

    fn write(&mut self, filler: &str) {
        let room = self.written as usize % self.plan.rooms.len();
        self.numbers[room] += 1;
        self.written += 1;
        self.expected += self.listeners[room];
        let content = writer::content(self.numbers[room], now_us(), filler);
        if self.plan.tongue == Tongue::Tributary {
            self.writer.message(&self.plan, room, &content);
        } else if let Some(publisher) = self.members.last_mut() {
            let name = &self.plan.rooms[room].name;
            publisher
                .socket
                .text(writer::published(name, &content).as_bytes());
        }
    }

    /// How many messages are to be written now.
    fn due(&self, seconds: f64) -> u64 {
        if self.plan.rate > 0.0 {
            return ((seconds * self.plan.rate) as u64).saturating_sub(self.written);
        }
        let each = self.listeners.iter().sum::<u64>().max(1) / self.plan.rooms.len() as u64;
        let outstanding = self
            .expected
            .saturating_sub(self.tally.delivered)
            .div_ceil(each.max(1));
        (self.plan.window * self.plan.rooms.len() as u64).saturating_sub(outstanding)
    }

    fn flush_writers(&mut self) {
        self.writer.go_on();
        if let Some(publisher) = self.members.last_mut().filter(|m| m.mind.publishes) {
            let token = Token(self.plan.connections);
            publisher.socket.flush(self.poll.registry(), token);
        }
    }

    /// Somebody writes, or models answer; answers with what it cost.
    fn talk(&mut self) -> Result<Value, Error> {
        let filler = "x".repeat(self.plan.size);
        let resident = self.resident_kb();
        if let Some(model) = self.plan.model.clone() {
            for room in 0..self.plan.rooms.len() {
                self.writer.question(&self.plan, room, &model);
                self.expected += self.listeners[room] * self.plan.pieces;
            }
        }
        let began = Instant::now();
        let (mut first, mut peak, mut looked) = (None, resident, began);
        loop {
            let seconds = began.elapsed().as_secs_f64();
            if seconds >= self.plan.warm && first.is_none() {
                self.tally.is_measuring = true;
                first = Some(self.moment());
            }
            if seconds >= self.plan.warm + self.plan.seconds {
                break;
            }
            if looked.elapsed() > Duration::from_millis(250) {
                looked = Instant::now();
                peak = peak.max(self.resident_kb());
            }
            if self.plan.model.is_none() {
                for _ in 0..self.due(seconds).min(256) {
                    self.write(&filler);
                }
            }
            self.flush_writers();
            self.pump(Duration::from_millis(1))?;
        }
        let (before, after) = (first.ok_or("nothing was measured")?, self.moment());
        self.tally.is_measuring = false;
        // What is still on its way may arrive.
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end && (self.tally.delivered < self.expected || !self.writer.is_quiet()) {
            self.pump(Duration::from_millis(20))?;
        }
        Ok(self.told(&before, &after, resident, peak.max(self.resident_kb())))
    }

    fn told(&self, before: &Moment, after: &Moment, resident: u64, peak: u64) -> Value {
        let seconds = (after.at - before.at).as_secs_f64();
        let delivered = (after.delivered - before.delivered) as f64;
        let frames = (after.frames - before.frames).max(1) as f64;
        json!({
            "seconds": seconds,
            "connections": self.plan.connections,
            "written_per_second": (after.written - before.written) as f64 / seconds,
            "per_second": delivered / seconds,
            "cpu_us": (after.cpu - before.cpu) * 1e6 / delivered.max(1.0),
            "cpu_share": (after.cpu - before.cpu) / seconds,
            "own_share": (after.own - before.own) / seconds,
            "delay": self.tally.delay.json(),
            "each_frame": delivered / frames,
            "mb_per_second": (after.bytes - before.bytes) as f64 / seconds / 1e6,
            "expected": self.expected,
            "delivered": self.tally.delivered,
            "lost": self.tally.lost,
            "doubled": self.tally.doubled,
            "resets": self.tally.resets,
            "bad": self.tally.bad,
            "closed": self.tally.closed,
            "refused": self.writer.refused,
            "resident_kb": resident,
            "peak_kb": peak,
        })
    }

    fn idle(&mut self) -> Result<Value, Error> {
        self.collect()?;
        let (resident, cpu, began) = (self.resident_kb(), self.cpu(), Instant::now());
        self.gather()?;
        let (seconds, accepted) = (began.elapsed().as_secs_f64(), self.cpu() - cpu);
        self.wait(3.0)?;
        self.collect()?;
        let (held, cpu) = (self.resident_kb(), self.cpu());
        self.wait(self.plan.seconds)?;
        let each = self.plan.connections as f64;
        Ok(json!({
            "connections": self.plan.connections,
            "per_second": each / seconds,
            "seconds": seconds,
            "accept_us": accepted * 1e6 / each,
            "kb_each": held.saturating_sub(resident) as f64 / each,
            "later_kb_each": self.resident_kb().saturating_sub(resident) as f64 / each,
            "resident_kb": resident,
            "idle_cpu_share": (self.cpu() - cpu) / self.plan.seconds,
            "closed": self.tally.closed,
            "bad": self.tally.bad,
        }))
    }
}

pub fn run(options: &Options) -> Result<(), Error> {
    let plan = Plan::read(options)?;
    let poll = Poll::new()?;
    let mut crowd = Crowd {
        reader: Reader::new(plan.tongue),
        poll,
        events: Events::with_capacity(4096),
        buffer: vec![0; 256 * 1024],
        members: Vec::with_capacity(plan.connections + 1),
        writer: Writer::default(),
        tally: Tally::default(),
        written: 0,
        numbers: vec![0; plan.rooms.len()],
        listeners: Vec::new(),
        expected: 0,
        plan,
    };
    let told = if crowd.plan.is_idle {
        crowd.idle()?
    } else {
        crowd.gather()?;
        if crowd.plan.tongue == Tongue::Tributary {
            let first = crowd.plan.connections + 1;
            crowd.writer = Writer::open(crowd.poll.registry(), first, crowd.plan.ports[0])?;
        }
        crowd.wait(0.5)?;
        crowd.talk()?
    };
    println!("{told}");
    Ok(())
}
