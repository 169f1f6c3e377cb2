//! The stand-in provider of the tests: one server that speaks every wire format and misbehaves on request.
//!
//! It listens on the loopback address only and must never be part of a release (Cargo feature `standin`).
//! What it does is chosen by the model's name, see [`Script`], so that no test has to tell it anything else;
//! [`Standin::set_script`] (or `POST /script`) overrules the names, for tests of automatic choice.
//!
//! | Address | Format |
//! |---|---|
//! | `POST …/chat/completions`, `POST …/embeddings`, `GET …/models` | OpenAI, Groq, compatible |
//! | `POST …/messages`, `GET …/models` with `anthropic-version` | Anthropic |
//! | `POST …/models/{m}:generateContent`, `:streamGenerateContent`, `:batchEmbedContents`, `GET /v1beta/models` | Gemini |
//! | `GET /stats`, `GET /requests`, `POST /script` | what happened; the last requests; overrule |
//!
//! Keys that begin with `sk-test-good` are right. When it is strict, every other key is refused in the
//! format's own way.

mod body;
mod formats;
mod script;
mod serve;

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use script::Script;

use crate::ProviderKind;

/// How many requests are remembered.
const REMEMBERED: usize = 64;

/// A running stand-in. Dropping it cuts every connection.
#[derive(Debug)]
pub struct Standin {
    address: SocketAddr,
    state: Arc<State>,
    stop: watch::Sender<bool>,
}

/// What is known about it.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub requests: AtomicU64,
    pub streams: AtomicU64,
    pub errors: AtomicU64,
    /// The client went away before the stream had ended.
    pub aborted: AtomicU64,
    pub connections: AtomicU64,
    pub is_strict: AtomicBool,
    pub script: Mutex<Option<String>>,
    pub seen: Mutex<VecDeque<Seen>>,
}

/// A request that came.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Seen {
    /// With its query.
    pub path: String,
    /// The key, whichever header it came in.
    pub key: String,
    /// As it came.
    pub body: String,
}

/// What happened so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// Questions, of every kind.
    pub requests: u64,
    /// Of these, streams.
    pub streams: u64,
    /// Answers with an error's status.
    pub errors: u64,
    /// Streams that the client did not read to the end.
    pub aborted_streams: u64,
    /// Connections made.
    pub connections: u64,
}

impl Standin {
    /// Starts on a port of the loopback address; 0 takes a free one. `strict` asks for a right key.
    pub async fn start(port: u16, strict: bool) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::default());
        state.is_strict.store(strict, Ordering::Relaxed);
        let (stop, stopped) = watch::channel(false);
        spawn(accept(listener, Arc::clone(&state), stopped));
        Ok(Self { address, state, stop })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base address for a provider of this kind.
    pub fn base_url(&self, kind: ProviderKind) -> String {
        let path = match kind {
            ProviderKind::Gemini => "/v1beta",
            ProviderKind::Groq => "/openai/v1",
            _ => "/v1",
        };
        format!("http://{}{path}", self.address)
    }

    /// What happened so far.
    pub fn stats(&self) -> Stats {
        self.state.stats()
    }

    /// The last requests, oldest first.
    pub fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().iter().cloned().collect()
    }

    /// From now on every model behaves like the one of this name; `None` ends it.
    pub fn set_script(&self, model: Option<&str>) {
        *self.state.script.lock() = model.map(str::to_owned);
    }

    /// Whether only right keys are accepted.
    pub fn set_strict(&self, strict: bool) {
        self.state.is_strict.store(strict, Ordering::Relaxed);
    }

    /// Stops listening and cuts every connection.
    pub fn stop(&self) {
        let _ = self.stop.send(true);
    }

    /// Waits until it is stopped.
    pub async fn wait(&self) {
        let mut stopped = self.stop.subscribe();
        let _ = stopped.wait_for(|stopped| *stopped).await;
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.stop();
    }
}

impl State {
    fn stats(&self) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            requests: read(&self.requests),
            streams: read(&self.streams),
            errors: read(&self.errors),
            aborted_streams: read(&self.aborted),
            connections: read(&self.connections),
        }
    }

    fn remember(&self, seen: Seen) {
        let mut all = self.seen.lock();
        if all.len() == REMEMBERED {
            all.pop_front();
        }
        all.push_back(seen);
    }
}

#[expect(clippy::disallowed_methods, reason = "the outside world has its own tasks")]
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}

async fn accept(listener: TcpListener, state: Arc<State>, mut stopped: watch::Receiver<bool>) {
    loop {
        let socket = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => socket,
                Err(_) => continue,
            },
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        let _ = socket.set_nodelay(true);
        state.connections.fetch_add(1, Ordering::Relaxed);
        let (state, mut stopped) = (Arc::clone(&state), stopped.clone());
        spawn(async move {
            let service = service_fn(move |request| serve::answer(request, Arc::clone(&state)));
            let mut builder = hyper::server::conn::http1::Builder::new();
            let serving = builder
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(socket), service);
            tokio::select! {
                _ = serving => {}
                _ = stopped.wait_for(|stopped| *stopped) => {}
            }
        });
    }
}
