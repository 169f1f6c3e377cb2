//! What every store of the index passes alike: the same words score the same, and the nearest are the nearest.

use db::entity::chunks;
use db::index::{
    Columns, Match, Piece, Space, Term, Totals, insert, insert_vectors, nearest, search_words, space_for,
    totals,
};
use db::kinds::IndexKind;
use db::{Db, WorkspaceId};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition};

use crate::support::TestApp;

fn row(workspace: WorkspaceId, part: i32, tokens: usize) -> chunks::Model {
    chunks::Model {
        id: 0,
        workspace_id: workspace,
        kind: IndexKind::Record,
        source_id: kit::ids::new_id(),
        thread_id: None,
        author_id: None,
        page: None,
        part,
        start: 0,
        stop: 0,
        tokens_count: tokens as i32,
        twin: 0,
        created_at: 0,
    }
}

fn list(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Words, stems and beginnings of some chunks.
const CORPUS: [[&str; 3]; 7] = [
    ["red apple pie", "appl", "app pie"],
    ["apple apple apple", "appl", "app"],
    ["green pear tart with cream", "", "pea tar cre"],
    ["apples and pears", "appl pear", "app pea"],
    ["pie pie crust", "", "cru pie"],
    [
        "a long text about nothing but the weather and the news of the day",
        "",
        "lon tex abo",
    ],
    ["pear apple", "appl", "app pea"],
];

/// What a plain FTS5 of another program says of the same chunks: the number of each that has it, and its score.
const SCORES: &str = "\
apple: 1:0.426 6:0.292 0:0.275\n\
pie: 4:1.199 0:0.862\n\
stem: 6:0.000 1:0.000 0:0.000 3:0.000\n\
start: 6:0.171 3:0.144 2:0.134\n\
phrase: 6:1.703\n\
phrase: 4:1.703\n\
none: \n\
all: 0:1.136\n\
any: 4:1.703 5:0.971 2:0.782\n\
word or stem: 3:1.513 6:0.000 1:0.000 0:0.000\n\
";

async fn filled(db: &Db, workspace: WorkspaceId) -> Totals {
    let tx = db.write().await.unwrap();
    let pieces = CORPUS.iter().enumerate().map(|(n, [words, stems, starts])| {
        let [words, stems, starts] = [words, stems, starts].map(|text| list(text));
        Piece {
            row: row(workspace, n as i32, words.len() + stems.len() + starts.len()),
            words,
            stems,
            starts,
        }
    });
    insert(&tx, pieces.collect()).await.unwrap();
    tx.commit().await.unwrap();
    totals(db, workspace).await.unwrap()
}

fn term(text: &str, columns: Columns) -> Match {
    Match::Term(Term {
        tokens: list(text),
        columns,
    })
}

#[tokio::test]
async fn words_score_alike_in_every_store() {
    let app = TestApp::start().await;
    let (db, workspace) = (app.db(), WorkspaceId::new());
    let totals = filled(db, workspace).await;
    let mut told = String::new();
    for (name, wanted) in [
        ("apple", term("apple", Columns::Words)),
        ("pie", term("pie", Columns::Words)),
        ("stem", term("appl", Columns::Stems)),
        ("start", term("pea", Columns::Starts)),
        ("phrase", term("pear apple", Columns::Words)),
        ("phrase", term("pie pie", Columns::Words)),
        ("none", term("apple pear", Columns::Words)),
        (
            "all",
            Match::All(vec![term("apple", Columns::Words), term("pie", Columns::Words)]),
        ),
        (
            "any",
            Match::Any(vec![
                term("crust", Columns::Words),
                term("tar", Columns::Starts),
                term("weather", Columns::Words),
            ]),
        ),
        (
            "word or stem",
            Match::Any(vec![term("apples", Columns::Words), term("appl", Columns::Stems)]),
        ),
    ] {
        let found = search_words(db, workspace, totals, &wanted, Condition::all(), 100)
            .await
            .unwrap();
        let scores: Vec<_> = found
            .iter()
            .map(|f| format!("{}:{:.3}", f.chunk.part, f.score))
            .collect();
        told.push_str(&format!("{name}: {}\n", scores.join(" ")));
    }
    assert_eq!(told, SCORES);
    // A condition is part of the question, and so is the workspace.
    let only = Condition::all().add(chunks::Column::Part.gt(2));
    let found = search_words(db, workspace, totals, &term("apple", Columns::Words), only, 100)
        .await
        .unwrap();
    assert_eq!(found.iter().map(|f| f.chunk.part).collect::<Vec<_>>(), [6]);
    let other = WorkspaceId::new();
    let found = search_words(
        db,
        other,
        totals,
        &term("apple", Columns::Words),
        Condition::all(),
        100,
    )
    .await
    .unwrap();
    assert!(found.is_empty());
}

/// A vector of length one that is the same for the same number.
fn vector(seed: u64, dims: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u64 << 24) as f32
    };
    // Twelve even numbers make one of a bell.
    let numbers: Vec<f32> = (0..dims)
        .map(|_| (0..12).map(|_| next()).sum::<f32>() - 6.0)
        .collect();
    let length = numbers.iter().map(|n| n * n).sum::<f32>().sqrt();
    numbers.iter().map(|n| n / length).collect()
}

