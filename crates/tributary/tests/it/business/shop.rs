//! A small shop that speaks WooCommerce's REST API, of which a test says what is in it and how it misbehaves.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use http::StatusCode;
use parking_lot::Mutex;
use serde_json::{Value, json};

use kit::clock::Timestamp;

const DAY: Duration = Duration::from_hours(24);

/// How the next answer is spoilt.
#[derive(Clone, Debug)]
pub enum Spoilt {
    /// Too many requests: wait so many seconds.
    Wait(u64),
    /// It is down.
    Down,
    /// The answer is cut.
    Cut,
}

#[derive(Default)]
struct Inside {
    orders: BTreeMap<i64, Value>,
    key: String,
    /// For requests for orders, one after the other.
    spoilt: VecDeque<Spoilt>,
    /// Every list is empty, as if a right had been taken away without a word.
    is_hidden: bool,
    /// What happens after an answer, once: an order is edited while it is read.
    edits: VecDeque<(i64, &'static str)>,
    slow: Duration,
    lists: usize,
}

/// The shop.
#[derive(Clone)]
pub struct Shop {
    address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

fn naive(at: Timestamp) -> String {
    at.to_string().chars().take(19).collect()
}

fn now() -> Timestamp {
    kit::clock::Clock::system().now()
}

/// An order as the shop gives it.
pub fn order(id: i64, total: &str, placed: Timestamp, modified: Timestamp) -> Value {
    json!({
        "id": id, "number": id.to_string(), "status": "completed", "currency": "EUR", "created_via": "checkout",
        "date_created_gmt": naive(placed), "date_modified_gmt": naive(modified), "date_paid_gmt": naive(placed),
        "total": total, "total_tax": "0.00", "shipping_total": "0.00", "customer_id": 7, "payment_method": "card",
        "billing": { "first_name": "Ada", "last_name": "L", "email": "ada@example.org", "city": "Lisbon", "country": "PT" },
        "shipping": {}, "refunds": [], "fee_lines": [],
        "line_items": [{ "id": id * 10, "product_id": 3, "variation_id": 0, "sku": "A-1", "name": "Cup",
            "quantity": 1, "subtotal": total, "total": total, "total_tax": "0.00" }],
    })
}

impl Shop {
    /// One with so many orders, spread over the last two months.
    pub async fn open(orders: i64) -> Self {
        let inside = Arc::new(Mutex::new(Inside {
            key: "ck_good".to_owned(),
            ..Inside::default()
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shop = Self {
            address: listener.local_addr().unwrap(),
            inside,
        };
        for id in 1..=orders {
            let placed = now()
                .minus(DAY * 60)
                .plus(DAY * 59 / orders.max(1) as u32 * id as u32);
            shop.put(order(id, &format!("{id}.00"), placed, placed));
        }
        let base = "/wp-json/wc/v3";
        let app = Router::new()
            .route(
                "/wp-json/",
                get(async || axum::Json(json!({ "name": "Cups", "timezone_string": "Europe/Lisbon" }))),
            )
            .route(
                &format!("{base}/data/currencies/current"),
                get(async || axum::Json(json!({ "code": "EUR" }))),
            )
            .route(&format!("{base}/orders"), get(list))
            .route(&format!("{base}/orders/{{id}}"), get(one))
            .route(&format!("{base}/customers"), get(none))
            .route(&format!("{base}/products"), get(none))
            .with_state(shop.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        shop
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What one fills in to connect it.
    pub fn values(&self) -> Value {
        json!({ "store_url": self.url(), "consumer_key": "ck_good", "consumer_secret": "cs_good_1234567890",
            "webhook_secret": SECRET })
    }

    pub fn put(&self, order: Value) {
        let id = order["id"].as_i64().unwrap();
        self.inside.lock().orders.insert(id, order);
    }

    /// Changes an order, as of now.
    pub fn edit(&self, id: i64, total: &str) -> Value {
        edit(&mut self.inside.lock(), id, total)
    }

    pub fn spoil(&self, how: impl IntoIterator<Item = Spoilt>) {
        self.inside.lock().spoilt.extend(how);
    }

    pub fn hide(&self, is_hidden: bool) {
        self.inside.lock().is_hidden = is_hidden;
    }

    pub fn edit_while_read(&self, id: i64, total: &'static str) {
        self.inside.lock().edits.push_back((id, total));
    }

    pub fn be_slow(&self, slow: Duration) {
        self.inside.lock().slow = slow;
    }

    pub fn use_key(&self, key: &str) {
        self.inside.lock().key = key.to_owned();
    }

    /// How often orders were listed.
    pub fn lists(&self) -> usize {
        self.inside.lock().lists
    }

    /// The sum of all orders, in cents.
    pub fn sum(&self) -> i64 {
        let cents = |order: &Value| {
            order["total"]
                .as_str()
                .unwrap()
                .replace('.', "")
                .parse::<i64>()
                .unwrap()
        };
        self.inside.lock().orders.values().map(cents).sum()
    }
}

/// What its webhooks are signed with.
pub const SECRET: &str = "the secret of the webhooks";

fn edit(inside: &mut Inside, id: i64, total: &str) -> Value {
    let before = &inside.orders[&id];
    let placed = Timestamp::parse(&format!("{}Z", before["date_created_gmt"].as_str().unwrap())).unwrap();
    // A minute ago: what changed within the last one is left to the next run.
    let changed = order(id, total, placed, now().minus(Duration::from_secs(90)));
    inside.orders.insert(id, changed.clone());
    changed
}

async fn none() -> Response {
    ([("x-wp-total", "0")], axum::Json(json!([]))).into_response()
}

fn moment(query: &BTreeMap<String, String>, name: &str) -> Option<String> {
    query.get(name).cloned()
}

async fn list(
    State(shop): State<Shop>,
    Query(query): Query<BTreeMap<String, String>>,
    request: Request,
) -> Response {
    let slow = shop.inside.lock().slow;
    tokio::time::sleep(slow).await;
    let mut inside = shop.inside.lock();
    inside.lists += 1;
    if let Some(refused) = refuse(&inside, &request) {
        return refused;
    }
    match inside.spoilt.pop_front() {
        Some(Spoilt::Wait(seconds)) => {
            return (
                StatusCode::TOO_MANY_REQUESTS,
                [("retry-after", seconds.to_string())],
                "",
            )
                .into_response();
        }
        Some(Spoilt::Down) => return StatusCode::BAD_GATEWAY.into_response(),
        Some(Spoilt::Cut) => return ([("x-wp-total", "3")], "[{\"id\": 1, \"num").into_response(),
        None => {}
    }
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    let (size, offset) = (number("per_page").unwrap_or(10), number("offset").unwrap_or(0));
    let (after, before) = (
        moment(&query, "modified_after"),
        moment(&query, "modified_before"),
    );
    let fits = |order: &&Value| {
        let modified = order["date_modified_gmt"].as_str().unwrap();
        after.as_deref().is_none_or(|after| modified > after)
            && before.as_deref().is_none_or(|before| modified < before)
    };
    let found: Vec<Value> = if inside.is_hidden {
        Vec::new()
    } else {
        inside.orders.values().filter(fits).cloned().collect()
    };
    let total = found.len().to_string();
    let page: Vec<Value> = found.into_iter().skip(offset).take(size).collect();
    if !page.is_empty()
        && let Some((id, amount)) = inside.edits.pop_front()
    {
        edit(&mut inside, id, amount);
    }
    ([("x-wp-total", total)], axum::Json(page)).into_response()
}

fn refuse(inside: &Inside, request: &Request) -> Option<Response> {
    let sent = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let good = base64::engine::general_purpose::STANDARD.encode(format!("{}:cs_good_1234567890", inside.key));
    (sent != format!("Basic {good}")).then(|| StatusCode::UNAUTHORIZED.into_response())
}

async fn one(State(shop): State<Shop>, Path(id): Path<i64>, request: Request) -> Response {
    let inside = shop.inside.lock();
    if let Some(refused) = refuse(&inside, &request) {
        return refused;
    }
    match inside.orders.get(&id) {
        Some(order) => axum::Json(order.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
