//! Rows of a file, one after the other, whatever stands in it. A row is never larger than a bound, a quotation mark that is
//! never closed costs one line, and a line without an end is passed over without being kept.

use std::io::Read;

use encoding_rs::{CoderResult, Decoder, Encoding};

use crate::source::{BadRecord, cut};

/// Rows larger than this are bad.
const LARGEST: usize = 1 << 20;
/// How much is read at once.
const CHUNK: usize = 64 << 10;
/// More cells than these has no table.
const MOST_CELLS: usize = 4096;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Counted from 1, the header included.
    pub number: u64,
    /// Its cells.
    pub cells: Vec<String>,
}

/// Reads rows.
pub struct Rows<R> {
    input: R,
    decoder: Decoder,
    delimiter: u8,
    quote: u8,
    raw: Vec<u8>,
    text: String,
    at: usize,
    number: u64,
    is_over: bool,
    failed: Option<String>,
}

enum Found {
    Row(Vec<String>, usize),
    /// The text ends in the middle of it.
    Open,
}

impl<R: Read> Rows<R> {
    /// Reads with this encoding; a byte order mark at the beginning is stronger.
    pub fn new(input: R, encoding: &str, delimiter: u8, quote: u8) -> Self {
        let encoding = Encoding::for_label(encoding.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        Self {
            input,
            decoder: encoding.new_decoder(),
            delimiter,
            quote,
            raw: vec![0; CHUNK],
            text: String::new(),
            at: 0,
            number: 0,
            is_over: false,
            failed: None,
        }
    }

    /// Reads on. False at the end.
    fn fill(&mut self) -> bool {
        if self.is_over {
            return false;
        }
        self.text.drain(..self.at);
        self.at = 0;
        let count = loop {
            match self.input.read(&mut self.raw) {
                Ok(count) => break count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failed = Some(error.to_string());
                    break 0;
                }
            }
        };
        self.is_over = count == 0;
        let mut bytes = &self.raw[..count];
        loop {
            self.text.reserve(self.decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(CHUNK * 3));
            let (result, read, _) = self.decoder.decode_to_string(bytes, &mut self.text, self.is_over);
            bytes = &bytes[read..];
            if result == CoderResult::InputEmpty {
                return true;
            }
        }
    }

    fn bad(&self, error: String, body: &str) -> BadRecord {
        BadRecord { source_id: None, error: format!("Row {}: {error}", self.number), body: cut(body) }
    }

    /// A row that is too large. Only its first line is given up; where that has no end, all up to the next line.
    fn too_large(&mut self) -> BadRecord {
        let rest = &self.text[self.at..];
        let mut end = rest.find('\n');
        let bad = self.bad("it is too large, or a quotation mark is never closed.".to_owned(), &rest[..end.unwrap_or(rest.len())]);
        while end.is_none() {
            self.at = self.text.len();
            if !self.fill() {
                return bad;
            }
            end = self.text[self.at..].find('\n');
        }
        self.at += end.map_or(0, |end| end + 1);
        bad
    }

    /// One physical line, for formats without cells.
    pub fn line(&mut self) -> Option<Result<(u64, String), BadRecord>> {
        loop {
            let end = self.text[self.at..].find('\n');
            if end.is_none_or(|end| end > LARGEST) && self.text.len() - self.at > LARGEST {
                self.number += 1;
                return Some(Err(self.too_large()));
            }
            if end.is_none() && self.fill() {
                continue;
            }
            let end = end.unwrap_or(self.text.len() - self.at);
            if end == 0 && self.at == self.text.len() {
                return self.failed.take().map(|error| Err(self.bad(format!("the file breaks off ({error})."), "")));
            }
            let line = self.text[self.at..self.at + end].trim_end_matches('\r').replace('\0', "");
            self.at = (self.at + end + 1).min(self.text.len());
            self.number += 1;
            return Some(Ok((self.number, line)));
        }
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Row, BadRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let found = parse(rest, self.delimiter, self.quote, self.is_over);
            match found {
                Found::Row(_, end) if end > LARGEST => {
                    self.number += 1;
                    return Some(Err(self.too_large()));
                }
                Found::Row(cells, end) => {
                    let begin = self.at;
                    self.at += end;
                    self.number += 1;
                    if cells.len() > MOST_CELLS {
                        return Some(Err(self.bad("it has too many cells.".to_owned(), &self.text[begin..self.at])));
                    }
                    // Nothing stands on this line.
                    if cells.iter().all(|cell| cell.trim().is_empty()) {
                        continue;
                    }
                    return Some(Ok(Row { number: self.number, cells }));
                }
                Found::Open if rest.len() > LARGEST => {
                    self.number += 1;
                    return Some(Err(self.too_large()));
                }
                Found::Open => {
                    if self.fill() {
                        continue;
                    }
                    if self.at < self.text.len() {
                        // A quotation mark that is open at the end of the file.
                        self.number += 1;
                        return Some(Err(self.too_large()));
                    }
                    return self.failed.take().map(|error| Err(self.bad(format!("the file breaks off ({error})."), "")));
                }
            }
        }
    }
}

