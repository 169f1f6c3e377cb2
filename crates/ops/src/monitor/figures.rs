//! The figures of the dashboard: one hour against the hour before.

use std::time::Duration;

use db::DbError;
use kit::clock::Timestamp;
use kit::measure::{Label, Name, Sums};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Ops;
use crate::series::{self, Wanted};

/// One figure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonitorFigure)]
pub struct FigureOut {
    /// Its name, such as `http.requests`.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// Of the last hour; none where nothing was measured.
    #[schema(required)]
    pub value: Option<f64>,
    /// `count`, `ms`, `percent`, `tokens` or `usd_micros`.
    pub unit: &'static str,
    /// Of the hour before.
    #[schema(required)]
    pub previous: Option<f64>,
}

/// Of whom: everybody, or one workspace.
pub type Of = Option<String>;

const HOUR: Duration = Duration::from_hours(1);

async fn sums(
    ops: &Ops,
    name: Name,
    of: &Of,
    by: Option<(Label, &str)>,
    end: Timestamp,
) -> Result<Sums, DbError> {
    let name = match (name, of) {
        (Name::HttpRequests, Some(_)) => Name::HttpWorkspaces,
        (name, _) => name,
    };
    let mut wanted = Wanted::whole(name, end.minus(HOUR), end);
    // Minutes, not the hour that the clock is in.
    wanted.step = 3_601;
    if let Some(workspace) = of {
        wanted = wanted.only(Label::Workspace, workspace);
    }
    if let Some((label, value)) = by {
        wanted = wanted.only(label, value);
    }
    let all = series::total(ops, &wanted).await?;
    Ok(all.into_values().next().unwrap_or_default())
}

type Ask = fn(&Sums) -> Option<f64>;

fn some(sums: &Sums, value: f64) -> Option<f64> {
    (sums.count > 0).then_some(value)
}

/// All figures; those about the installation only for its administrators.
pub async fn figures(ops: &Ops, of: &Of) -> Result<Vec<FigureOut>, DbError> {
    let count: Ask = |sums| Some(sums.count as f64);
    let added: Ask = |sums| Some(sums.sum as f64);
    let p50: Ask = |sums| sums.percentile(0.5).map(|us| us / 1000.0);
    let p95: Ask = |sums| sums.percentile(0.95).map(|us| us / 1000.0);
    let mut wanted: Vec<(Name, &'static str, &'static str, &'static str, Ask)> = vec![
        (Name::HttpRequests, "http.requests", "Requests", "count", count),
        (Name::HttpRequests, "http.p95", "Requests, 95 % within", "ms", p95),
        (
            Name::ModelCalls,
            "model.calls",
            "Questions to models",
            "count",
            count,
        ),
        (
            Name::ModelFirstWord,
            "model.first_word",
            "First word, half within",
            "ms",
            p50,
        ),
        (
            Name::ModelTokensIn,
            "model.tokens_in",
            "Tokens read",
            "tokens",
            added,
        ),
        (
            Name::ModelTokensOut,
            "model.tokens_out",
            "Tokens written",
            "tokens",
            added,
        ),
        (
            Name::ModelCost,
            "model.cost",
            "Cost of models",
            "usd_micros",
            added,
        ),
        (Name::SyncRuns, "sync.runs", "Syncs", "count", count),
    ];
    if of.is_none() {
        wanted.extend([
            (Name::JobRun, "job.run", "Jobs run", "count", count),
            (Name::JobWait, "job.wait", "Jobs began, 95 % within", "ms", p95),
            (Name::StoreWrite, "store.write", "Writes, 95 % within", "ms", p95),
            (
                Name::SocketsDelivered,
                "sockets.delivered",
                "Frames to pages",
                "count",
                added,
            ),
        ]);
    }
    let now = ops.now();
    let mut figures = Vec::new();
    for (of_what, name, label, unit, ask) in wanted {
        let value = sums(ops, of_what, of, None, now).await?;
        let previous = sums(ops, of_what, of, None, now.minus(HOUR)).await?;
        figures.push(FigureOut {
            name,
            label,
            value: ask(&value),
            unit,
            previous: ask(&previous),
        });
    }
    figures.push(errors(ops, of, now).await?);
    Ok(figures)
}

/// Which part of all requests failed through our fault.
async fn errors(ops: &Ops, of: &Of, now: Timestamp) -> Result<FigureOut, DbError> {
    let mut shares = [None; 2];
    for (share, end) in shares.iter_mut().zip([now, now.minus(HOUR)]) {
        let all = sums(ops, Name::HttpRequests, of, None, end).await?;
        let failed = sums(ops, Name::HttpRequests, of, Some((Label::Status, "5xx")), end).await?;
        *share = some(&all, failed.count as f64 * 100.0 / all.count.max(1) as f64);
    }
    Ok(FigureOut {
        name: "http.errors",
        label: "Requests that failed",
        value: shares[0],
        unit: "percent",
        previous: shares[1],
    })
}
