//! Somebody who follows threads as a client does: through whichever node takes them, from where they stood, asking
//! again as the rules of the mirror say. Every frame is judged when it comes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;

use crate::operation::again;
use crate::support::Client;
use crate::support::mirror::{Mirror, ScopeMirror, Status};
use crate::support::socket::Socket;

/// The pause before another node is tried.
const PAUSE: Duration = Duration::from_millis(100);

/// Where the nodes are; none where one is gone.
pub type Addresses = Arc<RwLock<Vec<Option<String>>>>;

/// How far somebody is in each scope.
pub type Place = BTreeMap<String, (Status, i64)>;

/// What became of a follower.
#[derive(Default)]
pub struct Followed {
    pub mirror: Mirror,
    /// Every frame of every connection.
    pub frames: Vec<Value>,
    /// What a client must never see.
    pub wrongs: Vec<String>,
    /// Connections that broke.
    pub breaks: usize,
    /// Scopes that were called void.
    pub resets: usize,
    /// The close codes.
    pub codes: Vec<u16>,
}

impl Followed {
    /// Whether any frame says this.
    pub fn was_told(&self, words: &str) -> bool {
        self.frames.iter().any(|frame| frame.to_string().contains(words))
    }
}

/// A follower that runs by itself until it is called back.
pub struct Follower {
    place: Arc<Mutex<Place>>,
    stop: watch::Sender<bool>,
    task: JoinHandle<Followed>,
}

struct Task {
    person: Client,
    nodes: Addresses,
    at: usize,
    scopes: Vec<String>,
    place: Arc<Mutex<Place>>,
    so_far: Followed,
}

impl Follower {
    /// Begins at a node.
    pub fn begin(person: &Client, nodes: &Addresses, at: usize, scopes: Vec<String>) -> Self {
        let place: Arc<Mutex<Place>> = Arc::default();
        let (stop, stopped) = watch::channel(false);
        let task = Task {
            person: person.clone(),
            nodes: nodes.clone(),
            at,
            scopes,
            place: place.clone(),
            so_far: Followed::default(),
        };
        let task = tokio::spawn(task.run(stopped));
        Self { place, stop, task }
    }

    /// Whether a scope is live and this far.
    pub fn is_at(&self, scope: &str, head: i64) -> bool {
        let place = self.place.lock();
        place
            .get(scope)
            .is_some_and(|(status, seq)| *status == Status::Live && *seq >= head)
    }

    /// How far it is.
    pub fn place(&self) -> Place {
        self.place.lock().clone()
    }

    /// Whether all of these are live.
    pub fn is_live(&self, scopes: &[String]) -> bool {
        scopes.iter().all(|scope| self.is_at(scope, 0))
    }

    /// Calls it back.
    pub async fn end(self) -> Followed {
        self.stop.send_replace(true);
        self.task.await.expect("a follower does not stumble")
    }
}

