//! An answer that arrives piece by piece.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use kit::http::Body;
use tokio::time::Sleep;

use crate::answer::{Answer, Collector, Frame};
use crate::sse::SseParser;
use crate::wire::Decoder;
use crate::{ErrorKind, ProviderError, ProviderKind};

/// After the last event, how long to wait for the end of the connection's answer. It is usually there
/// already; waiting for it lets the connection be used again.
const GRACE: Duration = Duration::from_millis(20);

/// Signs of life without content do not count for ever: a stream that only pings is a stalled one. Long enough
/// for a model that thinks in silence; a caller in a hurry puts its own limit around.
const PATIENCE: Duration = Duration::from_mins(5);

/// At most this much may come before the first content.
const MAX_PROLOGUE: usize = 256;

/// The frames of an answer. Ends with `None` after a whole answer, or after one error. Dropping it ends the
/// work of the provider at once.
pub struct ChunkStream {
    provider: ProviderKind,
    inner: Inner,
    /// Frames that were looked at before they were asked for.
    ahead: VecDeque<Frame>,
    is_over: bool,
}

enum Inner {
    Wire(Box<WireStream>),
    Local(Pin<Box<dyn Stream<Item = Result<Frame, ProviderError>> + Send>>),
}

struct WireStream {
    body: Body,
    reading: Reading,
    grace: Option<Pin<Box<Sleep>>>,
}

/// Bytes become frames; the same wherever the bytes come from.
pub(crate) struct Reading {
    provider: ProviderKind,
    sse: SseParser,
    decoder: Decoder,
    /// What ends the stream, to be told after the frames before it.
    failure: Option<ProviderError>,
}

impl std::fmt::Debug for ChunkStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChunkStream")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

impl ChunkStream {
    pub(crate) fn wire(provider: ProviderKind, body: Body, decoder: Decoder) -> Self {
        let wire = WireStream {
            body,
            reading: Reading::new(provider, decoder),
            grace: None,
        };
        Self::with(provider, Inner::Wire(Box::new(wire)))
    }

    /// The frames of a model that runs here.
    pub fn local(
        provider: ProviderKind,
        frames: impl Stream<Item = Result<Frame, ProviderError>> + Send + 'static,
    ) -> Self {
        Self::with(provider, Inner::Local(Box::pin(frames)))
    }

    /// An answer that came in one piece, though a stream was asked for.
    pub(crate) fn whole(provider: ProviderKind, answer: Answer) -> Self {
        let frame = Frame::of(answer.into_chunks());
        Self::local(provider, futures::stream::iter([Ok(frame)]))
    }

    fn with(provider: ProviderKind, inner: Inner) -> Self {
        Self {
            provider,
            inner,
            ahead: VecDeque::new(),
            is_over: false,
        }
    }

    /// Who answers.
    pub fn provider(&self) -> ProviderKind {
        self.provider
    }

    /// The next frame.
    pub async fn next_frame(&mut self) -> Option<Result<Frame, ProviderError>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Waits for the first content (a word, a thought, a call) and keeps it. An error until then has reached
    /// nobody, so another provider can still be asked; afterwards the answer belongs to this one. An answer
    /// that ends without any content is content too: the model had nothing to say.
    pub async fn wait_for_content(&mut self) -> Result<(), ProviderError> {
        let provider = self.provider;
        match tokio::time::timeout(PATIENCE, self.look_ahead()).await {
            Ok(result) => result,
            Err(_) => Err(ProviderError::new(provider, ErrorKind::TimeoutFirstByte)),
        }
    }

    async fn look_ahead(&mut self) -> Result<(), ProviderError> {
        while !self.ahead.iter().any(|frame| frame.has_content) && self.ahead.len() < MAX_PROLOGUE {
            let next = std::future::poll_fn(|cx| self.poll_fresh(cx)).await;
            match next {
                Some(Ok(frame)) => self.ahead.push_back(frame),
                Some(Err(error)) => return Err(error),
                None => break,
            }
        }
        Ok(())
    }