const VECTORS: u64 = 600;

async fn with_vectors(db: &Db, space: &Space, workspace: WorkspaceId, salt: u64) -> Vec<i64> {
    let tx = db.write().await.unwrap();
    let pieces = (0..VECTORS).map(|n| Piece {
        row: row(workspace, n as i32, 0),
        words: vec![],
        stems: vec![],
        starts: vec![],
    });
    let ids = insert(&tx, pieces.collect()).await.unwrap();
    let rows: Vec<_> = ids
        .iter()
        .zip(0..)
        .map(|(id, n)| (*id, vector(salt + n, space.dims)))
        .collect();
    insert_vectors(&tx, space, workspace, &rows).await.unwrap();
    tx.commit().await.unwrap();
    ids
}

fn exact(salt: u64, dims: usize, asked: &[f32], among: impl Fn(u64) -> bool, k: usize) -> Vec<(i32, f64)> {
    let dot = |n: u64| {
        vector(salt + n, dims)
            .iter()
            .zip(asked)
            .map(|(a, b)| f64::from(a * b))
            .sum::<f64>()
    };
    let mut all: Vec<_> = (0..VECTORS)
        .filter(|n| among(*n))
        .map(|n| (n as i32, dot(n)))
        .collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all.truncate(k);
    all
}

#[tokio::test]
async fn the_nearest_are_the_nearest_in_every_store() {
    let app = TestApp::start().await;
    let db = app.db();
    if !db::index::prepare_vectors(db).await.unwrap() {
        return; // PostgreSQL without pgvector
    }
    for dims in [256, 300] {
        let space = space_for(db, &format!("test/{dims}"), dims).await.unwrap();
        assert_eq!(space_for(db, &format!("test/{dims}"), dims).await.unwrap(), space);
        let (mine, other) = (WorkspaceId::new(), WorkspaceId::new());
        let ids = with_vectors(db, &space, mine, 1_000).await;
        with_vectors(db, &space, other, 900_000).await;
        let (mut right, mut all) = (0, 0);
        for asked in 0..20 {
            let asked = vector(5_000_000 + asked, dims);
            let found = nearest(db, &space, mine, &asked, Condition::all(), 10)
                .await
                .unwrap();
            let best = exact(1_000, dims, &asked, |_| true, 10);
            assert_eq!(found.len(), 10);
            for hit in &found {
                assert!(ids.contains(&hit.chunk.id), "another workspace's vector");
                let true_score = exact(1_000, dims, &asked, |n| n == hit.chunk.part as u64, 1)[0].1;
                assert!(
                    (hit.score - true_score).abs() < 2e-3,
                    "{} is {true_score}",
                    hit.score
                );
            }
            right += best
                .iter()
                .filter(|(part, _)| found.iter().any(|f| f.chunk.part == *part))
                .count();
            all += best.len();
            // Few that may be seen: all of them come, however many others are nearer.
            let few = Condition::all().add(chunks::Column::Part.lt(5));
            let found = nearest(db, &space, mine, &asked, few, 10).await.unwrap();
            let parts: Vec<_> = found.iter().map(|f| f.chunk.part).collect();
            let best: Vec<_> = exact(1_000, dims, &asked, |n| n < 5, 10)
                .iter()
                .map(|b| b.0)
                .collect();
            assert_eq!(parts, best);
        }
        assert!(right * 100 >= all * 97, "{right} of {all}");
        // What is deleted is gone.
        let tx = db.write().await.unwrap();
        let gone = Query::select()
            .column(chunks::Column::Id)
            .from(chunks::Entity)
            .and_where(chunks::Column::WorkspaceId.eq(mine))
            .and_where(chunks::Column::Part.gte(10))
            .to_owned();
        db::index::delete(&tx, gone).await.unwrap();
        tx.commit().await.unwrap();
        let found = nearest(db, &space, mine, &vector(7, dims), Condition::all(), 100)
            .await
            .unwrap();
        assert_eq!(found.len(), 10);
    }
}
