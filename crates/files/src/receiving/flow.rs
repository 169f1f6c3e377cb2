//! A body that is watched while it flows: how long it gets, and whether it still moves.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::Stream;
use kit::api::{ApiError, Code};
use parking_lot::Mutex;
use tokio::time::{Instant, Sleep};

/// In each of these, so much has to come: an upload may take as long as it flows, but nobody keeps a connection with a
/// byte now and then.
const WINDOW: Duration = Duration::from_secs(30);
const LEAST: u64 = 16 * 1024;
/// What may come before the file begins.
const BEFORE: u64 = 1 << 20;

/// Why a body was broken off, for whoever reads it through a parser that only knows of errors in general.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fault {
    cause: Arc<Mutex<Option<ApiError>>>,
    has_begun: Arc<AtomicBool>,
}

impl Fault {
    /// From here on the file comes, and all of it may.
    pub fn begin(&self) {
        self.has_begun.store(true, Ordering::Relaxed);
    }

    /// The cause; without one the connection ended too soon, or what came was not what it should be.
    pub fn take(&self) -> ApiError {
        let cause = self.cause.lock().take();
        cause.unwrap_or_else(|| ApiError::new(Code::InvalidJson, "The upload ended before it was complete."))
    }
}

/// The body, watched: at most `most` bytes of it, told by `too_large` if there are more.
pub(crate) fn guarded(body: Body, most: u64, too_large: ApiError) -> (Body, Fault) {
    let fault = Fault::default();
    let guarded = Guarded {
        body: body.into_data_stream(),
        fault: fault.clone(),
        most,
        too_large: Some(too_large),
        total: 0,
        in_window: 0,
        window: Box::pin(tokio::time::sleep(WINDOW)),
        gave: false,
    };
    (Body::from_stream(guarded), fault)
}

struct Guarded {
    body: BodyDataStream,
    fault: Fault,
    most: u64,
    too_large: Option<ApiError>,
    total: u64,
    in_window: u64,
    window: Pin<Box<Sleep>>,
    /// Whether the last thing it did was to give bytes.
    gave: bool,
}

impl Guarded {
    fn refuse(&self, cause: ApiError) -> Poll<Option<Result<Bytes, ApiError>>> {
        *self.fault.cause.lock() = Some(cause.clone());
        Poll::Ready(Some(Err(cause)))
    }

    fn take(&mut self, bytes: Bytes) -> Poll<Option<Result<Bytes, ApiError>>> {
        self.total += bytes.len() as u64;
        self.in_window += bytes.len() as u64;
        if self.total > self.most
            && let Some(cause) = self.too_large.take()
        {
            return self.refuse(cause);
        }
        if self.total > BEFORE && !self.fault.has_begun.load(Ordering::Relaxed) {
            let sentence = "The form is too long in front of its file.";
            return self.refuse(ApiError::new(Code::PayloadTooLarge, sentence));
        }
        self.gave = true;
        Poll::Ready(Some(Ok(bytes)))
    }
}

impl Stream for Guarded {
    type Item = Result<Bytes, ApiError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // The parser of forms takes all that it can get into memory before it gives any of it on. So it gets one piece
        // at a time.
        if std::mem::take(&mut self.gave) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.window.as_mut().poll(cx).is_ready() {
            if self.in_window < LEAST {
                let sentence = "The upload came too slowly and was broken off.";
                return self.refuse(ApiError::new(Code::Timeout, sentence));
            }
            self.in_window = 0;
            self.window.as_mut().reset(Instant::now() + WINDOW);
            let _ = self.window.as_mut().poll(cx);
        }
        match Pin::new(&mut self.body).poll_next(cx) {
            Poll::Ready(Some(Ok(bytes))) => self.take(bytes),
            Poll::Ready(Some(Err(_))) => {
                let sentence = "The connection ended before the upload was complete.";
                self.refuse(ApiError::new(Code::InvalidJson, sentence))
            }
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::StreamExt;

    fn too_large() -> ApiError {
        ApiError::new(Code::PayloadTooLarge, "large")
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_creeps_is_broken_off_and_one_that_flows_is_not() {
        let every = |piece: usize| {
            let pieces = futures::stream::unfold(0, move |n| async move {
                tokio::time::sleep(Duration::from_secs(10)).await;
                (n < 60).then(|| (Ok::<_, ApiError>(Bytes::from(vec![0; piece])), n + 1))
            });
            let (body, fault) = guarded(Body::from_stream(pieces), u64::MAX, too_large());
            fault.begin();
            async move { (axum::body::to_bytes(body, usize::MAX).await.is_ok(), fault) }
        };
        assert!(every(10_000).await.0, "ten minutes, but it flows");
        let (whole, fault) = every(100).await;
        assert!(!whole);
        assert_eq!(fault.take().code, Code::Timeout);
    }

    #[tokio::test]
    async fn no_more_than_was_agreed_is_taken() {
        let body = Body::from(vec![0; 100]);
        let (body, fault) = guarded(body, 99, too_large());
        let mut stream = body.into_data_stream();
        assert!(stream.next().await.unwrap().is_err());
        assert_eq!(fault.take().code, Code::PayloadTooLarge);
    }
}