    /// Reads to the end. Passed-through frames have no chunks to collect: this is for our own requests.
    pub async fn collect(mut self) -> Result<Answer, ProviderError> {
        let mut collector = Collector::default();
        while let Some(frame) = self.next_frame().await {
            for chunk in frame?.chunks {
                collector.push(chunk);
            }
        }
        Ok(collector.finish())
    }

    fn poll_fresh(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame, ProviderError>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let next = match &mut self.inner {
            Inner::Wire(wire) => ready!(wire.poll_frame(cx)),
            Inner::Local(frames) => ready!(frames.as_mut().poll_next(cx)),
        };
        self.is_over = !matches!(next, Some(Ok(_)));
        Poll::Ready(next)
    }
}

impl Stream for ChunkStream {
    type Item = Result<Frame, ProviderError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.ahead.pop_front() {
            Some(frame) => Poll::Ready(Some(Ok(frame))),
            None => self.poll_fresh(cx),
        }
    }
}

impl WireStream {
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame, ProviderError>>> {
        loop {
            if let Some(error) = self.reading.failure.take() {
                return Poll::Ready(Some(Err(error)));
            }
            if self.reading.decoder.is_done() {
                return self.poll_end(cx);
            }
            let frame = match ready!(self.body.poll_chunk(cx)) {
                Some(Ok(piece)) => self.reading.piece(piece),
                Some(Err(error)) => self.reading.broken(&error),
                None => self.reading.end(),
            };
            if let Some(frame) = frame {
                return Poll::Ready(Some(Ok(frame)));
            }
        }
    }

    /// Reads on to the end of the connection's answer, so that the connection can be used again.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame, ProviderError>>> {
        loop {
            match self.body.poll_chunk(cx) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(_) => return Poll::Ready(None),
                Poll::Pending => break,
            }
        }
        let grace = self
            .grace
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(GRACE)));
        ready!(grace.as_mut().poll(cx));
        Poll::Ready(None)
    }
}

impl Reading {
    pub(crate) fn new(provider: ProviderKind, decoder: Decoder) -> Self {
        Self {
            provider,
            sse: SseParser::default(),
            decoder,
            failure: None,
        }
    }

    /// All whole events of one piece, as one frame.
    pub(crate) fn piece(&mut self, piece: Bytes) -> Option<Frame> {
        self.sse.push(piece);
        while !self.decoder.is_done() {
            let result = match self.sse.next_event() {
                None => break,
                Some(Ok(event)) => self.decoder.event(event),
                Some(Err(_)) => {
                    let error = ProviderError::new(self.provider, ErrorKind::Garbage);
                    Err(error.with_detail("an event of the stream is too large"))
                }
            };
            if let Err(error) = result {
                self.failure = Some(error);
                break;
            }
        }
        self.decoder.take_frame()
    }

    /// The connection's answer ended as it should; whether the stream did is another matter.
    pub(crate) fn end(&mut self) -> Option<Frame> {
        let broken = || ProviderError::new(self.provider, ErrorKind::BrokenStream);
        if let Some(event) = self.sse.finish() {
            // Half an event at the end is the mark of a cut, not of nonsense.
            if let Err(error) = self.decoder.event(event) {
                let is_garbage = error.kind == ErrorKind::Garbage;
                self.failure = Some(if is_garbage { broken() } else { error });
                return self.decoder.take_frame();
            }
        }
        if !self.decoder.end() {
            self.failure = Some(broken());
        }
        self.decoder.take_frame()
    }

    fn broken(&mut self, error: &kit::http::Error) -> Option<Frame> {
        self.failure = Some(ProviderError::of_http(self.provider, error, true));
        None
    }

    /// The failure that ended it, once.
    #[cfg(test)]
    pub(crate) fn take_failure(&mut self) -> Option<ProviderError> {
        self.failure.take()
    }
}
