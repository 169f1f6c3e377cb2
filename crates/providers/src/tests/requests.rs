//! Golden files: one rich request, one file a target.

use super::{pretty, rich};
use crate::wire::{anthropic, gemini, openai};
use crate::{ChatRequest, Conversation, Effort, ErrorKind, Message, Part, ProviderKind, Role, ToolCall};

/// What an own conversation (not a passed-through body) becomes.
fn own(kind: ProviderKind, model: &str) -> String {
    let request = rich();
    let conversation = request.conversation().unwrap();
    let bytes = match kind {
        ProviderKind::Anthropic => anthropic::request::body(model, conversation, true).unwrap(),
        ProviderKind::Gemini => gemini::request::body(model, conversation).unwrap(),
        _ => openai::request::body(kind, model, conversation, true),
    };
    pretty(&bytes)
}

#[test]
fn the_rich_request_for_openai() {
    insta::assert_snapshot!("request_openai", own(ProviderKind::OpenAi, "gpt-4o-mini"));
}

#[test]
fn the_rich_request_for_a_reasoning_model_of_openai() {
    insta::assert_snapshot!(
        "request_openai_reasoning",
        own(ProviderKind::OpenAi, "gpt-5.4-mini")
    );
}

#[test]
fn the_rich_request_for_groq() {
    insta::assert_snapshot!("request_groq", own(ProviderKind::Groq, "openai/gpt-oss-120b"));
}

#[test]
fn the_rich_request_for_a_compatible_server() {
    insta::assert_snapshot!("request_custom", own(ProviderKind::Custom, "qwen3"));
}

#[test]
fn the_rich_request_for_anthropic() {
    insta::assert_snapshot!(
        "request_anthropic",
        own(ProviderKind::Anthropic, "claude-haiku-4-5")
    );
}

#[test]
fn the_rich_request_for_an_older_claude() {
    insta::assert_snapshot!(
        "request_anthropic_older",
        own(ProviderKind::Anthropic, "claude-3-5-sonnet-20241022")
    );
}

#[test]
fn the_rich_request_for_gemini() {
    insta::assert_snapshot!("request_gemini", own(ProviderKind::Gemini, "gemini-2.5-flash"));
}

#[test]
fn the_rich_request_for_gemini_3() {
    insta::assert_snapshot!("request_gemini_3", own(ProviderKind::Gemini, "gemini-3.5-flash"));
}

