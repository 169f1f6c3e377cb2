//! All of a scope at once. What is read is never older than the position that was read before it.

use db::events::{Head, Scope};
use identity::Caller;
use kit::api::ApiError;
use serde_json::value::RawValue;

use super::authority;
use super::connection::{Connection, Frame};
use super::frames::{Name, ServerFrame};
use super::hub::Live;
use super::outgoing::Waiting;
use super::showing::{self, Viewer};

/// Messages of a thread, unless told.
const LAST: u16 = 50;
/// The most of them.
const MOST: u16 = 200;
/// Above so many bytes a snapshot is fetched apart.
const LARGE: usize = 64 * 1024;

/// A snapshot on its way to a socket.
#[derive(Debug)]
pub struct Snapshot {
    d: Box<RawValue>,
    last: u16,
}

/// Makes one for a connection that was admitted.
pub async fn make(
    live: &Live,
    scope: Scope,
    connection: &Connection,
    last: Option<u16>,
) -> Result<Snapshot, ApiError> {
    let last = last.unwrap_or(LAST).clamp(1, MOST);
    let d = read(live, scope, Viewer::from(&connection.caller()), last).await?;
    Ok(Snapshot { d, last })
}

impl Snapshot {
    /// Sends it, or where it can be fetched.
    pub fn send(&self, scope: Scope, connection: &Connection, i: Option<u64>, at: Head) {
        let is_large = self.d.get().len() > LARGE;
        let url = is_large.then(|| format!("/api/v1/live/snapshot?c={scope}&last={}", self.last));
        let frame = ServerFrame::Snap {
            i,
            c: Name(scope),
            e: at.epoch,
            s: at.seq,
            d: (!is_large).then_some(&*self.d),
            url,
        };
        connection.send(Waiting::Control, Frame(frame.encode()));
    }
}

/// One for a caller who asks over HTTP.
pub async fn whole(
    live: &Live,
    scope: Scope,
    caller: &Caller,
    last: Option<u16>,
) -> Result<Box<RawValue>, ApiError> {
    let last = last.unwrap_or(LAST);
    if !(1..=MOST).contains(&last) {
        return Err(ApiError::invalid("last", "Between 1 and 200 messages."));
    }
    require_welcome(live, scope, caller).await?;
    let d = read(live, scope, Viewer::from(caller), last).await?;
    // The right may have been taken away while it was read.
    require_welcome(live, scope, caller).await?;
    Ok(d)
}

async fn require_welcome(live: &Live, scope: Scope, caller: &Caller) -> Result<(), ApiError> {
    let welcome = authority::welcome(live, scope, caller.workspace, [caller.user].into()).await?;
    if !welcome.contains(&caller.user) {
        return Err(ApiError::not_found("scope"));
    }
    Ok(())
}

async fn read(live: &Live, scope: Scope, viewer: Viewer, last: u16) -> Result<Box<RawValue>, ApiError> {
    let parts = match scope {
        Scope::Thread(thread) => showing::thread(live, viewer, thread, last).await?,
        Scope::Workspace(_) => showing::workspace(live, viewer).await?,
        Scope::User(_) => showing::person(live, viewer).await?,
    };
    serde_json::value::to_raw_value(&parts).map_err(ApiError::internal)
}