/// One row from the beginning of the text, and where the next begins.
fn parse(text: &[u8], delimiter: u8, quote: u8, is_whole: bool) -> Found {
    let mut cells = Vec::new();
    let mut at = 0;
    if text.is_empty() {
        return Found::Open;
    }
    loop {
        let mut cell = Vec::new();
        if text.get(at) == Some(&quote) {
            at += 1;
            loop {
                let Some(end) = text[at..].iter().position(|byte| *byte == quote).map(|n| at + n) else {
                    return Found::Open;
                };
                cell.extend_from_slice(&text[at..end]);
                at = end + 1;
                match text.get(at) {
                    // Two marks are one.
                    Some(next) if *next == quote => {
                        cell.push(quote);
                        at += 1;
                    }
                    None if !is_whole => return Found::Open,
                    _ => break,
                }
            }
        }
        let is_end = |byte: &u8| *byte == delimiter || *byte == b'\n';
        let end = match text[at..].iter().position(is_end) {
            Some(n) => at + n,
            None if is_whole => text.len(),
            None => return Found::Open,
        };
        let is_last = text.get(end).is_none_or(|byte| *byte == b'\n');
        let mut plain = &text[at..end];
        if is_last {
            plain = plain.strip_suffix(b"\r").unwrap_or(plain);
        }
        cell.extend_from_slice(plain);
        cells.push(as_text(cell));
        at = (end + 1).min(text.len());
        if is_last {
            return Found::Row(cells, at);
        }
    }
}

/// The bytes are text already; what is no character (and only it) goes.
fn as_text(mut cell: Vec<u8>) -> String {
    if cell.contains(&0) {
        cell.retain(|byte| *byte != 0);
    }
    String::from_utf8(cell).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &[u8]) -> Vec<Result<Vec<String>, String>> {
        Rows::new(text, "utf-8", b',', b'"').map(|row| row.map(|row| row.cells).map_err(|bad| bad.error)).collect()
    }

    fn good(text: &str) -> Vec<Vec<String>> {
        read(text.as_bytes()).into_iter().map(Result::unwrap).collect()
    }

    #[test]
    fn cells_are_read_as_they_occur() {
        assert_eq!(good("a,b\r\n1,\"x,\"\"y\"\"\nz\"\n\n ,\n3,4"), [vec!["a", "b"], vec!["1", "x,\"y\"\nz"], vec!["3", "4"]]);
        assert_eq!(good("a,\"b\"c,d\"e\""), [["a", "bc", "d\"e\""]]);
        assert_eq!(good("a,\n"), [["a", ""]]);
        assert_eq!(good("\u{feff}a,b"), [["a", "b"]]);
        assert_eq!(good("a\0b,c"), [["ab", "c"]]);
        assert_eq!(good(""), Vec::<Vec<String>>::new());
        let latin = Rows::new(&b"caf\xe9,1"[..], "windows-1252", b',', b'"').next().unwrap().unwrap();
        assert_eq!(latin.cells, ["café", "1"]);
        let wide: Vec<u8> = "\u{feff}a,ü\n1,2".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let rows: Vec<_> = Rows::new(&wide[..], "utf-16le", b',', b'"').map(|row| row.unwrap().cells).collect();
        assert_eq!(rows, [["a", "ü"], ["1", "2"]]);
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_costs_one_line() {
        let mut text = b"1,a\n2,\"b\n".to_vec();
        for n in 3..200_000 {
            text.extend_from_slice(format!("{n},c\n").as_bytes());
        }
        let rows = read(&text);
        assert_eq!(rows.iter().filter(|row| row.is_err()).count(), 1);
        assert_eq!(rows.len(), 199_999);
        let rows = read(b"1,a\n2,\"b\n3,c");
        assert_eq!(rows.iter().filter(|row| row.is_ok()).count(), 2);
        assert!(rows[1].as_ref().unwrap_err().starts_with("Row 2:"));
    }

    /// A source of endless bytes that counts what is asked of it.
    struct Endless {
        left: u64,
    }

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = (buffer.len() as u64).min(self.left) as usize;
            buffer[..count].fill(b'x');
            self.left -= count as u64;
            Ok(count)
        }
    }

    #[test]
    fn a_line_without_an_end_is_passed_over() {
        let text = (&b"a,b\n"[..]).chain(Endless { left: 64 << 20 }).chain(&b"\n1,2\n"[..]);
        let mut rows = Rows::new(text, "utf-8", b',', b'"');
        assert!(rows.next().unwrap().is_ok());
        let bad = rows.next().unwrap().unwrap_err();
        assert!(bad.body.len() <= 64 << 10);
        assert!(rows.text.capacity() < 16 << 20, "{}", rows.text.capacity());
        assert_eq!(rows.next().unwrap().unwrap().cells, ["1", "2"]);
        assert!(rows.next().is_none());
    }

    proptest! {
        #[test]
        fn what_others_write_is_read_back(rows in prop::collection::vec(prop::collection::vec("[a-z,\";\n\r é]{0,8}", 2..5), 1..20)) {
            let mut writer = ::csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = writer.into_inner().unwrap();
            let expected: Vec<Vec<String>> =
                rows.into_iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).collect();
            let read: Vec<Vec<String>> = read(&text).into_iter().map(Result::unwrap).collect();
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn nothing_makes_it_stumble(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
            let mut rows = Rows::new(&bytes[..], "utf-16be", b';', b'\'');
            while rows.line().is_some() {}
        }
    }
}
