//! A stand-in for a provider that speaks OpenAI's format. The model's name says how it behaves, so the wish passes
//! through any gateway: `mock[-tMS][-nPIECES][-iMS][-bBYTES]`: milliseconds before the first byte, pieces of a
//! streamed answer, milliseconds between them, bytes of padding in each.

use std::convert::Infallible;
use std::fmt::Write;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper::{Request, Response, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::{Sleep, sleep};

use crate::{Error, Options, now_us};

static NUMBER: AtomicU64 = AtomicU64::new(0);

#[derive(Clone, Copy)]
struct Manner {
    first_byte: Duration,
    pieces: u64,
    between: Duration,
    padding: usize,
}

impl Manner {
    fn of(model: &str) -> Self {
        let wish = |letter: char| {
            let mut parts = model.split('-');
            parts.find_map(|p| p.strip_prefix(letter)?.parse::<u64>().ok())
        };
        Self {
            first_byte: Duration::from_millis(wish('t').unwrap_or(0)),
            pieces: wish('n').unwrap_or(64),
            between: Duration::from_millis(wish('i').unwrap_or(0)),
            padding: wish('b').unwrap_or(0) as usize,
        }
    }
}

/// What comes next of a streamed answer.
enum Next {
    Role,
    Piece(u64),
    Usage,
    Done,
    Nothing,
}

struct Streamed {
    number: u64,
    model: String,
    manner: Manner,
    padding: String,
    wants_usage: bool,
    next: Next,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Streamed {
    fn event(&self, choices: &str, usage: &str) -> Bytes {
        let (number, model) = (self.number, &self.model);
        Bytes::from(format!(
            "data: {{\"id\":\"chatcmpl-{number}\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"{model}\",\"system_fingerprint\":\"fp_stand_in\",\"choices\":[{choices}]{usage}}}\n\n"
        ))
    }

    fn choice(&self, delta: &str, finish: &str) -> Bytes {
        let choice =
            format!("{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{finish}}}");
        self.event(&choice, "")
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        let (bytes, next) = match self.next {
            Next::Role => (
                self.choice(
                    "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}",
                    "null",
                ),
                Next::Piece(0),
            ),
            Next::Piece(at) if at < self.manner.pieces => {
                if !self.manner.between.is_zero() && at + 1 < self.manner.pieces {
                    self.pause = Some(Box::pin(sleep(self.manner.between)));
                }
                let mut delta = String::with_capacity(40 + self.padding.len());
                let _ = write!(delta, "{{\"content\":\"{} {}\"}}", now_us(), self.padding);
                (self.choice(&delta, "null"), Next::Piece(at + 1))
            }
            Next::Piece(_) => {
                let next = if self.wants_usage { Next::Usage } else { Next::Done };
                (self.choice("{}", "\"stop\""), next)
            }
            Next::Usage => {
                let n = self.manner.pieces;
                let usage = format!(
                    ",\"usage\":{{\"prompt_tokens\":12,\"completion_tokens\":{n},\"total_tokens\":{}}}",
                    n + 12
                );
                (self.event("", &usage), Next::Done)
            }
            Next::Done => (Bytes::from_static(b"data: [DONE]\n\n"), Next::Nothing),
            Next::Nothing => return Poll::Ready(None),
        };
        self.next = next;
        Poll::Ready(Some(bytes))
    }
}

enum Answer {
    Whole(Option<Bytes>),
    Streamed(Box<Streamed>),
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = match self.get_mut() {
            Self::Whole(bytes) => bytes.take(),
            Self::Streamed(streamed) => ready!(streamed.poll(cx)),
        };
        Poll::Ready(bytes.map(|b| Ok(Frame::data(b))))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Self::Streamed(_) => SizeHint::default(),
        }
    }
}

fn answer(kind: &'static str, body: Answer) -> Response<Answer> {
    let mut response = Response::new(body);
    let value = header::HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    response
}

fn json(text: String) -> Response<Answer> {
    answer("application/json", Answer::Whole(Some(Bytes::from(text))))
}

async fn serve(request: Request<Incoming>) -> Result<Response<Answer>, Error> {
    if request.uri().path().ends_with("/models") {
        let models = "{\"object\":\"list\",\"data\":[{\"id\":\"mock\",\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"bench\"}]}";
        return Ok(json(models.to_owned()));
    }
    let body = request.into_body().collect().await?.to_bytes();
    let asked: Value = serde_json::from_slice(&body)?;
    let model = asked["model"].as_str().ok_or("no model")?.to_owned();
    let manner = Manner::of(&model);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    if !manner.first_byte.is_zero() {
        sleep(manner.first_byte).await;
    }
    if asked["stream"].as_bool().unwrap_or(false) {
        let streamed = Streamed {
            number,
            model,
            manner,
            padding: "x".repeat(manner.padding),
            wants_usage: asked["stream_options"]["include_usage"]
                .as_bool()
                .unwrap_or(false),
            next: Next::Role,
            pause: None,
        };
        let body = Answer::Streamed(Box::new(streamed));
        return Ok(answer("text/event-stream; charset=utf-8", body));
    }
    Ok(json(format!(
        "{{\"id\":\"chatcmpl-{number}\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"{model}\",\"system_fingerprint\":\"fp_stand_in\",\"choices\":[{{\"index\":0,\"message\":{{\"role\":\"assistant\",\"content\":\"Hello! This is a canned answer from the stand-in.\",\"refusal\":null}},\"logprobs\":null,\"finish_reason\":\"stop\"}}],\"usage\":{{\"prompt_tokens\":12,\"completion_tokens\":16,\"total_tokens\":28}}}}"
    )))
}

pub async fn run(options: &Options) -> Result<(), Error> {
    let listener = TcpListener::bind(("127.0.0.1", options.number("port", 0))).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service_fn(serve)),
        );
    }
}
