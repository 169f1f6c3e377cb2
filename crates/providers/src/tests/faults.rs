//! Everything that a provider can do wrong, over a real connection, in every format.

use std::time::{Duration, Instant};

use super::conversions::{KINDS, endpoint, questions, timeouts};
use crate::standin::Standin;
use crate::{
    ChatRequest, ChunkStream, Client, Endpoint, ErrorKind, ProviderError, ProviderKind, complete, stream,
};

async fn open(
    client: &Client,
    at: &Endpoint,
    model: &str,
    request: &ChatRequest,
) -> Result<ChunkStream, ProviderError> {
    let mut frames = stream(client, at, model, request, &timeouts()).await?;
    frames.wait_for_content().await?;
    Ok(frames)
}

/// Reads to the end: how many frames had content, and the error at the end, if any.
async fn drain(mut frames: ChunkStream) -> (usize, Option<ProviderError>) {
    let mut with_content = 0;
    while let Some(frame) = frames.next_frame().await {
        match frame {
            Ok(frame) => with_content += usize::from(frame.has_content),
            Err(error) => {
                assert!(frames.next_frame().await.is_none(), "nothing follows an error");
                return (with_content, Some(error));
            }
        }
    }
    (with_content, None)
}

#[tokio::test]
async fn every_status_has_its_meaning() {
    let standin = Standin::start(0, false).await.unwrap();
    let client = Client::new().unwrap();
    for kind in KINDS {
        let at = endpoint(&standin, kind, "any");
        for (model, expected, elsewhere) in [
            ("mock-e400", ErrorKind::BadRequest, false),
            ("mock-e401", ErrorKind::InvalidKey, true),
            ("mock-e403", ErrorKind::Forbidden, true),
            ("mock-e404", ErrorKind::NotFound, true),
            ("mock-e429-r7", ErrorKind::RateLimited, true),
            ("mock-e500", ErrorKind::Server, true),
            ("mock-e503", ErrorKind::Overloaded, true),
            ("mock-e529", ErrorKind::Overloaded, true),
            ("mock-f100", ErrorKind::Server, true),
            ("mock-l", ErrorKind::ContextTooLong, false),
            ("mock-g", ErrorKind::Garbage, true),
        ] {
            for (request, streaming) in questions(false)
                .iter()
                .zip([false; 2])
                .chain(questions(true).iter().zip([true; 2]))
            {
                let error = if streaming {
                    open(&client, &at, model, request).await.unwrap_err()
                } else {
                    complete(&client, &at, model, request, &timeouts())
                        .await
                        .unwrap_err()
                };
                assert_eq!(error.kind, expected, "{kind} {model}");
                assert_eq!(error.is_try_elsewhere(), elsewhere, "{kind} {model}");
                if model.contains("-r7") {
                    assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
                }
                assert!(!error.to_string().contains('<'), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn before_the_first_word_an_error_is_only_an_error() {
    let standin = Standin::start(0, false).await.unwrap();
    let client = Client::new().unwrap();
    for kind in KINDS {
        let at = endpoint(&standin, kind, "any");
        for request in questions(true) {
            let error = open(&client, &at, "mock-c0", &request).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::BrokenStream, "{kind}");
            let error = open(&client, &at, "mock-x0", &request).await.unwrap_err();
            assert!(
                matches!(error.kind, ErrorKind::Server | ErrorKind::Overloaded),
                "{kind} {error:?}"
            );
            // Gemini's stream sends its head with the first event, so silence there is a missing head or
            // silence in the middle, whichever the connection shows.
            let error = open(&client, &at, "mock-h0", &request).await.unwrap_err();
            assert!(
                matches!(error.kind, ErrorKind::TimeoutIdle | ErrorKind::TimeoutFirstByte),
                "{kind} {error:?}"
            );
            assert!(error.is_try_elsewhere() && error.counts_for_breaker());
        }
    }
}

#[tokio::test]
async fn after_the_first_word_the_words_stay_and_the_error_follows() {
    let standin = Standin::start(0, false).await.unwrap();
    let client = Client::new().unwrap();
    for kind in KINDS {
        let at = endpoint(&standin, kind, "any");
        for request in questions(true) {
            for (model, expected) in [
                ("mock-i5-c3", vec![ErrorKind::BrokenStream]),
                ("mock-i5-x3", vec![ErrorKind::Server, ErrorKind::Overloaded]),
                ("mock-i5-h3", vec![ErrorKind::TimeoutIdle]),
                ("mock-i5-u", vec![ErrorKind::BrokenStream]),
            ] {
                let frames = open(&client, &at, model, &request).await.unwrap();
                let (with_content, error) = drain(frames).await;
                assert!(with_content >= 1, "{kind} {model}");
                let error = error.unwrap();
                assert!(expected.contains(&error.kind), "{kind} {model} {error:?}");
            }
        }
    }
}

#[tokio::test]
async fn whole_answers_break_too() {
    let standin = Standin::start(0, false).await.unwrap();
    let client = Client::new().unwrap();
    let quick = crate::Timeouts {
        first_byte: Duration::from_millis(150),
        idle: Duration::from_millis(150),
    };
    for kind in KINDS {
        let at = endpoint(&standin, kind, "any");
        for request in questions(false) {
            let cut = complete(&client, &at, "mock-c1", &request, &timeouts())
                .await
                .unwrap_err();
            assert_eq!(cut.kind, ErrorKind::BrokenStream, "{kind}");
            let late = complete(&client, &at, "mock-t2000", &request, &quick)
                .await
                .unwrap_err();
            assert_eq!(late.kind, ErrorKind::TimeoutFirstByte, "{kind}");
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let standin = Standin::start(0, false).await.unwrap();
    let client = Client::new().unwrap();
    for kind in KINDS {
        let at = endpoint(&standin, kind, "any");
        for request in questions(true) {
            let frames = open(&client, &at, "mock-j-y", &request).await.unwrap();
            let answer = frames.collect().await.unwrap();
            assert_eq!(answer.text.as_deref(), Some("Grüße 🌍, how are you?"), "{kind}");
        }
    }
}

#[tokio::test]
async fn a_refusal_ends_as_one() {
    let standin = Standin::start(0, false).await.unwrap();
    let client = Client::new().unwrap();
    let [request, _] = questions(true);
    for kind in KINDS {
        let at = endpoint(&standin, kind, "any");
        let frames = stream(&client, &at, "mock-n2-s", &request, &timeouts())
            .await
            .unwrap();
        assert_eq!(
            frames.collect().await.unwrap().finish,
            crate::FinishReason::ContentFilter,
            "{kind}"
        );
    }
}

#[tokio::test]
async fn nobody_there() {
    let standin = Standin::start(0, false).await.unwrap();
    let client = Client::new().unwrap();
    let at = endpoint(&standin, ProviderKind::OpenAi, "any");
    drop(standin);
    let [request, _] = questions(true);
    // The listener closes a moment after the stand-in is dropped.
    let begin = Instant::now();
    let error = loop {
        match open(&client, &at, "mock", &request).await {
            Err(error) => break error,
            Ok(_) => assert!(begin.elapsed() < Duration::from_secs(5)),
        }
    };
    assert!(error.is_try_elsewhere() && error.is_retryable(), "{error:?}");
    assert!(
        matches!(error.kind, ErrorKind::Unreachable | ErrorKind::BrokenStream),
        "{error:?}"
    );
}

#[tokio::test]
async fn dropping_a_stream_stops_the_provider() {
    let standin = Standin::start(0, false).await.unwrap();
    let client = Client::new().unwrap();
    for kind in KINDS {
        let at = endpoint(&standin, kind, "any");
        let before = standin.stats().aborted_streams;
        for request in questions(true) {
            let mut frames = open(&client, &at, "mock-n1000-i10", &request).await.unwrap();
            frames.next_frame().await.unwrap().unwrap();
        }
        let begin = Instant::now();
        while standin.stats().aborted_streams < before + 2 {
            assert!(
                begin.elapsed() < Duration::from_secs(2),
                "{kind}: the provider still works"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn the_guard_stands_before_providers_too() {
    let standin = Standin::start(0, false).await.unwrap();
    let client = Client::new().unwrap();
    let base = standin.base_url(ProviderKind::Custom);
    let refused = Endpoint::new(ProviderKind::Custom, Some(&base), None, crate::Reach::PublicOnly);
    assert!(matches!(refused, Err(crate::EndpointError::Refused(_))));
    // A name is not judged before it is resolved.
    let name = format!("http://localhost:{}/v1", standin.address().port());
    let at = Endpoint::new(ProviderKind::Custom, Some(&name), None, crate::Reach::PublicOnly).unwrap();
    let [request, _] = questions(true);
    assert_eq!(
        open(&client, &at, "mock", &request).await.unwrap_err().kind,
        ErrorKind::Blocked
    );
    assert_eq!(standin.stats().requests, 0);
}
