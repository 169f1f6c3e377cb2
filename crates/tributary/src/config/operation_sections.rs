//! `[monitor]` and `[operations]`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use serde::Deserialize;

/// `[monitor]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MonitorSection {
    /// Whether this node writes figures down, judges them, and hears what others hold back.
    pub enabled: bool,
    /// Days that the figures of minutes are kept.
    pub minutes_days: u32,
    /// Days that the figures of hours are kept.
    pub hours_days: u32,
    /// Days that the figures of days are kept.
    pub days_days: u32,
    /// Whether webhooks of alerts may go to private addresses.
    pub allow_private_hosts: bool,
    /// What this node is called; the machine's name unless told.
    pub node_name: Option<String>,
}

impl Default for MonitorSection {
    fn default() -> Self {
        Self {
            enabled: true,
            minutes_days: 30,
            hours_days: 366,
            days_days: 5 * 366,
            allow_private_hosts: false,
            node_name: None,
        }
    }
}

impl MonitorSection {
    pub(super) fn check(&self) -> anyhow::Result<()> {
        for (name, days) in [
            ("monitor.minutes_days", self.minutes_days),
            ("monitor.hours_days", self.hours_days),
            ("monitor.days_days", self.days_days),
        ] {
            if !(2..=36_600).contains(&days) {
                bail!("{name} must be between 2 and 36600 days");
            }
        }
        Ok(())
    }

    pub(super) fn config(&self, folder: PathBuf) -> ops::MonitorConfig {
        let days = |days: u32| Duration::from_hours(u64::from(days) * 24);
        let machine = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let name = self.node_name.clone().or_else(machine).unwrap_or_default();
        ops::MonitorConfig {
            minutes: days(self.minutes_days),
            hours: days(self.hours_days),
            days: days(self.days_days),
            allow_private_hosts: self.allow_private_hosts,
            folder,
            node_name: name.trim().chars().take(100).collect(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// `[operations]`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OperationsSection {
    /// Where `/metrics`, `/healthz` and `/readyz` are served apart from people, such as `127.0.0.1:9464`; nowhere unless
    /// told.
    pub listen: Option<SocketAddr>,
}