impl Task {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) -> Followed {
        let mut mirror = Mirror::default();
        for scope in &self.scopes {
            let known = ScopeMirror {
                snap: true,
                ..ScopeMirror::default()
            };
            mirror.scopes.insert(scope.clone(), known);
        }
        while !*stopped.borrow() {
            let base = self.nodes.read()[self.at].clone();
            let come = match base {
                Some(base) => Socket::come_back(&base, &self.person, mirror).await,
                None => Err(mirror),
            };
            let mut socket = match come {
                Ok(socket) => socket,
                Err(known) => {
                    mirror = known;
                    self.elsewhere();
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            self.follow(&mut socket, &mut stopped).await;
            mirror = socket.mirror;
            self.so_far.frames.append(&mut socket.frames);
            self.so_far.codes.extend(socket.closed);
            for (_, place) in self.place.lock().iter_mut() {
                place.0 = Status::Waiting;
            }
            self.elsewhere();
        }
        self.so_far.mirror = mirror;
        self.so_far
    }

    fn elsewhere(&mut self) {
        self.at = (self.at + 1) % self.nodes.read().len();
    }

    /// Reads until the connection breaks or it is time to go.
    async fn follow(&mut self, socket: &mut Socket, stopped: &mut watch::Receiver<bool>) {
        self.do_what_is_asked(socket).await;
        loop {
            let frame = tokio::select! {
                frame = socket.poll() => frame,
                _ = stopped.changed() => return,
            };
            let Some(frame) = frame else {
                self.so_far.breaks += 1;
                return;
            };
            self.judge(socket, &frame);
            self.do_what_is_asked(socket).await;
            if frame["k"] == "gen" {
                self.mind_the_gap(socket, &frame).await;
            }
            if let Some(scope) = frame["c"].as_str()
                && let Some(known) = socket.mirror.scopes.get(scope)
            {
                let place = (known.status, known.seq);
                self.place.lock().insert(scope.to_owned(), place);
            }
        }
    }

    /// Each number comes once, after the one before it.
    fn judge(&mut self, socket: &Socket, frame: &Value) {
        let Some(scope) = frame["c"].as_str() else {
            return;
        };
        let wrong = match frame["k"].as_str() {
            Some("reset") => {
                self.so_far.resets += 1;
                return;
            }
            Some("ev") => {
                let before = self.place.lock().get(scope).map_or(0, |(_, seq)| *seq);
                let is_waiting = socket.mirror.scopes[scope].held_back.is_some();
                (!is_waiting && frame["s"].as_i64() != Some(before + 1))
                    .then(|| format!("{scope}: {} after {before}", frame["s"]))
            }
            Some("live") => {
                let known = &socket.mirror.scopes[scope];
                let behind = frame["s"].as_i64() > Some(known.seq) && known.held_back.is_none();
                behind.then(|| format!("{scope}: live at {} and told {}", frame["s"], known.seq))
            }
            Some("err") => Some(frame.to_string()),
            _ => None,
        };
        // Whoever was told to forget has asked anew.
        let is_asking = frame["k"] != "err" && socket.mirror.scopes[scope].epoch.is_none();
        self.so_far.wrongs.extend(wrong.filter(|_| !is_asking));
    }

    async fn do_what_is_asked(&mut self, socket: &mut Socket) {
        let mut asks = Vec::new();
        for (name, scope) in &mut socket.mirror.scopes {
            asks.extend(scope.asks.drain(..).map(|ask| (name.clone(), ask)));
        }
        for (scope, ask) in asks {
            if ask["do"] == "fetch" {
                self.fetch(socket, &scope, ask["url"].as_str().unwrap()).await;
            } else {
                let mut sub = json!({ "k": "sub", "c": scope, "snap": { "last": 200 } });
                if !ask["since"].is_null() {
                    sub["since"] = ask["since"].clone();
                }
                socket.send_raw(Message::text(sub.to_string())).await;
            }
        }
    }

    /// A snapshot that is too large for the socket. If it is not to be had, a new connection asks for it again.
    async fn fetch(&self, socket: &mut Socket, scope: &str, url: &str) {
        let Some(base) = self.nodes.read()[self.at].clone() else {
            return;
        };
        let client = again(&base, &self.person);
        let answer = client.try_send(http::Method::GET, url, &[], "").await;
        if let Some(answer) = answer.filter(|answer| answer.status == 200) {
            let mut frame = answer.data();
            frame["k"] = "fetched".into();
            frame["c"] = scope.into();
            socket.mirror.apply(&frame);
        } else {
            socket.send_raw(Message::Close(None)).await;
        }
    }

    async fn mind_the_gap(&mut self, socket: &mut Socket, frame: &Value) {
        let message = frame["m"].as_str().unwrap();
        if socket.mirror.answers[message].is_waiting {
            let want = json!({ "k": "gwant", "c": frame["c"], "g": frame["g"] });
            socket.send_raw(Message::text(want.to_string())).await;
        }
    }
}
