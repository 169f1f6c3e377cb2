//! Doing one step: first what only reads or has its own once-only key, then, in the transaction of the result, the rest.

use std::time::Duration;

use db::entity::workflow_runs;
use db::kinds::ActionKind;
use db::{Tx, UserId};
use identity::{Caller, audit};
use jiff::ToSpan;
use jiff::civil::Date;
use kit::api::ApiError;
use kit::vault::sha256;
use serde_json::{Value, json};
use uuid::Uuid;

use super::numbers::{self, NumberAsked, NumberSaid};
use super::placeholders::{Part, Piece, Template};
use super::running::RunBody;
use super::{Step, SyncStep};
use crate::actions::{self, Proposal};
use crate::mail::{self, LONGEST_BODY, MailContent, Outgoing};
use crate::tasks::{self, NewTask, Origin};
use crate::{Business, sources};

/// How much of what came of a step is kept, in characters.
const LONGEST_RESULT: usize = 20_000;

/// What a step made.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub text: String,
    pub value: String,
    pub ids: Value,
}

/// A step whose words stand, and what of it was done already.
pub(super) enum Ready {
    Made(Made),
    Send(MailContent),
    Draft(MailContent),
    Task(NewTask),
    Sync(SyncStep),
}

/// The same run and step: the same id, however often it is tried.
fn once(run: &workflow_runs::Model) -> Uuid {
    let hash = sha256(format!("{}:{}", run.id, run.step).as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// What is known while a step's words are filled in.
struct Filling<'a> {
    business: &'a Business,
    owner: &'a Caller,
    body: &'a RunBody,
    number: usize,
    today: Date,
}

impl Filling<'_> {
    async fn fill(&self, text: &str, most: usize) -> Result<String, ApiError> {
        let template = Template::parse(text, self.number).map_err(|why| ApiError::invalid("steps", why))?;
        let mut filled = String::new();
        for piece in template.0 {
            match piece {
                Piece::Plain(text) => filled.push_str(&text),
                Piece::Today => filled.push_str(&self.today.to_string()),
                Piece::WorkflowName => filled.push_str(&self.body.name),
                Piece::Step(number, part) => {
                    let result = self.body.results.get(number - 1);
                    let said = result.map(|result| match part {
                        Part::Text => &result.text,
                        Part::Value => &result.value,
                    });
                    filled.push_str(said.map_or("", String::as_str));
                }
                Piece::Metric(metric, range) => {
                    let asked = NumberAsked {
                        metric,
                        range,
                        group_by: None,
                        filters: Vec::new(),
                        compare: None,
                        limit: None,
                    };
                    filled.push_str(&self.number(&asked).await?.value);
                }
            }
        }
        Ok(cut(&filled, most))
    }

    async fn number(&self, asked: &NumberAsked) -> Result<NumberSaid, ApiError> {
        numbers::say(self.business, self.owner, asked).await
    }

    async fn letter(&self, mail: &MailContent) -> Result<MailContent, ApiError> {
        let subject = kit::mail::one_line(&self.fill(&mail.subject, 200).await?);
        let filled = MailContent {
            subject: cut(&subject, 200),
            body: self.fill(&mail.body, LONGEST_BODY).await?.replace('\0', ""),
            ..mail.clone()
        };
        filled.checked("steps.")
    }
}

