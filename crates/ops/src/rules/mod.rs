//! What is watched: one closed list of rules, each with what it means, where it becomes serious, and what may be done
//! about it by itself.

mod business;
mod connections;
mod facts;
mod judge;
mod load;
mod people;
mod robust;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::responses::Kind as ResponseKind;

pub use judge::{Finding, Subject, judge};

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertKind)]
pub enum Rule {
    /// Many wrong passwords.
    SignInFailures,
    /// A sign-in from where this person never was.
    NewPlace,
    /// A token is used far more than it ever was.
    TokenUse,
    /// Models cost far more than they ever did at this hour.
    CostSpike,
    /// Requests fail through our fault.
    ErrorBurst,
    /// A provider of models does not answer.
    ProviderOutage,
    /// A source of business data was not read for long.
    SyncStale,
    /// Jobs wait for long.
    QueueGrowing,
    /// The disk fills up.
    DiskFull,
    /// No backup for long.
    BackupOverdue,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AlertSeverity)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Somebody should look.
    Warning,
    /// Somebody should look now.
    Critical,
}

impl Severity {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// Reads the word.
    pub fn read(word: &str) -> Self {
        match word {
            "info" => Self::Info,
            "critical" => Self::Critical,
            _ => Self::Warning,
        }
    }
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::SignInFailures,
        Self::NewPlace,
        Self::TokenUse,
        Self::CostSpike,
        Self::ErrorBurst,
        Self::ProviderOutage,
        Self::SyncStale,
        Self::QueueGrowing,
        Self::DiskFull,
        Self::BackupOverdue,
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SignInFailures => "sign_in_failures",
            Self::NewPlace => "new_place",
            Self::TokenUse => "token_use",
            Self::CostSpike => "cost_spike",
            Self::ErrorBurst => "error_burst",
            Self::ProviderOutage => "provider_outage",
            Self::SyncStale => "sync_stale",
            Self::QueueGrowing => "queue_growing",
            Self::DiskFull => "disk_full",
            Self::BackupOverdue => "backup_overdue",
        }
    }

    /// Reads the word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.word() == word)
    }

    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::SignInFailures => "Failed sign-ins",
            Self::NewPlace => "Sign-in from a new place",
            Self::TokenUse => "API token out of character",
            Self::CostSpike => "Cost spike",
            Self::ErrorBurst => "Errors of the server",
            Self::ProviderOutage => "Provider does not answer",
            Self::SyncStale => "Source not read for long",
            Self::QueueGrowing => "Jobs wait for long",
            Self::DiskFull => "Disk nearly full",
            Self::BackupOverdue => "Backup overdue",
        }
    }

    /// What its threshold means.
    pub const fn help(self) -> &'static str {
        match self {
            Self::SignInFailures => {
                "Wrong passwords for one account, or twice as many from one address, within ten minutes."
            }
            Self::NewPlace => {
                "Earlier sign-ins that must be known before a network or browser counts as new."
            }
            Self::TokenUse => {
                "How many times the usual deviation above the usual number of requests at this hour."
            }
            Self::CostSpike => {
                "How many times the usual deviation above the usual cost at this hour; below one dollar nothing is told."
            }
            Self::ErrorBurst => "Per cent of all requests of five minutes, of twenty at least.",
            Self::ProviderOutage => "Per cent of the attempts of ten minutes, of five at least.",
            Self::SyncStale => "Hours since a source was last read well.",
            Self::QueueGrowing => "Minutes that the first job has been waiting for after it was due.",
            Self::DiskFull => "Per cent of the disk that should stay free.",
            Self::BackupOverdue => "Hours since the last backup that was completed.",
        }
    }

    /// The threshold unless another one is chosen.
    pub const fn threshold(self) -> f64 {
        match self {
            Self::SignInFailures | Self::ErrorBurst | Self::QueueGrowing | Self::DiskFull => 10.0,
            Self::NewPlace => 2.0,
            Self::TokenUse | Self::CostSpike => 6.0,
            Self::ProviderOutage => 50.0,
            Self::SyncStale => 24.0,
            Self::BackupOverdue => 48.0,
        }
    }

    /// Whether it is about the installation and not about one workspace.
    pub const fn is_of_installation(self) -> bool {
        matches!(
            self,
            Self::ErrorBurst | Self::QueueGrowing | Self::DiskFull | Self::BackupOverdue
        )
    }

    /// Whether its alerts end by themselves when what they tell is over.
    pub const fn ends_by_itself(self) -> bool {
        matches!(
            self,
            Self::ErrorBurst
                | Self::ProviderOutage
                | Self::SyncStale
                | Self::QueueGrowing
                | Self::DiskFull
                | Self::BackupOverdue
        )
    }

    /// What can be done about it by itself, once that is switched on.
    pub const fn responses(self) -> &'static [ResponseKind] {
        match self {
            Self::SignInFailures | Self::NewPlace => &[ResponseKind::LockSession],
            Self::TokenUse => &[ResponseKind::Throttle],
            Self::CostSpike => &[ResponseKind::Throttle, ResponseKind::PauseKey],
            Self::ProviderOutage => &[ResponseKind::OpenBreaker],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_found_by_its_word_and_explained() {
        for rule in Rule::ALL {
            assert_eq!(Rule::read(rule.word()), Some(rule));
            let word = serde_json::to_string(&rule).unwrap();
            assert_eq!(word, format!("\"{}\"", rule.word()));
            assert!(rule.threshold() > 0.0 && rule.help().ends_with('.'));
        }
    }
}
