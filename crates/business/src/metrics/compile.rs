//! From a metric to SQL: one sub-query for each fact, joins only to tables of which there is at most one row, everything
//! bound. The workspace is added here and nowhere else.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use db::WorkspaceId;
use kit::api::ApiError;
use sea_orm::Value;

use super::model::{Base, Dimension, Fact, Measure, Metric, Place, model};

/// A half-open range of moments, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moments {
    pub begin: i64,
    pub end: i64,
}

/// A filter whose values are what the columns hold.
#[derive(Clone, Debug)]
pub(crate) struct Only {
    pub dimension: String,
    pub values: Vec<Value>,
    pub not: bool,
}

/// What of a workspace's data is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'a> {
    pub workspace: WorkspaceId,
    pub metric: &'a Metric,
    /// The measures of the metric, in the order of the answer's columns `m0`, `m1`, …
    pub measures: Vec<String>,
    pub groups: &'a [String],
    pub filters: &'a [Only],
    pub currency: Option<&'a str>,
    /// Whether a payment service is connected: then its payments count and not the shops'.
    pub has_service: bool,
}

/// A statement with its values.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub sql: String,
    pub values: Vec<Value>,
}

/// The rows that some measures are summed from.
#[derive(PartialEq)]
struct Part {
    from: String,
    only: String,
    keys: Vec<String>,
    /// Which column is what.
    sums: Vec<(usize, String)>,
}

/// Writes one statement.
struct Writer<'a> {
    asked: &'a Asked<'a>,
    values: Vec<Value>,
    currency: Option<String>,
    /// Where the values of each filter stand.
    filters: Vec<String>,
}

impl<'a> Writer<'a> {
    fn new(asked: &'a Asked<'a>) -> Self {
        let mut writer = Self {
            asked,
            values: vec![asked.workspace.0.into()],
            currency: None,
            filters: Vec::new(),
        };
        writer.currency = asked.currency.map(|code| writer.bind(code.into()));
        for filter in asked.filters {
            let places: Vec<String> = filter.values.iter().map(|v| writer.bind(v.clone())).collect();
            writer.filters.push(places.join(", "));
        }
        writer
    }

    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    /// The parts of the metric, those of the same rows together.
    fn parts(&self, begin: &str, end: &str) -> Result<Vec<Part>, ApiError> {
        let mut parts: Vec<Part> = Vec::new();
        for (n, name) in self.asked.measures.iter().enumerate() {
            let (place, part) = self.part(name, begin, end)?;
            let sum = (n, aggregate(place));
            let there = parts.iter_mut().find(|other| {
                (&other.from, &other.only, &other.keys) == (&part.from, &part.only, &part.keys)
            });
            match there {
                Some(other) => other.sums.push(sum),
                None => parts.push(Part {
                    sums: vec![sum],
                    ..part
                }),
            }
        }
        Ok(parts)
    }

    fn part(&self, name: &str, begin: &str, end: &str) -> Result<(&'static Place, Part), ApiError> {
        let model = model();
        let measure = model
            .measures
            .get(name)
            .ok_or_else(|| ApiError::internal(format!("no measure {name}")))?;
        let (place, fact) = self.place(measure)?;
        let mut only = vec![format!("{}.workspace_id = $1", fact.alias)];
        if let Some(currency) = &self.currency {
            only.push(format!("{} = {currency}", fact.currency));
        }
        only.push(format!("{0} >= {begin} AND {0} < {end}", fact.time));
        let shows_all = measure.base == Base::Listed || self.lifts();
        only.push(if shows_all {
            fact.listed.clone()
        } else {
            fact.counted.clone()
        });
        if let Some(side) = &fact.one_side {
            only.push(if self.asked.has_service {
                side.clone()
            } else {
                format!("NOT {side}")
            });
        }
        only.extend(place.only.clone());
        for (filter, values) in self.asked.filters.iter().zip(&self.filters) {
            only.extend(self.filter(place, fact, filter, values));
        }
        let keys: Vec<String> = self
            .asked
            .groups
            .iter()
            .filter_map(|id| model.column(model.dimension(id)?, &place.fact, fact))
            .map(str::to_owned)
            .collect();
        let only = only.join(" AND ");
        let mut text = format!("{only} {}", keys.join(" "));
        text.extend(
            [&place.sum, &place.distinct]
                .into_iter()
                .flatten()
                .map(|s| format!(" {s}")),
        );
        let from = from(fact, &text);
        Ok((
            place,
            Part {
                from,
                only,
                keys,
                sums: Vec::new(),
            },
        ))
    }

    /// Whether what does not count is shown: grouping and filtering by status would show nothing otherwise.
    fn lifts(&self) -> bool {
        let named = self
            .asked
            .groups
            .iter()
            .chain(self.asked.filters.iter().map(|f| &f.dimension));
        named
            .filter_map(|id| model().dimension(id))
            .any(|dimension| dimension.lifts)
    }

