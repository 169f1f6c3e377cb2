//! What a workflow does: steps from a closed list, checked before they are stored.

use db::{ConnectorId, ThreadId, UserId};
use identity::{Caller, Permission};
use kit::api::{ApiError, Problems};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::numbers::NumberAsked;
use super::placeholders::Template;
use crate::mail::MailContent;
use crate::tasks::NewTask;
use crate::{Business, actions, metrics, sources, tasks};

/// How many steps a workflow may have.
const MOST_STEPS: usize = 20;
/// The longest message, in characters.
const LONGEST_MESSAGE: usize = 20_000;
/// The longest name, in characters.
const LONGEST_NAME: usize = 120;

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "op", content = "in", deny_unknown_fields)]
#[schema(as = WorkflowStep)]
pub enum Step {
    /// Computes a number; `{{steps.N.text}}` says it, `{{steps.N.value}}` is the number alone.
    #[serde(rename = "metric.query")]
    MetricQuery(NumberAsked),
    /// Sends an e-mail. Subject and text may have placeholders, recipients may not.
    #[serde(rename = "email.send")]
    EmailSend(MailContent),
    /// Keeps an e-mail for a person to send.
    #[serde(rename = "email.draft")]
    EmailDraft(MailContent),
    /// Writes a task down.
    #[serde(rename = "task.create")]
    TaskCreate(TaskStep),
    /// Fetches what is new from a source.
    #[serde(rename = "connector.sync")]
    ConnectorSync(SyncStep),
    /// Writes into a thread.
    #[serde(rename = "message.post")]
    MessagePost(PostStep),
}

/// The task that a step writes down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskStep {
    /// What is to be done.
    pub title: String,
    /// More about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<UserId>,
    /// So many days after the run it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_in_days: Option<u16>,
}

/// The source that a step fetches from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncStep {
    /// Which.
    pub connector_id: ConnectorId,
    /// From the beginning, instead of what is new.
    #[serde(default)]
    pub full: bool,
}

/// The message that a step writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostStep {
    /// Into which thread.
    pub thread_id: ThreadId,
    /// What.
    pub text: String,
}

impl Step {
    /// Its name in the closed list.
    pub const fn op(&self) -> &'static str {
        match self {
            Self::MetricQuery(_) => "metric.query",
            Self::EmailSend(_) => "email.send",
            Self::EmailDraft(_) => "email.draft",
            Self::TaskCreate(_) => "task.create",
            Self::ConnectorSync(_) => "connector.sync",
            Self::MessagePost(_) => "message.post",
        }
    }
}

/// The name and the steps, as they are sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Definition {
    pub name: String,
    pub steps: Vec<Step>,
}

/// Refuses a name that is empty or too long.
pub(crate) fn check_name(name: &str, field: &str) -> Result<(), ApiError> {
    let mut problems = Problems::default();
    problems.length(field, name, 1, LONGEST_NAME);
    problems.into_result()
}

/// Checks steps, and writes them as they will be done. 422 names the step that is at fault.
pub(crate) fn checked_steps(steps: &[Step], prefix: &str) -> Result<Vec<Step>, ApiError> {
    if steps.is_empty() || steps.len() > MOST_STEPS {
        let sentence = format!("A workflow has 1 to {MOST_STEPS} steps.");
        return Err(ApiError::invalid(format!("{prefix}steps"), sentence));
    }
    let numbered = (1..).zip(steps);
    numbered
        .map(|(number, step)| checked(step, number, &format!("{prefix}steps.{}.in.", number - 1)))
        .collect()
}

fn checked(step: &Step, number: usize, prefix: &str) -> Result<Step, ApiError> {
    let template = |field: &str, text: &str| {
        let wrong = |why| ApiError::invalid(format!("{prefix}{field}"), why);
        Template::parse(text, number).map(|_| ()).map_err(wrong)
    };
    let letter = |mail: &MailContent| {
        let mail = mail.checked(prefix)?;
        template("subject", &mail.subject)?;
        template("body", &mail.body)?;
        Ok::<_, ApiError>(mail)
    };
    Ok(match step {
        Step::MetricQuery(asked) => {
            let mut problems = Problems::default();
            let is_name = |text: &str| {
                let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                (1..=64).contains(&text.len()) && text.chars().all(inner)
            };
            problems.check(
                is_name(&asked.metric),
                &format!("{prefix}metric"),
                "This is not the id of a metric.",
            );
            let limit = asked.limit.is_none_or(|limit| (1..=100).contains(&limit));
            problems.check(
                limit,
                &format!("{prefix}limit"),
                "The limit must be between 1 and 100.",
            );
            problems.check(
                asked.filters.len() <= 20,
                &format!("{prefix}filters"),
                "At most 20 filters.",
            );
            problems.into_result()?;
            step.clone()
        }
        Step::EmailSend(mail) => Step::EmailSend(letter(mail)?),
        Step::EmailDraft(mail) => Step::EmailDraft(letter(mail)?),
        Step::TaskCreate(task) => {
            template("title", &task.title)?;
            template("notes", &task.notes)?;
            let new = NewTask {
                title: task.title.clone(),
                notes: task.notes.clone(),
                ..NewTask::default()
            };
            new.checked(prefix)?;
            step.clone()
        }
        Step::ConnectorSync(_) => step.clone(),
        Step::MessagePost(post) => {
            template("text", &post.text)?;
            let mut problems = Problems::default();
            problems.length(&format!("{prefix}text"), &post.text, 1, LONGEST_MESSAGE);
            problems.into_result()?;
            step.clone()
        }
    })
}

