//! What an action does, exactly: fields of each kind, checked; and the hash that a yes is said to.

use std::fmt::Write as _;

use db::kinds::ActionKind;
use db::{ConnectorId, WorkflowId};
use kit::api::ApiError;
use kit::vault::sha256;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::mail::MailContent;
use crate::schedules::Spec;
use crate::tasks::NewTask;
use crate::workflows::Step;

/// More recipients than that are looked at twice.
const MANY: usize = 10;

/// What an action does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    TaskCreate(NewTask),
    EmailDraft(MailContent),
    EmailSend(MailContent),
    WorkflowRun(WorkflowRun),
    ConnectorSync(ConnectorSync),
    ScheduleCreate(ScheduleCreate),
}

/// Which workflow runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkflowRun {
    pub workflow_id: WorkflowId,
}

/// Which source is fetched from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectorSync {
    pub connector_id: ConnectorId,
    /// From the beginning, instead of what is new.
    #[serde(default)]
    pub full: bool,
}

/// A workflow to be, and when it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleCreate {
    pub name: String,
    pub spec: Spec,
    pub steps: Vec<Step>,
}

fn fields<T: DeserializeOwned>(value: &Value) -> Result<T, ApiError> {
    T::deserialize(value).map_err(|error| {
        let sentence = format!("The content is not understood: {error}.");
        ApiError::invalid("content", sentence)
    })
}

impl Content {
    /// Reads and checks what somebody wrote.
    pub fn read(kind: ActionKind, value: &Value) -> Result<Self, ApiError> {
        Ok(match kind {
            ActionKind::TaskCreate => Self::TaskCreate(fields::<NewTask>(value)?.checked("content.")?),
            ActionKind::EmailDraft => Self::EmailDraft(fields::<MailContent>(value)?.checked("content.")?),
            ActionKind::EmailSend => Self::EmailSend(fields::<MailContent>(value)?.checked("content.")?),
            ActionKind::WorkflowRun => Self::WorkflowRun(fields(value)?),
            ActionKind::ConnectorSync => Self::ConnectorSync(fields(value)?),
            ActionKind::ScheduleCreate => {
                let mut schedule: ScheduleCreate = fields(value)?;
                schedule.steps = crate::workflows::checked_steps(&schedule.steps, "content.")?;
                crate::workflows::check_name(&schedule.name, "content.name")?;
                Self::ScheduleCreate(schedule)
            }
        })
    }

    /// As it is stored, shown and hashed.
    pub fn value(&self) -> Value {
        let written = match self {
            Self::TaskCreate(content) => serde_json::to_value(content),
            Self::EmailDraft(content) | Self::EmailSend(content) => serde_json::to_value(content),
            Self::WorkflowRun(content) => serde_json::to_value(content),
            Self::ConnectorSync(content) => serde_json::to_value(content),
            Self::ScheduleCreate(content) => serde_json::to_value(content),
        };
        // Every field is a plain value.
        written.unwrap_or_default()
    }

    pub const fn kind(&self) -> ActionKind {
        match self {
            Self::TaskCreate(_) => ActionKind::TaskCreate,
            Self::EmailDraft(_) => ActionKind::EmailDraft,
            Self::EmailSend(_) => ActionKind::EmailSend,
            Self::WorkflowRun(_) => ActionKind::WorkflowRun,
            Self::ConnectorSync(_) => ActionKind::ConnectorSync,
            Self::ScheduleCreate(_) => ActionKind::ScheduleCreate,
        }
    }

    /// Everybody outside who is written to.
    pub fn recipients(&self) -> Vec<&str> {
        match self {
            Self::EmailSend(mail) => mail.recipients().collect(),
            Self::ScheduleCreate(schedule) => crate::workflows::recipients(&schedule.steps),
            // A draft goes to nobody; a workflow's people were confirmed when it was saved.
            _ => Vec::new(),
        }
    }

