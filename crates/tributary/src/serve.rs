//! Start and stop: the store, the rooms on top of each other, the listener; and back down in two stages.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ai::Ai;
use anyhow::Context;
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use business::Business;
use chat::Chat;
use chat::live::Live;
use db::Db;
use db::jobs::Worker;
use files::Files;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use identity::Identity;
use kit::bus::Bus;
use kit::clock::Clock;
use kit::lifecycle::Lifecycle;
use ops::Ops;
use providers::LocalModel;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use crate::Config;
use crate::config::Role;
use crate::keeping::Keeping;
use crate::router::{Rooms, operations, router};

/// A running Tributary.
pub struct App {
    /// Where it really listens (port 0 in the configuration means any free one).
    pub address: SocketAddr,
    /// Where operators ask, if anywhere.
    pub operations_address: Option<SocketAddr>,
    rooms: Rooms,
    grace: Duration,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl App {
    /// Opens the store, starts the rooms and listens.
    pub async fn start(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(config.listen).await.with_context(|| {
            format!(
                "{} cannot be listened on; is another program there? Choose another with --listen",
                config.listen
            )
        })?;
        let address = listener.local_addr()?;
        let for_operators = match config.operations.listen {
            Some(at) => Some(TcpListener::bind(at).await.with_context(|| {
                format!("{at} cannot be listened on; choose another address as operations.listen")
            })?),
            None => None,
        };
        let operations_address = for_operators.as_ref().map(TcpListener::local_addr).transpose()?;
        let rooms = open_rooms(config, clock, address.port()).await?;
        let worker = ops::jobs(&rooms.ops, Worker::default());
        let worker = files::jobs(&rooms.files, worker);
        let worker = business::jobs(&rooms.business, worker);
        let worker = chat::start(&rooms.chat, worker).await?;
        rooms.identity.start(&rooms.lifecycle);
        rooms.ai.start();
        if config.monitor.enabled {
            rooms.ops.start();
        }
        rooms.live.start();
        files::start(&rooms.files).await?;
        if config.is(Role::Worker) {
            worker.start(&rooms.db, &rooms.lifecycle);
            files::index::start(&rooms.files);
            business::start(&rooms.business).await?;
            rooms.keeping.start();
        }
        let service = if config.is(Role::Web) {
            router(&rooms)
        } else {
            crate::router::probes(&rooms)
        };
        let life = rooms.lifecycle.clone();
        rooms.lifecycle.spawn("listener", accept(listener, service, life));
        if let Some(listener) = for_operators {
            let (service, life) = (operations(&rooms), rooms.lifecycle.clone());
            rooms
                .lifecycle
                .spawn("operations", accept(listener, service, life));
        }
        let grace = Duration::from_secs_f64(config.chat.drain_seconds) + Duration::from_secs(5);
        Ok(Self {
            address,
            operations_address,
            rooms,
            grace,
        })
    }

    /// The rooms, for commands and tests that need more than HTTP.
    pub fn db(&self) -> &Db {
        &self.rooms.db
    }

    /// The room of business data.
    pub fn business(&self) -> &Business {
        &self.rooms.business
    }

    /// The floor of operation.
    pub fn ops(&self) -> &Ops {
        &self.rooms.ops
    }

    /// The OpenAPI document.
    pub fn openapi(&self) -> serde_json::Value {
        crate::openapi(&self.rooms)
    }

    /// No new work, then the end of what runs, then the store is closed. Answers whether everything ended by itself.
    pub async fn stop(self) -> bool {
        let clean = self.rooms.lifecycle.stop(self.grace).await;
        if let Err(error) = self.rooms.ai.flush().await {
            tracing::error!(error = %error, "the last calls were not written to the log");
        }
        self.rooms.db.close().await;
        clean
    }
}

/// The word that a server is over an embedded store: a lock on a file beside it, which ends with the process.
#[derive(Debug)]
pub struct Serving(#[allow(dead_code)] Option<std::fs::File>); // held, never read

impl Serving {
    fn lock_file(config: &Config) -> anyhow::Result<Option<std::fs::File>> {
        if config.database.url.is_some() {
            return Ok(None);
        }
        std::fs::create_dir_all(&config.data)
            .with_context(|| format!("{} cannot be made", config.data.display()))?;
        let path = config.data.join("serving.lock");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&path);
        file.map(Some)
            .with_context(|| format!("{} cannot be made", path.display()))
    }

    /// Says so, as long as this lives.
    pub fn begin(config: &Config) -> anyhow::Result<Self> {
        let file = Self::lock_file(config)?;
        if let Some(file) = &file
            && file.try_lock_shared().is_err()
        {
            anyhow::bail!("everything in this place is being moved elsewhere");
        }
        Ok(Self(file))
    }

    /// Makes sure that no server is over it.
    pub fn alone(config: &Config) -> anyhow::Result<Self> {
        let file = Self::lock_file(config)?;
        if let Some(file) = &file
            && file.try_lock().is_err()
        {
            anyhow::bail!("a server runs over {}; stop it first", config.data.display());
        }
        Ok(Self(file))
    }
}

/// The rooms without a listener.
pub async fn open_rooms(config: &Config, clock: Clock, port: u16) -> anyhow::Result<Rooms> {
    let master = config.master_keys()?;
    let backup_keys = master.backup_keys();
    let lifecycle = Lifecycle::new();
    let bus = match &config.redis.url {
        Some(url) => Bus::over(&url.0, &lifecycle)?,
        None => Bus::local(),
    };
    let db = Db::open(&config.db(), master, clock, bus).await?;
    let identity = Identity::new(db.clone(), config.identity());
    let http = kit::http::Client::new()?;
    let builtin = if config.ai.builtin_model {
        builtin_model(config)
    } else {
        None
    };
    let ops = Ops::new(
        db.clone(),
        identity.clone(),
        http.clone(),
        lifecycle.clone(),
        config.monitor(),
    );
    let ai = Ai::new(db.clone(), http, lifecycle.clone(), config.ai(port), builtin);
    ai.obey(ops.held().clone());
    let files = Files::new(db.clone(), ai.clone(), lifecycle.clone(), config.files())?;
    files::index::open(&files).await?;
    let business = Business::new(&files, &identity, config.business()).context("[mail]")?;
    ai.set_tools(business::ask::tools::tools(&business));
    if let Some(mailer) = business.mailer() {
        ops.set_post(crate::letters::by(mailer.clone()));
    }
    let chat = Chat::new(
        db.clone(),
        ai.clone(),
        files.clone(),
        business.clone(),
        lifecycle.clone(),
        config.chat(),
    );
    let live = Live::new(chat.clone(), identity.clone());
    let keeping = Keeping::new(config, backup_keys, files.clone(), lifecycle.clone());
    let allowed_origins = config.http.allowed_origins.clone();
    Ok(Rooms {
        db,
        identity,
        ai,
        files,
        business,
        chat,
        live,
        ops,
        keeping,
        lifecycle,
        allowed_origins,
        upload_origin: config.upload_origin(),
    })
}

/// The model in the box, where it is installed and this program was built with it.
fn builtin_model(config: &Config) -> Option<Arc<dyn LocalModel>> {
    let folder = config.models();
    if !providers::builtin::is_installed(&folder) {
        return None;
    }
    providers::builtin::open(providers::builtin::Settings::new(folder))
}

async fn accept(listener: TcpListener, service: Router, life: Lifecycle) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = life.stopping() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Small writes go out at once: a word of an answer must not wait for the next one.
                let _ = stream.set_nodelay(true);
                life.spawn(
                    "connection",
                    connection(stream, peer, service.clone(), life.clone()),
                );
            }
            Err(error) => {
                // Out of file descriptors, most likely; accepting at once again would only spin.
                tracing::warn!(error = %error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// How long a client may take for its headers, and an idle connection is kept.
const HEADERS: Duration = Duration::from_secs(30);

async fn connection(stream: TcpStream, peer: SocketAddr, service: Router, life: Lifecycle) {
    let service = service.map_request(move |mut request: http::Request<Incoming>| -> Request {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(axum::body::Body::new)
    });
    let service = service.map_err(|never: Infallible| match never {});
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    tokio::pin!(serving);
    tokio::select! {
        _ = serving.as_mut() => return,
        () = life.stopping() => serving.as_mut().graceful_shutdown(),
    }
    let _ = serving.await;
}
