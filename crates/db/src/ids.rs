//! Typed ids, so that a thread's id cannot be given where a workspace's is needed.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

// A macro because every id needs the same eight lines and nothing else would keep them the same.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType,
            utoipa::ToSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh one.
            #[allow(clippy::new_without_default)] // two calls differ, which no default should
            pub fn new() -> Self {
                Self(kit::ids::new_id())
            }
        }

        // SeaORM asks every key for this; ours are never numbers.
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A tenant.
    WorkspaceId
);
id!(
    /// A person.
    UserId
);
id!(
    /// A signed-in device.
    SessionId
);
id!(
    /// A conversation.
    ThreadId
);
id!(
    /// A message.
    MessageId
);
id!(
    /// A file that was uploaded.
    FileId
);
id!(
    /// A source of business data.
    ConnectorId
);
id!(
    /// One run of a sync.
    SyncRunId
);
id!(
    /// Something to be done after a person says yes.
    ActionId
);
id!(
    /// A task of the team.
    TaskId
);
id!(
    /// A list of steps with a name.
    WorkflowId
);
