//! Something that was asked to be done: a proposal with its exact content. Nothing that leaves the house is done here.

use identity::{Caller, Permission};
use kit::api::ApiError;
use questions::frame::Frame;
use questions::phrase;
use serde_json::{Map, Value, json};

use super::computing::{numbers, query};
use super::{Answered, Recognised};
use crate::actions::{self, Proposal};
use crate::{Business, metrics};

pub(super) async fn propose(
    business: &Business,
    caller: &Caller,
    recognised: &Recognised,
    out: &mut Answered,
) -> Result<(), ApiError> {
    let language = recognised.understanding.language;
    let Some(asked) = &recognised.understanding.action else {
        out.answer = phrase::conversation(language);
        return Ok(());
    };
    caller.require(Permission::Act)?;
    if !asked.missing.is_empty() {
        out.answer = phrase::missing(language, &asked.missing);
        return Ok(());
    }
    let report = match &asked.frame {
        Some(frame) => Some(words(business, caller, recognised, frame).await?),
        None => None,
    };
    let content = content(asked, report.as_deref());
    let proposal = Proposal {
        kind: asked.kind.clone(),
        content,
        thread_id: recognised.thread,
        query_id: Some(out.query_id),
        warnings: Vec::new(),
    };
    let action = actions::propose_now(business, caller, proposal).await?;
    out.answer = phrase::proposed(language, &asked.kind, action.needs_confirmation);
    out.action_id = Some(action.id);
    out.action = Some(action);
    Ok(())
}

/// The number that a letter or a report is about, in words.
async fn words(
    business: &Business,
    caller: &Caller,
    recognised: &Recognised,
    frame: &Frame,
) -> Result<String, ApiError> {
    let catalogue = metrics::catalogue(business, caller.workspace).await?;
    let answer = metrics::run(business, caller.workspace, &query(recognised, frame)).await?;
    let now = jiff::Timestamp::from_microsecond(recognised.now.micros()).unwrap_or(jiff::Timestamp::MAX);
    let today = recognised.calendar.day_of(now);
    let language = recognised.understanding.language;
    Ok(phrase::answer(language, frame, &catalogue, &numbers(&answer, today)))
}

/// What the action would do, exactly.
fn content(asked: &questions::action::ActionRequest, report: Option<&str>) -> Value {
    let mut content = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            content.insert(name.to_owned(), value);
        }
    };
    match asked.kind.as_str() {
        "email.send" | "email.draft" => {
            let body = match (&asked.body, report) {
                (Some(body), Some(report)) => format!("{body}\n\n{report}"),
                (Some(body), None) => body.clone(),
                (None, Some(report)) => report.to_owned(),
                (None, None) => String::new(),
            };
            put("to", json!(asked.to));
            put("subject", json!(asked.subject.clone().unwrap_or_default()));
            put("body", json!(body));
        }
        "task.create" => {
            put("title", json!(asked.title));
            put("due_on", json!(asked.due_on));
        }
        "workflow.run" | "connector.sync" => put("name", json!(asked.name)),
        _ => {
            put("schedule", json!(asked.schedule));
            put("frame", json!(asked.frame));
            put("to", json!(asked.to));
        }
    }
    Value::Object(content)
}
