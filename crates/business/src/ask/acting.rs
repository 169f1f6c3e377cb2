//! Something that was asked to be done: a proposal with its exact content. Nothing that leaves the house is done here.

use db::entity::{connectors, users};
use db::kinds::ActionKind;
use db::{ConnectorId, DbError};
use identity::{Caller, Permission};
use kit::api::ApiError;
use questions::action::ActionRequest;
use questions::frame::Frame;
use questions::phrase;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::computing::{asked_back, run, said};
use super::{Answered, Recognised};
use crate::actions::{self, Proposal};
use crate::workflows::{DaysAsked, NumberAsked};
use crate::{Business, metrics, sources};

pub(super) async fn propose(
    business: &Business,
    caller: &Caller,
    recognised: &Recognised,
    out: &mut Answered,
) -> Result<(), ApiError> {
    if asked_back(recognised, out) {
        return Ok(());
    }
    let Some(asked) = &recognised.understanding.action else {
        return Ok(());
    };
    caller.require(Permission::Act)?;
    let report = match &asked.frame {
        Some(frame) => Some(words(business, caller, recognised, frame).await?),
        None => None,
    };
    let language = recognised.understanding.language;
    let (kind, content) = match content(business, caller, recognised, asked, report.as_deref()).await {
        Ok(wanted) => wanted,
        Err(why) => {
            out.answer.clone_from(&why.message);
            out.declined = Some(why.message);
            return Ok(());
        }
    };
    let proposal = Proposal {
        kind,
        content,
        thread_id: recognised.thread,
        query_id: Some(out.query_id),
        // Whoever writes to themselves has named the recipient.
        said: Some(format!(
            "{} {}",
            recognised.question,
            own_address(business, caller).await?
        )),
        warnings: Vec::new(),
    };
    let tx = business.db().write().await?;
    let action = actions::propose(business, &tx, caller, proposal).await?;
    tx.commit().await?;
    let action = actions::show(business, &action).await?;
    let how = if action.needs_confirmation {
        "proposed"
    } else {
        "done"
    };
    out.answer = phrase::say(language, how, &[("title", &action.title)]);
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
    let answer = run(business, caller, recognised, frame).await?;
    Ok(said(recognised, frame, &catalogue, &answer))
}

/// What the action would do, exactly.
async fn content(
    business: &Business,
    caller: &Caller,
    recognised: &Recognised,
    asked: &ActionRequest,
    report: Option<&str>,
) -> Result<(ActionKind, Value), ApiError> {
    let name = asked.name.as_deref().unwrap_or_default();
    Ok(match asked.kind.as_str() {
        "email.send" => (ActionKind::EmailSend, letter(asked, report)),
        "email.draft" => (ActionKind::EmailDraft, letter(asked, report)),
        "task.create" => {
            let title = asked.title.as_deref().unwrap_or_default();
            (
                ActionKind::TaskCreate,
                json!({ "title": title, "due_on": asked.due_on }),
            )
        }
        "workflow.run" => {
            let id = crate::workflows::find_by_name(business, caller, name).await?;
            (ActionKind::WorkflowRun, json!({ "workflow_id": id }))
        }
        "connector.sync" => {
            let id = find_source(business, caller, name).await?;
            (ActionKind::ConnectorSync, json!({ "connector_id": id }))
        }
        _ => (
            ActionKind::ScheduleCreate,
            report_schedule(business, caller, recognised, asked).await?,
        ),
    })
}

fn letter(asked: &ActionRequest, report: Option<&str>) -> Value {
    let parts: Vec<&str> = asked.body.as_deref().into_iter().chain(report).collect();
    let body = parts.join("\n\n");
    let subject = asked.subject.clone().unwrap_or_else(|| first_line(&body));
    json!({ "to": asked.to, "subject": subject, "body": body })
}

