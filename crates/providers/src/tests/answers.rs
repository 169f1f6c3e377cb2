//! Whole answers of each provider, and what an OpenAI client of ours gets from them.

use bytes::Bytes;

use super::pretty;
use crate::surface::answer_body;
use crate::wire::{anthropic, gemini, openai};
use crate::{Answer, ErrorKind, ProviderError, ProviderKind};

fn read(kind: ProviderKind, json: &str) -> Result<Answer, ProviderError> {
    match kind {
        ProviderKind::Anthropic => anthropic::answer::read(kind, json.as_bytes()),
        ProviderKind::Gemini => gemini::answer::read(kind, json.as_bytes()),
        _ => openai::answer::read(kind, json.as_bytes()),
    }
}

const ANSWERS: [(&str, ProviderKind, &str); 6] = [
    (
        "openai_text",
        ProviderKind::OpenAi,
        r#"{"id":"chatcmpl-1","object":"chat.completion","created":1763600000,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"Grüße!","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":2006,"completion_tokens":300,"total_tokens":2306,"prompt_tokens_details":{"cached_tokens":1920,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":64}},"service_tier":"default","system_fingerprint":"fp"}"#,
    ),
    (
        "openai_tools",
        ProviderKind::OpenAi,
        r#"{"id":"chatcmpl-2","object":"chat.completion","created":1763600000,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Bern\"}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":82,"completion_tokens":17,"total_tokens":99}}"#,
    ),
    (
        "groq_reasoning",
        ProviderKind::Groq,
        r#"{"id":"chatcmpl-3","object":"chat.completion","created":1763600000,"model":"openai/gpt-oss-20b","choices":[{"index":0,"message":{"role":"assistant","content":"Yes.","reasoning":"Short question."},"logprobs":null,"finish_reason":"length"}],"usage":{"queue_time":0.01,"prompt_tokens":80,"completion_tokens":7,"total_tokens":87},"x_groq":{"id":"req"}}"#,
    ),
    (
        "anthropic",
        ProviderKind::Anthropic,
        r#"{"model":"claude-haiku-4-5-20251001","id":"msg_01","type":"message","role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"sig"},{"type":"text","text":"I look. "},{"type":"tool_use","id":"toolu_1","name":"get_weather","input":{"zip":1,"city":"Bern"}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":50,"cache_creation_input_tokens":248,"cache_read_input_tokens":1800,"output_tokens":101,"service_tier":"standard"}}"#,
    ),
    (
        "gemini",
        ProviderKind::Gemini,
        r#"{"candidates":[{"content":{"parts":[{"text":"Thinking.","thought":true},{"text":"It is "},{"text":"sunny."}],"role":"model"},"finishReason":"STOP","avgLogprobs":-0.1}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":4,"totalTokenCount":212,"thoughtsTokenCount":200},"modelVersion":"gemini-2.5-flash","responseId":"r1"}"#,
    ),
    (
        "gemini_tools",
        ProviderKind::Gemini,
        r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"get_weather","args":{"city":"Bern"}},"thoughtSignature":"c2ln"},{"functionCall":{"name":"get_time"}}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":60,"candidatesTokenCount":12,"totalTokenCount":72},"modelVersion":"gemini-3.5-flash","responseId":"r-2_x"}"#,
    ),
];

#[test]
fn answers_are_read_and_written() {
    for (name, kind, json) in ANSWERS {
        let answer = read(kind, json).unwrap();
        insta::assert_snapshot!(format!("answer_{name}"), format!("{answer:#?}"));
        let body = answer_body(&answer, "chatcmpl-ours", 1_700_000_000);
        insta::assert_snapshot!(format!("answer_{name}_as_openai"), pretty(&body));
        // What we write as OpenAI, we read as the same.
        let again = openai::answer::read(kind, &body).unwrap();
        let cache_write = answer.usage.map_or(0, |usage| usage.cache_write_tokens);
        let usage = again.usage.map(|usage| crate::Usage {
            cache_write_tokens: cache_write,
            ..usage
        });
        assert_eq!(Answer { usage, ..again }, answer, "{name}");
    }
}

#[test]
fn an_answer_passed_through_keeps_its_bytes() {
    for (name, kind, json) in ANSWERS
        .into_iter()
        .filter(|(_, kind, _)| kind.wire() == crate::Wire::OpenAi)
    {
        let bytes = Bytes::from_static(json.as_bytes());
        let answer = openai::answer::pass(kind, bytes.clone()).unwrap();
        assert_eq!(answer_body(&answer, "x", 0), bytes, "{name}");
        let full = read(kind, json).unwrap();
        assert_eq!(
            (answer.usage, answer.model, answer.id),
            (full.usage, full.model, full.id)
        );
    }
}

#[test]
fn good_status_and_bad_answer() {
    use ProviderKind::{Anthropic, Custom, Gemini, OpenAi};
    for (kind, json, expected) in [
        (
            OpenAi,
            r#"{"error":{"message":"Overloaded","type":"overloaded_error","code":null}}"#,
            ErrorKind::Overloaded,
        ),
        (
            Custom,
            r#"{"error":{"message":"Provider returned error","code":429}}"#,
            ErrorKind::RateLimited,
        ),
        (Custom, r#"{"error":"model 'x' not found"}"#, ErrorKind::Server),
        (Custom, r#"{"choices":[]}"#, ErrorKind::Garbage),
        (Custom, r#"{"hello":1}"#, ErrorKind::Garbage),
        (Custom, "<html></html>", ErrorKind::Garbage),
        (Custom, "", ErrorKind::Garbage),
        (
            Anthropic,
            r#"{"type":"error","error":{"type":"api_error","message":"x"}}"#,
            ErrorKind::Server,
        ),
        (Anthropic, r#"{"type":"message"}"#, ErrorKind::Garbage),
        (
            Gemini,
            r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#,
            ErrorKind::Refused,
        ),
        (
            Gemini,
            r#"{"candidates":[{"content":{"parts":[]},"index":0}]}"#,
            ErrorKind::Garbage,
        ),
        (Gemini, "{}", ErrorKind::Garbage),
    ] {
        assert_eq!(read(kind, json).unwrap_err().kind, expected, "{json}");
    }
}
