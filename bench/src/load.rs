//! The load generator: so many callers, each with a connection of its own, each asking again as soon as its answer is
//! whole. It checks every answer and prints one line of JSON.
//!
//! `--url`, `--callers`, `--seconds`, `--warm`, `--model`; `--as whole|stream|chat|get`; `--key`, or `--targets FILE`
//! with `path<TAB>key` lines, of which caller `n` takes every `callers`-th beginning with `n`; `--prompt` bytes;
//! `--process` whose CPU time and memory are watched; `--most` requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use memchr::memmem;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{sleep_until, timeout};

use crate::{Error, Options, marks, now_us, usage};

type Sender = SendRequest<Full<Bytes>>;

/// An answer that takes longer than this has failed.
const LIMIT: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// An answer in one piece, in OpenAI's format.
    Whole,
    /// A stream in OpenAI's format.
    Stream,
    /// A message into a thread and its answer as a UI message stream.
    Chat,
    /// Anything that is read.
    Get,
}

struct Target {
    path: String,
    authorization: String,
}

struct Plan {
    shape: Shape,
    host: String,
    targets: Vec<Target>,
    body: Bytes,
    /// Pieces that a streamed answer must have.
    pieces: u64,
    callers: usize,
}

/// What one answer was.
#[derive(Default)]
struct Answer {
    first: Option<u32>,
    transit: Vec<u32>,
    pieces: u64,
}

#[derive(Default)]
struct Tally {
    latency: Vec<u32>,
    first: Vec<u32>,
    transit: Vec<u32>,
    pieces: u64,
    wrong: u64,
    /// Whole answers, those before the measuring began included.
    answered: u64,
    why: Option<String>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.latency.extend(other.latency);
        self.first.extend(other.first);
        self.transit.extend(other.transit);
        self.pieces += other.pieces;
        self.wrong += other.wrong;
        self.answered += other.answered;
        self.why = self.why.take().or(other.why);
    }
}

impl Plan {
    fn read(options: &Options) -> Result<Self, Error> {
        let url = options.text("url").ok_or("--url http://127.0.0.1:port/path")?;
        let rest = url.strip_prefix("http://127.0.0.1").ok_or("loopback only")?;
        let (port, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let model = options.text("model").unwrap_or("mock");
        let shape = match options.text("as").unwrap_or("whole") {
            "whole" => Shape::Whole,
            "stream" => Shape::Stream,
            "chat" => Shape::Chat,
            "get" => Shape::Get,
            _ => return Err("--as whole|stream|chat|get".into()),
        };
        let words = "lorem ip ".repeat(options.number("prompt", 128) / 9 + 1);
        let body = match shape {
            Shape::Get => String::new(),
            Shape::Chat => json!({ "content": words, "model": model }).to_string(),
            Shape::Whole | Shape::Stream => json!({
                "model": model,
                "messages": [
                    { "role": "system", "content": "You are a helpful assistant." },
                    { "role": "user", "content": words },
                ],
                "max_tokens": 256,
                "temperature": 0.2,
                "stream": shape == Shape::Stream,
            })
            .to_string(),
        };
        let target = |path: &str, key: &str| Target {
            path: path.to_owned(),
            authorization: format!("Bearer {key}"),
        };
        let targets = match options.text("targets") {
            Some(file) => std::fs::read_to_string(file)?
                .lines()
                .filter_map(|line| line.split_once('\t').map(|(path, key)| target(path, key)))
                .collect(),
            None => vec![target(path, options.text("key").unwrap_or("sk-none"))],
        };
        let pieces = model
            .split('-')
            .find_map(|p| p.strip_prefix('n')?.parse().ok())
            .unwrap_or(64);
        Ok(Self {
            shape,
            host: format!("127.0.0.1{port}"),
            targets,
            body: Bytes::from(body),
            pieces,
            callers: options.number("callers", 1),
        })
    }

    async fn connect(&self) -> Result<Sender, Error> {
        let stream = TcpStream::connect(&self.host).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }

    /// The target of a caller's `round`.
    fn target(&self, caller: usize, round: usize) -> &Target {
        let each = (self.targets.len() / self.callers).max(1);
        &self.targets[(caller + (round % each) * self.callers) % self.targets.len()]
    }

    async fn ask(&self, sender: &mut Option<Sender>, target: &Target) -> Result<Answer, Error> {
        let began = Instant::now();
        if sender.as_ref().is_none_or(Sender::is_closed) {
            *sender = Some(self.connect().await?);
        }
        let sender = sender.as_mut().ok_or("no connection")?;
        sender.ready().await?;
        let mut request = if self.shape == Shape::Get {
            Request::get(&target.path)
        } else {
            Request::post(&target.path).header("content-type", "application/json")
        };
        if self.shape == Shape::Chat {
            request = request.header("accept", "text/event-stream");
        }
        let request = request
            .header("host", &self.host)
            .header("authorization", &target.authorization)
            .body(Full::new(self.body.clone()))?;
        let mut response = sender.send_request(request).await?;
        if response.status() != 200 {
            let status = response.status();
            let text = response.into_body().collect().await?.to_bytes();
            return Err(format!(
                "{status}: {}",
                String::from_utf8_lossy(&text[..text.len().min(300)])
            )
            .into());
        }
        if matches!(self.shape, Shape::Whole | Shape::Get) {
            let body = response.into_body().collect().await?.to_bytes();
            let is_right = match self.shape {
                Shape::Whole => memmem::find(&body, b"canned answer").is_some(),
                _ => body.starts_with(b"{") && body.ends_with(b"}"),
            };
            return if is_right {
                Ok(Answer::default())
            } else {
                Err("not the answer".into())
            };
        }
        let (mut answer, mut rest, mut is_done) = (Answer::default(), BytesMut::new(), false);
        while let Some(frame) = response.body_mut().frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            rest.extend_from_slice(&data);
            let now = now_us();
            while let Some(end) = memmem::find(&rest, b"\n\n") {
                let event = rest.split_to(end + 2);
                is_done |= memmem::find(&event, b"[DONE]").is_some();
                marks::each(&event, |mark| {
                    answer.pieces += 1;
                    answer.transit.push(now.saturating_sub(mark) as u32);
                    answer.first.get_or_insert(began.elapsed().as_micros() as u32);
                });
            }
        }
        if answer.pieces != self.pieces {
            return Err(format!("{} pieces instead of {}", answer.pieces, self.pieces).into());
        }
        if is_done {
            Ok(answer)
        } else {
            Err("no [DONE]".into())
        }
    }

