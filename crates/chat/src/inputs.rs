//! What comes in: threads and messages as a person writes them.

use db::kinds::{Answers, Visibility};
use db::{FileId, MessageId, UserId};
use kit::api::{Problems, Validate};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::attachments::MOST as MOST_FILES;
use crate::members::MOST as MOST_MEMBERS;
use db::Field;

/// The longest message, in characters.
pub const MAX_CONTENT: usize = 200_000;

/// A new message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageIn {
    /// The words; none are needed where there are files.
    #[serde(default)]
    pub content: String,
    /// Files that belong to it, at most 20, in the order in which they are shown.
    #[serde(default)]
    pub attachments: Vec<FileId>,
    /// The model that should answer; the thread's when absent.
    pub model: Option<String>,
    /// What it follows; the newest message in view when absent, nothing when null.
    #[serde(default)]
    #[schema(value_type = Option<MessageId>)]
    pub parent_id: Field<MessageId>,
    /// Whether a model should answer; when absent, as the thread's `answers` says and the text mentions.
    pub reply: Option<bool>,
    /// A message of the thread that this one quotes.
    pub reply_to: Option<MessageId>,
    /// The sender's own id: sent twice, it is stored once.
    pub client_id: Option<String>,
}

impl Validate for MessageIn {
    fn validate(&self, problems: &mut Problems) {
        check_words(problems, &self.content, &self.attachments);
        problems.optional_length("model", self.model.as_ref(), 1, 200);
        problems.optional_length("client_id", self.client_id.as_ref(), 1, 200);
    }
}

fn check_words(problems: &mut Problems, content: &str, attachments: &[FileId]) {
    let fewest = usize::from(attachments.is_empty());
    problems.length("content", content, fewest, MAX_CONTENT);
    problems.check(
        attachments.len() <= MOST_FILES,
        "attachments",
        format!("A message takes at most {MOST_FILES} files."),
    );
}

/// Another wording of a message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditIn {
    /// The words.
    #[serde(default)]
    pub content: String,
    /// Files that belong to it; those of the first wording when absent.
    pub attachments: Option<Vec<FileId>>,
    /// The model that should answer.
    pub model: Option<String>,
    /// Whether a model should answer; when absent, as the thread's `answers` says and the text mentions.
    pub reply: Option<bool>,
    /// The sender's own id.
    pub client_id: Option<String>,
}

impl Validate for EditIn {
    fn validate(&self, problems: &mut Problems) {
        match &self.attachments {
            Some(files) => check_words(problems, &self.content, files),
            // Whether words are needed is seen where the files of the first wording are.
            None => problems.length("content", &self.content, 0, MAX_CONTENT),
        }
        problems.optional_length("model", self.model.as_ref(), 1, 200);
        problems.optional_length("client_id", self.client_id.as_ref(), 1, 200);
    }
}

/// Another try of an answer.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegenerateIn {
    /// The model that should try.
    pub model: Option<String>,
}

impl Validate for RegenerateIn {
    fn validate(&self, problems: &mut Problems) {
        problems.optional_length("model", self.model.as_ref(), 1, 200);
    }
}

/// The longest title, in characters.
pub const MAX_TITLE: usize = 200;

/// A new thread.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreadIn {
    /// Its title; made after the first exchange when absent.
    pub title: Option<String>,
    /// Who sees it; private when absent.
    pub visibility: Option<Visibility>,
    /// The model it asks: `provider/model`, a model's name, or `auto`.
    pub model: Option<String>,
    /// The assistant that answers.
    pub assistant_id: Option<Uuid>,
    /// When a model answers; always while the owner is alone and where mentioned otherwise, when absent.
    pub answers: Option<Answers>,
    /// People of the workspace whom it is shared with.
    #[serde(default)]
    pub members: Vec<UserId>,
}

impl Validate for ThreadIn {
    fn validate(&self, problems: &mut Problems) {
        problems.check(
            self.members.len() <= MOST_MEMBERS,
            "members",
            format!("A thread is shared with at most {MOST_MEMBERS} people by name."),
        );
        problems.optional_length("title", self.title.as_ref(), 1, MAX_TITLE);
        problems.optional_length("model", self.model.as_ref(), 1, 200);
    }
}

/// Changes to a thread; what is absent stays, what is null is taken away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreadPatch {
    /// Its title.
    pub title: Option<String>,
    /// The model it asks.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub model: Field<String>,
    /// The assistant that answers.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub assistant_id: Field<Uuid>,
    /// When a model answers.
    #[serde(default)]
    #[schema(value_type = Option<Answers>)]
    pub answers: Field<Answers>,
    /// Who sees it.
    pub visibility: Option<Visibility>,
    /// Kept on top.
    pub pinned: Option<bool>,
    /// Put away.
    pub archived: Option<bool>,
}

impl Validate for ThreadPatch {
    fn validate(&self, problems: &mut Problems) {
        problems.optional_length("title", self.title.as_ref(), 1, MAX_TITLE);
        problems.optional_length("model", self.model.value(), 1, 200);
    }
}

/// Which threads to list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ThreadsQuery {
    /// Rows a page, 1 to 200.
    pub limit: Option<u32>,
    /// The cursor of the page before.
    pub cursor: Option<String>,
    /// The archived ones instead of the others.
    pub archived: Option<bool>,
    /// Words that the title must have.
    pub q: Option<String>,
}
