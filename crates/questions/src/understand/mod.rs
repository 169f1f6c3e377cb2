//! From a sentence to what is wanted: a frame, an action, a search, a question back, or a reason why not.

mod answer;
mod compose;
mod decide;
mod doubts;
mod entities;
mod filters;
mod groups;
mod metric;
mod time;

pub use answer::{Choice, Clarification, Context, Declined, Entity, Understanding};
pub use decide::understand;
