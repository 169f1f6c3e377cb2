//! Excel: a page for each sheet, a line for each row, cells between tabs, dates as dates. Cells are read one after the
//! other, so that a sheet with one cell in each corner costs two cells.

use std::fmt::Write;
use std::io::{BufReader, Read, Seek};

use calamine::{Data, Reader, Xls, Xlsb, Xlsx, XlsxError, open_workbook_from_rs};

use crate::extract::{Paper, Unreadable};
use crate::input::Input;

pub(super) fn read<I: Input>(input: &mut I, paper: &mut Paper) -> Result<(), Unreadable> {
    let mut book: Xlsx<_> = open_workbook_from_rs(BufReader::new(input)).map_err(|error| match error {
        XlsxError::Password => Unreadable::Encrypted,
        _ => Unreadable::Damaged,
    })?;
    paper.has_pages();
    for name in book.sheet_names() {
        let mut rows = Rows::begin(&name, paper);
        if let Ok(mut cells) = book.worksheet_cells_reader(&name) {
            while let Ok(Some(cell)) = cells.next_cell() {
                if !rows.cell(cell.get_position().0, &shown(&cell.get_value().clone().into())) {
                    break;
                }
            }
        }
        paper.next_page();
    }
    Ok(())
}

/// Excel's binary formats.
pub(super) fn read_binary<I: Input>(input: &mut I, paper: &mut Paper) -> Result<(), Unreadable> {
    let book: Xlsb<_> = open_workbook_from_rs(BufReader::new(input)).map_err(|_| Unreadable::Damaged)?;
    read_ranges(book, paper);
    Ok(())
}

/// Excel's formats before 2007.
pub(super) fn read_old<I: Input>(input: &mut I, paper: &mut Paper) -> Result<(), Unreadable> {
    let book: Xls<_> = open_workbook_from_rs(BufReader::new(input)).map_err(|_| Unreadable::Damaged)?;
    read_ranges(book, paper);
    Ok(())
}

fn read_ranges<S: Read + Seek>(mut book: impl Reader<S>, paper: &mut Paper) {
    paper.has_pages();
    for name in book.sheet_names() {
        let mut rows = Rows::begin(&name, paper);
        if let Ok(range) = book.worksheet_range(&name) {
            for (row, _, value) in range.used_cells() {
                if !rows.cell(row as u32, &shown(value)) {
                    break;
                }
            }
        }
        paper.next_page();
    }
}

/// Rows being written.
struct Rows<'p, 'a> {
    paper: &'p mut Paper<'a>,
    row: Option<u32>,
}

impl<'p, 'a> Rows<'p, 'a> {
    fn begin(name: &str, paper: &'p mut Paper<'a>) -> Self {
        paper.write(&format!("# {name}\n"));
        Self { paper, row: None }
    }

    /// Writes a cell; answers whether more fits.
    fn cell(&mut self, row: u32, text: &str) -> bool {
        if !text.is_empty() {
            match self.row {
                Some(last) if last == row => self.paper.write("\t"),
                _ => self.paper.fresh_line(),
            }
            self.row = Some(row);
            self.paper.write(text);
        }
        !self.paper.is_full()
    }
}

/// A cell as people see it.
fn shown(value: &Data) -> String {
    match value {
        Data::DateTime(date) if date.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
            let mut text = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) != (0, 0, 0) {
                let _ = write!(text, " {hour:02}:{minute:02}:{second:02}");
            }
            text
        }
        other => other.to_string().replace(['\n', '\r'], " "),
    }
}
