//! What somebody proposes, and what of it they did not say themselves.

use std::collections::BTreeSet;

use db::entity::actions;
use db::kinds::{ActionKind, ActionState};
use db::{DbError, ThreadId};
use identity::Caller;
use kit::api::ApiError;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::access::visible;
use super::content::Content;
use crate::Business;

/// Something to be done.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// What.
    pub kind: ActionKind,
    /// Exactly.
    pub content: Value,
    /// The thread that it was asked for in.
    pub thread_id: Option<ThreadId>,
    /// The question that it was asked by.
    pub query_id: Option<Uuid>,
    /// The asker's own words, where a question proposes: recipients that are not in them come from data, or from a model,
    /// and need a tick of their own. None where the asker wrote the content by hand.
    pub said: Option<String>,
    /// What else is to be looked at twice, a sentence each.
    pub warnings: Vec<String>,
}

/// An action's content as it is sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Body {
    pub title: String,
    pub content: Value,
    /// What was to be looked at twice from the beginning.
    pub told: Vec<String>,
    /// Recipients that the asker did not name.
    pub unsaid: BTreeSet<String>,
}

/// The recipients that are not in somebody's words.
pub(super) fn unsaid(content: &Content, said: Option<&str>) -> BTreeSet<String> {
    let Some(said) = said else { return BTreeSet::new() };
    let said = said.to_lowercase();
    let recipients = content.recipients().into_iter().map(str::to_lowercase);
    recipients.filter(|one| !names(&said, one)).collect()
}

/// Whether a text has this address, whole: `ann@b.org` is not in `joann@b.org`, nor in `ann@b.org.evil.com`.
fn names(text: &str, address: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "@_-+%".contains(c);
    text.match_indices(address).any(|(at, found)| {
        let (before, after) = (&text[..at], &text[at + found.len()..]);
        let mut rest = after.chars();
        let goes_on = match rest.next() {
            // The full stop of a sentence ends an address, unless a name follows it.
            Some('.') => rest.next().is_some_and(char::is_alphanumeric),
            Some(c) => is_part(c),
            None => false,
        };
        !goes_on && !before.chars().next_back().is_some_and(|c| is_part(c) || c == '.')
    })
}

impl Body {
    /// Everything that is to be looked at twice.
    pub fn warnings(&self, content: &Content) -> Vec<String> {
        let people = content.recipients();
        let there = |one: &&String| people.iter().any(|other| other.to_lowercase() == **one);
        let unsaid = self.unsaid.iter().filter(there);
        let unsaid =
            unsaid.map(|one| format!("{one} was not in your words: it comes from the data or from a model."));
        let mut all = self.told.clone();
        all.extend(content.warnings());
        all.extend(unsaid);
        all
    }
}

/// The newest proposal of a thread that still waits for a yes: what a plain “yes” would be said to.
pub async fn newest_proposal(
    business: &Business,
    caller: &Caller,
    thread: ThreadId,
) -> Result<Option<actions::Model>, ApiError> {
    let now = business.db().now().micros();
    let newest = actions::Entity::of(caller.workspace)
        .filter(visible(business, caller))
        .filter(actions::Column::ThreadId.eq(thread))
        .filter(actions::Column::NeedsConfirmation.eq(true))
        .order_by_desc(actions::Column::Id)
        .one(business.db().read())
        .await
        .map_err(DbError::from)?;
    Ok(newest.filter(|action| action.state == ActionState::Proposed && action.expires_at > now))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_is_said_only_whole() {
        for (words, is_said) in [
            ("send it to ann@b.org", true),
            ("Send it to Ann@B.org.", true),
            ("<ann@b.org>, please", true),
            ("joann@b.org", false),
            ("x.ann@b.org", false),
            ("ann@b.org.evil.com", false),
            ("ann@b.organic", false),
            ("send it to Ann", false),
        ] {
            assert_eq!(names(&words.to_lowercase(), "ann@b.org"), is_said, "{words}");
        }
    }

    #[test]
    fn whoever_was_not_named_is_marked_and_whoever_is_taken_off_is_not() {
        let mail = |to: &Value| {
            let content = json!({ "to": to, "subject": "s", "body": "" });
            Content::read(ActionKind::EmailSend, &content).unwrap()
        };
        let both = mail(&json!(["ann@b.org", "Evil@c.org"]));
        let unsaid = unsaid(&both, Some("mail ann@b.org the revenue"));
        assert_eq!(unsaid, BTreeSet::from(["evil@c.org".to_owned()]));
        let body = Body {
            title: String::new(),
            content: Value::Null,
            told: vec!["Look.".to_owned()],
            unsaid,
        };
        assert_eq!(body.warnings(&both).len(), 2);
        assert_eq!(body.warnings(&mail(&json!("ann@b.org"))), ["Look."]);
        assert!(super::unsaid(&both, None).is_empty());
    }
}
