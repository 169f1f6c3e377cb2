//! The link to other nodes: one connection to a Redis server, for both ways.
//!
//! What is published goes through a bounded queue to a writer that sends all that waits at once. Every few seconds a
//! word to oneself goes the same way as everything else: when two of them do not come back, the connection is dropped
//! and made again, for a connection can be dead without a sign.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use parking_lot::RwLock;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, ErrorKind, IntoConnectionInfo, Pipeline, ProtocolVersion,
    PushInfo, PushKind, RedisError, ServerErrorKind, Value,
};
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::envelope;
use super::topics::{Place, Topics, channel, partition_of};
use super::{Heard, Link};
use crate::lifecycle::Lifecycle;
use crate::secret::Secret;

/// Messages, and bytes of them, that may wait to be sent.
const QUEUE: usize = 8192;
const QUEUE_BYTES: usize = 16 << 20;
/// The longest message; longer ones are not for a bus.
const LONGEST: usize = 1 << 20;
/// How many are sent at once.
const BATCH: usize = 512;
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(2);
/// How long the server may take for a command before the connection counts as dead.
const ANSWER: Duration = Duration::from_secs(8);
/// How often a word to oneself is sent, and how long it may take. Two of them and the wait before the first stay
/// below ten seconds.
const PROBE: Duration = Duration::from_secs(3);
/// How long a join waits for its acknowledgement.
const JOIN: Duration = Duration::from_secs(2);
/// The pause before a new connection is tried, from and to.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// An address that is none of a Redis server.
#[derive(Debug, thiserror::Error)]
#[error("this is not the address of a Redis server, such as redis://127.0.0.1:6379")]
pub struct BadAddress;

/// A connection failed, for this reason.
struct Broken(String);

impl From<RedisError> for Broken {
    fn from(error: RedisError) -> Self {
        Self(error.to_string())
    }
}

impl From<tokio::time::error::Elapsed> for Broken {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Self("no answer".to_owned())
    }
}

/// The server between the nodes.
pub struct Remote {
    node: Uuid,
    info: ConnectionInfo,
    heard: broadcast::Sender<Heard>,
    link: watch::Sender<Link>,
    topics: RwLock<Topics>,
    /// Wakes whoever subscribes.
    wanted: Notify,
    /// Is told when the server has acknowledged something.
    acknowledged: watch::Sender<()>,
    queue: mpsc::Sender<(u8, Vec<u8>)>,
    queued: AtomicUsize,
    connection: RwLock<Option<MultiplexedConnection>>,
    probe: Arc<str>,
    /// The newest word to oneself that came back.
    echoed: watch::Sender<u64>,
    /// Messages that could not be told.
    dropped: AtomicU64,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remote")
            .field("node", &self.node)
            .field("link", &*self.link.borrow())
            .finish_non_exhaustive()
    }
}

impl Remote {
    pub(super) fn start(
        address: &Secret,
        node: Uuid,
        heard: broadcast::Sender<Heard>,
        link: watch::Sender<Link>,
        lifecycle: &Lifecycle,
    ) -> Result<Arc<Self>, BadAddress> {
        let info = address.expose().into_connection_info().map_err(|_| BadAddress)?;
        // Version 3 of its language can answer and push over one connection.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let (queue, waiting) = mpsc::channel(QUEUE);
        let remote = Arc::new(Self {
            node,
            info: info.set_redis_settings(settings),
            heard,
            link,
            topics: RwLock::default(),
            wanted: Notify::new(),
            acknowledged: watch::Sender::new(()),
            queue,
            queued: AtomicUsize::new(0),
            connection: RwLock::default(),
            probe: format!("probe:{node}").into(),
            echoed: watch::Sender::new(0),
            dropped: AtomicU64::new(0),
        });
        let inner = remote.clone();
        lifecycle.serve("bus", async move { inner.run(waiting).await });
        Ok(remote)
    }

    /// The connection, while the server is heard.
    pub fn connection(&self) -> Option<MultiplexedConnection> {
        self.connection.read().clone()
    }

    /// Whether the server is heard.
    pub fn is_up(&self) -> bool {
        self.link.borrow().is_up
    }