    async fn call(
        self: Arc<Self>,
        caller: usize,
        tickets: Arc<AtomicU64>,
        keep: Instant,
        end: Instant,
    ) -> Tally {
        let (mut tally, mut sender) = (Tally::default(), None);
        for round in 0.. {
            let began = Instant::now();
            let is_last = tickets.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
            if began >= end || is_last.is_err() {
                break;
            }
            let asked = timeout(LIMIT, self.ask(&mut sender, self.target(caller, round))).await;
            let asked = asked.unwrap_or_else(|_| Err("no answer in time".into()));
            match asked {
                Ok(answer) => {
                    tally.answered += 1;
                    if began >= keep {
                        tally.latency.push(began.elapsed().as_micros() as u32);
                        tally.first.extend(answer.first);
                        tally.transit.extend(answer.transit);
                        tally.pieces += answer.pieces;
                    }
                }
                Err(error) => {
                    sender = None;
                    tally.wrong += 1;
                    tally.why.get_or_insert(error.to_string());
                    // Whoever asks a dead server again at once only heats the room.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
        tally
    }
}

fn spread(mut values: Vec<u32>) -> Value {
    if values.is_empty() {
        return Value::Null;
    }
    values.sort_unstable();
    let at = |share: f64| values[((values.len() as f64 * share).ceil() as usize).clamp(1, values.len()) - 1];
    json!({ "p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "max": at(1.0) })
}

pub async fn run(options: &Options) -> Result<(), Error> {
    let plan = Arc::new(Plan::read(options)?);
    let process = options.text("process").and_then(|p| p.parse::<u32>().ok());
    let tickets = Arc::new(AtomicU64::new(options.number("most", u64::MAX)));
    let keep = Instant::now() + Duration::from_secs_f64(options.number("warm", 1.0));
    let end = keep + Duration::from_secs_f64(options.number("seconds", 5.0));
    let calls: Vec<_> = (0..plan.callers)
        .map(|caller| tokio::spawn(plan.clone().call(caller, tickets.clone(), keep, end)))
        .collect();
    sleep_until(keep.into()).await;
    let (before, own) = (process.map(usage::cpu), usage::cpu(std::process::id()));
    let mut resident = 0;
    while Instant::now() < end && calls.iter().any(|c| !c.is_finished()) {
        tokio::time::sleep(Duration::from_millis(200).min(end - Instant::now().min(end))).await;
        resident = resident.max(process.map_or(0, usage::resident));
    }
    let mut all = Tally::default();
    for call in calls {
        all.add(call.await?);
    }
    // Answers count by their beginning, so the time until the last one is whole belongs to them.
    let seconds = keep.elapsed().as_secs_f64();
    let cpu = process.zip(before).map(|(p, before)| usage::cpu(p) - before);
    let count = all.latency.len().max(1) as f64;
    let line = json!({
        "seconds": seconds,
        "counted": all.latency.len(),
        "answered": all.answered,
        "wrong": all.wrong,
        "why": all.why,
        "per_second": all.latency.len() as f64 / seconds,
        "pieces_per_second": all.pieces as f64 / seconds,
        "latency": spread(all.latency),
        "first": spread(all.first),
        "transit": spread(all.transit),
        "cpu": cpu,
        "cpu_per_answer": cpu.map(|s| s * 1e6 / count),
        "cpu_per_piece": cpu.map(|s| s * 1e6 / all.pieces.max(1) as f64),
        "resident_kb": resident,
        "own_cpu": usage::cpu(std::process::id()) - own,
    });
    println!("{line}");
    Ok(())
}