/// The beginning of a text, for a subject that nobody gave.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.split(['.', ':', '!', '?'])
        .next()
        .unwrap_or_default()
        .trim()
        .chars()
        .take(120)
        .collect()
}

/// A workflow that computes the number and says it, into the thread that it was asked in or by mail to whom was named;
/// with neither, to the asker.
async fn report_schedule(
    business: &Business,
    caller: &Caller,
    recognised: &Recognised,
    asked: &ActionRequest,
) -> Result<Value, ApiError> {
    let (Some(frame), Some(times)) = (&asked.frame, &asked.schedule) else {
        return Err(ApiError::invalid(
            "question",
            "Please say which number you want to be told, and when.",
        ));
    };
    // Of the piece of time that has just ended when it runs.
    let (range, every) = match times.every.as_str() {
        "week" => {
            let day = times.weekday.as_deref().unwrap_or("monday");
            (
                DaysAsked::LastWeek,
                json!({ "kind": "weekly", "day": day, "at": times.at }),
            )
        }
        "month" => (
            DaysAsked::LastMonth,
            json!({ "kind": "monthly", "day": times.day.unwrap_or(1), "at": times.at }),
        ),
        _ => (DaysAsked::Yesterday, json!({ "kind": "daily", "at": times.at })),
    };
    let number = NumberAsked {
        metric: frame.metric.clone(),
        range,
        group_by: frame.group_by.clone(),
        filters: frame.filters.clone(),
        compare: frame.compare,
        limit: frame.rank.map(|rank| rank.count),
    };
    let catalogue = metrics::catalogue(business, caller.workspace).await?;
    let known = catalogue.metric(&frame.metric);
    let language = recognised.understanding.language;
    let label = known.and_then(|metric| phrase::label(&metric.labels, language));
    let name = label.unwrap_or(&frame.metric).to_owned();
    let tells = match (recognised.thread, asked.to.is_empty()) {
        (Some(thread), true) => {
            json!({ "op": "message.post", "in": { "thread_id": thread, "text": "{{steps.1.text}}" } })
        }
        (_, is_own) => {
            let to = if is_own {
                vec![own_address(business, caller).await?]
            } else {
                asked.to.clone()
            };
            json!({ "op": "email.send", "in": { "to": to, "subject": name, "body": "{{steps.1.text}}" } })
        }
    };
    let zone = recognised.calendar.zone.iana_name().unwrap_or("UTC");
    Ok(json!({
        "name": name,
        "spec": { "every": every, "zone": zone },
        "steps": [{ "op": "metric.query", "in": number }, tells],
    }))
}

async fn own_address(business: &Business, caller: &Caller) -> Result<String, ApiError> {
    let person = users::Entity::find_by_id(caller.user)
        .one(business.db().read())
        .await
        .map_err(DbError::from)?;
    Ok(person.ok_or_else(|| ApiError::not_found("person"))?.email)
}

/// The source of this name or of this kind; where nothing is named, the only one.
async fn find_source(business: &Business, caller: &Caller, name: &str) -> Result<ConnectorId, ApiError> {
    let all = connectors::Entity::of(caller.workspace)
        .all(business.db().read())
        .await
        .map_err(DbError::from)?;
    let wanted = name.trim().to_lowercase();
    let mut fitting = Vec::new();
    for row in all {
        let called = sources::name(business, caller.workspace, row.id)
            .await?
            .unwrap_or_default();
        if wanted.is_empty() || row.kind == wanted || called.to_lowercase() == wanted {
            fitting.push((row.id, called));
        }
    }
    match fitting.as_slice() {
        [(id, _)] => Ok(*id),
        [] => Err(ApiError::invalid(
            "name",
            format!("There is no source \u{201c}{}\u{201d}.", name.trim()),
        )),
        several => {
            let names: Vec<&str> = several.iter().map(|(_, name)| name.as_str()).collect();
            Err(ApiError::invalid(
                "name",
                format!("Which source: {}?", names.join(", ")),
            ))
        }
    }
}
