//! Chunks by the hashes of their words, ranked by BM25 as FTS5 has it; on PostgreSQL the same formula over its vectors.

use std::fmt::Write as _;

use sea_orm::sea_query::{Alias, Expr, JoinType, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, FromQueryResult, Iterable};

use super::{Found, Totals};
use crate::entity::chunks;
use crate::{Db, DbError, WorkspaceId, dialect};

/// In which columns a token is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Columns {
    /// Words as they were written.
    Words,
    /// Words and stems.
    Stems,
    /// Beginnings.
    Starts,
}

/// One thing that is looked for: a token, or several in a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    /// Letters and digits only.
    pub tokens: Vec<String>,
    /// Where.
    pub columns: Columns,
}

/// What a chunk must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// This.
    Term(Term),
    /// Each of these.
    All(Vec<Match>),
    /// At least one of these.
    Any(Vec<Match>),
}

/// What a token weighs as a word, a stem and a beginning.
const WEIGHTS: [f64; 3] = [1.0, 0.6, 0.4];
/// BM25's constants, as FTS5 has them.
const K1: f64 = 1.2;
const B: f64 = 0.75;
/// A token in more chunks than this is simply common; on PostgreSQL they are not counted further.
const COMMON: i64 = 20_000;

impl Match {
    /// Nothing can have it.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Term(term) => term.tokens.is_empty(),
            Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::is_empty),
        }
    }

    fn terms<'a>(&'a self, into: &mut Vec<&'a Term>) {
        match self {
            Self::Term(term) if !into.contains(&term) => into.push(term),
            Self::Term(_) => {}
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.terms(into)),
        }
    }

    /// As an expression, where each database has its signs.
    fn write(&self, out: &mut String, signs: [&str; 2], term: &impl Fn(&Term) -> String) {
        let (parts, sign) = match self {
            Self::Term(one) => return out.push_str(&term(one)),
            Self::All(parts) => (parts, signs[0]),
            Self::Any(parts) => (parts, signs[1]),
        };
        out.push('(');
        for (n, part) in parts.iter().filter(|part| !part.is_empty()).enumerate() {
            if n > 0 {
                out.push_str(sign);
            }
            part.write(out, signs, term);
        }
        out.push(')');
    }
}

/// The newest chunks with these words that pass the condition, best first. `limit` bounds how many are looked at.
pub async fn search_words(
    db: &Db,
    workspace: WorkspaceId,
    totals: Totals,
    wanted: &Match,
    may_see: Condition,
    limit: u64,
) -> Result<Vec<Found>, DbError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = if db.read().get_database_backend() == DatabaseBackend::Postgres {
        postgres(db, workspace, totals, wanted, may_see, limit).await?
    } else {
        sqlite(db, workspace, wanted, may_see, limit).await?
    };
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.chunk.id.cmp(&a.chunk.id)));
    Ok(found)
}

/// The columns of a chunk that are read; on PostgreSQL its tokens are not.
pub(super) fn select_chunks(select: &mut SelectStatement) {
    for column in chunks::Column::iter() {
        select.column((chunks::Entity, column));
    }
}

async fn sqlite(
    db: &Db,
    workspace: WorkspaceId,
    wanted: &Match,
    may_see: Condition,
    limit: u64,
) -> Result<Vec<Found>, DbError> {
    let mut expression = String::new();
    wanted.write(&mut expression, [" AND ", " OR "], &|term| {
        let columns = match term.columns {
            Columns::Words => "words",
            Columns::Stems => "words stems",
            Columns::Starts => "starts",
        };
        format!("({{{columns}}} : \"{}\")", term.tokens.join(" "))
    });
    let [words, stems, starts] = WEIGHTS;
    let mut select = Query::select();
    select_chunks(&mut select);
    select
        .expr_as(
            Expr::cust(format!("-bm25(chunk_words, {words:.1}, {stems:.1}, {starts:.1})")),
            Alias::new("score"),
        )
        .from("chunk_words")
        // A cross join keeps the words outside: the chunks are looked up by their numbers. It takes no condition.
        .join(JoinType::CrossJoin, chunks::Entity, Condition::all())
        .and_where(Expr::cust("chunks.id = chunk_words.rowid"))
        .and_where(Expr::cust_with_values("chunk_words MATCH ?", [expression]))
        .and_where(chunks::Column::WorkspaceId.eq(workspace))
        .cond_where(may_see)
        .order_by_expr(Expr::cust("chunk_words.rowid"), Order::Desc)
        .limit(limit);
    let rows = db.read().query_all(&select).await?;
    let found = rows.iter().map(|row| {
        Ok(Found {
            chunk: chunks::Model::from_query_result(row, "")?,
            score: row.try_get("", "score")?,
        })
    });
    Ok(found.collect::<Result<_, sea_orm::DbErr>>()?)
}

