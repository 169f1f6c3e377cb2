//! Over a real connection: every format asked by an own conversation and by an OpenAI client's body, whole
//! and in pieces.

use bytes::Bytes;

use crate::standin::Standin;
use crate::surface::{Writer, answer_body};
use crate::{
    ChatRequest, Client, Conversation, Endpoint, FinishReason, Message, ProviderKind, Reach, Secret,
    Timeouts, check_key, complete, embed, list_models, stream,
};

pub(super) const KINDS: [ProviderKind; 4] = [
    ProviderKind::Groq,
    ProviderKind::OpenAi,
    ProviderKind::Gemini,
    ProviderKind::Anthropic,
];

pub(super) fn endpoint(standin: &Standin, kind: ProviderKind, key: &str) -> Endpoint {
    let key = Secret::new(key.into());
    Endpoint::new(
        kind,
        Some(&standin.base_url(kind)),
        Some(&key),
        Reach::AllowPrivate,
    )
    .unwrap()
}

pub(super) fn timeouts() -> Timeouts {
    use std::time::Duration;
    Timeouts {
        first_byte: Duration::from_secs(2),
        idle: Duration::from_millis(400),
    }
}

/// The same question as our own conversation and as a client's body.
pub(super) fn questions(streaming: bool) -> [ChatRequest; 2] {
    let own = ChatRequest::new(
        "auto",
        Conversation::new(vec![Message::user("Grüße 🌍, how are you?")]),
        streaming,
    );
    let body = format!(
        r#"{{"model":"auto","messages":[{{"role":"user","content":"Grüße 🌍, how are you?"}}],"stream":{streaming}}}"#
    );
    [own, ChatRequest::from_openai(Bytes::from(body)).unwrap()]
}

#[tokio::test]
async fn every_format_answers() {
    let standin = Standin::start(0, true).await.unwrap();
    let client = Client::new().unwrap();
    for kind in KINDS {
        let endpoint = endpoint(&standin, kind, "sk-test-good-1");
        for request in questions(false) {
            let answer = complete(&client, &endpoint, "mock-y", &request, &timeouts())
                .await
                .unwrap();
            let body = answer_body(&answer, "x", 0);
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(
                body["choices"][0]["message"]["content"], "Grüße 🌍, how are you?",
                "{kind}"
            );
            assert_eq!(body["choices"][0]["finish_reason"], "stop");
            let usage = answer.usage.unwrap();
            assert_eq!(
                (usage.input_tokens, usage.cached_tokens, usage.output_tokens),
                (12, 4, 16),
                "{kind}"
            );
        }
        for request in questions(true) {
            let mut frames = stream(&client, &endpoint, "mock-y", &request, &timeouts())
                .await
                .unwrap();
            frames.wait_for_content().await.unwrap();
            let mut writer = Writer::new("x", "m", 0, request.include_usage);
            let mut out = Vec::new();
            let mut usage = None;
            while let Some(frame) = frames.next_frame().await {
                let frame = frame.unwrap();
                usage = frame.usage().copied().or(usage);
                out.extend_from_slice(&writer.write(&frame));
            }
            out.extend_from_slice(&writer.finish());
            let out = String::from_utf8(out).unwrap();
            assert!(out.ends_with("data: [DONE]\n\n"), "{out}");
            assert_eq!(out.matches("[DONE]").count(), 1);
            assert_eq!(
                out.contains("\"prompt_tokens\""),
                request.include_usage,
                "{kind} {out}"
            );
            assert_eq!(usage.unwrap().input_tokens, 12, "{kind}");
            // Read back as an OpenAI client would.
            let text: String = out
                .lines()
                .filter_map(|line| line.strip_prefix("data: "))
                .filter_map(|data| serde_json::from_str::<serde_json::Value>(data).ok())
                .filter_map(|event| {
                    event["choices"][0]["delta"]["content"]
                        .as_str()
                        .map(str::to_owned)
                })
                .collect();
            assert_eq!(text, "Grüße 🌍, how are you?", "{kind}");
        }
    }
    assert_eq!((standin.stats().errors, standin.stats().aborted_streams), (0, 0));
}

