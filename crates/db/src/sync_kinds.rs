//! The closed sets of words that the columns of syncs hold.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

// A macro because each set needs the same derives, and nothing else would keep its words the same in the store and in
// answers.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
            utoipa::ToSchema,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $($(#[$each])* #[sea_orm(string_value = $word)] #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The word itself.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words!(
    /// Whether a source of business data can be read.
    ConnectorState {
        /// It is read.
        Active = "active",
        /// A person said that it is not to be read for now.
        Paused = "paused",
        /// Its credentials do not hold any more.
        NeedsReconnect = "needs_reconnect",
        /// It is being asked for the first time.
        Checking = "checking",
        /// It failed too often in a row, and is left alone until a person looks.
        Failed = "failed",
    }
);

words!(
    /// Which part of a source a run reads.
    SyncMode {
        /// Everything, for the first time.
        First = "first",
        /// What changed since.
        Incremental = "incremental",
        /// Everything again.
        Full = "full",
        /// A file that a person gave.
        Upload = "upload",
        /// What the source told by itself.
        Webhook = "webhook",
    }
);

words!(
    /// Who wanted a run.
    SyncTrigger {
        /// Its schedule.
        Schedule = "schedule",
        /// A person.
        Person = "person",
        /// The source.
        Webhook = "webhook",
        /// A person who gave a file.
        Upload = "upload",
    }
);

words!(
    /// Where a run stands.
    SyncStatus {
        /// Nobody has begun it.
        Queued = "queued",
        /// Somebody works on it.
        Running = "running",
        /// Everything was read and written.
        Success = "success",
        /// Some streams were, some were not.
        Partial = "partial",
        /// A stream that usually has rows had none, or may not be read: the position stayed.
        Suspect = "suspect",
        /// Nothing of it counts as read.
        Failed = "failed",
        /// A person ended it.
        Cancelled = "cancelled",
    }
);

words!(
    /// Where a part of a stream stands.
    SliceState {
        /// To be read.
        Planned = "planned",
        /// Its pages come.
        Reading = "reading",
        /// All of it is in the tables.
        Done = "done",
        /// It cannot be read; why is told by its stream.
        Failed = "failed",
    }
);

words!(
    /// What became of a webhook.
    HookState {
        /// It waits.
        Waiting = "waiting",
        /// What it was about is in the tables.
        Done = "done",
        /// It was about nothing of ours.
        Ignored = "ignored",
        /// It could not be used; the next sync brings what it was about.
        Failed = "failed",
    }
);
