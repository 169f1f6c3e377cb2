//! What is measured, in one list.

/// How values of a name go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// They are added.
    Count,
    /// The newest one holds.
    Level,
    /// They are spread, and asked for their percentiles.
    Distribution,
}

/// What a value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Microseconds.
    Microseconds,
    /// Things.
    Pieces,
    /// Tokens of a model.
    Tokens,
    /// Millionths of a US dollar.
    Micros,
    /// Bytes.
    Bytes,
}

impl Unit {
    /// Its name as the API tells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Microseconds => "us",
            Self::Pieces => "count",
            Self::Tokens => "tokens",
            Self::Micros => "usd_micros",
            Self::Bytes => "bytes",
        }
    }
}

/// What tells the values of a name apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// A tenant's id.
    Workspace,
    /// A path with its placeholders.
    Route,
    /// An HTTP method.
    Method,
    /// `2xx` to `5xx`, or `ok` and the code of an error.
    Status,
    /// A provider of models.
    Provider,
    /// A model.
    Model,
    /// A kind of job or of source.
    Kind,
    /// Which cache.
    Cache,
    /// Which pool of connections.
    Pool,
    /// An API token's id.
    Token,
}

impl Label {
    /// Its name in queries and at Prometheus.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Route => "route",
            Self::Method => "method",
            Self::Status => "status",
            Self::Provider => "provider",
            Self::Model => "model",
            Self::Kind => "kind",
            Self::Cache => "cache",
            Self::Pool => "pool",
            Self::Token => "token",
        }
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $variant:ident $name:literal $kind:ident $unit:ident [$($label:ident)*];)*) => {
        /// Something that is measured.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Name { $($(#[$doc])* $variant,)* }

        impl Name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in the store and in queries.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How its values go together.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)* }
            }

            /// What its values count.
            pub const fn unit(self) -> Unit {
                match self { $(Self::$variant => Unit::$unit,)* }
            }

            /// What tells its values apart, in the order in which they are recorded.
            pub const fn labels(self) -> &'static [Label] {
                match self { $(Self::$variant => &[$(Label::$label,)*],)* }
            }
        }
    };
}

names! {
    /// Requests, until the head of their answer.
    HttpRequests "http.requests" Distribution Microseconds [Route Method Status];
    /// The same by tenant.
    HttpWorkspaces "http.workspaces" Distribution Microseconds [Workspace Status];
    /// Requests by API token.
    TokenRequests "token.requests" Count Pieces [Workspace Token];
    /// Questions put to models, until their end.
    ModelCalls "model.calls" Distribution Microseconds [Provider Model Status Workspace];
    /// Until the first word.
    ModelFirstWord "model.first_word" Distribution Microseconds [Provider Model Workspace];
    /// Tokens that were read.
    ModelTokensIn "model.tokens_in" Count Tokens [Provider Model Workspace];
    /// Tokens that were written.
    ModelTokensOut "model.tokens_out" Count Tokens [Provider Model Workspace];
    /// What it cost.
    ModelCost "model.cost" Count Micros [Provider Model Workspace];
    /// Each try of a provider, those that failed included.
    ModelAttempts "model.attempts" Count Pieces [Provider Status Workspace];
    /// How long jobs waited after they were due.
    JobWait "job.wait" Distribution Microseconds [Kind];
    /// How long jobs took.
    JobRun "job.run" Distribution Microseconds [Kind Status];
    /// Runs of syncs, from their beginning to their end.
    SyncRuns "sync.runs" Distribution Microseconds [Kind Status Workspace];
    /// Records that syncs wrote.
    SyncRecords "sync.records" Count Pieces [Kind Workspace];
    /// Values that were there.
    CacheHits "cache.hits" Count Pieces [Cache];
    /// Values that were not.
    CacheMisses "cache.misses" Count Pieces [Cache];
    /// Values that are kept.
    CacheEntries "cache.entries" Level Pieces [Cache];
    /// Live connections.
    SocketsOpen "sockets.open" Level Pieces [];
    /// Frames that were sent to them.
    SocketsDelivered "sockets.delivered" Count Pieces [];
    /// Connections given up because they were too slow.
    SocketsDropped "sockets.dropped" Count Pieces [];
    /// How long a writer waited for its turn.
    StoreWait "store.wait" Distribution Microseconds [];
    /// How long a write took, from its turn to its commit.
    StoreWrite "store.write" Distribution Microseconds [];
    /// Connections in use.
    StorePool "store.pool" Level Pieces [Pool];
    /// Bytes of memory that this program takes.
    Memory "process.memory" Level Bytes [];
}

impl Name {
    /// Finds one by its name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.name() == name)
    }

    /// Where one of its labels stands.
    pub fn place_of(self, label: Label) -> Option<usize> {
        self.labels().iter().position(|known| *known == label)
    }

    /// How many sets of labels are kept apart; what comes later is one set, "other".
    pub const fn most_sets(self) -> usize {
        match self {
            Self::ModelCalls | Self::TokenRequests => 2_000,
            _ => 1_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_and_are_found() {
        for name in Name::ALL {
            assert_eq!(Name::find(name.name()), Some(*name));
            assert!(name.labels().len() <= 4);
        }
        assert_eq!(Name::find("x"), None);
    }
}