    /// What is to be looked at twice whoever proposed it.
    pub fn warnings(&self) -> Vec<String> {
        let count = self.recipients().len();
        if count > MANY {
            vec![format!("This goes to {count} people.")]
        } else {
            Vec::new()
        }
    }

    /// What it is, in one line; `named` is what the thing is called that it is about.
    pub fn title(&self, named: Option<&str>) -> String {
        let to = |mail: &MailContent| match mail.to.as_slice() {
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
            [] => String::new(),
        };
        let named = named.unwrap_or("?");
        match self {
            Self::TaskCreate(task) => format!("Create the task “{}”", task.title),
            Self::EmailDraft(mail) => format!("Draft an e-mail to {}: {}", to(mail), mail.subject),
            Self::EmailSend(mail) => format!("Send an e-mail to {}: {}", to(mail), mail.subject),
            Self::WorkflowRun(_) => format!("Run “{named}”"),
            Self::ConnectorSync(_) => format!("Fetch what is new from “{named}”"),
            Self::ScheduleCreate(schedule) => format!("Schedule “{}”", schedule.name),
        }
    }

    /// SHA-256 of kind and content, in hexadecimal digits.
    pub fn hash(&self) -> String {
        let whole = json!({ "kind": self.kind(), "content": self.value() });
        digits(&sha256(canonical(&whole).to_string().as_bytes()))
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn digits(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// The same value with the fields of each object in the order of their names, so that equal contents are equal bytes.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            let pairs = sorted
                .into_iter()
                .map(|(name, value)| (name.clone(), canonical(value)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(canonical).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(body: &Value) -> Content {
        Content::read(ActionKind::EmailSend, body).unwrap()
    }

    #[test]
    fn the_hash_is_of_what_will_be_done_and_of_nothing_else() {
        let one = mail(&json!({ "to": ["a@b.org"], "subject": "s", "body": "x" }));
        let same = mail(&json!({ "body": "x", "subject": " s ", "to": "a@b.org" }));
        assert_eq!(one.hash(), same.hash());
        assert_eq!(one.hash().len(), 64);
        let others = [
            json!({ "to": ["a@b.org"], "subject": "s", "body": "y" }),
            json!({ "to": ["a@b.org"], "bcc": ["c@d.org"], "subject": "s", "body": "x" }),
            json!({ "to": ["c@b.org"], "subject": "s", "body": "x" }),
        ];
        for other in others {
            assert_ne!(one.hash(), mail(&other).hash(), "{other}");
        }
        let draft = Content::read(ActionKind::EmailDraft, &one.value()).unwrap();
        assert_ne!(draft.hash(), one.hash(), "the kind is part of it");
        assert_eq!(
            mail(&one.value()).hash(),
            one.hash(),
            "what is stored hashes as what was read"
        );
    }

    #[test]
    fn contents_of_another_shape_are_refused() {
        for (kind, body) in [
            (ActionKind::EmailSend, json!({ "subject": "s", "body": "x" })),
            (
                ActionKind::EmailSend,
                json!({ "to": "a@b.org", "subject": "s", "body": "x", "headers": {} }),
            ),
            (
                ActionKind::EmailSend,
                json!({ "to": 5, "subject": "s", "body": "x" }),
            ),
            (ActionKind::TaskCreate, json!({ "title": "" })),
            (ActionKind::WorkflowRun, json!({ "workflow_id": "x" })),
            (
                ActionKind::ScheduleCreate,
                json!({ "name": "n", "spec": {}, "steps": [] }),
            ),
            (ActionKind::TaskCreate, json!([1])),
        ] {
            assert!(Content::read(kind, &body).is_err(), "{kind:?} {body}");
        }
    }

    #[test]
    fn many_recipients_are_said() {
        let to = |n: usize| (0..n).map(|n| format!("p{n}@example.org")).collect::<Vec<_>>();
        let with = |n| mail(&json!({ "to": to(n), "subject": "s", "body": "" })).warnings();
        assert_eq!(with(10), Vec::<String>::new());
        assert_eq!(with(11), ["This goes to 11 people."]);
    }
}
