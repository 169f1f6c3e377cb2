//! The stand-in shops of the tests: one server that behaves like Shopify, Stripe and WooCommerce, and misbehaves on request.
//!
//! It listens on the loopback address only and must never be part of a release (Cargo feature `standin`). Behind it is a
//! [`Shop`] that tests can edit while it is being read.
//!
//! | Address | Service |
//! |---|---|
//! | `POST /admin/api/{version}/graphql.json`, `GET /bulk/{id}` | Shopify; the token is `shpat_standin_token` |
//! | `GET /v1/…` | Stripe; the key is `rk_test_standin00` |
//! | `GET /wp-json/…` | WooCommerce; the key is `ck_standin` and `cs_standin` |

mod deliveries;
mod serve;
mod shop;
mod shopify;
mod stripe;
mod woocommerce;

use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use deliveries::Delivery;
pub use shop::{Customer, Line, Order, Product, Refund, Shop};

/// The token of the stand-in's Shopify.
pub const SHOPIFY_TOKEN: &str = "shpat_standin_token";
/// The key of its Stripe.
pub const STRIPE_KEY: &str = "rk_test_standin00";
/// The key of its WooCommerce.
pub const WOO_KEY: (&str, &str) = ("ck_standin", "cs_standin");
/// What signs its webhooks.
pub const WEBHOOK_SECRET: &str = "standin-webhook-secret";

/// What goes wrong with the next request for data.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Later, in so many seconds.
    RateLimited(u64),
    /// The bucket of cost is empty (Shopify).
    Throttled,
    /// The credentials have run out.
    Unauthorized,
    /// They do not allow this.
    Forbidden,
    /// The server is broken.
    Unavailable,
    /// The answer ends in the middle.
    Cut,
    /// The answer is no JSON.
    Garbage,
    /// The answer leads to another host.
    Redirect(String),
    /// The page before comes again.
    Repeat,
    /// The page's records are in another order.
    Reorder,
    /// A line of the bulk operation's file is missing.
    LoseLine,
    /// The bulk operation fails.
    BulkFails,
    /// Records are edited between this request and the next: orders of these ids.
    Edit(Vec<u64>),
}

/// A running stand-in. Dropping it stops it.
#[derive(Debug)]
pub struct Standin {
    address: SocketAddr,
    state: Arc<State>,
    stop: watch::Sender<bool>,
}

/// What the servers share.
#[derive(Debug)]
pub(crate) struct State {
    pub address: SocketAddr,
    pub shop: Mutex<Shop>,
    pub faults: Mutex<VecDeque<Fault>>,
    pub last: Mutex<BTreeMap<String, String>>,
    pub bulk: Mutex<Vec<(String, u32)>>,
    pub requests: Mutex<Vec<String>>,
    pub most_cost: Mutex<u64>,
}

impl Standin {
    /// Starts on a free port of the loopback address.
    pub async fn start(shop: Shop) -> std::io::Result<Self> {
        Self::start_on(0, shop).await
    }

    /// Starts on this port of the loopback address.
    pub async fn start_on(port: u16, shop: Shop) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            address,
            shop: Mutex::new(shop),
            faults: Mutex::default(),
            last: Mutex::default(),
            bulk: Mutex::default(),
            requests: Mutex::default(),
            most_cost: Mutex::new(1000),
        });
        let (end, mut stopped) = watch::channel(false);
        let router = serve::router(Arc::clone(&state));
        spawn(async move {
            let stopping = async move {
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            let _ = axum::serve(listener, router)
                .with_graceful_shutdown(stopping)
                .await;
        });
        Ok(Self {
            address,
            state,
            stop: end,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as a text, for `base_url` and `store_url`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The values with which a source of this type reads it.
    pub fn values(&self, connector: &str) -> BTreeMap<String, String> {
        let pairs: &[(&str, &str)] = match connector {
            "shopify" => &[
                ("shop_domain", "standin.myshopify.com"),
                ("access_token", SHOPIFY_TOKEN),
                ("base_url", ""),
            ],
            "stripe" => &[("api_key", STRIPE_KEY), ("base_url", "")],
            _ => &[
                ("consumer_key", WOO_KEY.0),
                ("consumer_secret", WOO_KEY.1),
                ("store_url", ""),
            ],
        };
        let secret = ("webhook_secret", WEBHOOK_SECRET);
        let value = |value: &str| {
            if value.is_empty() {
                self.origin()
            } else {
                value.to_owned()
            }
        };
        pairs
            .iter()
            .chain([&secret])
            .map(|(name, text)| ((*name).to_owned(), value(text)))
            .collect()
    }

    /// Changes the shop.
    pub fn edit<T>(&self, change: impl FnOnce(&mut Shop) -> T) -> T {
        change(&mut self.state.shop.lock())
    }

    /// The next requests for data go wrong in this way, one each.
    pub fn break_next(&self, fault: Fault) {
        self.state.faults.lock().push_back(fault);
    }

    /// The largest cost that one GraphQL request may have.
    pub fn set_most_cost(&self, most: u64) {
        *self.state.most_cost.lock() = most;
    }

    /// The paths that were asked for, with their queries.
    pub fn requests(&self) -> Vec<String> {
        self.state.requests.lock().clone()
    }

    /// The webhook that a service sends about an order, signed.
    pub fn delivery(
        &self,
        connector: &str,
        topic: &str,
        order: u64,
        now: kit::clock::Timestamp,
    ) -> Option<Delivery> {
        deliveries::order(&self.state.shop.lock(), connector, topic, order, now)
    }

    /// Waits until it is stopped.
    pub async fn wait(&self) {
        let mut stopped = self.stop.subscribe();
        let _ = stopped.wait_for(|stopped| *stopped).await;
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

#[expect(clippy::disallowed_methods, reason = "the outside world has its own tasks")]
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}
