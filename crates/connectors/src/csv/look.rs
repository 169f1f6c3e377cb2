//! What a file looks like, by its beginning: proposed, with what is in doubt said.

use serde::Serialize;
use serde_json::Value;

use super::date::{format_of, proof as date_proof};
use super::guess::{Kind, date_order, decimal, entity, kind, meanings};
use super::number::{currency_in, proof as number_proof};
use super::{BadTable, Column, DateOrder, Dialect, Format, Layout, Rows, Target, jsonl, names};
use crate::manifest::Entity;

/// Rows that are looked at.
const LOOKED_AT: usize = 2_000;
/// Rows that are shown.
const SHOWN: usize = 20;
/// A beginning of this size is probably cut in the middle of a row.
const CUT: usize = 32 << 10;

/// What a file looks like.
#[derive(Clone, Debug, Serialize)]
pub struct Sample {
    /// `csv` or `jsonl`.
    pub format: Format,
    /// Between cells.
    pub delimiter: char,
    /// Around cells.
    pub quote: char,
    /// A label of the WHATWG encoding standard.
    pub encoding: String,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// `.` or `,`.
    pub decimal: char,
    /// The order of dates; none if there are none.
    pub date_order: Option<DateOrder>,
    /// How dates are written, for people.
    pub date_format: Option<String>,
    /// The zone of times without one.
    pub time_zone: String,
    /// The currency, if a sign or a column tells.
    pub currency: Option<String>,
    /// The columns.
    pub columns: Vec<SampleColumn>,
    /// What columns can mean.
    pub fields: Vec<TargetInfo>,
    /// The first rows.
    pub rows: Vec<Vec<String>>,
    /// What a person should know.
    pub warnings: Vec<String>,
    /// What a person has to decide before the file is read.
    pub doubts: Vec<String>,
    /// All of this as a layout.
    pub layout: Layout,
}

/// A column of a sample.
#[derive(Clone, Debug, Serialize)]
pub struct SampleColumn {
    /// Its name.
    pub name: String,
    /// `text`, `integer`, `decimal`, `date` or `empty`.
    #[serde(rename = "type")]
    pub word: &'static str,
    /// Some of its values.
    pub examples: Vec<String>,
    /// What it probably means.
    pub field: Option<Target>,
}

/// What a column can mean, for people.
#[derive(Clone, Debug, Serialize)]
pub struct TargetInfo {
    /// Its name in layouts.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What belongs there.
    pub help: &'static str,
}

/// Looks at the beginning of a file (64 KiB and more are good, all of it is best).
pub fn look(head: &[u8]) -> Result<Sample, BadTable> {
    let mut warnings = Vec::new();
    let encoding = encoding(head, &mut warnings)?;
    if let Some(table) = objects(head, encoding) {
        return Ok(sample(table, encoding, warnings));
    }
    let table = cells(head, encoding)?;
    Ok(sample(table, encoding, warnings))
}

/// Looks at the beginning of a file as somebody said it is written; what its columns hold is found out anew.
pub fn look_as(head: &[u8], dialect: &Dialect) -> Result<Sample, BadTable> {
    let mut warnings = Vec::new();
    encoding(head, &mut warnings)?;
    warnings.clear();
    let ascii = |mark: char| {
        u8::try_from(mark)
            .ok()
            .filter(u8::is_ascii)
            .ok_or_else(|| BadTable(format!("`{mark}` cannot stand between cells or around them.")))
    };
    let (delimiter, quote) = (ascii(dialect.delimiter)?, ascii(dialect.quote)?);
    let mut rows = split(head, &dialect.encoding, delimiter, quote);
    rows.drain(..dialect.skip.min(rows.len()));
    let table = titled(rows, dialect.clone());
    Ok(sample(table, &dialect.encoding, warnings))
}

/// Names, and rows beneath them.
struct Table {
    format: Format,
    dialect: Dialect,
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

fn encoding(head: &[u8], warnings: &mut Vec<String>) -> Result<&'static str, BadTable> {
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(BadTable("The file is empty.".to_owned()));
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(BadTable(
            "This is a spreadsheet file. Please save it as CSV first.".to_owned(),
        ));
    }
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(head) {
        return Ok(if encoding == encoding_rs::UTF_8 {
            "utf-8"
        } else if encoding == encoding_rs::UTF_16LE {
            "utf-16le"
        } else {
            "utf-16be"
        });
    }
    let pairs = head.len().min(2_000) / 2;
    let zeros = |shift: usize| {
        head.chunks_exact(2)
            .take(pairs)
            .filter(|pair| pair[shift] == 0)
            .count()
    };
    if pairs > 4 && zeros(1) * 2 > pairs {
        return Ok("utf-16le");
    }
    if pairs > 4 && zeros(0) * 2 > pairs {
        return Ok("utf-16be");
    }
    match std::str::from_utf8(head) {
        Ok(_) => Ok("utf-8"),
        // The beginning may end in the middle of a character.
        Err(error) if error.error_len().is_none() => Ok("utf-8"),
        Err(_) if head.contains(&0) => Err(BadTable("This is no text file.".to_owned())),
        Err(_) => {
            warnings.push(
                "The file is not in UTF-8. It is read as Windows-1252; please look at names with accents."
                    .to_owned(),
            );
            Ok("windows-1252")
        }
    }
}

