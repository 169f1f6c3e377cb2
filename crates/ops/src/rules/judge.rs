//! Applying the rules: each looks at what is, and tells what it finds.

use std::collections::HashSet;

use db::{DbError, WorkspaceId};
use kit::clock::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Rule, Severity, business, connections, load, people};
use crate::Ops;
use crate::alerts::{self, Chosen, Rulebook};
use crate::responses::Target;

/// Whom or what an alert is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertSubject)]
pub struct Subject {
    /// `user`, `token`, `workspace`, `address`, `provider`, `connector` or `node`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
}

impl Subject {
    /// A subject.
    pub fn new(kind: &str, id: impl ToString, name: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.to_string(),
            name: name.into(),
        }
    }
}

/// What a rule found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// The tenant; none where it is about the installation.
    pub workspace: Option<WorkspaceId>,
    /// About whom or what.
    pub subject: Option<Subject>,
    /// How bad it is.
    pub severity: Severity,
    /// A line.
    pub title: String,
    /// One or two sentences with the numbers.
    pub explanation: String,
    /// When what it tells happened last.
    pub occurred: Timestamp,
    /// What would be held back.
    pub targets: Vec<Target>,
}

impl Finding {
    /// Names rule and subject: alerts with the same name are about the same.
    pub fn key(&self) -> String {
        let subject = self.subject.as_ref();
        format!(
            "{}:{}:{}:{}",
            self.rule.word(),
            self.workspace.map_or_else(|| "-".to_owned(), |w| w.to_string()),
            subject.map_or("-", |s| &s.kind),
            subject.map_or("-", |s| &s.id),
        )
    }
}

async fn find(ops: &Ops, rule: Rule, book: &Rulebook) -> Result<Vec<Finding>, DbError> {
    match rule {
        Rule::SignInFailures => people::failures(ops, book).await,
        Rule::NewPlace => people::new_places(ops, book).await,
        Rule::TokenUse => people::tokens(ops, book).await,
        Rule::CostSpike => business::costs(ops, book).await,
        Rule::ErrorBurst => load::errors(ops, book).await,
        Rule::ProviderOutage => connections::providers(ops, book).await,
        Rule::SyncStale => connections::syncs(ops, book).await,
        Rule::QueueGrowing => load::queue(ops, book).await,
        Rule::DiskFull => load::disk(ops, book),
        Rule::BackupOverdue => load::backup(ops, book).await,
    }
}

/// Applies all rules that are switched on anywhere, raises what they find, and ends what is over.
pub async fn judge(ops: &Ops) -> Result<(), DbError> {
    let book = alerts::rulebook(ops).await?;
    for rule in Rule::ALL {
        let found = match find(ops, rule, &book).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(rule = rule.word(), error = %error, "a rule could not be applied");
                continue;
            }
        };
        let mut current = HashSet::new();
        for finding in found {
            let Chosen { enabled, respond, .. } = book.of(finding.workspace, rule);
            if !enabled {
                continue;
            }
            current.insert(finding.key());
            alerts::raise(ops, &finding, respond).await?;
        }
        if rule.ends_by_itself() {
            alerts::end_others(ops, rule, &current).await?;
        }
    }
    Ok(())
}
