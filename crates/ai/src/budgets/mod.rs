//! Budgets: how much may be spent in a day, week or month, by a workspace, a person, with a key, on a model, or in all.
//!
//! Before a model is asked, what the call may cost at most is set aside in every budget that it concerns, by one
//! conditional statement each: calls that come together never set aside more than a limit leaves. When the call is
//! written down, what it really cost takes the place of what was set aside, in the same transaction. What nobody
//! settles (a process that was killed) is given back after [`KEPT`].

mod kept;
mod period;
mod reserve;
pub mod routes;
mod settle;

use std::sync::Arc;
use std::time::Duration;

use db::WorkspaceId;
use db::entity::budgets;
use parking_lot::Mutex;
use uuid::Uuid;

pub use reserve::{Held, Refusal};
pub use settle::{flush, release, settle};

/// How long something is set aside for a call that nobody settles.
const KEPT: Duration = Duration::from_mins(15);
/// How old what is known of a workspace's budgets may be: a change on another node takes that long.
const KNOWN_FOR: Duration = Duration::from_secs(2);

/// What was set aside for a call in one budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The budget.
    pub budget: Uuid,
    /// The call.
    pub call: Uuid,
    /// Millionths of a US dollar.
    pub amount: i64,
}

/// The budgets of workspaces, those of the installation included, and what waits to be given back or told.
#[derive(Debug)]
pub struct Budgets {
    known: moka::sync::Cache<WorkspaceId, Arc<Vec<budgets::Model>>>,
    given_back: Mutex<Vec<Hold>>,
    reached: Mutex<Vec<Uuid>>,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            known: moka::sync::Cache::builder()
                .max_capacity(10_000)
                .time_to_live(KNOWN_FOR)
                .build(),
            given_back: Mutex::default(),
            reached: Mutex::default(),
        }
    }
}
