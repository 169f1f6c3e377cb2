//! Golden files: recorded-looking streams of each provider, cut at every byte and broken off at every event.

use bytes::Bytes;

use super::{collected, lines};
use crate::stream::Reading;
use crate::surface::Writer;
use crate::wire::Decoder;
use crate::{Chunk, ErrorKind, Frame, ProviderError, ProviderKind};

fn decoder(kind: ProviderKind, pass: Option<bool>) -> Decoder {
    match kind {
        ProviderKind::Anthropic => Decoder::anthropic(kind),
        ProviderKind::Gemini => Decoder::gemini(kind),
        _ => Decoder::openai(kind, pass),
    }
}

/// Reads pieces as a connection would bring them.
fn read(kind: ProviderKind, pass: Option<bool>, pieces: &[&[u8]]) -> (Vec<Frame>, Option<ProviderError>) {
    let mut reading = Reading::new(kind, decoder(kind, pass));
    let mut frames = Vec::new();
    for piece in pieces {
        frames.extend(reading.piece(Bytes::copy_from_slice(piece)));
        if let Some(failure) = reading.take_failure() {
            return (frames, Some(failure));
        }
    }
    frames.extend(reading.end());
    (frames, reading.take_failure())
}

fn chunks(frames: &[Frame]) -> Vec<Chunk> {
    frames.iter().flat_map(|frame| frame.chunks.clone()).collect()
}

fn raw(frames: &[Frame]) -> Vec<u8> {
    frames
        .iter()
        .flat_map(|frame| frame.raw.clone().unwrap_or_default())
        .collect()
}

/// What an OpenAI client of ours gets.
fn as_openai(frames: &[Frame]) -> String {
    let mut writer = Writer::new("chatcmpl-ours", "asked-model", 1_700_000_000, true);
    let mut out: Vec<u8> = frames.iter().flat_map(|frame| writer.write(frame)).collect();
    out.extend_from_slice(&writer.finish());
    String::from_utf8(out).unwrap()
}

const STREAMS: [(&str, ProviderKind, &str); 9] = [
    (
        "openai_text",
        ProviderKind::OpenAi,
        include_str!("data/openai_text.sse"),
    ),
    (
        "openai_tools",
        ProviderKind::OpenAi,
        include_str!("data/openai_tools.sse"),
    ),
    (
        "groq_reasoning",
        ProviderKind::Groq,
        include_str!("data/groq_reasoning.sse"),
    ),
    (
        "ollama_tools",
        ProviderKind::Ollama,
        include_str!("data/ollama_tools.sse"),
    ),
    (
        "anthropic_text",
        ProviderKind::Anthropic,
        include_str!("data/anthropic_text.sse"),
    ),
    (
        "anthropic_tools",
        ProviderKind::Anthropic,
        include_str!("data/anthropic_tools.sse"),
    ),
    (
        "gemini_text",
        ProviderKind::Gemini,
        include_str!("data/gemini_text.sse"),
    ),
    (
        "gemini_tools",
        ProviderKind::Gemini,
        include_str!("data/gemini_tools.sse"),
    ),
    (
        "gemini_safety",
        ProviderKind::Gemini,
        include_str!("data/gemini_safety.sse"),
    ),
];

#[test]
fn streams_become_chunks_and_openai() {
    for (name, kind, stream) in STREAMS {
        let (frames, failure) = read(kind, None, &[stream.as_bytes()]);
        assert_eq!(failure, None, "{name}");
        insta::assert_snapshot!(format!("stream_{name}"), lines(&chunks(&frames)));
        insta::assert_snapshot!(format!("stream_{name}_as_openai"), as_openai(&frames));
    }
}

#[test]
fn cuts_change_nothing() {
    for (name, kind, stream) in STREAMS {
        let stream = stream.as_bytes();
        let whole = chunks(&read(kind, None, &[stream]).0);
        for at in 0..=stream.len() {
            let (a, b) = stream.split_at(at);
            let (frames, failure) = read(kind, None, &[a, b]);
            assert_eq!(
                (chunks(&frames), failure),
                (whole.clone(), None),
                "{name} cut at {at}"
            );
        }
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(chunks(&read(kind, None, &bytes).0), whole, "{name} byte by byte");
        // CRLF instead of LF
        let crlf = String::from_utf8_lossy(stream).replace('\n', "\r\n");
        assert_eq!(
            chunks(&read(kind, None, &[crlf.as_bytes()]).0),
            whole,
            "{name} with CRLF"
        );
    }
}

#[test]
fn a_stream_that_breaks_off_is_never_taken_for_whole() {
    for (name, kind, stream) in STREAMS {
        let stream = stream.as_bytes();
        let whole = collected(chunks(&read(kind, None, &[stream]).0));
        for at in 0..stream.len() {
            let (frames, failure) = read(kind, None, &[&stream[..at]]);
            let part = collected(chunks(&frames));
            // A server of one's own may stop after its finish reason; the count of tokens is then missing.
            let usage = if kind.is_cloud() {
                part.usage
            } else {
                part.usage.or(whole.usage)
            };
            let is_same = crate::Answer { usage, ..part } == whole;
            match failure {
                Some(failure) => assert_eq!(failure.kind, ErrorKind::BrokenStream, "{name} at {at}"),
                // Only the blank line, the [DONE] of a local server, or nothing that matters is missing.
                None => assert!(is_same, "{name} at {at}: a part was taken for the whole"),
            }
        }
    }
}

