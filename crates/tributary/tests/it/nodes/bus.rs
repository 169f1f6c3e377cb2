//! What every bus keeps, whatever it goes over.

use std::sync::Arc;

use bytes::Bytes;
use kit::bus::{Bus, Heard};
use kit::lifecycle::Lifecycle;
use kit::secret::Secret;
use tokio::sync::broadcast::Receiver;

use super::{Proxy, RedisServer};

/// Two ends of a bus; on a local one they are the same.
struct Ends {
    here: Bus,
    there: Bus,
    _life: Lifecycle,
}

fn over(url: &str, life: &Lifecycle) -> Bus {
    Bus::over(&Secret::new(url.to_owned()), life).unwrap()
}

async fn is_up(bus: &Bus) -> u64 {
    let mut link = bus.link();
    link.wait_for(|link| link.is_up).await.unwrap().times
}

async fn is_down(bus: &Bus) {
    let mut link = bus.link();
    link.wait_for(|link| !link.is_up).await.unwrap();
}

impl Ends {
    fn local() -> Self {
        let bus = Bus::local();
        Self {
            here: bus.clone(),
            there: bus,
            _life: Lifecycle::new(),
        }
    }

    async fn over(url: &str) -> Self {
        let life = Lifecycle::new();
        let ends = Self {
            here: over(url, &life),
            there: over(url, &life),
            _life: life,
        };
        is_up(&ends.here).await;
        is_up(&ends.there).await;
        ends
    }
}

async fn hear(heard: &mut Receiver<Heard>, topic: &str) -> Bytes {
    loop {
        let said = heard.recv().await.unwrap();
        if &*said.topic == topic {
            return said.body;
        }
    }
}

/// The cases that hold for each of them.
async fn keeps_its_promises(ends: &Ends) {
    let (here, there) = (&ends.here, &ends.there);
    let is_far = here.node() != there.node();

    // What one says, the other hears, once it has joined; in order, each once.
    let mut heard = there.listen();
    let joined = there.join("t:1").await;
    for n in 0..500_u32 {
        here.publish("t:1", n.to_be_bytes().to_vec());
    }
    for n in 0..500_u32 {
        let said = heard.recv().await.unwrap();
        assert_eq!(said.body, n.to_be_bytes()[..]);
        assert_eq!(said.topic, Arc::from("t:1"));
        assert_eq!(said.is_own, !is_far);
    }

    // One's own words are heard at once, joined or not, and not again from afar.
    let mut own = here.listen();
    here.publish("t:own", "a");
    assert!(own.try_recv().is_ok_and(|said| said.is_own));
    let _own_topic = here.join("t:own").await;
    let _mark = here.join("t:mark").await;
    here.publish("t:own", "b");
    assert_eq!(hear(&mut own, "t:own").await, "b");
    there.publish("t:mark", "m");
    let next = own.recv().await.unwrap();
    assert_eq!(next.body, "m", "no echo came in between");

    // A topic that was joined twice is heard until both have left.
    let again = there.join("t:1").await;
    drop(joined);
    here.publish("t:1", "still");
    assert_eq!(hear(&mut heard, "t:1").await, "still");
    drop(again);
    if is_far {
        here.publish("t:1", "gone");
        let _other = there.join("t:2").await;
        here.publish("t:2", "here");
        loop {
            let said = heard.recv().await.unwrap();
            assert_ne!(&*said.topic, "t:1", "what nobody joined is not heard");
            if &*said.topic == "t:2" {
                break;
            }
        }
    }

    // Any bytes, and long ones.
    let _bytes = there.join("bytes").await;
    for length in [0, 1, 70_000, 900_000] {
        let body = vec![0xfe; length];
        here.publish("bytes", body.clone());
        assert_eq!(hear(&mut heard, "bytes").await, body);
    }

    // Many topics at once.
    let topics: Vec<String> = (0..600).map(|n| format!("many:{n}")).collect();
    let _all = futures::future::join_all(topics.iter().map(|t| there.join(t))).await;
    for topic in &topics {
        here.publish(topic, "x");
    }
    for topic in &topics {
        hear(&mut heard, topic).await;
    }
}

