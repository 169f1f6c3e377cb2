//! What looks or looked wrong: raised once for each rule and subject, told, ended by itself or by a person.

mod raise;
mod settings;
mod show;
mod tell;

use db::entity::alerts;
use db::{Db, DbError, INSTANCE, WorkspaceId};
use kit::vault::{OwnerKeys, Place};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::rules::Subject;

pub use raise::{changed as told_again, end_others, raise};
pub use settings::{
    Chosen, Rulebook, SettingsIn, SettingsOut, SettingsQuery, change_settings, rulebook, show_settings,
};
pub use show::{AlertOut, AlertQuery, ResolveIn, find, list, resolve, show_one};
pub use tell::{Letter, NotSent, Post, jobs};

/// What is sealed of an alert.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Body {
    /// A line.
    pub title: String,
    /// One or two sentences with the numbers.
    pub explanation: String,
    /// About whom or what.
    pub subject: Option<Subject>,
    /// What the person who resolved it said.
    pub note: Option<String>,
}

/// Whose key an alert is sealed by.
fn owner(workspace: Option<WorkspaceId>) -> Uuid {
    workspace.map_or(INSTANCE, |w| w.0)
}

async fn keys(db: &Db, workspace: Option<WorkspaceId>) -> Result<OwnerKeys, DbError> {
    db.keys(owner(workspace)).await
}

fn place(row: Uuid) -> Place<'static> {
    Place {
        column: "alerts.body",
        row,
    }
}

async fn open(db: &Db, row: &alerts::Model) -> Result<Body, DbError> {
    let keys = keys(db, row.workspace_id).await?;
    Ok(row.body.open(&keys, place(row.id))?)
}
