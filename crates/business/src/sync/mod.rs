//! Syncs: what a source has is fetched page by page, queued, and written.
//!
//! A run is cut into slices (a stream, from one moment to another), a slice into pages. The *reader* fetches pages and puts
//! them into the queue; the *writer* takes them out and, in one transaction, writes the records, what could not be
//! understood, how far the slice has come and, with its last page, the position. So whatever dies in between, nothing is
//! lost and nothing counts twice: a slice that was not complete is read again, and its earlier pages do not count any more.
//!
//! Whoever reads a run has a lease with a fence (as with answers, `db::leases`); a node that was believed dead and comes
//! back writes nothing.

mod batch;
mod begin;
mod ending;
mod files;
mod keeping;
mod leases;
mod letters;
mod news;
mod plan;
mod positions;
mod reading;
mod routes;
mod running;
mod show;
mod slices;
mod upload;
mod writing;

pub use begin::begin_due;
pub(crate) use begin::{Wanted, begin, cancel_runs_of, usual_mode};
pub(crate) use routes::routes;
pub(crate) use show::{RunOut, newest_run};
pub(crate) use upload::DropUpload;
pub(crate) use writing::{Loader, Origin, understand, write};

use db::DbError;

use crate::Business;

/// Begins what goes on by itself: reading, writing, and keeping order.
pub(crate) async fn start(business: &Business) -> Result<(), DbError> {
    if business.db().backend() == "sqlite" {
        // The embedded store has one process: whoever had a lease is gone.
        leases::expire_all(business.db()).await?;
        business.ingest().queue.expire_all().await?;
    }
    running::start(business);
    writing::start(business);
    keeping::start(business);
    Ok(())
}