/// Fills the words of a step in, and does what needs no transaction of ours.
pub(super) async fn prepare(
    business: &Business,
    owner: &Caller,
    run: &workflow_runs::Model,
    body: &RunBody,
    step: &Step,
) -> Result<Ready, ApiError> {
    let filling = Filling {
        business,
        owner,
        body,
        number: run.step as usize + 1,
        today: numbers::today(business, owner).await?.1,
    };
    Ok(match step {
        Step::MetricQuery(asked) => {
            let said = filling.number(asked).await?;
            Ready::Made(Made {
                text: cut(&said.text, LONGEST_RESULT),
                value: cut(&said.value, LONGEST_RESULT),
                ids: Value::Null,
            })
        }
        Step::EmailSend(mail) => Ready::Send(filling.letter(mail).await?),
        Step::EmailDraft(mail) => Ready::Draft(filling.letter(mail).await?),
        Step::TaskCreate(task) => {
            tasks::require_assignee(business, owner.workspace, task.assignee_id, "assignee_id").await?;
            let due = task
                .due_in_days
                .map(|days| filling.today.checked_add(i64::from(days).days()));
            let new = NewTask {
                title: filling.fill(&task.title, 300).await?.replace('\0', ""),
                notes: filling.fill(&task.notes, 20_000).await?.replace('\0', ""),
                due_on: due.and_then(Result::ok),
                assignee_id: task.assignee_id,
            };
            Ready::Task(new.checked("steps.")?)
        }
        Step::ConnectorSync(sync) => Ready::Sync(sync.clone()),
        Step::MessagePost(post) => {
            let text = filling.fill(&post.text, LONGEST_RESULT).await?.replace('\0', "");
            let threads = business.threads()?;
            let message = threads
                .post(*owner, post.thread_id, text.clone(), once(run))
                .await?;
            Ready::Made(Made {
                text,
                value: String::new(),
                ids: json!({ "thread_id": post.thread_id, "message_id": message }),
            })
        }
    })
}

/// Does the rest, in the transaction that writes the result.
pub(super) async fn perform(
    business: &Business,
    tx: &Tx,
    owner: &Caller,
    run: &workflow_runs::Model,
    ready: Ready,
) -> Result<Made, ApiError> {
    Ok(match ready {
        Ready::Made(made) => made,
        Ready::Send(content) => send(business, tx, owner.user, run, &content).await?,
        Ready::Draft(content) => {
            let proposal = Proposal {
                kind: ActionKind::EmailDraft,
                content: serde_json::to_value(&content).map_err(ApiError::internal)?,
                thread_id: None,
                query_id: None,
                said: None,
                warnings: Vec::new(),
            };
            let action = actions::propose(business, tx, owner, proposal).await?;
            Made {
                text: content.subject,
                value: String::new(),
                ids: json!({ "action_id": action.id }),
            }
        }
        Ready::Task(new) => {
            let task = tasks::create(business, tx, owner, &new, Origin::default()).await?;
            Made {
                text: new.title,
                value: String::new(),
                ids: json!({ "task_id": task.id }),
            }
        }
        Ready::Sync(sync) => {
            let run = sources::sync_now(tx, owner, sync.connector_id, sync.full).await?;
            Made {
                ids: json!({ "connector_id": sync.connector_id, "run_id": run }),
                ..Made::default()
            }
        }
    })
}

/// Puts the mail into the outbox. Its people were confirmed when the workflow was saved, so that it leaves at once.
async fn send(
    business: &Business,
    tx: &Tx,
    owner: UserId,
    run: &workflow_runs::Model,
    content: &MailContent,
) -> Result<Made, ApiError> {
    let id = once(run);
    let outgoing = Outgoing {
        id,
        content,
        created_by: owner,
        action: None,
        run: Some(run.id),
        wait: Duration::ZERO,
    };
    let state = mail::put(business, tx, run.workspace_id, outgoing).await?;
    let by = identity::Actor {
        workspace: Some(run.workspace_id),
        user: Some(owner),
        address: std::net::Ipv4Addr::UNSPECIFIED.into(),
    };
    let people = content.recipients().count();
    let details =
        json!({ "run_id": run.id, "workflow_id": run.workflow_id, "recipients": people, "state": state });
    audit(tx, by, "mail.queued", id, &details).await?;
    Ok(Made {
        text: content.subject.clone(),
        value: String::new(),
        ids: json!({ "mail_id": id, "state": state }),
    })
}
