//! What is kept of who came in.

use std::time::Duration;

use anyhow::bail;
use serde::Deserialize;

/// `[audit]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditSection {
    /// Days that sign-ins and uses of API tokens are kept.
    pub access_days: u32,
}

impl Default for AuditSection {
    fn default() -> Self {
        Self { access_days: 90 }
    }
}

impl AuditSection {
    pub(super) fn check(&self) -> anyhow::Result<()> {
        if !(1..=3_650).contains(&self.access_days) {
            bail!("audit.access_days must be between 1 and 3650");
        }
        Ok(())
    }

    /// How long they are kept.
    pub fn access_kept(&self) -> Duration {
        Duration::from_hours(24 * u64::from(self.access_days))
    }
}