    /// The coarsest fact that reaches everything asked.
    fn place(&self, measure: &'static Measure) -> Result<(&'static Place, &'static Fact), ApiError> {
        let model = model();
        let column = |id: &str, place: &Place, fact: &Fact| {
            model
                .dimension(id)
                .and_then(|d| model.column(d, &place.fact, fact))
                .is_some()
        };
        for place in &measure.at {
            let Some(fact) = model.facts.get(&place.fact) else {
                continue;
            };
            let groups = self.asked.groups.iter().all(|id| column(id, place, fact));
            let filters = self.asked.filters.iter().all(|filter| {
                column(&filter.dimension, place, fact)
                    || (place.by_exists && beside(fact, &filter.dimension).is_some())
            });
            if groups && filters {
                return Ok((place, fact));
            }
        }
        let last = measure
            .at
            .last()
            .and_then(|place| Some((place, model.facts.get(&place.fact)?)));
        let lost = |id: &&String| last.is_none_or(|(place, fact)| !column(id, place, fact));
        let group = self.asked.groups.iter().find(lost);
        let (field, id) = match group {
            Some(id) => ("group_by", id.as_str()),
            None => (
                "filters",
                self.asked.filters.first().map_or("", |f| f.dimension.as_str()),
            ),
        };
        Err(refused(self.asked.metric, field, id))
    }

    fn filter(&self, place: &Place, fact: &'static Fact, filter: &Only, values: &str) -> Option<String> {
        let model = model();
        let dimension = model.dimension(&filter.dimension)?;
        if let Some(column) = model.column(dimension, &place.fact, fact) {
            return Some(if filter.not {
                format!("({column} IS NULL OR {column} NOT IN ({values}))")
            } else {
                format!("{column} IN ({values})")
            });
        }
        // One of several has it: asked for, not joined.
        let (join, column) = beside(fact, &filter.dimension)?;
        let other = model.facts.get(&join.fact)?;
        let not = if filter.not { "NOT " } else { "" };
        let also = join
            .only
            .as_ref()
            .map(|only| format!(" AND {only}"))
            .unwrap_or_default();
        Some(format!(
            "{not}EXISTS (SELECT 1 FROM {} {a} WHERE {a}.workspace_id = $1 AND {a}.{} = {}.{}{also} \
             AND {column} IN ({values}))",
            other.table,
            join.theirs,
            fact.alias,
            join.ours,
            a = other.alias,
        ))
    }
}

/// Where a fact has several of a dimension.
fn beside(fact: &'static Fact, dimension: &str) -> Option<(&'static super::model::Join, &'static str)> {
    let dimension: &'static Dimension = model().dimension(dimension)?;
    fact.to_many
        .values()
        .find_map(|join| Some((join, dimension.at.get(&join.fact)?.as_str())))
}

/// Why a metric cannot be grouped or filtered by something.
pub(crate) fn refused(metric: &Metric, field: &str, dimension: &str) -> ApiError {
    let name = |texts: &super::model::Texts| {
        texts
            .get(&questions::catalogue::Language::En)
            .cloned()
            .unwrap_or_default()
    };
    let of = model()
        .dimension(dimension)
        .map_or_else(|| dimension.to_owned(), |d| name(&d.label).to_lowercase());
    let verb = if field == "group_by" {
        "grouped"
    } else {
        "filtered"
    };
    ApiError::invalid(
        field,
        format!(
            "{} cannot be {verb} by {of}: the amounts that it is made of belong to something that can have several of it, \
             or none.",
            name(&metric.label)
        ),
    )
}

fn aggregate(place: &Place) -> String {
    match (&place.sum, &place.distinct) {
        (Some(column), _) => format!("COALESCE(SUM({column}), 0)"),
        (None, Some(column)) => format!("COUNT(DISTINCT {column})"),
        (None, None) => "COUNT(*)".to_owned(),
    }
}

/// The fact and the tables beside it that a text names.
fn from(fact: &Fact, text: &str) -> String {
    let mut from = format!("{} {}", fact.table, fact.alias);
    let named: BTreeSet<&str> = text
        .match_indices('.')
        .filter_map(|(at, _)| {
            let before = &text[..at];
            let begin = before
                .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .map_or(0, |n| n + 1);
            before.get(begin..)
        })
        .collect();
    for (alias, join) in &fact.to_one {
        if named.contains(alias.as_str())
            && let Some(other) = model().facts.get(&join.fact)
        {
            let _ = write!(
                from,
                " LEFT JOIN {} {alias} ON {alias}.workspace_id = {}.workspace_id AND {alias}.{} = {}.{}",
                other.table, fact.alias, join.theirs, fact.alias, join.ours
            );
        }
    }
    from
}

