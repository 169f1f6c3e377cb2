//! One socket: lets the client say hello, then carries frames both ways until one side ends it. Everything it does for
//! a frame is put into somebody else's queue, so reading never waits.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use db::events::Scope;
use futures::{FutureExt, SinkExt, StreamExt};
use identity::Caller;
use identity::tickets::Holder;
use kit::measure;
use tokio::time::Instant;

use super::authority;
use super::clock::HEARTBEAT;
use super::connection::{Connection, Frame};
use super::feed::{Request, Work};
use super::frames::{self, Bye, ClientFrame, Limits, Name, ServerFrame, Since, SnapWanted};
use super::hub::Live;
use super::said::Said;

/// How long a client may take for its first frame.
const HELLO: Duration = Duration::from_secs(5);
/// The longest first frame, in bytes.
const LONGEST_HELLO: usize = 16 * 1024;
/// How long a client may take nothing.
const STUCK: Duration = Duration::from_secs(30);
/// How long the last words may take.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// Frames taken out of the queue at once.
const BATCH: usize = 64;
/// Frames a second, and at once, that a client may send.
const FRAMES: (f64, f64) = (20.0, 60.0);
/// Frames that may be gibberish.
const GIBBERISH: u32 = 5;
/// Between two announcements that somebody writes.
const TYPING: Duration = Duration::from_secs(2);

/// Serves a socket to its end.
pub async fn serve(live: Live, caller: Caller, mut socket: WebSocket) {
    let hello = tokio::time::timeout(HELLO, socket.recv()).await;
    let said = match hello {
        Ok(Some(Ok(Message::Text(text)))) if text.len() <= LONGEST_HELLO => frames::read(&text),
        Ok(None | Some(Err(_))) => return,
        _ => None,
    };
    let mut said = said.unwrap_or_default().into_iter();
    let Some(ClientFrame::Hello {
        v: frames::VERSION,
        since,
    }) = said.next()
    else {
        return goodbye(&mut socket, Bye::Frames).await;
    };
    let connection = live.enter(caller);
    let ends_at = Holder::from(&caller)
        .ends_at(live.identity())
        .await
        .ok()
        .flatten();
    welcome(&live, &connection, ends_at);
    let mut talk = Talk::new(&live, connection.clone());
    talk.begin(since);
    said.for_each(|frame| talk.frame(frame));
    let was_silent = carry(&live, &mut talk, &mut socket).await;
    live.gone(&connection, was_silent);
}

fn welcome(live: &Live, connection: &Connection, ends_at: Option<kit::clock::Timestamp>) {
    let caller = connection.caller();
    let now = live.db().clock().now();
    connection.tell(&ServerFrame::Welcome {
        v: frames::VERSION,
        conn: connection.id,
        t: now.micros() / 1000,
        hb: HEARTBEAT,
        exp: ends_at.map(|at| at.micros() / 1000),
        limits: Limits {
            subs: frames::MOST_SCOPES,
            frame: frames::LONGEST,
        },
        u: Name(Scope::User(caller.user)),
        w: Name(Scope::Workspace(caller.workspace)),
    });
}

/// Carries frames until the end; answers whether the client had been silent for long.
async fn carry(live: &Live, talk: &mut Talk<'_>, socket: &mut WebSocket) -> bool {
    let connection = talk.connection.clone();
    let mut batch = Vec::new();
    loop {
        if !send(live, &connection, socket, &mut batch).await {
            return live.is_silent(&connection);
        }
        tokio::select! {
            () = connection.wake.notified() => {}
            message = socket.recv() => match message {
                Some(Ok(message)) => {
                    connection.heard_at.store(live.now_ms(), Ordering::Relaxed);
                    talk.message(&message);
                }
                // A frame that is too large, or none of the protocol's; a connection that broke does not hear it.
                Some(Err(_)) => {
                    let was_silent = live.is_silent(&connection);
                    goodbye(socket, Bye::Frames).await;
                    return was_silent;
                }
                None => return live.is_silent(&connection),
            }
        }
    }
}

