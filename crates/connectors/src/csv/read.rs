//! Reads an approved file: rows become records, an order's rows one record.

use std::collections::VecDeque;
use std::io::Read;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::group::{Group, Groups};
use super::map::Reader;
use super::{Format, Layout, Rows, Target, jsonl};
use crate::manifest::Entity;
use crate::source::{BadRecord, Record, cut};

/// Between the cells of a packed row; in cells it becomes a blank.
const MARK: char = '\u{1f}';
/// Orders with more rows are none.
const MOST_ROWS: usize = 100_000;

/// Reads a file row by row. What cannot be understood is told with its row number; the others go on.
///
/// Orders are gathered over the whole file, so their records come after its last row.
pub fn read<R: Read>(layout: &Layout, bytes: R) -> Reading<R> {
    let delimiter = u8::try_from(layout.dialect.delimiter).unwrap_or(b',');
    let quote = u8::try_from(layout.dialect.quote).unwrap_or(b'"');
    let failed = layout.check().err().map(|error| error.0);
    Reading {
        rows: Rows::new(bytes, &layout.dialect.encoding, delimiter, quote),
        reader: Reader::new(layout),
        layout: layout.clone(),
        order: Vec::new(),
        width: 0,
        seen: 0,
        groups: Some(Groups::new()),
        parts: None,
        waiting: VecDeque::new(),
        failed,
        is_over: false,
        key: layout.at(Target::OrderNumber).filter(|_| layout.entity == Entity::Order),
    }
}

/// A file that is being read.
pub struct Reading<R> {
    rows: Rows<R>,
    reader: Reader,
    layout: Layout,
    /// For each column of the layout its place in the file.
    order: Vec<usize>,
    width: usize,
    seen: u64,
    groups: Option<Groups>,
    parts: Option<Box<dyn Iterator<Item = std::io::Result<Vec<Group>>> + Send>>,
    waiting: VecDeque<Result<Record, BadRecord>>,
    failed: Option<String>,
    is_over: bool,
    key: Option<usize>,
}

impl<R: Read> Iterator for Reading<R> {
    type Item = Result<Record, BadRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(error) = self.failed.take() {
                self.is_over = true;
                self.waiting.clear();
                return Some(Err(BadRecord { source_id: None, error, body: String::new() }));
            }
            if let Some(next) = self.waiting.pop_front() {
                return Some(next);
            }
            if self.is_over {
                return None;
            }
            if let Some(parts) = &mut self.parts {
                match parts.next() {
                    None => self.is_over = true,
                    Some(Err(error)) => self.failed = Some(format!("The rows cannot be gathered: {error}.")),
                    Some(Ok(groups)) => {
                        let records = groups.into_iter().map(|group| record(&self.layout, group));
                        self.waiting.extend(records);
                    }
                }
            } else if !self.step() {
                self.parts = self.groups.take().map(|groups| Box::new(groups.into_parts()) as Box<_>);
            }
        }
    }
}

impl<R: Read> Reading<R> {
    /// Reads one row. False at the end of the file.
    fn step(&mut self) -> bool {
        if self.layout.format == Format::Jsonl {
            return self.object();
        }
        match self.rows.next() {
            None => return false,
            Some(Err(bad)) => self.waiting.push_back(Err(bad)),
            Some(Ok(row)) => {
                self.seen += 1;
                let skip = self.layout.dialect.skip as u64;
                if self.seen <= skip {
                    return true;
                }
                if self.order.is_empty() {
                    let is_header = self.layout.dialect.has_header;
                    self.header(&row.cells, is_header);
                    if is_header || self.failed.is_some() {
                        return true;
                    }
                }
                if row.cells.iter().skip(self.width).any(|cell| !cell.trim().is_empty()) {
                    let (count, width) = (row.cells.len(), self.width);
                    let error = format!("Row {}: it has {count} cells, the header {width}.", row.number);
                    self.waiting.push_back(Err(BadRecord { source_id: None, error, body: cut(&row.cells.join(" | ")) }));
                    return true;
                }
                let take = |at: &usize| row.cells.get(*at).map_or("", String::as_str);
                let cells: Vec<&str> = self.order.iter().map(take).collect();
                self.take(row.number, &cells);
            }
        }
        true
    }