/// One row: the measures over all of a range.
pub(crate) fn total(asked: &Asked<'_>, of: Moments) -> Result<Compiled, ApiError> {
    let mut writer = Writer::new(asked);
    let (begin, end) = (writer.bind(of.begin.into()), writer.bind(of.end.into()));
    let parts = writer.parts(&begin, &end)?;
    let mut columns = Vec::new();
    let mut tables = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        let sums: Vec<String> = part
            .sums
            .iter()
            .map(|(m, sum)| format!("CAST({sum} AS BIGINT) AS m{m}"))
            .collect();
        columns.extend(part.sums.iter().map(|(m, _)| format!("part{n}.m{m} AS m{m}")));
        tables.push(format!(
            "(SELECT {} FROM {} WHERE {}) part{n}",
            sums.join(", "),
            part.from,
            part.only
        ));
    }
    Ok(Compiled {
        sql: format!(
            "SELECT {} FROM {}",
            columns.join(", "),
            tables.join(" CROSS JOIN ")
        ),
        values: writer.values,
    })
}

/// A row for each piece of time, by its beginning: the pieces are looked up one by one, each a range of an index.
pub(crate) fn series(asked: &Asked<'_>, pieces: &[Moments]) -> Result<Compiled, ApiError> {
    let mut writer = Writer::new(asked);
    let rows: Vec<String> = pieces
        .iter()
        .map(|piece| {
            let (begin, end) = (writer.bind(piece.begin.into()), writer.bind(piece.end.into()));
            format!("({begin}, {end})")
        })
        .collect();
    let parts = writer.parts("p.begin_at", "p.end_at")?;
    let mut columns = vec!["p.begin_at AS begin_at".to_owned()];
    for part in &parts {
        for (m, sum) in &part.sums {
            columns.push(format!(
                "(SELECT CAST({sum} AS BIGINT) FROM {} WHERE {}) AS m{m}",
                part.from, part.only
            ));
        }
    }
    Ok(Compiled {
        sql: format!(
            "WITH pieces (begin_at, end_at) AS (VALUES {}) SELECT {} FROM pieces p ORDER BY p.begin_at",
            rows.join(", "),
            columns.join(", ")
        ),
        values: writer.values,
    })
}

/// The order of groups, and how many of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    pub count: u64,
    pub ascending: bool,
    /// How the database compares texts byte by byte, if that has to be said.
    pub collation: &'static str,
}

/// A row for each group, the most first, by value and then by key.
pub(crate) fn groups(asked: &Asked<'_>, of: Moments, most: Most) -> Result<Compiled, ApiError> {
    let mut writer = Writer::new(asked);
    let (begin, end) = (writer.bind(of.begin.into()), writer.bind(of.end.into()));
    let parts = writer.parts(&begin, &end)?;
    let keys: Vec<String> = (0..asked.groups.len()).map(|n| format!("k{n}")).collect();
    let mut tables = Vec::new();
    for part in &parts {
        let mut columns: Vec<String> = part
            .keys
            .iter()
            .zip(&keys)
            .map(|(column, key)| format!("{column} AS {key}"))
            .collect();
        for m in 0..asked.measures.len() {
            let sum = part
                .sums
                .iter()
                .find(|(n, _)| *n == m)
                .map_or("0", |(_, sum)| sum);
            columns.push(format!("{sum} AS m{m}"));
        }
        let by: Vec<String> = (1..=keys.len()).map(|n| n.to_string()).collect();
        tables.push(format!(
            "SELECT {} FROM {} WHERE {} GROUP BY {}",
            columns.join(", "),
            part.from,
            part.only,
            by.join(", ")
        ));
    }
    let sums: Vec<String> = (0..asked.measures.len())
        .map(|m| format!("CAST(SUM(m{m}) AS BIGINT) AS m{m}"))
        .collect();
    let name = |measure: &str| {
        let at = asked.measures.iter().position(|m| m == measure);
        at.map_or_else(|| "0".to_owned(), |m| format!("m{m}"))
    };
    let value = asked.metric.formula.sql(&name);
    let way = if most.ascending { "ASC" } else { "DESC" };
    let by_key = asked.groups.iter().zip(&keys).map(|(id, key)| {
        let is_text = model().dimension(id).is_some_and(|d| !d.is_id);
        format!(
            "{key} IS NULL, {key}{}",
            if is_text { most.collation } else { "" }
        )
    });
    let by_key: Vec<String> = by_key.collect();
    let (keys, limit) = (keys.join(", "), writer.bind((most.count as i64).into()));
    Ok(Compiled {
        sql: format!(
            "SELECT sums.*, COUNT(*) OVER () AS in_all FROM (SELECT {keys}, {} FROM ({}) parts GROUP BY {keys}) sums \
             ORDER BY {value} IS NULL, {value} {way}, {} LIMIT {limit}",
            sums.join(", "),
            tables.join(" UNION ALL "),
            by_key.join(", ")
        ),
        values: writer.values,
    })
}
