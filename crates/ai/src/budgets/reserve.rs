//! Setting aside what a call may cost, before it is made.

use std::sync::Arc;

use db::entity::{budget_reservations, budgets};
use db::kinds::BudgetScope;
use db::{DbError, Tx, dialect};
use kit::api::{ApiError, Code};
use kit::clock::Timestamp;
use providers::{ChatRequest, Usage, catalog};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::kept::{amount_of, words};
use super::{Hold, KEPT, period};
use crate::plan::Target;
use crate::trying::Source;
use crate::{Ai, Asker};

/// What an answer may be long at most, in tokens, where nobody says so.
const USUAL_ANSWER: u64 = 4_096;

/// What was set aside for a call. Unless the call takes it along, it is given back.
#[derive(Default)]
pub struct Held {
    ai: Option<Ai>,
    holds: Vec<Hold>,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held")
            .field("holds", &self.holds)
            .finish_non_exhaustive()
    }
}

impl Held {
    /// What is to be settled when the call is written down.
    pub fn take(&mut self) -> Vec<Hold> {
        std::mem::take(&mut self.holds)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(ai) = self.ai.take()
            && !self.holds.is_empty()
        {
            ai.0.budgets.given_back.lock().append(&mut self.holds);
            ai.0.log.wake();
        }
    }
}

/// Why nothing was set aside.
#[derive(Debug)]
pub enum Refusal {
    /// A budget does not have that much left.
    Exceeded(ApiError),
    /// The store did not answer: what can not be counted is not spent.
    Store(DbError),
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        Self::Store(error)
    }
}

impl From<sea_orm::DbErr> for Refusal {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl Ai {
    /// Sets aside what asking this target may cost, in every budget that it concerns.
    pub(crate) async fn reserve(
        &self,
        asker: Asker,
        target: &Target,
        source: Source<'_>,
    ) -> Result<Held, Refusal> {
        let known = self.budgets_of(asker).await?;
        let concerned: Vec<&budgets::Model> = known.iter().filter(|b| concerns(b, asker, target)).collect();
        if concerned.is_empty() {
            return Ok(Held::default());
        }
        let amount = may_cost(target, source);
        let call = kit::ids::new_id();
        let first = self.try_reserve(&concerned, call, amount).await;
        let Err(Refusal::Exceeded(_)) = first else {
            return first;
        };
        // What somebody left behind may be in the way.
        if self.give_back_expired().await? == 0 {
            return first;
        }
        self.try_reserve(&concerned, call, amount).await
    }

    async fn try_reserve(
        &self,
        concerned: &[&budgets::Model],
        call: Uuid,
        amount: i64,
    ) -> Result<Held, Refusal> {
        let tx = self.db().write().await?;
        let now = tx.now();
        let mut holds = Vec::with_capacity(concerned.len());
        for budget in concerned {
            if !set_aside(&tx, budget, now, amount).await? {
                return Err(Refusal::Exceeded(exceeded(budget, now)));
            }
            let row = budget_reservations::Model {
                budget_id: budget.id,
                call_id: call,
                amount_micros: amount,
                expires_at: now.plus(KEPT).micros(),
            };
            budget_reservations::Entity::insert(row.into_active_model())
                .exec_without_returning(&*tx)
                .await?;
            holds.push(Hold {
                budget: budget.id,
                call,
                amount,
            });
        }
        tx.commit().await?;
        Ok(Held {
            ai: Some(self.clone()),
            holds,
        })
    }

    /// The budgets that may concern an asker, in the order of their ids: so that no two transactions wait in a circle.
    async fn budgets_of(&self, asker: Asker) -> Result<Arc<Vec<budgets::Model>>, DbError> {
        if let Some(known) = self.0.budgets.known.get(&asker.workspace) {
            return Ok(known);
        }
        let rows = budgets::Entity::find()
            .filter(
                Condition::any()
                    .add(budgets::Column::WorkspaceId.eq(asker.workspace))
                    .add(budgets::Column::WorkspaceId.is_null()),
            )
            .order_by_asc(budgets::Column::Id)
            .all(self.db().read())
            .await?;
        let rows = Arc::new(rows);
        self.0.budgets.known.insert(asker.workspace, rows.clone());
        Ok(rows)
    }

