//! The history checker: people in a workspace who write and follow on several nodes while something is broken, and
//! somebody in another workspace who must not meet them. Afterwards what was acknowledged is compared with the store
//! and with what each of them knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::future::join_all;
use http::Method;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::Nodes;
use super::follower::{Addresses, Followed, Follower};
use crate::live::oracle::{comparable, unname};
use crate::operation::again;
use crate::support::{Answer, Client, eventually};

/// What the other workspace says, and nobody here may read.
const CANARY: &str = "canary-of-another-house";
/// The longest that everybody may need to be where the store is once nothing is broken any more. Two seconds are
/// promised to those who are connected; the machine of a test may be slow.
const CAUGHT_UP: Duration = Duration::from_secs(8);

/// A message that was acknowledged.
#[derive(Clone, Debug)]
pub struct Said {
    pub thread: String,
    pub text: String,
    pub id: String,
}

/// People, what they share, and what they said.
pub struct House {
    pub addresses: Addresses,
    /// Ann, Bob and Cem, of one workspace.
    pub people: Vec<Client>,
    /// One that the workspace sees, and one of Ann's to which Bob belongs.
    pub threads: Vec<String>,
    pub followers: Vec<Follower>,
    scopes: Vec<Vec<String>>,
    eve: Client,
    eves: Follower,
    eves_thread: String,
    said: Arc<Mutex<Vec<Said>>>,
    count: AtomicUsize,
}

/// What everybody had seen when nothing was broken any more.
pub struct Outcome {
    pub followed: Vec<Followed>,
    pub caught_up: Duration,
    pub said: Vec<Said>,
}

impl Nodes {
    /// Another person, in a workspace of their own.
    pub async fn stranger(&self, name: &str) -> Client {
        let mut client = Client::new(&self.process(0).base);
        let account = json!({ "email": format!("{name}@example.org"), "password": "a good long password", "full_name": name });
        let answer = client.post("/api/v1/auth/register", &account).await;
        answer.expect(201);
        client.bearer(answer.data()["access_token"].as_str().unwrap());
        client
    }

    /// Another person, in Ann's workspace.
    pub async fn colleague(&self, name: &str) -> (Client, String) {
        let mut client = self.stranger(name).await;
        let ann = self.at(0);
        let added = json!({ "email": format!("{name}@example.org"), "role": "member" });
        ann.post("/api/v1/members", &added).await.expect(201);
        let workspace = ann.get("/api/v1/workspace").await.data()["id"].clone();
        let switched = client
            .post("/api/v1/auth/switch", &json!({ "workspace_id": workspace }))
            .await;
        switched.expect(200);
        client.bearer(switched.data()["access_token"].as_str().unwrap());
        let id = id_of(&client).await;
        (client, id)
    }

    /// Where they are now.
    pub fn addresses(&self) -> Vec<Option<String>> {
        let base = |process: &Option<_>| process.as_ref().map(|p: &super::Process| p.base.clone());
        self.processes.iter().map(base).collect()
    }
}

pub async fn id_of(client: &Client) -> String {
    let me = client.get("/api/v1/auth/me").await.data();
    me["user"]["id"].as_str().unwrap().to_owned()
}

/// Somebody's own scope and that of their workspace.
async fn own_scopes(client: &Client) -> [String; 2] {
    let workspace = client.get("/api/v1/workspace").await.data();
    [
        format!("u:{}", id_of(client).await),
        format!("w:{}", workspace["id"].as_str().unwrap()),
    ]
}

