//! Where text is written to: pages of bounded length. A format with pages says where they end; text without pages flows
//! onto the next one at the end of a line.

use super::{Bounds, Page};

/// From that length on, text that flows goes on on the next page when a line ends.
const FLOW: usize = 3_000;
/// A line that is longer than that is cut anyway.
const LINE: usize = 6_000;

/// How text goes onto pages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Paging {
    /// The format says where pages end.
    Given,
    /// Pages end where they are full.
    Flowing,
}

/// Pages being written.
pub(crate) struct Paper<'a> {
    bounds: &'a Bounds,
    out: &'a mut dyn FnMut(Page),
    text: String,
    /// Characters on this page.
    length: usize,
    number: u32,
    paging: Paging,
    total: usize,
    cut: bool,
}

impl<'a> Paper<'a> {
    pub(crate) fn new(bounds: &'a Bounds, out: &'a mut dyn FnMut(Page)) -> Self {
        Self {
            bounds,
            out,
            text: String::new(),
            length: 0,
            number: 1,
            paging: Paging::Flowing,
            total: 0,
            cut: false,
        }
    }

    /// From now on pages end only where [`next_page`](Self::next_page) says so.
    pub(crate) fn has_pages(&mut self) {
        self.paging = Paging::Given;
    }

    /// Whether anything more would be thrown away.
    pub(crate) fn is_full(&self) -> bool {
        self.number > self.bounds.pages || self.total >= self.bounds.total
    }

    /// Writes text; characters that no text has are left out.
    pub(crate) fn write(&mut self, text: &str) {
        for char in text.chars() {
            if self.is_full() {
                self.cut = true;
                return;
            }
            match char {
                '\r' | '\0' => {}
                '\n' => self.line(),
                '\t' | '\u{c}' => self.put(if char == '\t' { '\t' } else { '\n' }),
                char if char.is_control() => {}
                char => self.put(char),
            }
        }
    }

    fn put(&mut self, char: char) {
        if self.length >= self.bounds.page {
            self.cut = true;
            return;
        }
        self.text.push(char);
        self.length += 1;
        self.total += 1;
        if self.paging == Paging::Flowing && self.length >= LINE {
            self.next_page();
        }
    }

    /// Ends a line; never more than one empty line in a row.
    pub(crate) fn line(&mut self) {
        let kept = self.text.trim_end_matches([' ', '\t']).len();
        self.text.truncate(kept);
        if self.paging == Paging::Flowing && self.length >= FLOW {
            self.next_page();
        } else if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.put('\n');
        }
    }

    /// Ends a line unless one has just ended.
    pub(crate) fn fresh_line(&mut self) {
        if !self.text.ends_with('\n') {
            self.line();
        }
    }

    /// Begins the next page.
    pub(crate) fn next_page(&mut self) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim_end();
        if !text.trim().is_empty() && self.number <= self.bounds.pages {
            (self.out)(Page {
                number: self.number,
                text: text.to_owned(),
            });
        }
        // Of text without pages only what has text is a page.
        if self.paging == Paging::Given || !text.is_empty() {
            self.number += 1;
        }
        self.length = 0;
    }

    /// Hands out what is left; answers whether something did not fit.
    pub(crate) fn finish(mut self) -> bool {
        self.next_page();
        self.cut
    }
}
