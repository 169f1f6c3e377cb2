//! Metrics: declared in YAML, compiled to SQL, computed in the store, divided in whole numbers.
//!
//! A *fact* is a table, a *measure* a sum over one, a *metric* a formula over measures, a *dimension* what it is grouped
//! and filtered by. A measure is declared at several facts, from the coarsest to the finest (an order has its revenue, and
//! so has each of its lines); the compiler takes the first that reaches what is asked, joins only what a row has at most
//! one of, and asks by `EXISTS` for what it has several of. So nothing is ever counted twice. Every value is bound, and
//! the workspace is added by the compiler.
//!
//! Ranges are days of the workspace's calendar, turned into moments once ([`Calendar::begin`]); pieces of time are such
//! ranges, too, so that both databases agree whatever they know of time zones.
//!
//! [`Calendar::begin`]: questions::calendar::Calendar::begin

mod answer;
mod bounds;
mod catalogue;
mod compile;
mod expression;
mod filters;
mod find;
mod input;
mod kept;
mod model;
mod notes;
mod numbers;
mod output;
mod own;
mod parse;
mod query;
mod read;
mod routes;
mod run;
mod sources;

pub use answer::{Amount, MetricAnswer, Point, Previous, RanQuery, Row, SourceInfo};
pub use catalogue::catalogue;
pub use model::Good;
pub use output::{AnswerOut, PointOut, PreviousOut, RowOut};
pub use query::MetricQuery;
pub use run::run;

pub(crate) use kept::Kept;
pub(crate) use routes::routes;
