//! What a person is told of: they were named, quoted, added, or somebody reacted to their words. A row holds ids; the
//! words are those of the message, opened when they are shown, and shown to nobody who may not enter the thread.

mod read;
mod show;
mod tell;

pub(crate) use read::read_up_to;
pub use read::{NotificationsReadIn, UnreadOut, read};
pub(crate) use show::shown;
pub use show::{NotificationOut, NotificationsQuery, list};
pub(crate) use tell::{Notice, tell};