    /// Gives back what nobody settled in time; answers how much of it there was.
    pub(crate) async fn give_back_expired(&self) -> Result<usize, DbError> {
        let now = self.db().now().micros();
        let rows = budget_reservations::Entity::find()
            .filter(budget_reservations::Column::ExpiresAt.lt(now))
            .all(self.db().read())
            .await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let holds = rows.iter().map(|row| Hold {
            budget: row.budget_id,
            call: row.call_id,
            amount: row.amount_micros,
        });
        let tx = self.db().write().await?;
        super::settle(self, &tx, holds.map(|hold| (hold, 0)).collect()).await?;
        tx.commit().await?;
        Ok(rows.len())
    }
}

fn concerns(budget: &budgets::Model, asker: Asker, target: &Target) -> bool {
    let is = |what: &str| budget.subject.as_deref() == Some(what);
    match budget.scope {
        BudgetScope::Workspace | BudgetScope::Instance => true,
        BudgetScope::User => is(&asker.user.to_string()),
        BudgetScope::Key => is(&target.key.name),
        BudgetScope::Model => is(&target.id()),
    }
}

/// What a call may cost at most, as far as that can be known before it; nothing where the price is unknown.
fn may_cost(target: &Target, source: Source<'_>) -> i64 {
    let longest = target.max_output().unwrap_or(USUAL_ANSWER);
    let answer = |wished: Option<u32>| wished.map_or(longest.min(USUAL_ANSWER), u64::from).min(longest);
    let (input_tokens, output_tokens) = match source {
        Source::Own(question) => {
            let request = ChatRequest::new(target.model.clone(), question.for_target(target), true);
            let needs = request.needs();
            (needs.input_tokens.min(target.window()), answer(needs.max_tokens))
        }
        Source::Caller(request) => {
            let needs = request.needs();
            (needs.input_tokens, answer(needs.max_tokens))
        }
        Source::Texts(request) => (request.estimate(), 0),
    };
    let usage = Usage {
        input_tokens,
        output_tokens,
        ..Usage::default()
    };
    catalog::shipped()
        .cost_micros(target.key.kind, &target.model, &target.model, &usage)
        .unwrap_or(0)
}

/// Sets an amount aside, if the budget is soft or has that much left; a budget whose period is over begins anew.
async fn set_aside(tx: &Tx, budget: &budgets::Model, now: Timestamp, amount: i64) -> Result<bool, DbError> {
    let sql = "UPDATE budgets SET reserved_micros = reserved_micros + $3, \
               spent_micros = CASE WHEN window_start < $2 THEN 0 ELSE spent_micros END, \
               window_start = CASE WHEN window_start < $2 THEN $2 ELSE window_start END \
               WHERE id = $1 AND (hard = FALSE OR \
               (CASE WHEN window_start < $2 THEN 0 ELSE spent_micros END) + reserved_micros + $3 <= limit_micros)";
    let start = period::began(budget.period, now).micros();
    let values = [budget.id.into(), start.into(), amount.into()];
    let done = tx.execute_raw(dialect::statement(&**tx, sql, values)).await?;
    if done.rows_affected() == 1 {
        return Ok(true);
    }
    // One that was deleted a moment ago is in nobody's way.
    Ok(budgets::Entity::find_by_id(budget.id).one(&**tx).await?.is_none())
}

fn exceeded(budget: &budgets::Model, now: Timestamp) -> ApiError {
    let resets = period::ends(budget.period, now);
    let message = format!(
        "{} of {} USD does not have enough left for this. It begins anew at {resets}.",
        words(budget),
        amount_of(budget.limit_micros)
    );
    ApiError::new(Code::BudgetExceeded, message)
        .with_detail("budget", budget.id.to_string())
        .with_detail("resets_at", resets.to_string())
}
