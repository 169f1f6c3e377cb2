//! Runs: everything that a source has comes in once, whatever happens on the way.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::shop::{Shop, Spoilt, order};
use super::{connected, connector, ended, execute, house, id, number, orders, synced};
use crate::operation::process::Process;
use crate::support::{Client, TestApp, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_misbehaves_is_read_to_its_end_all_the_same() {
    let (app, shop) = (house().await, Shop::open(260).await);
    let ann = app.person("ann").await;
    // The first look when it is connected, then the run: too much, down, an answer that is cut.
    shop.spoil([]);
    let made = connected(&ann, &shop).await;
    shop.spoil([Spoilt::Wait(1), Spoilt::Down, Spoilt::Cut, Spoilt::Wait(1)]);
    let run = ended(&ann, id(&made)).await;
    assert_eq!(run["status"], "success", "{run}");
    assert_eq!(orders(&app).await, (260, shop.sum()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_edited_while_it_is_read_is_neither_lost_nor_doubled() {
    let (app, shop) = (house().await, Shop::open(260).await);
    let ann = app.person("ann").await;
    // Each edit takes an order out of the list that is being read, so that all behind it move up.
    for (id, total) in [(130, "1000.00"), (5, "2000.00"), (201, "3000.00")] {
        shop.edit_while_read(id, total);
    }
    let made = connected(&ann, &shop).await;
    let first = ended(&ann, id(&made)).await;
    assert_eq!(first["status"], "success", "{first}");
    assert_eq!(orders(&app).await.0, 260);
    assert_eq!(synced(&ann, id(&made), "incremental").await["status"], "success");
    assert_eq!(orders(&app).await, (260, shop.sum()));
    // Nothing new: nothing is written.
    let again = synced(&ann, id(&made), "incremental").await;
    assert_eq!(again["records_written"], 0, "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_answer_where_there_was_much_is_no_success() {
    let (app, shop) = (house().await, Shop::open(40).await);
    let ann = app.person("ann").await;
    let made = connected(&ann, &shop).await;
    ended(&ann, id(&made)).await;
    let cursor = "SELECT cursor_at AS n FROM sync_positions WHERE stream = 'orders'";
    let before = number(&app, cursor).await;
    let fresh = connector(&ann, id(&made)).await["fresh_until"].clone();
    shop.hide(true);
    let run = synced(&ann, id(&made), "full").await;
    assert_eq!(run["status"], "suspect", "{run}");
    assert!(run["error"].as_str().unwrap().contains("orders"), "{run}");
    let stream = run["streams"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["name"] == "orders")
        .unwrap()
        .clone();
    assert_eq!(stream["status"], "suspect");
    let now = connector(&ann, id(&made)).await;
    assert_eq!(
        now["fresh_until"], fresh,
        "answers do not look fresher than they are"
    );
    assert!(now["error"].is_string());
    assert_eq!(orders(&app).await, (40, shop.sum()), "nothing was taken away");
    assert!(number(&app, cursor).await >= before);
    shop.hide(false);
    assert_eq!(synced(&ann, id(&made), "full").await["status"], "success");
    assert!(connector(&ann, id(&made)).await["error"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_not_understood_waits_and_the_others_go_on() {
    let (app, shop) = (house().await, Shop::open(30).await);
    let ann = app.person("ann").await;
    let mut odd = order(31, "31.00", app.db().now(), app.db().now());
    odd["currency"] = json!("???");
    odd["date_created_gmt"] = json!("2026-01-01T00:00:00");
    odd["date_modified_gmt"] = json!("2026-10-20T00:00:00");
    shop.put(odd.clone());
    let made = connected(&ann, &shop).await;
    let run = ended(&ann, id(&made)).await;
    assert_eq!(run["status"], "success", "{run}");
    assert_eq!(
        (&run["records_failed"], &run["records_read"]),
        (&json!(1), &json!(31))
    );
    assert_eq!(orders(&app).await.0, 30);
    let path = format!("/api/v1/connectors/{}/dead-letters", id(&made));
    let letters = ann.get(&path).await.data();
    let letter = &letters[0];
    assert_eq!(
        (&letter["source_id"], &letter["stage"], &letter["stream"]),
        (&json!("31"), &json!("map"), &json!("orders"))
    );
    assert!(letter["body"].as_str().unwrap().contains("???"));
    assert_eq!(connector(&ann, id(&made)).await["dead_letters"], 1);
    // Trying it again says what is wrong.
    let replay = format!("{path}/{}/replay", id(letter));
    ann.post(&replay, &json!({}))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    assert_eq!(ann.get(&path).await.data()[0]["attempts"], 2);
    // Once the source has put it right the letter goes by itself.
    odd["currency"] = json!("EUR");
    shop.put(odd);
    synced(&ann, id(&made), "full").await;
    assert_eq!(ann.get(&path).await.data(), json!([]));
    assert_eq!(orders(&app).await, (31, shop.sum()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_can_be_thrown_away_which_is_written_down() {
    let (app, shop) = (house().await, Shop::open(3).await);
    let ann = app.person("ann").await;
    let mut odd = order(4, "4.00", app.db().now(), app.db().now());
    odd["currency"] = json!("???");
    odd["date_modified_gmt"] = json!("2026-10-20T00:00:00");
    shop.put(odd);
    let made = connected(&ann, &shop).await;
    ended(&ann, id(&made)).await;
    let path = format!("/api/v1/connectors/{}/dead-letters", id(&made));
    let letter = ann.get(&path).await.data()[0].clone();
    ann.delete(&format!("{path}/{}", id(&letter))).await.expect(200);
    ann.delete(&format!("{path}/{}", id(&letter)))
        .await
        .expect_error(404, "NOT_FOUND");
    let rows = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM audit WHERE action = 'dead_letter.discarded'";
    assert_eq!(number(&app, rows).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_that_are_not_understood_stop_the_stream() {
    let (app, shop) = (house().await, Shop::open(0).await);
    let ann = app.person("ann").await;
    for n in 1..=120 {
        let mut odd = order(n, "1.00", app.db().now(), app.db().now());
        odd["currency"] = json!("???");
        odd["date_modified_gmt"] = json!("2026-11-01T00:00:00");
        shop.put(odd);
    }
    let made = connected(&ann, &shop).await;
    let run = ended(&ann, id(&made)).await;
    assert_eq!(run["status"], "partial", "{run}");
    let cursor =
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM sync_positions WHERE stream = 'orders' AND is_filled";
    assert_eq!(number(&app, cursor).await, 0, "the position did not move over it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_can_be_ended_and_the_next_one_goes_on() {
    let (app, shop) = (house().await, Shop::open(50).await);
    let ann = app.person("ann").await;
    let made = connected(&ann, &shop).await;
    ended(&ann, id(&made)).await;
    shop.be_slow(Duration::from_secs(2));
    let path = format!("/api/v1/connectors/{}", id(&made));
    let run = ann
        .post(&format!("{path}/sync"), &json!({ "mode": "full" }))
        .await
        .data();
    ann.post(&format!("{path}/sync"), &json!({}))
        .await
        .expect_error(409, "CONFLICT");
    ann.post(&format!("{path}/runs/{}/cancel", id(&run)), &json!({}))
        .await
        .expect(200);
    assert_eq!(ended(&ann, id(&made)).await["status"], "cancelled");
    ann.post(&format!("{path}/runs/{}/cancel", id(&run)), &json!({}))
        .await
        .expect_error(409, "CONFLICT");
    shop.be_slow(Duration::ZERO);
    assert_eq!(synced(&ann, id(&made), "full").await["status"], "success");
}

async fn person(base: &str) -> Client {
    let mut client = Client::new(base);
    let body = json!({ "email": "ann@example.org", "password": "a good long password", "full_name": "Ann" });
    let answer = client.post("/api/v1/auth/register", &body).await;
    answer.expect(201);
    client.bearer(answer.data()["access_token"].as_str().unwrap());
    client
}

/// What the tables say of orders, without what differs from store to store.
async fn table(folder: &std::path::Path) -> Vec<(String, i64, i64, String)> {
    use sea_orm::{ConnectionTrait, Database, Statement};
    let url = format!("sqlite://{}?mode=ro", folder.join("tributary.db").display());
    let connection = Database::connect(url).await.unwrap();
    let sql = "SELECT source_id, net, placed_at, status FROM orders ORDER BY source_id";
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    connection.close().await.unwrap();
    rows.iter()
        .map(|row| {
            (
                row.try_get("", "source_id").unwrap(),
                row.try_get("", "net").unwrap(),
                row.try_get("", "placed_at").unwrap(),
                row.try_get("", "status").unwrap(),
            )
        })
        .collect()
}

const LEAVE: [(&str, &str); 1] = [("TRIBUTARY_BUSINESS_ALLOW_PRIVATE_HOSTS", "true")];

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_again_and_again_leaves_the_same_tables() {
    let shop = Shop::open(900).await;
    let home = tempfile::tempdir().unwrap();
    let (calm, wild) = (home.path().join("calm"), home.path().join("wild"));
    let server = Process::start(&calm, &LEAVE).await;
    let ann = person(&server.base).await;
    let made = connected(&ann, &shop).await;
    assert_eq!(ended(&ann, id(&made)).await["status"], "success");
    server.kill();

    shop.be_slow(Duration::from_millis(60));
    let mut server = Process::start(&wild, &LEAVE).await;
    let mut ann = person(&server.base).await;
    let made = connected(&ann, &shop).await;
    for pause in [150, 320, 90, 510, 230] {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        server.kill();
        server = Process::start(&wild, &LEAVE).await;
        ann = ann.at(&server.base);
    }
    let run = ended(&ann, id(&made)).await;
    assert_eq!(run["status"], "success", "{run}");
    let runs = ann
        .get(&format!("/api/v1/connectors/{}/runs", id(&made)))
        .await
        .data();
    assert_eq!(runs.as_array().unwrap().len(), 1, "it was one run all along");
    server.kill();
    let (calm, wild) = (table(&calm).await, table(&wild).await);
    assert_eq!(calm.len(), 900);
    assert_eq!(calm, wild);
}

const SALES: &str = "Order,Date,SKU,Product,Quantity,Unit price,Customer,Country\n\
    1001,2026-01-05 10:00,A1,Cup,2,3.50,17,Portugal\n\
    1001,2026-01-05 10:00,B2,Plate,1,8.00,17,Portugal\n\
    1002,2026-01-06 11:30,A1,Cup,4,3.50,18,Spain\n";

async fn upload(client: &Client, connector: &str, query: &str, text: &str) -> crate::support::Answer {
    let path = format!("/api/v1/connectors/{connector}/upload{query}");
    client
        .send(
            Method::POST,
            &path,
            &[("content-type", "text/csv")],
            text.to_owned(),
        )
        .await
}

async fn table_of_sales(app: &TestApp) -> (Client, Value) {
    let ann = app.person("ann").await;
    let body = json!({ "type": "csv", "name": "Sales", "values": { "currency": "EUR", "time_zone": "UTC" } });
    let made = ann.post("/api/v1/connectors", &body).await;
    made.expect(201);
    (ann, made.data())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_looked_at_approved_and_read_and_the_same_again_does_nothing() {
    let app = house().await;
    let (ann, made) = table_of_sales(&app).await;
    assert_eq!(made["schedule"], Value::Null);
    let sample = upload(&ann, id(&made), "?preview=true", SALES).await;
    sample.expect(200);
    let sample = sample.data();
    assert_eq!(
        (&sample["format"], &sample["delimiter"]),
        (&json!("csv"), &json!(","))
    );
    assert_eq!(
        number(&app, "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM sync_runs").await,
        0
    );
    let mut layout = sample["layout"].clone();
    layout["currency"] = json!("EUR");
    let query: String = layout.to_string().bytes().map(|b| format!("%{b:02X}")).collect();
    let run = upload(&ann, id(&made), &format!("?layout={query}"), SALES).await;
    run.expect(202);
    let run = ended(&ann, id(&made)).await;
    assert_eq!(run["status"], "success", "{run}");
    assert_eq!(
        (&run["mode"], &run["trigger"]),
        (&json!("upload"), &json!("upload"))
    );
    assert_eq!(orders(&app).await, (2, 700 + 800 + 1400));
    // The layout is kept; the same bytes are the same run.
    let again = upload(&ann, id(&made), "", SALES).await;
    again.expect(202);
    assert_eq!(again.data()["id"], run["id"]);
    // A row more is another file, and the rows that were there count once.
    let more = format!("{SALES}1003,2026-01-07 09:00,A1,Cup,1,3.50,18,Spain\n");
    upload(&ann, id(&made), "", &more).await.expect(202);
    let second = eventually("the second file is read", || async {
        let run = ended(&ann, id(&made)).await;
        (run["id"] != again.data()["id"]).then_some(run)
    })
    .await;
    assert_eq!(second["status"], "success", "{second}");
    assert_eq!(orders(&app).await, (3, 700 + 800 + 1400 + 350));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_rows_that_say_nothing_is_taken_in_part_and_says_so() {
    let app = house().await;
    let (ann, made) = table_of_sales(&app).await;
    let sample = upload(&ann, id(&made), "?preview=true", SALES).await.data();
    let mut layout = sample["layout"].clone();
    layout["currency"] = json!("EUR");
    let encoded = |layout: &Value| -> String {
        let text = layout.to_string();
        text.bytes().map(|b| format!("%{b:02X}")).collect()
    };
    let query = encoded(&layout);
    let bad = format!("{SALES}1009,yesterday,A1,Cup,1,3.50,18,Spain\n");
    upload(&ann, id(&made), &format!("?layout={query}"), &bad)
        .await
        .expect(202);
    let run = ended(&ann, id(&made)).await;
    assert_eq!(
        (&run["status"], &run["records_failed"]),
        (&json!("partial"), &json!(1)),
        "{run}"
    );
    assert_eq!(run["error"], "1 of its 3 records could not be understood.");
    assert_eq!(orders(&app).await, (2, 700 + 800 + 1400));
    // Looked at as somebody says it is written, not as it seems.
    layout["dialect"]["delimiter"] = json!(";");
    let query = format!("?preview=true&layout={}", encoded(&layout));
    let other = upload(&ann, id(&made), &query, SALES).await;
    other.expect(200);
    assert_eq!(other.data()["columns"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_none_or_too_large_leaves_nothing() {
    let app = TestApp::with(|config| config.files.free_file_mb = 1).await;
    let (ann, made) = table_of_sales(&app).await;
    let long = SALES.repeat(8_000);
    upload(&ann, id(&made), "", &long)
        .await
        .expect_error(413, "PAYLOAD_TOO_LARGE");
    upload(&ann, id(&made), "", "")
        .await
        .expect_error(422, "VALIDATION_FAILED");
    upload(&ann, id(&made), "?layout=%7B%22a%22%3A1%7D", SALES)
        .await
        .expect_error(422, "VALIDATION_FAILED");
    assert_eq!(
        number(&app, "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM sync_runs").await,
        0
    );
    assert_eq!(crate::files::objects(&app), Vec::<String>::new());
    execute(&app, "DELETE FROM connectors").await;
    upload(&ann, id(&made), "", SALES)
        .await
        .expect_error(404, "NOT_FOUND");
}
