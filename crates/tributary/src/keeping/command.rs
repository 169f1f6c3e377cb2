//! The commands of this part.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use db::backups::{self, Claimed};
use kit::clock::Clock;
use kit::vault::MasterKeys;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::backup::{self, Extent, Order};
use super::doctor::{self, CheckState};
use super::envelope::{About, Key, Unlock};
use super::manifest::{all, find};
use super::place::{Missing, Place};
use super::{grow, restore, schedule};
use crate::Config;
use crate::serve::open_rooms;

/// `tributary backup`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BackupCommand {
    #[command(subcommand)]
    task: Option<BackupTask>,
    /// A folder, s3://bucket/folder, or s3+https://key:secret@host/bucket/folder; backup.to unless told.
    #[arg(long)]
    to: Option<String>,
    /// Leave files where an older backup there has them.
    #[arg(long)]
    incremental: bool,
    #[command(flatten)]
    words: Words,
}

#[derive(Debug, Subcommand)]
enum BackupTask {
    /// Read a backup again and compare everything with what was written.
    Verify {
        /// Where backups lie.
        place: String,
        /// Which; the newest unless told.
        #[arg(long)]
        id: Option<Uuid>,
        #[command(flatten)]
        unlock: UnlockWith,
    },
    /// Which backups there are.
    List {
        /// Where backups lie.
        place: String,
    },
}

#[derive(Debug, Args)]
struct Words {
    /// A file with a passphrase, which alone opens the backup: the master key is then in it.
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
}

impl Words {
    fn read(&self) -> anyhow::Result<Option<Zeroizing<String>>> {
        let Some(file) = &self.passphrase_file else {
            return Ok(None);
        };
        let text =
            std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        Ok(Some(Zeroizing::new(
            text.trim_end_matches(['\r', '\n']).to_owned(),
        )))
    }
}

#[derive(Debug, Args)]
struct UnlockWith {
    /// The master key's file of that time; that of the configuration unless told.
    #[arg(long)]
    key: Option<PathBuf>,
    #[command(flatten)]
    words: Words,
}

impl UnlockWith {
    fn master(&self, config: &Config) -> anyhow::Result<MasterKeys> {
        match &self.key {
            Some(file) => Ok(MasterKeys::load_or_create(file, false)?),
            None => config
                .existing_master_keys()
                .context("the backup opens with the master key alone; give its file with --key"),
        }
    }
}

/// `tributary restore`
#[derive(Debug, Args)]
pub struct RestoreCommand {
    /// Where backups lie.
    place: String,
    /// Which; the newest unless told.
    #[arg(long)]
    id: Option<Uuid>,
    #[command(flatten)]
    unlock: UnlockWith,
}

/// `tributary grow`
#[derive(Debug, Args)]
pub struct GrowCommand {
    /// postgres://user:password@host/database, or a folder for the way back.
    #[arg(long, required_unless_present = "reopen")]
    to: Option<String>,
    /// Where files go as well: s3://bucket/folder or s3+https://key:secret@host/bucket/folder.
    #[arg(long)]
    objects: Option<String>,
    /// Let this place be served again after everything moved away.
    #[arg(long, conflicts_with_all = ["to", "objects"])]
    reopen: bool,
}

pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Makes, verifies or lists backups.
pub async fn backup(config: &Config, command: BackupCommand) -> anyhow::Result<()> {
    match command.task {
        None => make(config, &command).await,
        Some(BackupTask::Verify { place, id, unlock }) => verify(config, &place, id, &unlock).await,
        Some(BackupTask::List { place }) => list(config, &place).await,
    }
}

async fn make(config: &Config, command: &BackupCommand) -> anyhow::Result<()> {
    let to = command
        .to
        .as_deref()
        .or(config.backup.to.as_deref())
        .context("say where the backup goes: --to a folder or s3://…")?;
    let place = Place::open(to, config.s3.config().as_ref(), Missing::Make)?;
    let master = config.existing_master_keys()?;
    let words = command.words.read()?;
    let key = match &words {
        None => Key::of_master(&master),
        Some(words) => key_under(&place, words, command.incremental).await?,
    };
    let rooms = open_rooms(config, Clock::system(), 0).await?;
    let tx = rooms.db.write().await?;
    let Claimed::Yes(id) = backups::claim(&tx, &schedule::shown(to), None).await? else {
        bail!("another backup is being made");
    };
    tx.commit().await?;
    let order = Order {
        id,
        db: &rooms.db,
        objects: rooms.files.blobs(),
        place: &place,
        key: &key,
        incremental: command.incremental,
        master_keys: words.map(|_| master.to_text().to_string()),
    };
    let making = backup::make(&order);
    tokio::pin!(making);
    let outcome = loop {
        tokio::select! {
            outcome = &mut making => break outcome,
            () = tokio::time::sleep(schedule::RENEW) => backups::renew(&rooms.db, id).await?,
        }
    };
    let ended = outcome.as_ref().map(|made| (made.bytes, made.objects));
    backups::finish(&rooms.db, id, ended.map_err(|error| format!("{error:#}"))).await?;
    rooms.db.close().await;
    let made = outcome?;
    say(&format!(
        "The backup {id} is in {}: {} rows, {} files ({} of them copied now), {} bytes. It was read again and is whole.",
        place.shown, made.rows, made.objects, made.copied, made.bytes
    ));
    Ok(())
}