/// Everybody outside whom the steps write to.
pub(crate) fn recipients(steps: &[Step]) -> Vec<&str> {
    let letters = steps.iter().filter_map(|step| match step {
        Step::EmailSend(mail) => Some(mail.recipients()),
        _ => None,
    });
    letters.flatten().collect()
}

/// Refuses steps that name what is not there, or what the caller may not use.
pub(crate) async fn require_things(
    business: &Business,
    caller: &Caller,
    steps: &[Step],
    prefix: &str,
) -> Result<(), ApiError> {
    for (at, step) in steps.iter().enumerate() {
        let field = |name: &str| format!("{prefix}steps.{at}.in.{name}");
        match step {
            Step::EmailSend(_) | Step::EmailDraft(_) => {}
            Step::MetricQuery(asked) => {
                let catalogue = metrics::catalogue(business, caller.workspace).await?;
                if catalogue.metric(&asked.metric).is_none() {
                    return Err(ApiError::invalid(field("metric"), "There is no such metric."));
                }
            }
            Step::TaskCreate(task) => {
                tasks::require_assignee(
                    business,
                    caller.workspace,
                    task.assignee_id,
                    &field("assignee_id"),
                )
                .await?;
            }
            Step::ConnectorSync(sync) => {
                caller.require(Permission::ManageBusiness)?;
                let named = sources::name(business, caller.workspace, sync.connector_id).await?;
                let gone = || ApiError::invalid(field("connector_id"), "This source is not there.");
                named.ok_or_else(gone)?;
            }
            Step::MessagePost(post) => {
                business.threads()?;
                actions::require_thread(business, caller, Some(post.thread_id), &field("thread_id")).await?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn steps(value: serde_json::Value) -> Vec<Step> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_workflow_is_what_it_was_written_as() {
        let written = json!([
            { "op": "metric.query", "in": { "metric": "revenue", "range": "last_month" } },
            { "op": "email.send", "in": { "to": ["a@b.org"], "subject": "Revenue {{steps.1.value}}", "body": "{{steps.1.text}}" } },
            { "op": "task.create", "in": { "title": "Look at {{metric.orders.last_week}}", "due_in_days": 3 } },
        ]);
        let checked = checked_steps(&steps(written.clone()), "").unwrap();
        assert_eq!(serde_json::to_value(&checked).unwrap(), written);
        assert_eq!(recipients(&checked), ["a@b.org"]);
    }

    #[test]
    fn the_step_that_is_at_fault_is_named() {
        let mail = |to: &str, subject: &str, body: &str| json!({ "op": "email.send", "in": { "to": [to], "subject": subject, "body": body } });
        for (bad, field) in [
            (json!([]), "steps"),
            (json!([mail("{{steps.1.text}}", "s", "b")]), "steps.0.in.to"),
            (
                json!([mail("a@b.org", "{{steps.1.text}}", "b")]),
                "steps.0.in.subject",
            ),
            (
                json!([
                    mail("a@b.org", "s", "b"),
                    mail("a@b.org", "s", "{{steps.2.text}}")
                ]),
                "steps.1.in.body",
            ),
            (
                json!([{ "op": "metric.query", "in": { "metric": "a; DROP TABLE", "range": "today" } }]),
                "steps.0.in.metric",
            ),
            (
                json!([{ "op": "task.create", "in": { "title": " " } }]),
                "steps.0.in.title",
            ),
        ] {
            let error = checked_steps(&steps(bad.clone()), "").unwrap_err();
            assert_eq!(error.details[0].field, field, "{bad}");
        }
        let many: Vec<_> = (0..21).map(|_| mail("a@b.org", "s", "b")).collect();
        assert!(checked_steps(&steps(json!(many)), "").is_err());
    }

    #[test]
    fn what_is_not_in_the_list_is_no_step() {
        for bad in [
            json!({ "op": "shell.run", "in": { "command": "rm" } }),
            json!({ "op": "email.send", "in": { "to": ["a@b.org"], "subject": "s", "body": "b", "headers": "X: y" } }),
            json!({ "op": "email.send" }),
            json!({ "op": "task.create", "in": { "title": "t" }, "if": "x" }),
            json!("email.send"),
        ] {
            assert!(serde_json::from_value::<Step>(bad.clone()).is_err(), "{bad}");
        }
    }
}