#[test]
fn a_stream_passed_through_keeps_its_bytes() {
    for (name, kind, stream) in STREAMS
        .into_iter()
        .filter(|(_, kind, _)| kind.wire() == crate::Wire::OpenAi)
    {
        let expected = stream
            .replace("data: [DONE]\n\n", "")
            .replace(": keep-alive\n\n", "");
        let (frames, failure) = read(kind, Some(true), &[stream.as_bytes()]);
        assert_eq!(failure, None);
        assert_eq!(String::from_utf8(raw(&frames)).unwrap(), expected, "{name}");
        // The usage is read all the same …
        let with_usage = chunks(&frames)
            .iter()
            .any(|chunk| matches!(chunk, Chunk::Usage(_)));
        assert!(with_usage, "{name}");
        // … and its event left out when only we asked for it.
        let (frames, _) = read(kind, Some(false), &[stream.as_bytes()]);
        assert!(
            !String::from_utf8_lossy(&raw(&frames)).contains("\"choices\":[]"),
            "{name}"
        );
        for at in 0..=stream.len() {
            let (a, b) = stream.as_bytes().split_at(at);
            let (frames, failure) = read(kind, Some(true), &[a, b]);
            assert_eq!(failure, None);
            assert_eq!(
                String::from_utf8(raw(&frames)).unwrap(),
                expected,
                "{name} cut at {at}"
            );
        }
    }
}

#[test]
fn content_is_noticed() {
    for (name, kind, stream) in STREAMS {
        let pass = (kind.wire() == crate::Wire::OpenAi).then_some(true);
        for pass in [None, pass] {
            let events: Vec<&str> = stream.split_inclusive("\n\n").collect();
            let pieces: Vec<&[u8]> = events.iter().map(|event| event.as_bytes()).collect();
            let (frames, _) = read(kind, pass, &pieces);
            assert!(
                frames.iter().any(|frame| frame.has_content) || name == "gemini_safety",
                "{name}"
            );
            // What only announces an answer is none.
            let announces = [
                "openai_text",
                "groq_reasoning",
                "anthropic_text",
                "anthropic_tools",
            ];
            assert!(!frames[0].has_content || !announces.contains(&name), "{name}");
        }
    }
}

#[test]
fn errors_inside_streams_are_mapped() {
    use ProviderKind::{Anthropic, Custom, Gemini, Groq, OpenAi};
    let cases = [
        (
            OpenAi,
            r#"data: {"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}"#,
            ErrorKind::Server,
        ),
        (
            OpenAi,
            r#"data: {"error":{"message":"Rate limit reached. Please try again in 2s.","type":"tokens","code":"rate_limit_exceeded"}}"#,
            ErrorKind::RateLimited,
        ),
        (
            Groq,
            r#"event: error
data: {"error":{"message":"over capacity","type":"internal_server_error","status_code":503}}"#,
            ErrorKind::Server,
        ),
        (
            Groq,
            r#"data: {"id":"1","choices":[],"x_groq":{"error":{"message":"x","type":"rate_limit_exceeded"}}}"#,
            ErrorKind::RateLimited,
        ),
        (
            Anthropic,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}",
            ErrorKind::Overloaded,
        ),
        (
            Gemini,
            r#"data: {"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}"#,
            ErrorKind::Overloaded,
        ),
        (
            Gemini,
            r#"data: {"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":7}}"#,
            ErrorKind::Refused,
        ),
        (
            Gemini,
            r#"data: {"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL","index":0}]}"#,
            ErrorKind::Server,
        ),
        (
            Custom,
            r#"data: {"object":"error","message":"maximum context length is 4096","code":400}"#,
            ErrorKind::ContextTooLong,
        ),
        (Custom, "data: <html>no</html>", ErrorKind::Garbage),
        (Custom, "data: {\"hello\":1}", ErrorKind::Garbage),
        (Anthropic, "data: [1,2]", ErrorKind::Garbage),
        (Gemini, "data: {\"hello\":1}", ErrorKind::Garbage),
    ];
    for (kind, event, expected) in cases {
        for pass in [None, Some(true)] {
            let (frames, failure) = read(kind, pass, &[event.as_bytes(), b"\n\n"]);
            assert_eq!(failure.map(|failure| failure.kind), Some(expected), "{event}");
            assert!(frames.iter().all(|frame| !frame.has_content), "{event}");
        }
    }
}

/// After some words: what was sent stays sent, then the error, and nothing that looks like an end.
#[test]
fn an_error_in_the_middle_comes_after_the_words() {
    let stream = "data: {\"id\":\"1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n\
                  data: {\"error\":{\"message\":\"boom\",\"type\":\"server_error\"}}\n\ndata: [DONE]\n\n";
    for pass in [None, Some(true)] {
        let (frames, failure) = read(ProviderKind::OpenAi, pass, &[stream.as_bytes()]);
        assert!(frames[0].has_content && frames.len() == 1);
        assert_eq!(failure.unwrap().kind, ErrorKind::Server);
        assert!(!String::from_utf8_lossy(&raw(&frames)).contains("[DONE]"));
    }
}
