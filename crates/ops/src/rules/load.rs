//! Rules about the installation: errors, jobs that wait, the disk, the backup.

use std::time::Duration;

use db::entity::jobs;
use db::kinds::JobState;
use db::{DbError, dialect};
use kit::clock::Timestamp;
use kit::measure::{Label, Name};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Finding, Rule, Severity};
use crate::Ops;
use crate::alerts::Rulebook;
use crate::monitor::free_share;
use crate::series::{self, Wanted};

/// Requests of five minutes below which no share means anything.
const FEW: u64 = 20;

fn finding(rule: Rule, now: Timestamp, severity: Severity, title: String, explanation: String) -> Finding {
    Finding {
        rule,
        workspace: None,
        subject: None,
        severity,
        title,
        explanation,
        occurred: now,
        targets: Vec::new(),
    }
}

/// Requests that fail through our fault.
pub async fn errors(ops: &Ops, book: &Rulebook) -> Result<Vec<Finding>, DbError> {
    let now = ops.now();
    let wanted = Wanted {
        step: 301,
        ..Wanted::whole(Name::HttpRequests, now.minus(Duration::from_mins(5)), now)
    };
    let by_status = series::total(ops, &wanted.by(Label::Status)).await?;
    let all: u64 = by_status.values().map(|sums| sums.count).sum();
    let failed = by_status.get("5xx").map_or(0, |sums| sums.count);
    let share = failed as f64 * 100.0 / all.max(1) as f64;
    let threshold = book.of(None, Rule::ErrorBurst).threshold;
    if all < FEW || share < threshold {
        return Ok(Vec::new());
    }
    Ok(vec![finding(
        Rule::ErrorBurst,
        now,
        if share >= 50.0 {
            Severity::Critical
        } else {
            Severity::Warning
        },
        "Many requests fail".to_owned(),
        format!(
            "{failed} of the {all} requests of the last five minutes failed on the server's side ({share:.0} %); {threshold} % is told."
        ),
    )])
}

/// Jobs that wait for long.
pub async fn queue(ops: &Ops, book: &Rulebook) -> Result<Vec<Finding>, DbError> {
    use jobs::Column as C;
    let now = ops.now();
    let threshold = book.of(None, Rule::QueueGrowing).threshold;
    let due = || {
        jobs::Entity::find()
            .filter(C::State.eq(JobState::Waiting))
            .filter(C::RunAt.lte(now.micros()))
    };
    let Some(first) = due().order_by_asc(C::RunAt).limit(1).one(ops.db().read()).await? else {
        return Ok(Vec::new());
    };
    let minutes = now.since(Timestamp(first.run_at)).as_secs_f64() / 60.0;
    if minutes < threshold {
        return Ok(Vec::new());
    }
    let count: Option<i64> = due()
        .select_only()
        .column_as(C::Id.count(), "many")
        .into_tuple()
        .one(ops.db().read())
        .await?;
    Ok(vec![finding(
        Rule::QueueGrowing,
        now,
        if minutes > threshold * 6.0 {
            Severity::Critical
        } else {
            Severity::Warning
        },
        "Jobs wait for long".to_owned(),
        format!(
            "{} jobs are due, the first of them ({}) for {minutes:.0} minutes; {threshold} are told.",
            count.unwrap_or(0),
            first.kind
        ),
    )])
}

/// A disk that fills up.
pub fn disk(ops: &Ops, book: &Rulebook) -> Result<Vec<Finding>, DbError> {
    let threshold = book.of(None, Rule::DiskFull).threshold;
    let Some(free) = free_share(&ops.config().folder).map(|share| share * 100.0) else {
        return Ok(Vec::new());
    };
    if free >= threshold {
        return Ok(Vec::new());
    }
    Ok(vec![finding(
        Rule::DiskFull,
        ops.now(),
        if free < threshold / 4.0 {
            Severity::Critical
        } else {
            Severity::Warning
        },
        "The disk is nearly full".to_owned(),
        format!("{free:.1} % of the disk with the data folder is free; less than {threshold} % is told."),
    )])
}

/// A backup that should have been made. Silent where none was ever made: then nobody wants any here.
pub async fn backup(ops: &Ops, book: &Rulebook) -> Result<Vec<Finding>, DbError> {
    let conn = ops.db().read();
    let known = dialect::has_table_sql(conn.get_database_backend());
    let there = conn
        .query_one_raw(dialect::statement(conn, known, ["backups".into()]))
        .await?;
    if there.is_none() {
        return Ok(Vec::new());
    }
    let sql = "SELECT MAX(finished_at) AS at FROM backups WHERE state = 'done'";
    let row = conn.query_one_raw(dialect::statement(conn, sql, [])).await?;
    let last: Option<i64> = row.map(|row| row.try_get("", "at")).transpose()?.flatten();
    let now = ops.now();
    let threshold = book.of(None, Rule::BackupOverdue).threshold;
    let Some(hours) = last.map(|at| now.since(Timestamp(at)).as_secs_f64() / 3600.0) else {
        return Ok(Vec::new());
    };
    if hours < threshold {
        return Ok(Vec::new());
    }
    Ok(vec![finding(
        Rule::BackupOverdue,
        now,
        Severity::Warning,
        "A backup is overdue".to_owned(),
        format!("The last backup was completed {hours:.0} hours ago; {threshold} are told."),
    )])
}
