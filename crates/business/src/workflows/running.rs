//! Runs: one step after the other, each a job.

use std::time::Duration;

use db::entity::workflow_runs;
use db::jobs::{Job, JobError};
use db::kinds::RunState;
use db::{DbError, Sealed, Tx, WorkspaceId};
use identity::{Caller, Permission, audit};
use kit::api::{ApiError, Code};
use kit::clock::Timestamp;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::steps::{self, Made};
use super::{Step, announce_run, run_place};
use crate::Business;

/// How often a step is tried that a trouble stopped which passes, and the pause before the second time.
const MOST_TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_secs(10);

/// A run, as it is sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RunBody {
    pub name: String,
    /// The steps as they were when it began.
    pub steps: Vec<Step>,
    pub results: Vec<StepResult>,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StepResult {
    /// What it says, and the number alone.
    pub text: String,
    pub value: String,
    /// Ids of what it made.
    pub made: Value,
    pub error: Option<String>,
    pub at: Timestamp,
}

/// Does one step of a run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunStep {
    workspace: WorkspaceId,
    run: Uuid,
    step: i32,
    tries: u32,
}

impl Job for RunStep {
    const KIND: &'static str = "workflow.step";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}:{}", self.run, self.step, self.tries))
    }
}

impl RunStep {
    /// The first step of a run.
    pub(super) fn first(workspace: WorkspaceId, run: Uuid) -> Self {
        Self {
            workspace,
            run,
            step: 0,
            tries: 0,
        }
    }

    pub(crate) async fn run(self, business: Business) -> Result<(), JobError> {
        let keys = business.db().keys(self.workspace.0).await?;
        let found = workflow_runs::Entity::of(self.workspace)
            .filter(workflow_runs::Column::Id.eq(self.run))
            .one(business.db().read())
            .await?;
        // Deleted, over, or this step was done before a worker died.
        let Some(run) = found.filter(|run| self.is_next(run)) else {
            return Ok(());
        };
        let body: RunBody = run.body.open(&keys, run_place(run.id))?;
        let Some(step) = body.steps.get(self.step as usize).cloned() else {
            return Ok(());
        };
        match self.attempt(&business, &run, body, &step).await {
            Ok(()) => Ok(()),
            Err(error) if passes(&error) && self.tries + 1 < MOST_TRIES => {
                let pause = PAUSE * 2_u32.pow(self.tries);
                let tx = business.db().write().await?;
                let again = Self {
                    tries: self.tries + 1,
                    ..self
                };
                tx.job_after(&again, pause).await?;
                tx.commit().await?;
                Ok(())
            }
            Err(error) => Ok(self.fail(&business, error.message).await?),
        }
    }

    fn is_next(&self, run: &workflow_runs::Model) -> bool {
        matches!(run.state, RunState::Waiting | RunState::Running) && run.step == self.step
    }

    /// The row, held until the end of the transaction, if this step is still the next one.
    async fn held(&self, tx: &Tx) -> Result<Option<workflow_runs::Model>, DbError> {
        let found = workflow_runs::Entity::of(self.workspace)
            .filter(workflow_runs::Column::Id.eq(self.run))
            .lock_exclusive()
            .one(&**tx)
            .await?;
        Ok(found.filter(|run| self.is_next(run)))
    }

    /// Does the step and writes its result, both or neither.
    async fn attempt(
        &self,
        business: &Business,
        run: &workflow_runs::Model,
        body: RunBody,
        step: &Step,
    ) -> Result<(), ApiError> {
        let owner = Caller::on_behalf_of(business.db(), self.workspace, run.owner_id).await?;
        let owner = owner.filter(|owner| owner.may(Permission::Act)).ok_or_else(|| {
            ApiError::forbidden("Whoever saved this workflow may not act in this workspace any more.")
        })?;
        let ready = steps::prepare(business, &owner, run, &body, step).await?;
        let tx = business.db().write().await?;
        let Some(run) = self.held(&tx).await? else {
            return Ok(());
        };
        let made = steps::perform(business, &tx, &owner, &run, ready).await?;
        self.write(business, &tx, run, body, made).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn write(
        &self,
        business: &Business,
        tx: &Tx,
        run: workflow_runs::Model,
        mut body: RunBody,
        made: Made,
    ) -> Result<(), DbError> {
        let keys = business.db().keys(self.workspace.0).await?;
        body.results.push(StepResult {
            text: made.text,
            value: made.value,
            made: made.ids,
            error: None,
            at: tx.now(),
        });
        let is_last = body.results.len() == body.steps.len();
        let state = if is_last {
            RunState::Done
        } else {
            RunState::Running
        };
        announce_run(tx, &run, state).await?;
        let mut change = run.into_active_model();
        change.body = Set(Sealed::seal(&keys, run_place(self.run), &body)?);
        change.state = Set(state);
        change.step = Set(self.step + 1);
        change.finished_at = Set(is_last.then(|| tx.now().micros()));
        change.update(&**tx).await?;
        if !is_last {
            let next = Self {
                workspace: self.workspace,
                run: self.run,
                step: self.step + 1,
                tries: 0,
            };
            tx.job(&next).await?;
        }
        Ok(())
    }

    /// Ends the run with this step.
    async fn fail(&self, business: &Business, why: String) -> Result<(), DbError> {
        let keys = business.db().keys(self.workspace.0).await?;
        let tx = business.db().write().await?;
        let Some(run) = self.held(&tx).await? else {
            return Ok(());
        };
        let mut body: RunBody = run.body.open(&keys, run_place(run.id))?;
        body.results.push(StepResult {
            text: String::new(),
            value: String::new(),
            made: Value::Null,
            error: Some(why),
            at: tx.now(),
        });
        announce_run(&tx, &run, RunState::Failed).await?;
        let by = identity::Actor {
            workspace: Some(self.workspace),
            user: Some(run.owner_id),
            address: std::net::Ipv4Addr::UNSPECIFIED.into(),
        };
        let details = json!({ "run_id": run.id, "step": self.step + 1 });
        audit(&tx, by, "workflow.failed", run.workflow_id, &details).await?;
        let mut change = run.into_active_model();
        change.body = Set(Sealed::seal(&keys, run_place(self.run), &body)?);
        change.state = Set(RunState::Failed);
        change.finished_at = Set(Some(tx.now().micros()));
        change.update(&*tx).await?;
        tx.commit().await
    }
}

/// Whether trying again makes sense.
fn passes(error: &ApiError) -> bool {
    use Code as C;
    matches!(
        error.code,
        C::Unavailable | C::RateLimited | C::Timeout | C::Internal | C::AllProvidersFailed
    )
}
