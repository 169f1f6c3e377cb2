//! Threads: making, finding, showing, changing and deleting them.

mod list;
mod show;
mod write;

pub use list::list;
#[allow(unused_imports)] // for the live hub
pub(crate) use list::{newest_of_person, newest_of_workspace};
pub use show::{ThreadOut, show_one};
#[allow(unused_imports)] // for the live hub
pub(crate) use show::{ThreadShared, shared};
pub(crate) use show::{effective_answers, member_count};
pub use write::{announce, change, create, delete, seal_title, switch_branch};
pub(crate) use write::{open_title, remove};