#[tokio::test]
async fn tools_are_called_in_every_format() {
    let standin = Standin::start(0, false).await.unwrap();
    let client = Client::new().unwrap();
    let body = r#"{"model":"m","messages":[{"role":"user","content":"weather?"}],
        "tools":[{"type":"function","function":{"name":"forecast","parameters":{"type":"object"}}}]}"#;
    let passed = ChatRequest::from_openai(Bytes::from_static(body.as_bytes())).unwrap();
    let request = ChatRequest::new("m", passed.conversation().unwrap().clone(), true);
    for kind in KINDS {
        let endpoint = endpoint(&standin, kind, "any");
        let whole = complete(&client, &endpoint, "mock-k-v", &request, &timeouts())
            .await
            .unwrap();
        let pieces = stream(&client, &endpoint, "mock-k-v", &request, &timeouts())
            .await
            .unwrap();
        let pieces = pieces.collect().await.unwrap();
        for answer in [whole, pieces] {
            assert_eq!(answer.finish, FinishReason::ToolCalls, "{kind}");
            assert_eq!(
                answer.reasoning.as_deref(),
                Some("Let me think. I know."),
                "{kind}"
            );
            assert_eq!(
                (answer.tool_calls.len(), answer.tool_calls[0].name.as_str()),
                (1, "forecast")
            );
            let arguments: serde_json::Value = serde_json::from_str(&answer.tool_calls[0].arguments).unwrap();
            assert_eq!(
                arguments,
                serde_json::json!({"city": "Zürich", "days": 3}),
                "{kind}"
            );
            assert!(!answer.tool_calls[0].id.is_empty());
            assert_eq!(
                answer.tool_calls[0].signature.is_some(),
                kind == ProviderKind::Gemini
            );
        }
    }
}

#[tokio::test]
async fn markdown_arrives_unharmed() {
    let standin = Standin::start(0, false).await.unwrap();
    let client = Client::new().unwrap();
    let [request, _] = questions(true);
    let mut texts = Vec::new();
    for kind in KINDS {
        let endpoint = endpoint(&standin, kind, "any");
        let frames = stream(&client, &endpoint, "mock-m", &request, &timeouts())
            .await
            .unwrap();
        texts.push(frames.collect().await.unwrap().text.unwrap());
    }
    assert!(texts[0].starts_with("# A report\n") && texts[0].contains("Grüße, Welt 🌍"));
    assert!(texts.iter().all(|text| *text == texts[0]));
}

#[tokio::test]
async fn connections_are_used_again() {
    let standin = Standin::start(0, false).await.unwrap();
    let client = Client::new().unwrap();
    let endpoint = endpoint(&standin, ProviderKind::OpenAi, "any");
    for _ in 0..10 {
        for request in questions(true) {
            let frames = stream(&client, &endpoint, "mock-n5", &request, &timeouts())
                .await
                .unwrap();
            frames.collect().await.unwrap();
        }
        for request in questions(false) {
            complete(&client, &endpoint, "mock", &request, &timeouts())
                .await
                .unwrap();
        }
    }
    assert_eq!((standin.stats().requests, standin.stats().connections), (40, 1));
}

#[tokio::test]
async fn keys_are_checked_and_models_listed() {
    let standin = Standin::start(0, true).await.unwrap();
    let client = Client::new().unwrap();
    for kind in KINDS {
        let good = endpoint(&standin, kind, "sk-test-good-1");
        check_key(&client, &good, &timeouts()).await.unwrap();
        let models = list_models(&client, &good, &timeouts()).await.unwrap();
        let default = crate::catalog::shipped()
            .of(kind)
            .find(|model| model.default)
            .unwrap();
        assert!(models.iter().any(|model| model.id == default.id), "{kind}");
        let bad = endpoint(&standin, kind, "sk-test-bad");
        let error = check_key(&client, &bad, &timeouts()).await.unwrap_err();
        assert_eq!(error.kind, crate::ErrorKind::InvalidKey, "{kind}");
        assert!(!format!("{error:?} {error}").contains("sk-test"), "{error:?}");
        let none = endpoint(&standin, kind, "  ");
        assert_eq!(
            check_key(&client, &none, &timeouts()).await.unwrap_err().kind,
            crate::ErrorKind::InvalidKey
        );
    }
}

#[tokio::test]
async fn texts_are_embedded() {
    let standin = Standin::start(0, false).await.unwrap();
    let client = Client::new().unwrap();
    let texts = ["one".to_owned(), "two".to_owned(), "one".to_owned()];
    for kind in [ProviderKind::OpenAi, ProviderKind::Gemini] {
        let endpoint = endpoint(&standin, kind, "any");
        let embeddings = embed(&client, &endpoint, "e", &texts, Some(8), &timeouts())
            .await
            .unwrap();
        assert_eq!(embeddings.vectors.len(), 3);
        assert!(embeddings.vectors.iter().all(|vector| vector.len() == 8));
        assert_eq!(embeddings.vectors[0], embeddings.vectors[2]);
        assert_ne!(embeddings.vectors[0], embeddings.vectors[1]);
    }
    let anthropic = endpoint(&standin, ProviderKind::Anthropic, "any");
    assert!(
        embed(&client, &anthropic, "e", &texts, None, &timeouts())
            .await
            .is_err()
    );
}