/// Sends what waits; false when that was the end.
async fn send(
    live: &Live,
    connection: &Arc<Connection>,
    socket: &mut WebSocket,
    batch: &mut Vec<Frame>,
) -> bool {
    loop {
        if let Some(why) = connection.closing() {
            if why == Bye::Slow {
                live.db().recorder().count(measure::Name::SocketsDropped, &[]);
            }
            goodbye(socket, why).await;
            return false;
        }
        if connection.is_choked() {
            return true; // its next ack wakes us
        }
        if connection.wants_ping.swap(false, Ordering::Relaxed)
            && socket.send(Message::Ping(bytes::Bytes::new())).await.is_err()
        {
            return false;
        }
        connection.take(BATCH, batch);
        if batch.is_empty() {
            let Some(owed) = connection.owed() else {
                return true;
            };
            for (scope, from) in owed.scopes {
                live.tell(scope, Work::CatchUp(connection.clone(), from));
            }
            if !owed.runs.is_empty() {
                for scope in connection.held() {
                    for run in &owed.runs {
                        live.tell(scope, Work::Whole(connection.clone(), *run));
                    }
                }
            }
            return true;
        }
        let frames = batch.len() as u64;
        if !write(connection, socket, batch).await {
            return false;
        }
        live.db()
            .recorder()
            .note(measure::Name::SocketsDelivered, &[], frames);
    }
}

/// Writes a batch: all of it into the buffer, then one flush. False when the client takes nothing any more.
async fn write(connection: &Connection, socket: &mut WebSocket, batch: &mut Vec<Frame>) -> bool {
    let writing = async {
        let mut bytes = 0;
        for Frame(text) in batch.drain(..) {
            bytes += text.len() as u64;
            socket.feed(Message::Text(text)).await?;
        }
        connection.sent.fetch_add(bytes, Ordering::Relaxed);
        socket.flush().await
    };
    tokio::pin!(writing);
    // Nearly always it is done at once, and a timer would cost more than the write.
    if let Some(done) = writing.as_mut().now_or_never() {
        return done.is_ok();
    }
    if let Ok(done) = tokio::time::timeout(STUCK, writing).await {
        return done.is_ok();
    }
    connection.close(Bye::Slow);
    false
}

async fn goodbye(socket: &mut WebSocket, why: Bye) {
    let frame = ServerFrame::Bye {
        code: why.code(),
        retry: why.retry(),
    };
    let last = async {
        let _ = socket.send(Message::Text(frame.encode())).await;
        let close = CloseFrame {
            code: why.code(),
            reason: axum::extract::ws::Utf8Bytes::from_static(""),
        };
        let _ = socket.send(Message::Close(Some(close))).await;
        // The client's answer to it ends the connection in good order.
        while let Some(Ok(_)) = socket.next().await {}
    };
    let _ = tokio::time::timeout(LAST_WORDS, last).await;
}

/// What a client says, and how much of it.
struct Talk<'a> {
    live: &'a Live,
    connection: Arc<Connection>,
    tokens: f64,
    filled: Instant,
    gibberish: u32,
    typed: Option<Instant>,
}

impl<'a> Talk<'a> {
    fn new(live: &'a Live, connection: Arc<Connection>) -> Self {
        Self {
            live,
            connection,
            tokens: FRAMES.1,
            filled: Instant::now(),
            gibberish: 0,
            typed: None,
        }
    }

    /// Everybody holds their own scope and their workspace's; what was held before comes again.
    fn begin(&self, since: std::collections::HashMap<String, Since>) {
        let caller = self.connection.caller();
        let mut threads = Vec::new();
        let mut own = [
            (Scope::User(caller.user), None),
            (Scope::Workspace(caller.workspace), None),
        ];
        for (name, since) in since {
            match name.parse::<Scope>() {
                Ok(scope @ Scope::Thread(_)) => threads.push((scope, Some(since))),
                Ok(scope) => {
                    for (own, known) in &mut own {
                        if *own == scope {
                            *known = Some(since);
                        }
                    }
                }
                Err(_) => {}
            }
        }
        for (scope, since) in own.into_iter().chain(threads) {
            self.subscribe(scope, None, since, None);
        }
    }

    fn message(&mut self, message: &Message) {
        match message {
            Message::Text(text) => match frames::read(text) {
                Some(frames) => frames.into_iter().for_each(|frame| self.frame(frame)),
                None => self.gibberish("This frame is not understood."),
            },
            Message::Binary(_) => self.gibberish("Frames are texts."),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => {}
        }
    }