/// Sends until somebody takes it: another node each time one does not answer.
pub async fn insist(
    addresses: &Addresses,
    first: usize,
    person: &Client,
    method: Method,
    path: &str,
    body: &Value,
) -> Answer {
    let began = Instant::now();
    let json = [("content-type", "application/json"), ("prefer", "respond-async")];
    for turn in first.. {
        let base = {
            let all = addresses.read();
            all[turn % all.len()].clone()
        };
        if let Some(base) = base {
            let client = again(&base, person);
            let sent = client.try_send(method.clone(), path, &json, body.to_string());
            let answer = tokio::time::timeout(Duration::from_secs(20), sent).await;
            if let Ok(Some(answer)) = answer
                && !answer.status.is_server_error()
            {
                return answer;
            }
        }
        assert!(began.elapsed() < Duration::from_mins(1), "nobody takes {path}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    unreachable!()
}

impl House {
    /// Everybody follows everything they may, spread over the nodes.
    pub async fn open(nodes: &Nodes) -> Self {
        let addresses: Addresses = Arc::new(parking_lot::RwLock::new(nodes.addresses()));
        let ann = nodes.at(0);
        let (bob, bob_id) = nodes.colleague("bob").await;
        let (cem, _) = nodes.colleague("cem").await;
        let mut threads = Vec::new();
        for input in [
            json!({ "visibility": "workspace" }),
            json!({ "members": [bob_id] }),
        ] {
            let made = ann.post("/api/v1/threads", &input).await;
            made.expect(201);
            threads.push(made.data()["id"].as_str().unwrap().to_owned());
        }
        let eve = nodes.stranger("eve").await;
        let eves_thread = eve.thread().await;
        let people = vec![ann, bob, cem];
        let mut scopes = Vec::new();
        for (at, person) in people.iter().enumerate() {
            let mut own = own_scopes(person).await.to_vec();
            let entered = if at < 2 { &threads[..] } else { &threads[..1] };
            own.extend(entered.iter().map(|t| format!("t:{t}")));
            scopes.push(own);
        }
        let count = nodes.processes.len();
        // Ann is where she writes, Bob elsewhere, Cem on the last one.
        let followers = people.iter().zip(&scopes).enumerate();
        let followers: Vec<_> = followers
            .map(|(at, (person, scopes))| Follower::begin(person, &addresses, at % count, scopes.clone()))
            .collect();
        let mut eves_scopes = own_scopes(&eve).await.to_vec();
        eves_scopes.push(format!("t:{eves_thread}"));
        let eves = Follower::begin(&eve, &addresses, count - 1, eves_scopes);
        let house = Self {
            addresses,
            people,
            threads,
            followers,
            scopes,
            eve,
            eves,
            eves_thread,
            said: Arc::default(),
            count: AtomicUsize::new(0),
        };
        eventually("everybody is live", || async {
            let mut all = house.followers.iter().zip(&house.scopes);
            all.all(|(follower, scopes)| follower.is_live(scopes))
                .then_some(())
        })
        .await;
        house
    }

    /// Somebody says something, however often it takes.
    pub async fn say(&self, who: usize, thread: &str, text: &str) {
        let body = json!({ "content": text, "reply": false, "client_id": self.fresh_id(who) });
        self.post(who, who, thread, &body).await;
    }

    /// Ann asks a model at a node; the answer's id.
    pub async fn ask(&self, node: usize, thread: &str, text: &str, model: &str) -> String {
        let body = json!({ "content": text, "reply": true, "model": model, "client_id": self.fresh_id(0) });
        let exchange = self.post(0, node, thread, &body).await;
        exchange["reply"]["id"].as_str().unwrap().to_owned()
    }

    fn fresh_id(&self, who: usize) -> String {
        format!("c{who}-{}", self.count.fetch_add(1, Ordering::Relaxed))
    }

    async fn post(&self, who: usize, node: usize, thread: &str, body: &Value) -> Value {
        let path = format!("/api/v1/threads/{thread}/messages");
        let answer = insist(
            &self.addresses,
            node,
            &self.people[who],
            Method::POST,
            &path,
            body,
        )
        .await;
        assert!(answer.status.is_success(), "{}", answer.text());
        let exchange = answer.data();
        self.acknowledged(thread, body, &exchange);
        exchange
    }

    /// Notes that somebody said that this was stored.
    pub fn acknowledged(&self, thread: &str, body: &Value, exchange: &Value) {
        self.said.lock().push(Said {
            thread: thread.to_owned(),
            text: body["content"].as_str().unwrap().to_owned(),
            id: exchange["message"]["id"].as_str().unwrap().to_owned(),
        });
    }

    /// A message as it is kept, from whichever node.
    pub async fn kept(&self, thread: &str, message: &str) -> Value {
        let path = format!("/api/v1/threads/{thread}/messages/{message}");
        let answer = insist(
            &self.addresses,
            0,
            &self.people[0],
            Method::GET,
            &path,
            &Value::Null,
        )
        .await;
        answer.expect(200);
        answer.data()
    }

    /// A node is gone, or somewhere else.
    pub fn moved(&self, nodes: &Nodes) {
        *self.addresses.write() = nodes.addresses();
    }

    /// Everybody writes while something happens, and a little longer.
    pub async fn write_while<T>(&self, happens: impl Future<Output = T>) -> T {
        let over = AtomicBool::new(false);
        let writer = async |who: usize, name: &str| {
            // A burst, then a trickle: a snapshot shows two hundred messages, and all are to be compared.
            for n in 0..90 {
                let thread = &self.threads[if who < 2 { n % 2 } else { 0 }];
                self.say(who, thread, &format!("{name} says {n} 🌍")).await;
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let pause = if n < 30 { 60 } else { 400 };
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
        };
        let stranger = async {
            let path = format!("/api/v1/threads/{}/messages", self.eves_thread);
            for n in 0.. {
                let body = json!({ "content": CANARY, "reply": false, "client_id": format!("{CANARY}-{n}") });
                insist(&self.addresses, 1, &self.eve, Method::POST, &path, &body).await;
                if over.load(Ordering::Relaxed) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        let happening = async {
            let done = happens.await;
            over.store(true, Ordering::Relaxed);
            done
        };
        let writers = async { tokio::join!(writer(0, "Ann"), writer(1, "Bob"), writer(2, "Cem")) };
        let (done, _, ()) = tokio::join!(happening, writers, stranger);
        done
    }

    /// Waits until everybody is where the store is, and compares.
    pub async fn check(self, may_reset: bool) -> Outcome {
        let began = Instant::now();
        let heads = join_all(
            self.people
                .iter()
                .zip(&self.scopes)
                .map(async |(person, scopes)| {
                    join_all(scopes.iter().map(|scope| self.fresh(person, scope))).await
                }),
        )
        .await;
        for (follower, fresh) in self.followers.iter().zip(&heads) {
            for (scope, snapshot) in fresh {
                let head = snapshot["s"].as_i64().unwrap();
                while !follower.is_at(scope, head) {
                    assert!(
                        began.elapsed() < CAUGHT_UP,
                        "{scope} should be at {head}: {:?}",
                        follower.place()
                    );
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
        let caught_up = began.elapsed();
        let said = std::mem::take(&mut *self.said.lock());
        self.compare_with_store(&said).await;
        let mut followed = Vec::new();
        for (at, follower) in self.followers.into_iter().enumerate() {
            let one = follower.end().await;
            assert_eq!(one.wrongs, [""; 0], "what a client must never see");
            assert!(may_reset || one.resets == 0, "{} resets", one.resets);
            assert!(!one.was_told(CANARY), "the other house is heard");
            for (scope, fresh) in &heads[at] {
                let known = &one.mirror.scopes[scope].parts;
                is_the_same(scope, known, &fresh["d"]);
                if let Some(thread) = scope.strip_prefix("t:") {
                    holds_each_once_and_in_order(thread, &known["messages"], &said);
                }
            }
            followed.push(one);
        }
        let eve = self.eves.end().await;
        assert_eq!(eve.wrongs, [""; 0]);
        let wrote = self.count.load(Ordering::Relaxed) > 0;
        assert!(eve.was_told(CANARY) == wrote && !eve.was_told(" says "));
        Outcome {
            followed,
            caught_up,
            said,
        }
    }

    /// All of a scope now, from whichever node.
    async fn fresh(&self, person: &Client, scope: &str) -> (String, Value) {
        let path = format!("/api/v1/live/snapshot?c={scope}&last=200");
        let answer = insist(&self.addresses, 0, person, Method::GET, &path, &Value::Null).await;
        answer.expect(200);
        (scope.to_owned(), answer.data())
    }

    async fn compare_with_store(&self, said: &[Said]) {
        for thread in &self.threads {
            let path = format!("/api/v1/threads/{thread}/messages?limit=200&branch=all");
            let answer = insist(
                &self.addresses,
                0,
                &self.people[0],
                Method::GET,
                &path,
                &Value::Null,
            )
            .await;
            answer.expect(200);
            let mut kept = answer.data();
            kept.as_array_mut().unwrap().reverse();
            holds_each_once_and_in_order(thread, &kept, said);
        }
    }
}

/// What was acknowledged is there, once, in the order of the numbers.
fn holds_each_once_and_in_order(thread: &str, messages: &Value, said: &[Said]) {
    let messages = messages.as_array().unwrap();
    let numbers: Vec<_> = messages.iter().map(|m| m["seq"].as_i64().unwrap()).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "in order: {numbers:?}");
    for one in said.iter().filter(|one| one.thread == thread) {
        let times = messages.iter().filter(|m| m["content"] == *one.text);
        let ids: Vec<_> = times.map(|m| m["id"].as_str().unwrap()).collect();
        assert_eq!(ids, [&one.id], "{one:?}");
    }
    let people = messages.iter().filter(|m| m["role"] == "user").count();
    let acknowledged = said.iter().filter(|one| one.thread == thread).count();
    assert_eq!(people, acknowledged, "nothing else was written");
}

/// What is known by events is what a fresh fetch shows.
fn is_the_same(scope: &str, known: &serde_json::Map<String, Value>, fresh: &Value) {
    let mut known = comparable(known, fresh);
    let mut there = comparable(fresh.as_object().unwrap(), fresh);
    if !scope.starts_with("w:") {
        known.values_mut().chain(there.values_mut()).for_each(unname);
    }
    assert_eq!(known, there, "{scope}");
}
