//! Questions: a sentence becomes a frame, the frame a plan, the plan a number, and the number words. Nothing here makes a
//! number: [`crate::metrics`] computes it, and what was computed, with its queries, is kept with the answer.
//!
//! [`query`] answers a question that was put as one; [`recognise`] and [`answer`] are for what is said in a thread, where
//! only what is clearly asked of the business is taken up.

mod acting;
mod answered;
mod computing;
mod finding;
mod kept;
mod numbers;
mod plan;
mod routes;
pub mod tools;
mod understanding;

pub use answered::{Answered, Chart, Named};
pub use routes::{QueryIn, routes};
pub use understanding::{Recognised, recognise};

use std::time::Instant;

use identity::{Caller, Permission};
use kit::api::ApiError;
use questions::frame::Intent;

use crate::Business;

/// Answers what was recognised, and keeps the answer.
pub async fn answer(
    business: &Business,
    caller: &Caller,
    recognised: &Recognised,
) -> Result<Answered, ApiError> {
    caller.require(Permission::ReadBusiness)?;
    let began = Instant::now();
    let mut answered = Answered::begin(recognised);
    let frame = match recognised.understanding.intent {
        Intent::Metrics => computing::compute(business, caller, recognised, &mut answered).await?,
        Intent::Search => {
            finding::find(business, caller, recognised, &mut answered).await?;
            None
        }
        Intent::Action => {
            acting::propose(business, caller, recognised, &mut answered).await?;
            None
        }
        Intent::Conversation => {
            computing::converse(business, caller, recognised, &mut answered).await?;
            None
        }
    };
    answered.plan = plan::of(recognised, &answered);
    answered.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    kept::keep(business, caller, recognised, &answered, frame).await?;
    Ok(answered)
}
