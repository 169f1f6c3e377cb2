//! What a workspace has set for its numbers: its calendar, what counts, and which currency is shown first.

mod change;
mod policy;
mod read;

pub use change::{SettingsPatch, change};
pub use policy::{CancelPolicy, Policy, RefundBasis, count_anew};
pub use read::{Settings, WeekStart, of};

pub(crate) use policy::{policy, raise_version};
pub(crate) use read::{SettingsOut, version_of};