/// The same format: byte for byte, but for the model and the usage event.
#[test]
fn the_rich_request_passed_through() {
    let original = include_str!("data/rich_request.json");
    let spliced = String::from_utf8(rich().spliced("gpt-4o", true).unwrap().to_vec()).unwrap();
    let expected = original
        .replacen('{', r#"{"stream_options":{"include_usage":true},"#, 1)
        .replacen("\"auto\"", "\"gpt-4o\"", 1);
    assert_eq!(spliced, expected);
}

#[test]
fn thinking_is_asked_for_as_each_generation_wants_it() {
    let conversation = Conversation {
        reasoning: Some(Effort::High),
        temperature: Some(0.5),
        max_tokens: Some(20_000),
        ..Conversation::new(vec![Message::user("Why?")])
    };
    let claude = |model| pretty(&anthropic::request::body(model, &conversation, false).unwrap());
    insta::assert_snapshot!("thinking_claude_budget", claude("claude-sonnet-4-5"));
    insta::assert_snapshot!("thinking_claude_adaptive", claude("claude-sonnet-5"));
    let gemini = |model| pretty(&gemini::request::body(model, &conversation).unwrap());
    insta::assert_snapshot!("thinking_gemini_budget", gemini("gemini-2.5-pro"));
    insta::assert_snapshot!("thinking_gemini_level", gemini("gemini-3.5-flash"));
}

#[test]
fn odd_conversations_become_acceptable_ones() {
    let call = |id: &str, arguments: &str| ToolCall {
        id: id.into(),
        name: "f".into(),
        arguments: arguments.into(),
        signature: None,
    };
    let conversation = Conversation::new(vec![
        // begins with the model, has empty words, nonsense arguments, two answers in a row, blanks at the end
        Message::assistant("Hello!"),
        Message::user("  "),
        Message::user("one"),
        Message {
            parts: vec![Part::Text("two".into())],
            ..Message::user("")
        },
        Message {
            tool_calls: vec![call("c1", "not json"), call("c2", "[1]")],
            ..Message::assistant("")
        },
        Message::tool("c1", "1"),
        Message {
            parts: vec![],
            ..Message::tool("c2", "")
        },
        Message::system("Late instructions."),
        Message::assistant("I begin: "),
    ]);
    let claude = anthropic::request::body("claude-haiku-4-5", &conversation, false).unwrap();
    insta::assert_snapshot!("odd_anthropic", pretty(&claude));
    let gemini = gemini::request::body("gemini-3.5-flash", &conversation).unwrap();
    insta::assert_snapshot!("odd_gemini", pretty(&gemini));
}

#[test]
fn mistakes_of_the_caller_are_named() {
    let message = |json: &str| {
        let body = bytes::Bytes::copy_from_slice(json.as_bytes());
        let result = ChatRequest::from_openai(body).and_then(|request| request.conversation().map(|_| ()));
        let error = result.unwrap_err();
        format!("{} ({})", error.message, error.param.unwrap_or_default())
    };
    let user = r#""messages":[{"role":"user","content":"hi"}]"#;
    let all: Vec<String> = [
        "not json".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        format!("{{{user}}}"),
        format!(r#"{{"model":5,{user}}}"#),
        format!(r#"{{"model":" ",{user}}}"#),
        r#"{"model":"m"}"#.to_owned(),
        r#"{"model":"m","messages":[ ]}"#.to_owned(),
        r#"{"model":"m","messages":"hi"}"#.to_owned(),
        format!(r#"{{"model":"m","model":"n",{user}}}"#),
        format!(r#"{{"model":"m","stream":"yes",{user}}}"#),
        format!(r#"{{"model":"m","n":2,{user}}}"#),
        format!(r#"{{"model":"m","reasoning_effort":"much",{user}}}"#),
        format!(r#"{{"model":"m","tool_choice":"perhaps",{user}}}"#),
        format!(r#"{{"model":"m","tools":[{{"type":"web_search"}}],{user}}}"#),
        format!(r#"{{"model":"m","response_format":{{"type":"xml"}},{user}}}"#),
        r#"{"model":"m","messages":[{"role":"robot","content":"hi"}]}"#.to_owned(),
        r#"{"model":"m","messages":[{"role":"user"}]}"#.to_owned(),
        r#"{"model":"m","messages":[{"role":"tool","content":"x"}]}"#.to_owned(),
        r#"{"model":"m","messages":[{"role":"user","content":[{"type":"smell"}]}]}"#.to_owned(),
        r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}]}"#.to_owned(),
        r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png,xx"}}]}]}"#.to_owned(),
    ]
    .iter()
    .map(|json| message(json))
    .collect();
    insta::assert_snapshot!("bad_requests", all.join("\n"));
}

#[test]
fn what_a_target_cannot_do_is_the_callers_mistake() {
    let audio = Part::Audio {
        data: "AA==".into(),
        format: "wav".into(),
    };
    let conversation = Conversation::new(vec![Message {
        parts: vec![audio],
        ..Message::text(Role::User, "")
    }]);
    assert!(anthropic::request::body("claude-haiku-4-5", &conversation, false).is_err());
    assert!(gemini::request::body("gemini-2.5-flash", &conversation).is_ok());
    assert!(!crate::ProviderError::new(ProviderKind::Anthropic, ErrorKind::BadRequest).is_try_elsewhere());
}