    /// Finds the layout's columns in the file: by name where there are names.
    fn header(&mut self, cells: &[String], has_names: bool) {
        self.width = cells.len();
        if !has_names {
            self.order = (0..self.layout.columns.len()).collect();
            return;
        }
        let mut order = Vec::with_capacity(self.layout.columns.len());
        for (place, column) in self.layout.columns.iter().enumerate() {
            let is_it = |cell: &String| cell.trim() == column.name.trim();
            // Two columns of one name are told apart by their places.
            let found = if cells.get(place).is_some_and(is_it) { Some(place) } else { cells.iter().position(is_it) };
            match (found, column.field) {
                (Some(found), _) => order.push(found),
                (None, None) => order.push(usize::MAX),
                (None, Some(_)) => {
                    self.failed = Some(format!("The file has no column “{}”.", column.name));
                    return;
                }
            }
        }
        self.order = order;
    }

    fn object(&mut self) -> bool {
        match self.rows.line() {
            None => return false,
            Some(Err(bad)) => self.waiting.push_back(Err(bad)),
            Some(Ok((_, line))) if line.trim().is_empty() => {}
            Some(Ok((number, line))) => match serde_json::from_str::<Value>(&line) {
                Ok(object @ Value::Object(_)) => {
                    let paths: Vec<String> = self.layout.columns.iter().map(|column| column.name.clone()).collect();
                    for cells in jsonl::rows(&object, &paths) {
                        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                        self.take(number, &cells);
                    }
                }
                _ => {
                    let error = format!("Row {number}: it is no JSON object.");
                    self.waiting.push_back(Err(BadRecord { source_id: None, error, body: cut(&line) }));
                }
            },
        }
        true
    }

    /// Looks at a row's values and puts it with the others of its order.
    fn take(&mut self, number: u64, cells: &[&str]) {
        let key = self.key.map(|at| cells[at].trim());
        let problem = match key {
            Some("") => Err("the order number is missing".to_owned()),
            _ => self.reader.check(cells),
        };
        if let Err(problem) = problem {
            let source_id = key.filter(|key| !key.is_empty()).map(str::to_owned);
            let error = format!("Row {number}: {problem}.");
            self.waiting.push_back(Err(BadRecord { source_id, error, body: cut(&cells.join(" | ")) }));
            return;
        }
        let mut packed = String::with_capacity(cells.iter().map(|cell| cell.len() + 1).sum());
        for (n, cell) in cells.iter().enumerate() {
            if n > 0 {
                packed.push(MARK);
            }
            if cell.contains(MARK) {
                packed.push_str(&cell.replace(MARK, " "));
            } else {
                packed.push_str(cell);
            }
        }
        match (key, &mut self.groups) {
            (Some(key), Some(groups)) => {
                if let Err(error) = groups.add(key, number, &packed) {
                    self.failed = Some(format!("The rows cannot be gathered: {error}."));
                }
            }
            _ => {
                let key = self.reader.own_key(cells).unwrap_or_else(|| {
                    // A row without a name of its own is known by what stands in it and by its place.
                    let digest = Sha256::digest(format!("{number}{MARK}{packed}").as_bytes());
                    digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
                });
                let group = Group { key, rows: vec![(number, packed.into())] };
                self.waiting.push_back(record(&self.layout, group));
            }
        }
    }
}

/// The rows of a thing as a record: `{"row": its first row number, "rows": [[cells], …]}`.
fn record(layout: &Layout, group: Group) -> Result<Record, BadRecord> {
    let stream = match layout.entity {
        Entity::Order => "orders",
        Entity::Customer => "customers",
        Entity::Product => "products",
        Entity::Payment => "payments",
    };
    let first = group.rows.first().map_or(0, |(number, _)| *number);
    if group.rows.len() > MOST_ROWS {
        let error = format!("Row {first}: the order has more than {MOST_ROWS} rows.");
        return Err(BadRecord { source_id: Some(group.key), error, body: String::new() });
    }
    let cells = |row: &str| Value::Array(row.split(MARK).map(|cell| Value::String(cell.to_owned())).collect());
    let rows: Vec<Value> = group.rows.iter().map(|(_, row)| cells(row)).collect();
    Ok(Record {
        stream: stream.to_owned(),
        source_id: group.key,
        // A file says nothing about when its rows changed: what was uploaded later counts.
        version: 0,
        body: json!({ "number": first, "rows": rows }),
        deleted: false,
    })
}
