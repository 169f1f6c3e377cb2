//! The command line.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};
use identity::Password;
use kit::clock::Clock;

use crate::Config;
use crate::config::Role;
use crate::extract::Extract;
use crate::keeping::command::{self as keeping, BackupCommand, GrowCommand, RestoreCommand};
use crate::serve::{App, Serving, open_rooms};

/// A self-hosted AI workspace.
#[derive(Debug, Parser)]
#[command(name = "tributary", version, about)]
pub struct Arguments {
    /// The configuration; tributary.toml unless told.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// The folder of everything embedded.
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    /// Address and port of the page and the API.
    #[arg(long, global = true)]
    listen: Option<SocketAddr>,
    #[command(subcommand)]
    command: Option<Command>,
}

impl Arguments {
    /// The one file to read, if that is what was asked for.
    pub fn extract(&self) -> Option<&Extract> {
        match &self.command {
            Some(Command::Extract(task)) => Some(task),
            _ => None,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the page and the API (what happens without a command, too).
    Serve {
        /// What this node does: web, worker, or both.
        #[arg(long = "role", value_enum, value_delimiter = ',')]
        roles: Vec<Role>,
    },
    /// Look at everything that has to be right, and say what is not and what to do.
    Doctor {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make, verify or list backups.
    Backup(BackupCommand),
    /// Put a backup back, into an empty place.
    Restore(RestoreCommand),
    /// Move everything to PostgreSQL and a bucket, or back into a folder.
    Grow(GrowCommand),
    /// Ask the server on this machine whether it is ready.
    #[command(hide = true)]
    Healthy,
    /// Bring the store's schema up to date, and nothing else.
    Migrate,
    /// Print the OpenAPI document.
    Openapi,
    /// People.
    #[command(subcommand)]
    User(UserCommand),
    /// API tokens.
    #[command(subcommand)]
    Token(TokenCommand),
    /// The keys of the vault.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The model in the box.
    #[command(subcommand)]
    Model(ModelCommand),
    /// Read one file within limits: what the server starts for each file.
    #[command(hide = true)]
    Extract(Extract),
    /// Index every text anew, for searching. A server that runs does the work; otherwise it is done here.
    Reindex {
        /// Only this workspace.
        #[arg(long)]
        workspace: Option<uuid::Uuid>,
        /// Only queue it, for the server that runs.
        #[arg(long)]
        queue: bool,
    },
    /// Fill a workspace with a demonstration shop: two years of orders.
    Demo {
        /// Which workspace; needed only where there are several.
        #[arg(long)]
        workspace: Option<uuid::Uuid>,
    },
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account; the password is read from standard input.
    Create {
        /// E-mail address.
        email: String,
        /// Name, as others see it.
        name: String,
    },
    /// Set a password, read from standard input; signs the person out everywhere.
    SetPassword {
        /// E-mail address.
        email: String,
    },
    /// Take somebody's second factor away, who lost their app and their recovery codes.
    DropSecondFactor {
        /// E-mail address.
        email: String,
    },
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make an API token and print it, once.
    Create {
        /// Whose.
        email: String,
        /// What it is for.
        name: String,
        /// What it may do: ai, read, write, admin.
        #[arg(long = "scope", default_values = ["ai", "read", "write"])]
        scopes: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Wrap every data key by a fresh master key and give every owner a fresh data key.
    Rotate,
}

#[derive(Debug, Subcommand)]
enum ModelCommand {
    /// Fetch the demonstration model and check it.
    Pull,
}

/// Says what went wrong, with its causes.
pub fn complain(error: &anyhow::Error) {
    let _ = writeln!(std::io::stderr(), "tributary: {error:#}");
}

fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Runs what was asked for.
pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let load = || {
        let mut config = Config::load(arguments.config.as_deref(), std::env::vars())?;
        if let Some(data) = &arguments.data {
            config.data.clone_from(data);
        }
        if let Some(listen) = arguments.listen {
            config.listen = listen;
        }
        anyhow::Ok(config)
    };
    if let Some(Command::Doctor { json }) = arguments.command {
        return keeping::doctor(load(), json).await;
    }
    let mut config = load()?;
    kit::telemetry::start(config.log.format(), &config.log.filter);
    let command = arguments.command.as_ref();
    if let Some(Command::Serve { roles }) = command
        && !roles.is_empty()
    {
        config.roles.clone_from(roles);
    }
    if let Some(Command::Grow(command)) = command {
        return keeping::grow(config, load, command).await;
    }
    match arguments.command.unwrap_or(Command::Serve { roles: Vec::new() }) {
        Command::Serve { .. } => serve(&config).await,
        Command::Backup(command) => keeping::backup(&config, command).await,
        Command::Restore(command) => keeping::restore(&config, &command).await,
        Command::Healthy => keeping::healthy(&config).await,
        // Done above, before there was one configuration.
        Command::Doctor { .. } | Command::Grow(_) => Ok(()),
        Command::Migrate => {
            let rooms = open_rooms(&config, Clock::system(), 0).await?;
            rooms.db.close().await;
            say("The store's schema is up to date.");
            Ok(())
        }
        Command::Openapi => {
            let rooms = open_rooms(&config, Clock::system(), 0).await?;
            say(&serde_json::to_string_pretty(&crate::openapi(&rooms))?);
            Ok(())
        }
        Command::User(command) => user(&config, command).await,
        Command::Token(TokenCommand::Create { email, name, scopes }) => {
            let rooms = open_rooms(&config, Clock::system(), 0).await?;
            let scopes = identity::Scopes::parse(&scopes.join(" "));
            say(
                &identity::api_tokens::create_for(&rooms.identity, &email, &name, scopes)
                    .await?
                    .token,
            );
            rooms.db.close().await;
            Ok(())
        }
        Command::Keys(KeysCommand::Rotate) => rotate(&config).await,
        Command::Model(ModelCommand::Pull) => pull(&config).await,
        // Done before there is a configuration.
        Command::Extract(task) => Ok(crate::extract::run(&task)?),
        Command::Reindex { workspace, queue } => reindex(&config, workspace, queue).await,
        Command::Demo { workspace } => demo(&config, workspace).await,
    }
}

async fn serve(config: &Config) -> anyhow::Result<()> {
    let app = App::start(config, Clock::system()).await?;
    let _serving = Serving::begin(config)?;
    let address = app.address;
    tracing::info!(
        store = app.db().backend(),
        "Tributary is ready at http://{address}"
    );
    signal().await?;
    tracing::info!("stopping: running answers may finish; a second signal ends at once");
    tokio::select! {
        clean = app.stop() => {
            if !clean {
                tracing::warn!("some work did not finish in time and was dropped");
            }
        }
        again = signal() => again?,
    }
    Ok(())
}

async fn signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        pressed = tokio::signal::ctrl_c() => pressed?,
    }
    Ok(())
}

fn read_password() -> anyhow::Result<Password> {
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .context("no password came in")?;
    Ok(Password::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

async fn user(config: &Config, command: UserCommand) -> anyhow::Result<()> {
    let rooms = open_rooms(config, Clock::system(), 0).await?;
    match command {
        UserCommand::Create { email, name } => {
            let password = read_password()?;
            let made = identity::people::create(&rooms.identity, &email, &name, password).await?;
            say(&format!("{} has an account now.", made.email));
        }
        UserCommand::SetPassword { email } => {
            identity::people::set_password(&rooms.identity, &email, read_password()?).await?;
            say("The password is set.");
        }
        UserCommand::DropSecondFactor { email } => {
            let had = identity::drop_second_factor(&rooms.identity, &email).await?;
            say(if had {
                "The password alone is enough again."
            } else {
                "There was no second factor."
            });
        }
    }
    rooms.db.close().await;
    Ok(())
}

async fn rotate(config: &Config) -> anyhow::Result<()> {
    if config.vault.key.is_some() || config.vault.key_command.is_some() {
        anyhow::bail!(
            "the master key comes from the environment or a command; only a key in a file can be rotated here"
        );
    }
    let rooms = open_rooms(config, Clock::system(), 0).await?;
    let file = config.key_file();
    let owners = rooms.db.rotate_keys(|keys| keys.save(&file)).await?;
    rooms.db.close().await;
    say(&format!(
        "A fresh master key is in {}; {owners} owners have fresh data keys. Keep a copy of the file.",
        file.display()
    ));
    Ok(())
}

async fn reindex(config: &Config, workspace: Option<uuid::Uuid>, only_queue: bool) -> anyhow::Result<()> {
    use files::index;
    let rooms = open_rooms(config, Clock::system(), 0).await?;
    let count = index::reindex(&rooms.files, workspace.map(db::WorkspaceId)).await?;
    say(&format!("{count} texts are queued."));
    if !only_queue {
        index::run_until_done(&rooms.files, |progress| {
            say(&format!(
                "{} texts wait, {} chunks are found",
                progress.waiting, progress.chunks
            ));
        })
        .await?;
    }
    rooms.db.close().await;
    Ok(())
}

async fn demo(config: &Config, workspace: Option<uuid::Uuid>) -> anyhow::Result<()> {
    let rooms = open_rooms(config, Clock::system(), 0).await?;
    let all = identity::workspaces::all(&rooms.db).await?;
    let workspace = match (workspace, &all[..]) {
        (Some(wanted), _) => all
            .iter()
            .find(|one| one.0 == wanted)
            .copied()
            .context("there is no such workspace")?,
        (None, [only]) => *only,
        (None, []) => {
            anyhow::bail!("there is no workspace yet; make an account first: tributary user create")
        }
        (None, several) => {
            anyhow::bail!(
                "there are {} workspaces; say which one with --workspace",
                several.len()
            )
        }
    };
    let connector = business::demo::connector_of(&rooms.business, workspace).await?;
    let filled = business::demo::fill(&rooms.business, workspace, connector, rooms.db.now()).await?;
    say(&format!(
        "{} orders of a demonstration shop are in the workspace {workspace}.",
        filled.orders
    ));
    rooms.db.close().await;
    Ok(())
}

async fn pull(config: &Config) -> anyhow::Result<()> {
    use providers::builtin::{Pulled, Step, pull};
    let folder = config.models();
    let pulled = tokio::task::spawn_blocking(move || {
        pull(&folder, &mut |step| match step {
            Step::Fetching => say("Fetching the demonstration model (93 MB, once) …"),
            Step::Unpacking => say("Unpacking …"),
            Step::Verifying => say("Checking it …"),
        })
    });
    if let Pulled::Installed(path) = pulled.await?? {
        say(&format!("The demonstration model is in {}.", path.display()));
    }
    Ok(())
}
