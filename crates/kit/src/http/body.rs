//! The body of an answer, with a limit on silence.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep};

use super::error::{Error, Phase};

/// Bytes as they come. Dropping it closes the connection when the answer is not whole, so the other side
/// stops working.
pub struct Body {
    inner: Incoming,
    idle: Duration,
    /// Armed once, and moved on only when it rings: a piece costs a look at the clock, not a timer.
    alarm: Option<Pin<Box<Sleep>>>,
    last: Instant,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body")
            .field("idle", &self.idle)
            .finish_non_exhaustive()
    }
}

impl Body {
    pub(super) fn new(inner: Incoming, idle: Duration) -> Self {
        Self {
            inner,
            idle,
            alarm: None,
            last: Instant::now(),
        }
    }

    /// The next piece, `None` after the last.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, Error>> {
        loop {
            match self.frame().await? {
                Ok(frame) => match frame.into_data() {
                    Ok(data) if data.is_empty() => {}
                    Ok(data) => return Some(Ok(data)),
                    Err(_trailers) => {}
                },
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// Polls for the next piece: [`chunk`](Self::chunk) for those who write streams.
    pub fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        loop {
            match std::task::ready!(Pin::new(&mut *self).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if data.is_empty() => {}
                    Ok(data) => return Poll::Ready(Some(Ok(data))),
                    Err(_trailers) => {}
                },
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    /// The whole answer, unless it is larger than `limit`.
    pub async fn read(mut self, limit: usize) -> Result<Bytes, Error> {
        let too_large = Error::TooLarge { limit };
        if HttpBody::size_hint(&self).lower() > limit as u64 {
            return Err(too_large);
        }
        let Some(first) = self.chunk().await else {
            return Ok(Bytes::new());
        };
        let first = first?;
        if first.len() > limit {
            return Err(too_large);
        }
        // The common case: the whole answer in one piece, handed on without a copy.
        let Some(second) = self.chunk().await else {
            return Ok(first);
        };
        let mut all = BytesMut::with_capacity(first.len() * 2);
        all.extend_from_slice(&first);
        let mut next = Some(second);
        while let Some(piece) = next {
            let piece = piece?;
            if all.len() + piece.len() > limit {
                return Err(too_large);
            }
            all.extend_from_slice(&piece);
            next = self.chunk().await;
        }
        Ok(all.freeze())
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if let Poll::Ready(next) = Pin::new(&mut this.inner).poll_frame(cx) {
            this.last = Instant::now();
            return Poll::Ready(next.map(|frame| frame.map_err(|error| Error::of_hyper(&error))));
        }
        let (idle, last) = (this.idle, this.last);
        let alarm = this
            .alarm
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(last + idle)));
        while alarm.as_mut().poll(cx).is_ready() {
            let due = last + idle;
            if due <= Instant::now() {
                return Poll::Ready(Some(Err(Error::Timeout(Phase::Idle))));
            }
            alarm.as_mut().reset(due);
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
