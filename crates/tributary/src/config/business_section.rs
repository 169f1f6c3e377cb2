//! `[business]`.

use serde::Deserialize;

/// `[business]`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BusinessSection {
    /// Whether connectors may reach private addresses: shops in one's own network.
    pub allow_private_hosts: bool,
}

impl BusinessSection {
    pub(super) fn config(&self) -> business::BusinessConfig {
        business::BusinessConfig {
            allow_private_hosts: self.allow_private_hosts,
        }
    }
}