fn objects(head: &[u8], encoding: &str) -> Option<Table> {
    let mut lines = Rows::new(head, encoding, b',', b'"');
    let mut objects = Vec::new();
    while let Some(line) = lines.line() {
        let (_, line) = line.ok()?;
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() {
            continue;
        }
        match serde_json::from_str::<Value>(line) {
            Ok(object @ Value::Object(_)) => objects.push(object),
            // The last line may be cut.
            _ if !objects.is_empty() && head.len() >= CUT => break,
            _ => return None,
        }
        if objects.len() == LOOKED_AT {
            break;
        }
    }
    let mut names: Vec<String> = Vec::new();
    for object in &objects {
        for path in jsonl::paths(object) {
            if !names.contains(&path) && names.len() < 200 {
                names.push(path);
            }
        }
    }
    let rows = objects
        .iter()
        .flat_map(|object| jsonl::rows(object, &names))
        .collect();
    let dialect = Dialect {
        delimiter: ',',
        quote: '"',
        encoding: encoding.to_owned(),
        has_header: true,
        skip: 0,
    };
    (!names.is_empty()).then_some(Table {
        format: Format::Jsonl,
        dialect,
        names,
        rows,
    })
}

fn split(head: &[u8], encoding: &str, delimiter: u8, quote: u8) -> Vec<Vec<String>> {
    let rows = Rows::new(head, encoding, delimiter, quote);
    let mut rows: Vec<Vec<String>> = rows
        .filter_map(Result::ok)
        .map(|row| row.cells)
        .take(LOOKED_AT)
        .collect();
    if head.len() >= CUT && rows.len() > 2 && rows.len() < LOOKED_AT {
        rows.pop();
    }
    rows
}

/// The width that most rows have, and how many have it.
fn usual_width(rows: &[Vec<String>]) -> (usize, usize) {
    let mut counts = std::collections::BTreeMap::new();
    for row in rows {
        *counts.entry(row.len()).or_insert(0_usize) += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(width, count)| (*count, *width))
        .unwrap_or((0, 0))
}

fn cells(head: &[u8], encoding: &str) -> Result<Table, BadTable> {
    // Of two that fit as well the one that makes more cells is right.
    let judged = |delimiter: u8| {
        let rows = split(head, encoding, delimiter, b'"');
        let (width, count) = usual_width(&rows);
        let share = if rows.is_empty() || width < 2 {
            0
        } else {
            count * 100 / rows.len()
        };
        ((share.min(90), width), delimiter, rows)
    };
    let best = [b',', b';', b'\t', b'|']
        .into_iter()
        .map(judged)
        .max_by_key(|(score, ..)| *score);
    let (score, delimiter, mut rows) = best.ok_or_else(|| BadTable("The file is empty.".to_owned()))?;
    if score.0 == 0 && rows.iter().any(|row| row.len() > 1) {
        return Err(BadTable("No table can be recognised in this file.".to_owned()));
    }
    let (width, _) = usual_width(&rows);
    // Titles above the table have other widths.
    let skip = rows.iter().position(|row| {
        row.len() == width && row.iter().filter(|cell| !cell.trim().is_empty()).count() * 2 > width
    });
    let skip = skip.unwrap_or(0).min(20);
    rows.drain(..skip);
    let has_header = rows.first().is_some_and(|first| is_header(first, &rows[1..]));
    let dialect = Dialect {
        delimiter: char::from(delimiter),
        quote: '"',
        encoding: encoding.to_owned(),
        has_header,
        skip,
    };
    Ok(titled(rows, dialect))
}

/// Rows whose first names the columns, where the dialect says so.
fn titled(mut rows: Vec<Vec<String>>, dialect: Dialect) -> Table {
    let names = if dialect.has_header && !rows.is_empty() {
        let first = rows.remove(0);
        first.into_iter().map(|name| name.trim().to_owned()).collect()
    } else {
        let (width, _) = usual_width(&rows);
        (1..=width).map(|n| format!("Column {n}")).collect()
    };
    Table {
        format: Format::Csv,
        dialect,
        names,
        rows,
    }
}