    pub(super) fn publish(&self, topic: &str, body: &Bytes) {
        if !self.is_up() || body.len() > LONGEST {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let envelope = envelope::write(self.node, topic, body);
        let size = envelope.len();
        if self.queued.fetch_add(size, Ordering::Relaxed) + size > QUEUE_BYTES
            || self.queue.try_send((partition_of(topic), envelope)).is_err()
        {
            self.queued.fetch_sub(size, Ordering::Relaxed);
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn enter(&self, topic: &str) -> Place {
        let place = self.topics.write().enter(topic);
        self.wanted.notify_one();
        place
    }

    pub(super) fn leave(&self, place: &Place) {
        self.topics.write().leave(place);
    }

    /// Waits until the server has acknowledged a topic's partition, unless it is away or slow.
    pub(super) async fn entered(&self, place: &Place) {
        let mut acknowledged = self.acknowledged.subscribe();
        let waiting = async {
            while self.is_up() && !self.topics.read().is_heard(place.partition) {
                if acknowledged.changed().await.is_err() {
                    return;
                }
            }
        };
        let _ = timeout(JOIN, waiting).await;
    }

    async fn run(self: Arc<Self>, mut waiting: mpsc::Receiver<(u8, Vec<u8>)>) {
        let mut pause = PAUSE.0;
        let mut has_complained = false;
        loop {
            let began = Instant::now();
            let Broken(why) = match self.connect().await {
                Ok((connection, gone)) => match self.serve(&connection, gone, &mut waiting).await {
                    Ok(never) => match never {},
                    Err(broken) => broken,
                },
                Err(broken) => broken,
            };
            if self.go_down() {
                has_complained = false;
            }
            if !has_complained {
                has_complained = true;
                tracing::warn!(reason = %why, "Redis is not heard; other nodes are found out about by looking into the store");
            }
            pause = if began.elapsed() > ANSWER {
                PAUSE.0
            } else {
                (pause * 2).min(PAUSE.1)
            };
            // Not all nodes at the same moment.
            let [chance] = crate::ids::random_bytes::<1>();
            tokio::time::sleep(pause.mul_f64(0.5 + f64::from(chance) / 255.0)).await;
        }
    }

    /// Notes that nobody is heard; answers whether somebody was.
    fn go_down(&self) -> bool {
        *self.connection.write() = None;
        self.topics.write().hear_nothing();
        let was_up = self
            .link
            .send_if_modified(|link| std::mem::replace(&mut link.is_up, false));
        self.acknowledged.send_replace(());
        was_up
    }

    async fn connect(self: &Arc<Self>) -> Result<(MultiplexedConnection, CancellationToken), Broken> {
        let client = Client::open(self.info.clone())?;
        let gone = CancellationToken::new();
        let (remote, end) = (Arc::downgrade(self), gone.clone());
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(ANSWER))
            .set_push_sender(move |push: PushInfo| {
                match remote.upgrade() {
                    Some(_) if push.kind == PushKind::Disconnection => end.cancel(),
                    Some(remote) => remote.hear(&push),
                    None => {}
                }
                Ok::<(), std::convert::Infallible>(())
            });
        let connecting = client.get_multiplexed_async_connection_with_config(&config);
        Ok((timeout(CONNECT, connecting).await??, gone))
    }

    /// Hears and tells over a connection until it breaks.
    async fn serve(
        &self,
        connection: &MultiplexedConnection,
        gone: CancellationToken,
        waiting: &mut mpsc::Receiver<(u8, Vec<u8>)>,
    ) -> Result<std::convert::Infallible, Broken> {
        let style = self.find_style(connection).await?;
        self.subscribe_missing(connection, style).await?;
        // What waited since before was not meant for now.
        while let Ok((_, envelope)) = waiting.try_recv() {
            self.queued.fetch_sub(envelope.len(), Ordering::Relaxed);
        }
        *self.connection.write() = Some(connection.clone());
        self.link.send_modify(|link| {
            link.is_up = true;
            link.times += 1;
        });
        self.acknowledged.send_replace(());
        let dropped = self.dropped.swap(0, Ordering::Relaxed);
        tracing::info!(sharded = style == Style::Sharded, dropped, "Redis is heard");
        tokio::select! {
            broken = self.tell(connection.clone(), style, waiting) => broken,
            broken = self.subscribe(connection, style) => broken,
            broken = self.look_whether_it_lives(connection.clone(), style) => broken,
            () = gone.cancelled() => Err(Broken("the connection was closed".to_owned())),
        }
    }

    /// Servers since version 7 know channels that stay in one part of a cluster.
    async fn find_style(&self, connection: &MultiplexedConnection) -> Result<Style, Broken> {
        let own = partition_of(&self.probe);
        let style = match subscribe(connection, Style::Sharded, own).await {
            Ok(()) => Style::Sharded,
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::ResponseError) => {
                subscribe(connection, Style::Plain, own).await?;
                Style::Plain
            }
            Err(error) => return Err(error.into()),
        };
        self.topics.write().set_heard(own, true);
        Ok(style)
    }

    async fn tell(
        &self,
        mut connection: MultiplexedConnection,
        style: Style,
        waiting: &mut mpsc::Receiver<(u8, Vec<u8>)>,
    ) -> Result<std::convert::Infallible, Broken> {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            if waiting.recv_many(&mut batch, BATCH).await == 0 {
                return std::future::pending().await;
            }
            let mut all = Pipeline::with_capacity(batch.len());
            for (partition, envelope) in batch.drain(..) {
                self.queued.fetch_sub(envelope.len(), Ordering::Relaxed);
                all.cmd(style.publish())
                    .arg(channel(partition))
                    .arg(envelope)
                    .ignore();
            }
            all.exec_async(&mut connection).await?;
        }
    }

