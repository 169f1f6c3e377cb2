//! What was understood of a question: enough to compute an answer, and nothing that is not in the catalogue.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::calendar::{Days, Grain};

/// What somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Intent {
    /// A number.
    Metrics,
    /// To find something.
    Search,
    /// That something is done.
    Action,
    /// To talk.
    Conversation,
}

impl Intent {
    /// The part of the house that answers.
    pub const fn module(self) -> &'static str {
        match self {
            Self::Metrics => "mini-foundry",
            Self::Search => "knowledge",
            Self::Action => "ops-copilot",
            Self::Conversation => "conversation",
        }
    }
}

/// A question for a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Which metric.
    pub metric: String,
    /// Of which days; none: what is usual where nothing was said (the month to date), which the answer says.
    pub range: Range,
    /// Cut into pieces of time.
    pub grain: Option<Grain>,
    /// By which dimension.
    pub group_by: Option<String>,
    /// Only of these.
    pub filters: Vec<Filter>,
    /// The best or the worst few of the groups.
    pub rank: Option<Rank>,
    /// Beside which other range.
    pub compare: Option<Compare>,
    /// Each group's part of the whole, instead of its number.
    pub share: bool,
}

/// Days, and how they were said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// Which days; none: all there is.
    pub days: Option<Days>,
    /// The words of the question; none: nothing was said.
    pub said: Option<String>,
}

/// Only what has one of these values.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Filter {
    /// The dimension.
    pub dimension: String,
    /// The values, as the store has them.
    pub values: Vec<String>,
    /// Everything but these.
    #[serde(default)]
    pub not: bool,
}

/// The best or the worst few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rank {
    /// How many.
    pub count: u32,
    /// From the least instead of from the most.
    pub ascending: bool,
}

/// The other range of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// As many days (or the same unit of the calendar) before.
    PreviousPeriod,
    /// The same days a year before.
    PreviousYear,
}
