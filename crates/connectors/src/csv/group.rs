//! Rows of one order may stand anywhere in a file. They are gathered in memory as long as there is room, then in temporary
//! files that have no name and vanish with the program.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

/// What is kept in memory.
const ROOM: usize = 96 << 20;
/// Into how many files the rest is divided; each must fit into memory alone.
const PARTS: usize = 64;
/// What a row costs besides its text.
const ROW_COST: usize = 40;

/// The rows of one order.
#[derive(Debug)]
pub(super) struct Group {
    pub key: String,
    /// Row numbers and packed cells.
    pub rows: Vec<(u64, Box<str>)>,
}

/// Gathers rows by a key.
pub(super) struct Groups {
    room: usize,
    used: usize,
    index: HashMap<String, usize>,
    all: Vec<Group>,
    parts: Vec<BufWriter<File>>,
}

impl Groups {
    pub fn new() -> Self {
        Self::with_room(ROOM)
    }

    pub fn with_room(room: usize) -> Self {
        Self { room, used: 0, index: HashMap::new(), all: Vec::new(), parts: Vec::new() }
    }

    pub fn add(&mut self, key: &str, number: u64, row: &str) -> io::Result<()> {
        if !self.parts.is_empty() {
            return self.write(key, number, row);
        }
        self.used += row.len() + ROW_COST;
        if let Some(at) = self.index.get(key) {
            self.all[*at].rows.push((number, row.into()));
        } else {
            self.used += key.len() * 2 + ROW_COST * 3;
            self.index.insert(key.to_owned(), self.all.len());
            self.all.push(Group { key: key.to_owned(), rows: vec![(number, row.into())] });
        }
        if self.used > self.room { self.move_out() } else { Ok(()) }
    }

    fn move_out(&mut self) -> io::Result<()> {
        for _ in 0..PARTS {
            self.parts.push(BufWriter::new(tempfile::tempfile()?));
        }
        self.index = HashMap::new();
        for group in std::mem::take(&mut self.all) {
            for (number, row) in &group.rows {
                self.write(&group.key, *number, row)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, key: &str, number: u64, row: &str) -> io::Result<()> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let part = &mut self.parts[(hasher.finish() % PARTS as u64) as usize];
        for text in [key, row] {
            part.write_all(&(text.len() as u64).to_le_bytes())?;
            part.write_all(text.as_bytes())?;
        }
        part.write_all(&number.to_le_bytes())
    }

    /// All groups, a part at a time; within a part in the order of their first rows.
    pub fn into_parts(self) -> impl Iterator<Item = io::Result<Vec<Group>>> {
        let in_memory = if self.parts.is_empty() { Some(Ok(self.all)) } else { None };
        in_memory.into_iter().chain(self.parts.into_iter().map(read_back))
    }
}

fn read_back(part: BufWriter<File>) -> io::Result<Vec<Group>> {
    let mut file = part.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    let mut input = BufReader::new(file);
    let mut groups = Groups::with_room(usize::MAX);
    while let Some(length) = number(&mut input)? {
        let key = text(&mut input, length)?;
        let length = number(&mut input)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let row = text(&mut input, length)?;
        let number = number(&mut input)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        groups.add(&key, number, &row)?;
    }
    Ok(groups.all)
}

fn number(input: &mut impl Read) -> io::Result<Option<u64>> {
    let mut bytes = [0; 8];
    match input.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(u64::from_le_bytes(bytes))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

fn text(input: &mut impl Read, length: u64) -> io::Result<String> {
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    input.read_exact(&mut bytes)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gathered(room: usize, rows: &[(u8, String)]) -> Vec<(String, Vec<(u64, String)>)> {
        let mut groups = Groups::with_room(room);
        for (number, (key, row)) in rows.iter().enumerate() {
            groups.add(&key.to_string(), number as u64, row).unwrap();
        }
        let mut all: Vec<_> = groups
            .into_parts()
            .flat_map(Result::unwrap)
            .map(|g| (g.key, g.rows.into_iter().map(|(n, row)| (n, row.into_string())).collect()))
            .collect();
        all.sort();
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn memory_and_files_gather_the_same(rows in prop::collection::vec((0_u8..20, "[a-zé]{0,9}"), 0..60), room in 1_usize..4000) {
            prop_assert_eq!(gathered(room, &rows), gathered(usize::MAX, &rows));
        }
    }
}