/// An incremental backup under a passphrase goes on with the key of the last one.
async fn key_under(place: &Place, words: &str, incremental: bool) -> anyhow::Result<Key> {
    if incremental
        && let Some(last) = all(place).await?.last()
        && let Ok(key) = About::read(place, *last)
            .await?
            .unlock(&Unlock::Passphrase(words))
    {
        return Ok(key);
    }
    Key::of_passphrase(words)
}

async fn verify(config: &Config, at: &str, id: Option<Uuid>, unlock: &UnlockWith) -> anyhow::Result<()> {
    let place = Place::open(at, config.s3.config().as_ref(), Missing::Refuse)?;
    let (manifest, key) = match unlock.words.read()? {
        Some(words) => find(&place, id, &Unlock::Passphrase(&words)).await?,
        None => find(&place, id, &Unlock::Master(&unlock.master(config)?)).await?,
    };
    backup::check(&place, &manifest, &key, Extent::Whole).await?;
    let rows: u64 = manifest.tables.iter().map(|table| table.sum.rows).sum();
    say(&format!(
        "The backup {} of {} is whole: {} tables, {rows} rows, {} files.",
        manifest.id,
        manifest.at,
        manifest.tables.len(),
        manifest.objects.len()
    ));
    Ok(())
}

async fn list(config: &Config, at: &str) -> anyhow::Result<()> {
    let place = Place::open(at, config.s3.config().as_ref(), Missing::Refuse)?;
    for id in all(&place).await? {
        let about = About::read(&place, id).await?;
        say(&format!("{id}  {}  made by {}", about.at, about.version));
    }
    Ok(())
}

/// Puts a backup back.
pub async fn restore(config: &Config, command: &RestoreCommand) -> anyhow::Result<()> {
    let place = Place::open(&command.place, config.s3.config().as_ref(), Missing::Refuse)?;
    let (manifest, key, master) = match command.unlock.words.read()? {
        Some(words) => {
            let (manifest, key) = find(&place, command.id, &Unlock::Passphrase(&words)).await?;
            let carried = manifest.master_keys.clone().map(Zeroizing::new);
            let carried = carried.context("the backup has no master key in it")?;
            (manifest, key, MasterKeys::parse(&carried)?)
        }
        None => {
            let master = command.unlock.master(config)?;
            let (manifest, key) = find(&place, command.id, &Unlock::Master(&master)).await?;
            (manifest, key, master)
        }
    };
    std::fs::create_dir_all(&config.data)
        .with_context(|| format!("{} cannot be made", config.data.display()))?;
    let restored = restore::restore(config, &place, &manifest, &key, master).await?;
    say(&format!(
        "The backup {} of {} is restored: {} rows, {} files. {} texts are queued; the server indexes them while it runs, \
         or tributary reindex does.",
        manifest.id, manifest.at, restored.rows, restored.objects, restored.texts
    ));
    Ok(())
}

/// Moves everything to a larger place, or back.
pub async fn grow(
    config: Config,
    again: impl FnOnce() -> anyhow::Result<Config>,
    command: &GrowCommand,
) -> anyhow::Result<()> {
    let Some(to) = command.to.as_deref().filter(|_| !command.reopen) else {
        return grow::reopen(&config).await;
    };
    let _alone = crate::serve::Serving::alone(&config)?;
    let target = grow::configured(again()?, to, command.objects.as_deref())?;
    grow::grow(&config, &target, &schedule::shown(to)).await
}

/// Says how everything stands; answers whether nothing fails.
pub async fn doctor(config: Result<Config, anyhow::Error>, as_json: bool) -> anyhow::Result<()> {
    let checks = match config {
        Ok(config) => doctor::look(&config).await,
        Err(error) => vec![doctor::unreadable_configuration(&error)],
    };
    if as_json {
        say(&serde_json::to_string_pretty(&checks)?);
    } else {
        for check in &checks {
            let sign = match check.state {
                CheckState::Ok => "ok  ",
                CheckState::Warn => "warn",
                CheckState::Fail => "FAIL",
            };
            say(&format!("{sign}  {}: {}", check.check, check.words));
            if let Some(advice) = &check.advice {
                say(&format!("      {advice}"));
            }
        }
    }
    let failed = checks
        .iter()
        .filter(|check| check.state == CheckState::Fail)
        .count();
    if failed > 0 {
        bail!("{failed} of {} checks failed", checks.len());
    }
    Ok(())
}

/// Asks a server on this machine whether it is ready: for containers, which have no other program to ask with.
pub async fn healthy(config: &Config) -> anyhow::Result<()> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut address = config.listen;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let asked = async {
        let mut socket = tokio::net::TcpStream::connect(address).await?;
        let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await?;
        let mut answer = vec![0; 64];
        let read = socket.read(&mut answer).await?;
        answer.truncate(read);
        Ok::<_, std::io::Error>(answer)
    };
    let answer = tokio::time::timeout(std::time::Duration::from_secs(5), asked)
        .await
        .context("the server does not answer")?
        .with_context(|| format!("nobody listens at {address}"))?;
    if answer.starts_with(b"HTTP/1.1 200") {
        Ok(())
    } else {
        bail!("the server is not ready")
    }
}