    async fn subscribe(
        &self,
        connection: &MultiplexedConnection,
        style: Style,
    ) -> Result<std::convert::Infallible, Broken> {
        loop {
            // Leaving waits a while: whoever left may come back.
            let is_time_to_leave = tokio::select! {
                () = self.wanted.notified() => false,
                () = tokio::time::sleep(PROBE) => true,
            };
            self.subscribe_missing(connection, style).await?;
            if is_time_to_leave {
                self.leave_needless(connection, style).await?;
            }
        }
    }

    async fn subscribe_missing(
        &self,
        connection: &MultiplexedConnection,
        style: Style,
    ) -> Result<(), Broken> {
        let missing = self.topics.read().missing();
        if missing.is_empty() {
            return Ok(());
        }
        futures::future::try_join_all(missing.iter().map(|p| subscribe(connection, style, *p))).await?;
        let mut topics = self.topics.write();
        for partition in missing {
            topics.set_heard(partition, true);
        }
        drop(topics);
        self.acknowledged.send_replace(());
        Ok(())
    }

    async fn leave_needless(&self, connection: &MultiplexedConnection, style: Style) -> Result<(), Broken> {
        let own = partition_of(&self.probe);
        let needless = {
            // Noted before it is done: whoever joins meanwhile subscribes again, after it.
            let mut topics = self.topics.write();
            let mut needless = topics.needless();
            needless.retain(|p| *p != own);
            for partition in &needless {
                topics.set_heard(*partition, false);
            }
            needless
        };
        for partition in needless {
            let mut connection = connection.clone();
            redis::cmd(style.unsubscribe())
                .arg(channel(partition))
                .exec_async(&mut connection)
                .await?;
        }
        Ok(())
    }

    /// Sends words to oneself and waits for them.
    async fn look_whether_it_lives(
        &self,
        mut connection: MultiplexedConnection,
        style: Style,
    ) -> Result<std::convert::Infallible, Broken> {
        let mut echoed = self.echoed.subscribe();
        let (mut word, mut missed) = (*echoed.borrow(), 0);
        loop {
            let began = Instant::now();
            word += 1;
            let envelope = envelope::write(self.node, &self.probe, &word.to_be_bytes());
            let there_and_back = async {
                redis::cmd(style.publish())
                    .arg(channel(partition_of(&self.probe)))
                    .arg(envelope)
                    .exec_async(&mut connection)
                    .await?;
                let _ = echoed.wait_for(|heard| *heard >= word).await;
                Ok::<_, RedisError>(())
            };
            match timeout(PROBE, there_and_back).await {
                Ok(done) => {
                    done?;
                    missed = 0;
                }
                Err(_) => missed += 1,
            }
            if missed == 2 {
                return Err(Broken("two words to oneself did not come back".to_owned()));
            }
            tokio::time::sleep_until(began + PROBE).await;
        }
    }

    fn hear(&self, push: &PushInfo) {
        if !matches!(push.kind, PushKind::Message | PushKind::SMessage) {
            return;
        }
        let Some(Value::BulkString(envelope)) = push.data.get(1) else {
            return;
        };
        let Some((node, topic, body)) = envelope::read(envelope) else {
            return;
        };
        if node == self.node {
            if topic == &*self.probe
                && let Ok(word) = body.try_into()
            {
                self.echoed.send_replace(u64::from_be_bytes(word));
            }
            return;
        }
        let Some(topic) = self.topics.read().find(topic) else {
            return;
        };
        let _ = self.heard.send(Heard {
            topic,
            body: Bytes::copy_from_slice(body),
            is_own: false,
        });
    }
}

/// Which of the two families of commands the server has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Sharded,
    Plain,
}

impl Style {
    fn publish(self) -> &'static str {
        match self {
            Self::Sharded => "SPUBLISH",
            Self::Plain => "PUBLISH",
        }
    }

    fn subscribe(self) -> &'static str {
        match self {
            Self::Sharded => "SSUBSCRIBE",
            Self::Plain => "SUBSCRIBE",
        }
    }

    fn unsubscribe(self) -> &'static str {
        match self {
            Self::Sharded => "SUNSUBSCRIBE",
            Self::Plain => "UNSUBSCRIBE",
        }
    }
}

async fn subscribe(
    connection: &MultiplexedConnection,
    style: Style,
    partition: u8,
) -> Result<(), RedisError> {
    let mut connection = connection.clone();
    redis::cmd(style.subscribe())
        .arg(channel(partition))
        .exec_async(&mut connection)
        .await
}
