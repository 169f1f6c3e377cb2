//! Whoever reads the database learns neither a word of a message nor of a query.

use sea_orm::ConnectionTrait;

use super::{found, say, settled};
use crate::support::TestApp;

/// Everything that the store has on disk, or in its tables.
async fn everything(app: &TestApp) -> Vec<u8> {
    if !app.is_postgres() {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(app.folder()).unwrap() {
            let path = entry.unwrap().path();
            if path
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("tributary.db")
            {
                all.extend(std::fs::read(path).unwrap());
            }
        }
        return all;
    }
    let conn = app.db().read();
    let backend = conn.get_database_backend();
    let run = |sql: String| async move {
        conn.query_all_raw(sea_orm::Statement::from_string(backend, sql))
            .await
            .unwrap()
    };
    let mut all = Vec::new();
    for table in run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'".to_owned()).await {
        let table: String = table.try_get("", "tablename").unwrap();
        for row in run(format!("SELECT CAST(t AS text) AS row FROM {table} t")).await {
            all.extend(row.try_get::<String>("", "row").unwrap().into_bytes());
        }
    }
    all
}

fn holds(all: &[u8], word: &str) -> bool {
    let word = word.to_lowercase();
    all.windows(word.len())
        .any(|w| w.eq_ignore_ascii_case(word.as_bytes()))
}

#[tokio::test]
async fn the_store_holds_no_word_of_a_message_or_a_query() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    say(
        &ann,
        &thread,
        "Confidential: Rumpelstiltskin acquires Schneewittchen",
    )
    .await;
    super::change(
        &ann,
        &thread,
        serde_json::json!({ "title": "Froschkönig takeover" }),
    )
    .await;
    settled(&app).await;
    assert_eq!(found(&ann, "rumpelstiltskin schneewittchen").await.len(), 1);
    assert!(found(&ann, "Dornröschen").await.is_empty());
    let all = everything(&app).await;
    assert!(holds(&all, "example.org"), "the search through the store works");
    for word in [
        "rumpelstiltskin",
        "rumpelstil",
        "schneewittchen",
        "froschk",
        "takeover",
        "confidential",
        "acquir",
        "dornr",
    ] {
        assert!(!holds(&all, word), "{word} is in the store");
    }
}

#[tokio::test]
async fn two_workspaces_have_no_token_in_common() {
    use sea_orm::EntityTrait;
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    for who in [&ann, &bob] {
        let thread = who.thread().await;
        say(who, &thread, "The very same sentence about walnuts").await;
    }
    settled(&app).await;
    let chunks = db::entity::chunks::Entity::find()
        .all(app.db().read())
        .await
        .unwrap();
    assert_eq!(chunks.len(), 2);
    assert_ne!(chunks[0].twin, chunks[1].twin);
    assert_eq!(found(&ann, "walnuts").await.len(), 1);
}
