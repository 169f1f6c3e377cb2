//! The doctor: looks at everything that has to be right, and says in words what is not and what to do.

mod files;
mod reach;

use db::inspect::{self, Inspection, Vectors};
use kit::blobs::Blobs;
use serde::Serialize;

pub(crate) use reach::Reached;

use super::Keeping;
use crate::Config;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CheckState {
    /// As it should be.
    Ok,
    /// It works, and could be better.
    Warn,
    /// It does not work.
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Check {
    /// What.
    pub check: String,
    /// How it stands.
    pub state: CheckState,
    /// What was seen.
    pub words: String,
    /// What to do.
    #[schema(required)]
    pub advice: Option<String>,
}

fn said(check: &str, state: CheckState, words: impl Into<String>, advice: Option<&str>) -> Check {
    Check {
        check: check.to_owned(),
        state,
        words: words.into(),
        advice: advice.map(str::to_owned),
    }
}

fn good(check: &str, words: impl Into<String>) -> Check {
    said(check, CheckState::Ok, words, None)
}

fn warn(check: &str, words: impl Into<String>, advice: &str) -> Check {
    said(check, CheckState::Warn, words, Some(advice))
}

fn fail(check: &str, words: impl Into<String>, advice: &str) -> Check {
    said(check, CheckState::Fail, words, Some(advice))
}

/// Looks from outside, without a server. Nothing is made or changed.
pub async fn look(config: &Config) -> Vec<Check> {
    let settings = super::Settings::of(config);
    let mut checks = vec![
        good("version", format!("Tributary {}", env!("CARGO_PKG_VERSION"))),
        good("configuration", "It is understood."),
    ];
    checks.extend(files::look(&settings.data, settings.key_file.as_deref()));
    match db::copy::Target::existing(&config.db()).await {
        Ok(None) => checks.push(warn(
            "store",
            "There is none yet.",
            "It is made by the first tributary serve.",
        )),
        Err(error) => checks.push(fail(
            "store",
            error.to_string(),
            "See database.url, and whether the server runs and lets us in.",
        )),
        Ok(Some(store)) => {
            match inspect::inspect(store.conn()).await {
                Ok(seen) => checks.extend(of_store(&seen)),
                Err(error) => checks.push(unreadable(&error)),
            }
            checks.push(keys(config, &store).await);
            let _ = store.close().await;
        }
    }
    checks.extend(settings.reach.look().await);
    if let Some(s3) = &settings.s3 {
        checks.push(match Blobs::s3(s3) {
            Ok(blobs) => of_bucket(&blobs).await,
            Err(error) => fail("s3", error.to_string(), "See [s3]."),
        });
    }
    checks.push(of_backups(settings.to.as_deref(), None));
    checks
}

/// Looks from within a server, whose keys have been seen to be right when it started.
pub(super) async fn look_from_within(keeping: &Keeping, seen: &Inspection) -> Vec<Check> {
    let settings = &keeping.0.settings;
    let mut checks = files::look(&settings.data, settings.key_file.as_deref());
    checks.extend(of_store(seen));
    checks.push(good("keys", "The master key opens the store."));
    checks.extend(settings.reach.look().await);
    if settings.s3.is_some() {
        checks.push(of_bucket(keeping.0.files.blobs()).await);
    }
    let last = db::backups::last_good(&keeping.0.db).await.ok().flatten();
    let age = last.map(|row| keeping.0.db.now().since(kit::clock::Timestamp(row.at)));
    checks.push(of_backups(settings.to.as_deref(), Some((age, settings.every))));
    checks
}

/// A configuration that is not understood.
pub fn unreadable_configuration(error: &anyhow::Error) -> Check {
    fail(
        "configuration",
        format!("{error:#}"),
        "See docs/configuration.md.",
    )
}

fn unreadable(error: &db::DbError) -> Check {
    fail(
        "store",
        error.to_string(),
        "If the file is damaged, restore the last backup.",
    )
}

fn of_store(seen: &Inspection) -> Vec<Check> {
    let mut checks = vec![good(
        "store",
        format!(
            "{} {}, {} MB",
            seen.backend,
            seen.version,
            seen.bytes / 1_000_000 + 1
        ),
    )];
    if let Some(mark) = &seen.mark {
        checks.push(fail(
            "place",
            format!("This place is not to be served: {mark}"),
            "See tributary grow in the manual.",
        ));
    }
    let schema = seen.schema.as_deref().unwrap_or("none");
    checks.push(if !seen.unknown.is_empty() {
        fail(
            "schema",
            format!("It is newer than this version: {}", seen.unknown.join(", ")),
            "Start the version that made it, or restore a backup from before.",
        )
    } else if seen.pending > 0 {
        warn(
            "schema",
            format!("{schema}; {} migrations are to come", seen.pending),
            "They run at the next start, after a copy of an embedded store was made. Make a backup before.",
        )
    } else {
        good("schema", schema)
    });
    let apart = seen.clock_ahead_ms.abs();
    checks.push(if apart > 2000 {
        warn(
            "clock",
            format!("This machine's clock and the store's are {apart} ms apart; the store's counts."),
            "Let a time service (such as chrony) set both.",
        )
    } else {
        good("clock", "It agrees with the store's.")
    });
    checks.push(match seen.vectors {
        Vectors::There => good("vectors", "They can be kept."),
        Vectors::Possible => warn(
            "vectors",
            "pgvector is on the server and not yet in this database.",
            "It is made at the next start, if the user may; otherwise: CREATE EXTENSION vector.",
        ),
        Vectors::Absent => warn(
            "vectors",
            "The server has no pgvector: search is by words alone.",
            "Install pgvector on the database server.",
        ),
    });
    checks
}

async fn keys(config: &Config, store: &db::copy::Target) -> Check {
    let master = match config.existing_master_keys() {
        Ok(master) => master,
        Err(error) => {
            return fail(
                "keys",
                format!("{error:#}"),
                "Put the right master key back; without it nothing in the store can be read.",
            );
        }
    };
    match inspect::opens(store.conn(), master).await {
        Ok(Some(true)) => good("keys", "The master key opens the store."),
        Ok(Some(false)) => fail(
            "keys",
            "The store was sealed by another master key.",
            "Put the right master key back.",
        ),
        Ok(None) => good("keys", "The store has none yet."),
        Err(error) => unreadable(&error),
    }
}

async fn of_bucket(blobs: &Blobs) -> Check {
    match blobs.check().await {
        Ok(()) => good("s3", "The bucket answers."),
        Err(error) => fail(
            "s3",
            error.to_string(),
            "See [s3]: the address, the bucket's name, and whether the keys are right.",
        ),
    }
}

type Age = Option<std::time::Duration>;

fn of_backups(to: Option<&str>, known: Option<(Age, std::time::Duration)>) -> Check {
    let Some(to) = to else {
        return warn(
            "backups",
            "Nobody configured where backups go.",
            "Set backup.to, on another disk or in a bucket, and keep a copy of the master key elsewhere.",
        );
    };
    let to = super::schedule::shown(to);
    match known {
        Some((None, _)) => warn(
            "backups",
            format!("None has been made yet ({to})."),
            "Make one now.",
        ),
        Some((Some(age), every)) if !every.is_zero() && age > every * 2 => warn(
            "backups",
            format!("The last good one is {} hours old.", age.as_secs() / 3600),
            "See why the last ones failed.",
        ),
        _ => good("backups", format!("They go to {to}.")),
    }
}