    fn gibberish(&mut self, error: &str) {
        self.gibberish += 1;
        if self.gibberish > GIBBERISH {
            self.connection.close(Bye::Frames);
        } else {
            self.refuse(None, "VALIDATION_FAILED", error);
        }
    }

    fn refuse(&self, i: Option<u64>, code: &str, error: &str) {
        self.connection.tell(&ServerFrame::Err {
            i,
            c: None,
            code,
            error,
        });
    }

    /// Whether the client may say one more thing now.
    fn may_talk(&mut self) -> bool {
        let now = Instant::now();
        let earned = (now - self.filled).as_secs_f64() * FRAMES.0;
        (self.tokens, self.filled) = ((self.tokens + earned).min(FRAMES.1), now);
        self.tokens -= 1.0;
        if self.tokens < -FRAMES.1 {
            self.connection.close(Bye::Rate);
        }
        self.tokens >= 0.0
    }

    fn frame(&mut self, frame: ClientFrame) {
        if let ClientFrame::Ack { b } = frame {
            self.connection.received.store(b, Ordering::Relaxed);
            return;
        }
        if !self.may_talk() {
            return self.refuse(None, "RATE_LIMITED", "Too many frames; please slow down.");
        }
        match frame {
            ClientFrame::Hello { .. } => self.gibberish("Hello is said once."),
            ClientFrame::Sub { i, c, since, snap } => match c.parse() {
                Ok(scope) => self.subscribe(scope, i, since, snap),
                Err(_) => self.refuse(i, "NOT_FOUND", "There is no such scope."),
            },
            ClientFrame::Unsub { c } => self.unsubscribe(&c),
            ClientFrame::Typing { c, on } => self.typing(&c, on),
            ClientFrame::Here { state } => {
                if state != frames::Seen::Offline {
                    self.live.here(&self.connection, state);
                }
            }
            ClientFrame::Read { c, s } => self.read(&c, s),
            ClientFrame::Gwant { c, g } => {
                if let Some(scope) = self.held(&c) {
                    self.live.tell(scope, Work::Whole(self.connection.clone(), g));
                }
            }
            ClientFrame::Ping { t } => self.connection.tell(&ServerFrame::Pong { t }),
            ClientFrame::Ack { .. } => {}
        }
    }

    fn held(&self, name: &str) -> Option<Scope> {
        name.parse().ok().filter(|scope| self.connection.holds(*scope))
    }

    fn subscribe(&self, scope: Scope, i: Option<u64>, since: Option<Since>, snap: Option<SnapWanted>) {
        if !self.connection.hold(scope) {
            return self.refuse(i, "VALIDATION_FAILED", "A connection holds at most 64 scopes.");
        }
        let request = Request {
            connection: self.connection.clone(),
            i,
            since,
            snap,
        };
        self.live.feed(scope).push(self.live, Work::Join(request));
    }

    fn unsubscribe(&self, name: &str) {
        if let Some(scope @ Scope::Thread(_)) = self.held(name) {
            self.connection.release(scope);
            if let Some(feed) = self.live.existing(scope) {
                feed.leave(self.connection.number);
            }
        }
    }

    fn typing(&mut self, name: &str, on: bool) {
        let now = Instant::now();
        let often = self.typed.is_some_and(|at| now - at < TYPING);
        if let Some(scope @ Scope::Thread(_)) = self.held(name)
            && !(on && often)
        {
            self.typed = on.then_some(now);
            let user = self.connection.user();
            self.live.publish(scope, &Said::Typing { user, on });
        }
    }

    fn read(&self, name: &str, seq: i64) {
        let caller = self.connection.caller();
        let may = caller.scopes.allow(identity::Scope::Write);
        if let (Some(Scope::Thread(thread)), true) = (self.held(name), may) {
            let live = self.live.clone();
            self.live.spawn("live read mark", async move {
                let room = authority::thread_row(&live, caller.workspace, thread).await;
                let Ok(Some(room)) = room else { return };
                let who = (caller.workspace, caller.user);
                if let Err(error) = crate::reads::mark(live.chat(), who, &room, seq).await {
                    tracing::debug!(error = %error.message, "a read mark was not set");
                }
            });
        }
    }
}
