//! Requests to do something: recognised by an imperative at the beginning, and never by words that come from data.

mod due;
mod mail;
mod schedule;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::cues::Cues;
use crate::frame::Frame;
use crate::text::Text;

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ActionRequest {
    /// `email.send`, `email.draft`, `task.create`, `workflow.run`, `connector.sync` or `schedule.create`.
    pub kind: String,
    /// E-mail addresses, only ones that the asker wrote.
    pub to: Vec<String>,
    /// The subject of a mail.
    pub subject: Option<String>,
    /// The text of a mail as the asker gave it.
    pub body: Option<String>,
    /// What a task says.
    pub title: Option<String>,
    /// The day by which a task is to be done.
    pub due_on: Option<Date>,
    /// The name of a workflow or of a connection.
    pub name: Option<String>,
    /// When it is to be repeated.
    pub schedule: Option<ScheduleRequest>,
    /// The number that it is to hold.
    pub frame: Option<Frame>,
    /// What must be asked for before it can be done: `to`, `content`, `title`, `name`.
    pub missing: Vec<String>,
}

/// When something is repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleRequest {
    /// `day`, `week` or `month`.
    pub every: String,
    /// The day of the week, `monday` …, of a weekly one.
    pub weekday: Option<String>,
    /// The day of the month of a monthly one.
    pub day: Option<i8>,
    /// The time of the day, `HH:MM`.
    pub at: String,
}

/// An action that was read, and the words in which a number may be asked for.
#[derive(Debug)]
pub struct Read {
    /// The request; its frame is not filled yet.
    pub request: ActionRequest,
    /// The words of the question that may ask for a number.
    pub number: Option<String>,
}

/// Reads an action; none where the sentence does not begin with one.
pub fn read(text: &Text, cues: &Cues<'_>, today: Date) -> Option<Read> {
    let begin = cues.past_politeness(text);
    let starts = |name: &str| cues.starts(text, name, begin);
    if let Some(read) = starts("act_send").and_then(|end| schedule::read(text, cues, begin, end)) {
        return Some(read);
    }
    if let Some(end) = starts("act_draft") {
        return Some(mail::read(text, cues, end, "email.draft"));
    }
    if let Some(end) = starts("act_task").or_else(|| starts("act_remind")) {
        return Some(task(text, cues, end, today));
    }
    if let Some(end) = starts("act_workflow") {
        let name = tail(text, cues, end);
        let missing = if name.is_none() {
            vec!["name".to_owned()]
        } else {
            Vec::new()
        };
        let request = ActionRequest {
            kind: "workflow.run".to_owned(),
            name,
            missing,
            ..ActionRequest::default()
        };
        return Some(Read {
            request,
            number: None,
        });
    }
    if let Some(end) = starts("act_sync") {
        let name = tail(text, cues, end);
        let request = ActionRequest {
            kind: "connector.sync".to_owned(),
            name,
            ..ActionRequest::default()
        };
        return Some(Read {
            request,
            number: None,
        });
    }
    let end = starts("act_send").or_else(|| starts("act_mail"))?;
    // "send me the revenue" is a question; "send … to anna@example.com" and "send an e-mail …" are not.
    let addressed = text.tokens[begin..]
        .iter()
        .any(|token| token.kind == crate::text::Kind::Email);
    let mail = addressed || starts("act_mail").is_some() || cues.find(text, "noun_mail", begin).is_some();
    mail.then(|| mail::read(text, cues, end, "email.send"))
}

fn task(text: &Text, cues: &Cues<'_>, from: usize, today: Date) -> Read {
    let due = due::find(text, cues, from, today);
    // "remind me on Friday to order": the day is not what is to be done, at either end.
    let mut end = text.tokens.len();
    let mut from = from;
    if let Some(due) = &due {
        if due.end >= end {
            end = due.at;
        } else if due.at <= from + 1 {
            from = due.end;
        }
    }
    while from < end && cues.starts(text, "task_link", from).is_some() {
        from += 1;
    }
    while end > from && cues.starts(text, "task_link", end - 1).is_some() {
        end -= 1;
    }
    let title = text.written(from, end).trim().to_owned();
    let title = (!title.is_empty()).then_some(title);
    let missing = if title.is_none() {
        vec!["title".to_owned()]
    } else {
        Vec::new()
    };
    let due_on = due.map(|due| due.day);
    let request = ActionRequest {
        kind: "task.create".to_owned(),
        title,
        due_on,
        missing,
        ..ActionRequest::default()
    };
    Read {
        request,
        number: None,
    }
}

/// What is left of a sentence as a name: without articles before it and "now" behind it.
fn tail(text: &Text, cues: &Cues<'_>, from: usize) -> Option<String> {
    let mut end = text.tokens.len();
    let mut from = from;
    let little = |at: usize| cues.starts(text, "task_link", at).is_some();
    while from < end && (little(from) || cues.is_filler(&text.tokens[from].text)) {
        from += 1;
    }
    while end > from && little(end - 1) {
        end -= 1;
    }
    let name = text.written(from, end).trim().to_owned();
    (!name.is_empty()).then_some(name)
}