/// Names are texts, and beneath some of them are no texts; or we know the names.
fn is_header(first: &[String], rest: &[Vec<String>]) -> bool {
    let is_value = |cell: &str| number_proof(cell).is_some() || date_proof(cell).is_some();
    if first.iter().any(|cell| is_value(cell)) {
        return false;
    }
    let known = first.iter().filter(|name| names::meaning(name).is_some()).count();
    let has_values = (0..first.len()).any(|n| {
        rest.iter()
            .take(50)
            .any(|row| row.get(n).is_some_and(|cell| is_value(cell)))
    });
    known >= 2 || has_values || rest.is_empty()
}

fn sample(table: Table, encoding: &str, mut warnings: Vec<String>) -> Sample {
    let mut doubts = Vec::new();
    let column = |n: usize| {
        table
            .rows
            .iter()
            .map(move |row| row.get(n).map_or("", String::as_str))
            .collect::<Vec<_>>()
    };
    let kinds: Vec<Kind> = (0..table.names.len()).map(|n| kind(&column(n))).collect();
    let decimal = decimal(&kinds, &mut warnings, &mut doubts);
    let meanings = meanings(&table.names, &kinds);
    let date_order = date_order(&kinds, &meanings, &mut warnings, &mut doubts);
    let first_date = kinds
        .iter()
        .position(|kind| kind.word == "date")
        .and_then(|n| column(n).into_iter().find(|v| !v.trim().is_empty()));
    let columns: Vec<SampleColumn> = table
        .names
        .iter()
        .enumerate()
        .map(|(n, name)| SampleColumn {
            name: name.clone(),
            word: kinds[n].word,
            examples: column(n)
                .into_iter()
                .filter(|v| !v.trim().is_empty())
                .take(3)
                .map(|v| v.chars().take(80).collect())
                .collect(),
            field: meanings[n],
        })
        .collect();
    notice_oddities(&table, &mut warnings);
    let signs = table
        .rows
        .iter()
        .take(200)
        .flatten()
        .find_map(|cell| number_proof(cell).and(currency_in(cell)));
    let currency = signs.map(str::to_owned);
    let entity = entity(&meanings);
    let layout = Layout {
        format: table.format,
        entity,
        dialect: table.dialect.clone(),
        decimal,
        date_order: date_order.unwrap_or(DateOrder::Ymd),
        columns: columns
            .iter()
            .map(|column| Column {
                name: column.name.clone(),
                field: column.field,
            })
            .collect(),
        currency: currency.clone(),
        time_zone: "UTC".to_owned(),
        tax_included: false,
        shipping_codes: Vec::new(),
        ignored_codes: Vec::new(),
        credit_prefix: Some("C".to_owned()),
    };
    if let Err(error) = layout.check() {
        doubts.push(error.0);
    }
    Sample {
        format: table.format,
        delimiter: table.dialect.delimiter,
        quote: table.dialect.quote,
        encoding: encoding.to_owned(),
        has_header: table.dialect.has_header,
        decimal,
        date_format: date_order
            .zip(first_date)
            .map(|(order, text)| format_of(text, order)),
        date_order,
        time_zone: layout.time_zone.clone(),
        currency,
        columns,
        fields: fields(entity),
        rows: table.rows.into_iter().take(SHOWN).collect(),
        warnings,
        doubts,
        layout,
    }
}

fn notice_oddities(table: &Table, warnings: &mut Vec<String>) {
    let width = table.names.len();
    let odd = table.rows.iter().filter(|row| row.len() != width).count();
    if odd > 0 {
        warnings.push(format!(
            "{odd} of the first {} rows do not have {width} cells.",
            table.rows.len()
        ));
    }
    // A spreadsheet would run it; here it is a text.
    let is_formula = |cell: &String| {
        cell.starts_with(['=', '@'])
            || (cell.starts_with(['+', '-']) && number_proof(cell).is_none() && cell.contains('('))
    };
    if table.rows.iter().flatten().any(is_formula) {
        warnings.push("Some cells begin like formulas. They are read as texts.".to_owned());
    }
    if table.rows.is_empty() {
        warnings.push("The file has names of columns, but no rows.".to_owned());
    }
    let mut names: Vec<&String> = table.names.iter().collect();
    names.sort();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        warnings.push("Two columns have the same name.".to_owned());
    }
}

fn fields(entity: Entity) -> Vec<TargetInfo> {
    let required = |target: Target| match entity {
        Entity::Order => matches!(target, Target::PlacedAt | Target::UnitPrice),
        _ => false,
    };
    Target::ALL
        .iter()
        .map(|target| TargetInfo {
            name: target.name(),
            label: target.label(),
            required: required(*target),
            help: target.help(),
        })
        .collect()
}
