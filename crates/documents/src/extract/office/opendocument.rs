//! OpenDocument: texts (pages where the program last put them), sheets and slides (a page for each).

use memchr::memmem;

use super::xml::{self, Step};
use crate::extract::zipped::Parts;
use crate::extract::{Paper, Unreadable};
use crate::input::Input;

pub(super) fn read<I: Input>(parts: &mut Parts<I>, paper: &mut Paper) -> Result<(), Unreadable> {
    let content = parts.bytes("content.xml").ok_or(Unreadable::Damaged)?;
    let has = |mark: &[u8]| memmem::find(&content, mark).is_some();
    let sheets = has(b"<office:spreadsheet");
    if sheets || has(b"<draw:page") || has(b"soft-page-break") {
        paper.has_pages();
    }
    let (mut texts, mut cells, mut aside) = (0_u32, 0_u32, 0_u32);
    xml::walk(&content[..], |step| {
        match step {
            Step::Open(tag) => match tag.name() {
                "annotation" => aside += 1,
                _ if aside > 0 => {}
                "h" => {
                    texts += 1;
                    paper.fresh_line();
                    paper.write("# ");
                }
                "p" => texts += 1,
                "tab" => paper.write("\t"),
                "s" => paper.write(" "),
                "line-break" => paper.line(),
                "soft-page-break" => paper.next_page(),
                "table-cell" => cells += 1,
                "table" if sheets => {
                    let name = tag.attribute("name").unwrap_or_default();
                    paper.write(&format!("# {name}\n"));
                }
                _ => {}
            },
            Step::Close(name) => match name {
                "annotation" => aside = aside.saturating_sub(1),
                _ if aside > 0 => {}
                "p" | "h" => {
                    texts = texts.saturating_sub(1);
                    if cells > 0 { paper.write(" ") } else { paper.line() }
                }
                "table-cell" => {
                    cells = cells.saturating_sub(1);
                    paper.write("\t");
                }
                "table-row" => paper.fresh_line(),
                "table" if sheets => paper.next_page(),
                "page" => paper.next_page(),
                _ => {}
            },
            Step::Text(text) if texts > 0 && aside == 0 => paper.write(text),
            Step::Text(_) => {}
        }
        !paper.is_full()
    });
    Ok(())
}
