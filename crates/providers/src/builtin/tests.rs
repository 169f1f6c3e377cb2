//! The real model, where it is: with the folder in `TRIBUTARY_MODEL_DIR`.

use std::time::Duration;

use super::*;
use crate::{Answer, ChatRequest, Conversation, ErrorKind, FinishReason, LocalModel, Message, ProviderError};

fn request(messages: Vec<Message>) -> ChatRequest {
    let conversation = Conversation {
        max_tokens: Some(16),
        temperature: Some(0.0),
        seed: Some(1),
        ..Conversation::new(messages)
    };
    ChatRequest::new(MODEL, conversation, true)
}

async fn answer(model: &dyn LocalModel, messages: Vec<Message>) -> Result<Answer, ProviderError> {
    model.chat(MODEL, &request(messages))?.collect().await
}

/// The model, or a word that it was not tried.
#[allow(clippy::disallowed_methods, clippy::print_stdout)] // a test has no configuration and no log
fn installed(test: &str) -> Option<Arc<dyn LocalModel>> {
    let Ok(dir) = std::env::var("TRIBUTARY_MODEL_DIR") else {
        println!(
            "NOT RUN: {test}: TRIBUTARY_MODEL_DIR does not name the folder that `tributary model pull` filled"
        );
        return None;
    };
    let settings = Settings {
        context: 256,
        ..Settings::new(dir)
    };
    assert!(
        is_installed(&settings.dir),
        "TRIBUTARY_MODEL_DIR is set, but {FILE} is not in it"
    );
    open(settings)
}

#[tokio::test]
async fn the_model_answers_and_remembers_what_it_read() {
    let Some(model) = installed("the_model_answers_and_remembers_what_it_read") else {
        return;
    };
    let first = vec![Message::user("What is the capital of France?")];
    let said = answer(&*model, first.clone()).await.unwrap();
    let text = said.text.clone().unwrap();
    assert!(text.contains("Paris"), "{text}");
    let usage = said.usage.unwrap();
    assert!(usage.input_tokens > 20 && usage.cached_tokens == 0 && usage.output_tokens > 2);
    assert_eq!(said.model, MODEL);
    // The same again is the same again, though all but one token was known.
    let again = answer(&*model, first.clone()).await.unwrap();
    assert_eq!(again.text, said.text);
    assert_eq!(again.usage.unwrap().cached_tokens, usage.input_tokens - 1);
    // A conversation that goes on is read from where it went on.
    let more = [
        first,
        vec![Message::assistant(text), Message::user("And of Italy?")],
    ]
    .concat();
    let more = answer(&*model, more).await.unwrap();
    assert!(
        more.usage.unwrap().cached_tokens > usage.input_tokens,
        "{:?}",
        more.usage
    );
}

#[tokio::test]
async fn it_stops_where_it_should() {
    let Some(model) = installed("it_stops_where_it_should") else {
        return;
    };
    let ask = |max_tokens, stop: &[&str]| {
        let conversation = Conversation {
            max_tokens: Some(max_tokens),
            temperature: Some(0.0),
            stop: stop.iter().map(ToString::to_string).collect(),
            ..Conversation::new(vec![Message::user("What is the capital of France?")])
        };
        model
            .chat(MODEL, &ChatRequest::new(MODEL, conversation, true))
            .unwrap()
            .collect()
    };
    let short = ask(2, &[]).await.unwrap();
    assert_eq!(
        (short.finish, short.usage.unwrap().output_tokens),
        (FinishReason::Length, 2)
    );
    let stopped = ask(32, &["Paris"]).await.unwrap();
    assert_eq!(stopped.finish, FinishReason::Stop);
    assert!(!stopped.text.unwrap().contains("Paris"));
}

#[tokio::test]
async fn leaving_ends_the_work_and_too_long_a_question_is_refused() {
    let Some(model) = installed("leaving_ends_the_work_and_too_long_a_question_is_refused") else {
        return;
    };
    let endless = Conversation {
        max_tokens: Some(10_000),
        ..Conversation::new(vec![Message::user("Count.")])
    };
    let mut stream = model
        .chat(MODEL, &ChatRequest::new(MODEL, endless, true))
        .unwrap();
    stream.wait_for_content().await.unwrap();
    drop(stream);
    let error = answer(&*model, vec![Message::user("word ".repeat(500))])
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::ContextTooLong);
    // Older turns are left out instead.
    let mut long = vec![Message::user("word ".repeat(200)), Message::assistant("I see.")];
    long.push(Message::user("What is the capital of France?"));
    let said = answer(&*model, long).await.unwrap();
    assert!(said.usage.unwrap().input_tokens < 128);
}

#[tokio::test]
async fn without_its_file_it_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let model = open(Settings {
        idle: Duration::from_millis(1),
        ..Settings::new(dir.path())
    })
    .unwrap();
    assert!(model.models().is_empty());
    assert!(
        model
            .chat("gpt-5", &request(vec![]))
            .is_err_and(|error| error.kind == ErrorKind::NotFound)
    );
    let error = answer(&*model, vec![Message::user("Hi")]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.detail.contains("tributary model pull"));
    // A file of the right length, but not the model: refused by its hash.
    let file = std::fs::File::create(path_in(dir.path())).unwrap();
    file.set_len(SIZE).unwrap();
    let error = answer(&*model, vec![Message::user("Hi")]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Server);
    assert!(error.detail.contains("damaged"), "{}", error.detail);
}
