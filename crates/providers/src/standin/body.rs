//! A stream that keeps its script's time.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use super::formats::Voice;
use super::{Script, State};

/// The body of an answer.
pub(super) enum Out {
    /// All at once.
    Full(Option<Bytes>),
    /// Some bytes, then a cut connection.
    Torn(Option<Bytes>, Option<Pin<Box<Sleep>>>),
    /// Piece by piece.
    Stream(Box<Stream>),
}

pub(super) struct Stream {
    pub voice: Voice,
    pub script: Script,
    pub pieces: Vec<String>,
    pub state: Arc<State>,
    sent: u64,
    step: Step,
    sleep: Option<Pin<Box<Sleep>>>,
    is_done: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Step {
    Start,
    Pieces,
    CutSoon,
    End,
    Over,
}

impl Stream {
    pub fn new(voice: Voice, script: Script, pieces: Vec<String>, state: Arc<State>) -> Self {
        Self {
            voice,
            script,
            pieces,
            state,
            sent: 0,
            step: Step::Start,
            sleep: None,
            is_done: false,
        }
    }

    fn wait(&mut self, ms: u64) {
        self.sleep = Some(Box::pin(tokio::time::sleep(Duration::from_millis(ms))));
    }

    fn next(&mut self) -> Option<Result<Bytes, std::io::Error>> {
        loop {
            if self.sleep.is_some() {
                return Some(Ok(Bytes::new()));
            }
            match self.step {
                Step::Start => {
                    self.step = Step::Pieces;
                    let start = self.voice.start();
                    if !start.is_empty() {
                        return Some(Ok(start));
                    }
                }
                Step::Pieces => return Some(Ok(self.piece())),
                Step::CutSoon => {
                    self.is_done = true;
                    return Some(Err(std::io::Error::other("standin: cut")));
                }
                Step::End => {
                    self.step = Step::Over;
                    return Some(Ok(self.voice.end(self.sent)));
                }
                Step::Over => {
                    self.is_done = true;
                    return None;
                }
            }
        }
    }

    /// The next piece, or the misfortune that the script has instead. Empty when something else is next.
    fn piece(&mut self) -> Bytes {
        let sent = Some(self.sent);
        if self.script.cut_after == sent {
            // A moment's wait lets the pieces before the cut arrive.
            self.wait(20);
            self.step = Step::CutSoon;
            return Bytes::new();
        }
        if self.script.error_after == sent {
            self.step = Step::Over;
            return self.voice.error();
        }
        if self.script.hang_after == sent {
            self.script.hang_after = None;
            self.wait(60_000);
            return Bytes::new();
        }
        if self.script.cut_in_character && self.sent == (self.pieces.len() as u64).min(2) {
            self.wait(20);
            self.step = Step::CutSoon;
            let whole = self.voice.text("gr\u{fc}n", self.sent);
            let cut = whole
                .iter()
                .position(|byte| *byte == 0xc3)
                .map_or(whole.len(), |at| at + 1);
            return whole.slice(..cut);
        }
        if self.voice.tool.is_some() {
            self.step = Step::End;
            self.sent = 8;
            return self.voice.call();
        }
        let Some(text) = self.pieces.get(self.sent as usize) else {
            self.step = Step::End;
            return Bytes::new();
        };
        self.sent += 1;
        let piece = self.voice.text(text, self.sent);
        if self.script.interval_ms > 0 && (self.sent as usize) < self.pieces.len() {
            self.wait(self.script.interval_ms);
        }
        piece
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if !self.is_done {
            self.state.aborted.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Body for Out {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match &mut *self {
            Self::Full(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Torn(bytes, sleep) => {
                if let Some(bytes) = bytes.take() {
                    *sleep = Some(Box::pin(tokio::time::sleep(Duration::from_millis(20))));
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                if let Some(sleep) = sleep {
                    ready!(sleep.as_mut().poll(cx));
                }
                Poll::Ready(Some(Err(std::io::Error::other("standin: cut"))))
            }
            Self::Stream(stream) => loop {
                if let Some(sleep) = &mut stream.sleep {
                    ready!(sleep.as_mut().poll(cx));
                    stream.sleep = None;
                }
                match stream.next() {
                    Some(Ok(bytes)) if bytes.is_empty() => {}
                    Some(Ok(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => return Poll::Ready(None),
                }
            },
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64)),
            // Longer than what comes, so that the cut is one.
            Self::Torn(..) => SizeHint::with_exact(1 << 20),
            Self::Stream(_) => SizeHint::default(),
        }
    }
}
