//! What is wanted of the crowd, from the command line.

use super::speech::Tongue;
use crate::{Error, Options};

pub struct Room {
    /// A thread's id, or the name of a room.
    pub name: String,
    /// Who writes in it.
    pub token: String,
}

pub struct Plan {
    pub tongue: Tongue,
    pub ports: Vec<u16>,
    /// The servers' processes.
    pub processes: Vec<u32>,
    /// Tokens; a connection takes one after the other.
    pub people: Vec<String>,
    pub rooms: Vec<Room>,
    pub connections: usize,
    pub warm: f64,
    pub seconds: f64,
    /// Messages a second over all rooms; zero is a closed loop.
    pub rate: f64,
    /// Messages that a subscriber may have outstanding in a closed loop.
    pub window: u64,
    /// Bytes of filler in a message.
    pub size: usize,
    /// How many do not read.
    pub stalled: usize,
    /// The model whose answers are watched, instead of messages.
    pub model: Option<String>,
    /// Pieces that an answer has.
    pub pieces: u64,
    /// Whether the servers collect garbage when they are told.
    pub collects: bool,
    /// Nothing is written: what connections cost while nothing happens.
    pub is_idle: bool,
}

impl Plan {
    pub fn read(options: &Options) -> Result<Self, Error> {
        let tongue = match options.text("to") {
            Some("tributary") => Tongue::Tributary,
            Some("socketio") => Tongue::SocketIo,
            _ => return Err("--to tributary|socketio".into()),
        };
        let lines = |name: &str| -> Result<Vec<String>, Error> {
            let Some(file) = options.text(name) else {
                return Ok(Vec::new());
            };
            Ok(std::fs::read_to_string(file)?
                .lines()
                .map(str::to_owned)
                .collect())
        };
        let rooms = lines("rooms")?.into_iter().map(|line| {
            let (name, token) = line.split_once('\t').unwrap_or((&line, ""));
            Room {
                name: name.to_owned(),
                token: token.to_owned(),
            }
        });
        let model = options.text("model").map(str::to_owned);
        let wish = |m: &String| m.split('-').find_map(|p| p.strip_prefix('n')?.parse().ok());
        let plan = Self {
            tongue,
            ports: numbers(options.text("ports")),
            processes: numbers(options.text("processes")),
            people: lines("people")?,
            rooms: rooms.collect(),
            connections: options.number("connections", 100),
            warm: options.number("warm", 2.0),
            seconds: options.number("seconds", 8.0),
            rate: options.number("rate", 0.0),
            window: options.number("window", 8),
            size: options.number("size", 256),
            stalled: options.number("stalled", 0),
            pieces: model.as_ref().and_then(wish).unwrap_or(0),
            model,
            collects: options.text("collects").is_some(),
            is_idle: options.text("idle").is_some(),
        };
        if plan.ports.is_empty() || plan.rooms.is_empty() {
            return Err("--ports a,b --rooms FILE".into());
        }
        if plan.warm + plan.seconds > 120.0 {
            return Err("at most two minutes".into());
        }
        Ok(plan)
    }
}

fn numbers<T: std::str::FromStr>(text: Option<&str>) -> Vec<T> {
    text.unwrap_or("")
        .split(',')
        .filter_map(|n| n.parse().ok())
        .collect()
}
