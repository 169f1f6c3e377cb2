//! `[backup]`, and what a node does.

use anyhow::bail;
use kit::blobs::S3Config;
use serde::Deserialize;

/// `[backup]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackupSection {
    /// A folder, or `s3://bucket/folder`; without one only those are made that somebody asks for by hand.
    pub to: Option<String>,
    /// Hours between two backups; 0: none by the clock.
    pub every: f64,
    /// How many are kept, beside those that they lean on.
    pub keep: usize,
    /// Whether objects stay where an older backup has them.
    pub incremental: bool,
}

impl Default for BackupSection {
    fn default() -> Self {
        Self {
            to: None,
            every: 24.0,
            keep: 7,
            incremental: true,
        }
    }
}

impl BackupSection {
    pub(super) fn check(&self, s3: Option<&S3Config>) -> anyhow::Result<()> {
        if !(0.0..=8760.0).contains(&self.every) {
            bail!("backup.every must be between 0 and 8760 hours");
        }
        if self.keep == 0 {
            bail!("backup.keep must be at least 1");
        }
        if let Some(to) = &self.to {
            crate::keeping::bucket(to, s3)?;
        }
        Ok(())
    }
}

/// What a node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The page and the API, and the answers that are written for those who ask.
    Web,
    /// Jobs, schedules, syncs, the index and backups.
    Worker,
}