#[tokio::test]
async fn a_bus_in_one_process_keeps_its_promises() {
    keeps_its_promises(&Ends::local()).await;
}

#[tokio::test]
async fn a_bus_over_redis_keeps_its_promises() {
    let Some(redis) = RedisServer::start().await else {
        return;
    };
    let ends = Ends::over(&redis.url()).await;
    let channels = redis.tell("PUBSUB SHARDCHANNELS").await;
    assert!(
        channels.contains("trb:{"),
        "sharded where the server can: {channels}"
    );
    keeps_its_promises(&ends).await;
}

#[tokio::test]
async fn a_server_without_sharded_channels_will_do() {
    let Some(redis) = RedisServer::start().await else {
        return;
    };
    let life = Lifecycle::new();
    let proxy = Proxy::without_sharding(redis.address()).await;
    let ends = Ends {
        here: over(&proxy.url(), &life),
        there: over(&proxy.url(), &life),
        _life: life,
    };
    is_up(&ends.here).await;
    is_up(&ends.there).await;
    let channels = redis.tell("PUBSUB CHANNELS").await;
    assert!(channels.contains("trb:{"), "{channels}");
    keeps_its_promises(&ends).await;
}

#[tokio::test]
async fn whatever_happens_to_the_server_the_link_comes_back_and_says_so() {
    let Some(mut redis) = RedisServer::start().await else {
        return;
    };
    let ends = Ends::over(&redis.url()).await;
    let (here, there) = (&ends.here, &ends.there);
    let mut heard = there.listen();
    let _joined = there.join("t:1").await;
    let before = there.link().borrow().times;

    // Every connection is cut.
    redis.tell("CLIENT KILL TYPE pubsub").await;
    let mut link = there.link();
    link.wait_for(|link| link.is_up && link.times > before)
        .await
        .unwrap();
    let mut link = here.link();
    link.wait_for(|link| link.is_up && link.times > 1).await.unwrap();
    here.publish("t:1", "after the cut");
    assert_eq!(hear(&mut heard, "t:1").await, "after the cut");

    // It crashes: said at once, what is said meanwhile is heard here, and a join does not wait.
    redis.kill();
    is_down(here).await;
    is_down(there).await;
    let mut own = here.listen();
    here.publish("t:1", "alone");
    assert_eq!(own.try_recv().unwrap().body, "alone");
    let _late = there.join("t:late").await;

    // It is back and knows nothing.
    redis.begin().await;
    is_up(here).await;
    is_up(there).await;
    here.publish("t:1", "back");
    assert_eq!(
        hear(&mut heard, "t:1").await,
        "back",
        "what was said meanwhile is gone"
    );
    here.publish("t:late", "late");
    assert_eq!(hear(&mut heard, "t:late").await, "late");
}

#[tokio::test]
async fn a_line_that_went_silent_is_noticed() {
    let Some(redis) = RedisServer::start().await else {
        return;
    };
    let line = Proxy::to(redis.address()).await;
    let ends = Ends::over(&line.url()).await;
    let began = std::time::Instant::now();
    line.be_silent(true);
    // Nothing blocks meanwhile, however much is said.
    for _ in 0..20_000 {
        ends.here.publish("t:1", vec![0; 1000]);
    }
    is_down(&ends.here).await;
    let took = began.elapsed();
    assert!(took.as_secs() < 15, "ten seconds are promised, it took {took:?}");
    is_down(&ends.there).await;
    line.be_silent(false);
    is_up(&ends.here).await;
    is_up(&ends.there).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_yet_is_waited_for() {
    let Some(mut redis) = RedisServer::start().await else {
        return;
    };
    redis.kill();
    let life = Lifecycle::new();
    let bus = over(&redis.url(), &life);
    assert!(!bus.link().borrow().is_up);
    let mut heard = bus.listen();
    let _joined = bus.join("t:1").await;
    bus.publish("t:1", "alone");
    assert_eq!(heard.try_recv().unwrap().body, "alone");
    redis.begin().await;
    assert_eq!(is_up(&bus).await, 1);
    assert!(Bus::over(&Secret::new("nonsense".to_owned()), &life).is_err());
}
