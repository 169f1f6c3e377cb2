//! What goes in and what comes out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::action::ActionRequest;
use crate::calendar::Calendar;
use crate::catalogue::{Catalogue, Language};
use crate::frame::{Frame, Intent};
use crate::names::ValueIndex;
use crate::search::SearchRequest;

/// What a question is understood with.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The time.
    pub now: Timestamp,
    /// The workspace's calendar.
    pub calendar: &'a Calendar,
    /// What can be asked for.
    pub catalogue: &'a Catalogue,
    /// The names of the workspace, all of them.
    pub names: &'a ValueIndex,
    /// The frame of the thread's last answer.
    pub last: Option<&'a Frame>,
    /// Whether there is any data.
    pub has_data: bool,
    /// The language that the asker uses otherwise.
    pub language: Option<Language>,
}

/// What was understood.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Understanding {
    /// The language of the question, and of what is said here.
    pub language: Language,
    /// What is wanted.
    pub intent: Intent,
    /// How sure that is, 0 to 1.
    pub confidence: f32,
    /// `rules` or `classifier`.
    pub decided_by: &'static str,
    /// The words that carried meaning, in reading order.
    pub entities: Vec<Entity>,
    /// The number that is wanted.
    pub frame: Option<Frame>,
    /// What is to be done.
    pub action: Option<ActionRequest>,
    /// What is to be found.
    pub search: Option<SearchRequest>,
    /// A question back.
    pub clarification: Option<Clarification>,
    /// Why there is no answer.
    pub declined: Option<Declined>,
    /// What was taken from the question before, as chips.
    pub carried: Vec<String>,
    /// Other readings.
    pub alternatives: Vec<Choice>,
    /// Conventions that decided, as sentences to be said beside the answer.
    pub notes: Vec<String>,
    /// The metric whose definition is asked for.
    pub definition_of: Option<String>,
}

/// A word or phrase that carried meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entity {
    /// `date`, `amount`, `metric`, `dimension`, `name`, `rank`, `email`, `grain`, `compare`, `share`, `unknown`.
    pub kind: String,
    /// As it was written.
    pub text: String,
    /// What it was read as.
    pub value: String,
}

/// One question back, with what may be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Clarification {
    /// The question.
    pub question: String,
    /// At most four answers.
    pub options: Vec<Choice>,
}

/// An answer to a question back, or another reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Choice {
    /// What it says.
    pub label: String,
    /// The whole question that it stands for.
    pub question: String,
}

/// Why there is no answer, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Declined {
    /// The reason, one sentence.
    pub reason: String,
    /// What would help, one sentence.
    pub next_step: String,
}