/// A term as a tsquery. Tokens are letters and digits, so that nothing needs quoting.
fn tsquery(term: &Term) -> String {
    let phrase = |letter: char| {
        let mut text = String::new();
        for (n, token) in term.tokens.iter().enumerate() {
            let _ = write!(text, "{}{letter}{token}", if n > 0 { "<->" } else { "" });
        }
        text
    };
    match term.columns {
        Columns::Words => format!("({})", phrase('w')),
        Columns::Stems => format!("({}|{})", phrase('w'), phrase('s')),
        Columns::Starts => format!("({})", phrase('p')),
    }
}

async fn postgres(
    db: &Db,
    workspace: WorkspaceId,
    totals: Totals,
    wanted: &Match,
    may_see: Condition,
    limit: u64,
) -> Result<Vec<Found>, DbError> {
    let mut expression = String::new();
    wanted.write(&mut expression, ["&", "|"], &tsquery);
    let mut terms = Vec::new();
    wanted.terms(&mut terms);
    let weights = inverse_frequencies(db, workspace, totals, &terms).await?;
    let mut select = Query::select();
    select_chunks(&mut select);
    for (n, term) in terms.iter().enumerate() {
        // The cover density of a single token is how often it stands there, weighed by its letter: words have none,
        // which is D, stems have B and beginnings C.
        let [words, stems, starts] = WEIGHTS;
        let weights = format!("{{{words},{starts},{stems},{words}}}");
        let places = format!(
            "ts_rank_cd('{weights}', chunks.tokens, '{}'::tsquery)",
            tsquery(term)
        );
        select.expr_as(
            Expr::cust(format!("CAST({places} AS double precision)")),
            Alias::new(format!("tf{n}")),
        );
    }
    select
        .from(chunks::Entity)
        .and_where(chunks::Column::WorkspaceId.eq(workspace))
        .and_where(Expr::cust(format!("chunks.tokens @@ '{expression}'::tsquery")))
        .cond_where(may_see)
        .order_by((chunks::Entity, chunks::Column::Id), Order::Desc)
        .limit(limit);
    let rows = db.read().query_all(&select).await?;
    let mean = (totals.tokens as f64 / (totals.chunks.max(1)) as f64).max(1.0);
    let found = rows.iter().map(|row| {
        let chunk = chunks::Model::from_query_result(row, "")?;
        let length = K1 * (1.0 - B + B * f64::from(chunk.tokens_count) / mean);
        let mut score = 0.0;
        for (n, idf) in weights.iter().enumerate() {
            let frequency: f64 = row.try_get("", &format!("tf{n}"))?;
            score += idf * frequency * (K1 + 1.0) / (frequency + length);
        }
        Ok(Found { chunk, score })
    });
    Ok(found.collect::<Result<_, sea_orm::DbErr>>()?)
}

/// How telling each term is: the rarer, the more.
async fn inverse_frequencies(
    db: &Db,
    workspace: WorkspaceId,
    totals: Totals,
    terms: &[&Term],
) -> Result<Vec<f64>, DbError> {
    let mut sql = String::from("SELECT ");
    for (n, term) in terms.iter().enumerate() {
        let _ = write!(
            sql,
            "{}(SELECT COUNT(*) FROM (SELECT 1 FROM chunks WHERE workspace_id = $1 AND tokens @@ '{}'::tsquery \
             LIMIT {COMMON}) AS t{n}) AS df{n}",
            if n > 0 { ", " } else { "" },
            tsquery(term)
        );
    }
    let row = db
        .read()
        .query_one_raw(dialect::statement(db.read(), &sql, [workspace.0.into()]))
        .await?;
    let mut weights = Vec::with_capacity(terms.len());
    for n in 0..terms.len() {
        let count: i64 = match &row {
            Some(row) => row.try_get("", &format!("df{n}"))?,
            None => 0,
        };
        let (all, with) = (totals.chunks.max(count) as f64, count as f64);
        weights.push(((all - with + 0.5) / (with + 0.5)).ln().max(1e-6));
    }
    Ok(weights)
}
