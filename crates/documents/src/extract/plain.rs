//! Texts that are what they say: plain text, Markdown, source code, tables and data in text form. Nothing is parsed, so
//! nothing can be nested too deep.

use super::{Facts, Paper, charset};

pub(super) fn read(bytes: &[u8], paper: &mut Paper, facts: &mut Facts) {
    let (text, encoding) = charset::decode(bytes);
    facts.set("encoding", encoding);
    paper.write(&text);
}

/// Rich text: what stands between its control words, without the groups that hold no text.
pub(super) fn read_rich(bytes: &[u8], paper: &mut Paper, facts: &mut Facts) {
    let (text, _) = charset::decode(bytes);
    let mut rich = Rich {
        rest: &text,
        depth: 0,
        hidden: None,
        skip: 0,
    };
    while !rich.rest.is_empty() && !paper.is_full() {
        rich.step(paper);
    }
    facts.set("encoding", "RTF");
}

/// Groups whose content is no text.
const HIDDEN: [&str; 9] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "themedata",
    "listtable",
    "datastore",
];

struct Rich<'t> {
    rest: &'t str,
    depth: u32,
    /// The depth of the group that is left out.
    hidden: Option<u32>,
    /// Characters that stand for one that was given by its number.
    skip: u32,
}

impl Rich<'_> {
    fn step(&mut self, paper: &mut Paper) {
        let Some(char) = self.take() else { return };
        match char {
            '{' => self.depth = self.depth.saturating_add(1),
            '}' => {
                if self.hidden == Some(self.depth) {
                    self.hidden = None;
                }
                self.depth = self.depth.saturating_sub(1);
            }
            '\\' => self.control(paper),
            '\r' | '\n' => {}
            char => self.write(char, paper),
        }
    }

    fn take(&mut self) -> Option<char> {
        let char = self.rest.chars().next()?;
        self.rest = &self.rest[char.len_utf8()..];
        Some(char)
    }

    fn write(&mut self, char: char, paper: &mut Paper) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.hidden.is_none() {
            paper.write(char.encode_utf8(&mut [0; 4]));
        }
    }

    fn control(&mut self, paper: &mut Paper) {
        let length = self.rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        if length == 0 {
            return self.symbol(paper);
        }
        let (word, rest) = self.rest.split_at(length);
        let digits = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || *byte == b'-')
            .count();
        let (number, rest) = rest.split_at(digits);
        self.rest = rest.strip_prefix(' ').unwrap_or(rest);
        match word {
            "par" | "line" | "row" if self.hidden.is_none() => paper.line(),
            "tab" | "cell" if self.hidden.is_none() => paper.write("\t"),
            "u" => {
                let code = number.parse::<i32>().unwrap_or(0).rem_euclid(65_536) as u32;
                self.write(char::from_u32(code).unwrap_or('\u{fffd}'), paper);
                self.skip = 1;
            }
            word if HIDDEN.contains(&word) && self.hidden.is_none() => self.hidden = Some(self.depth),
            _ => {}
        }
    }

    fn symbol(&mut self, paper: &mut Paper) {
        match self.take() {
            Some('\'') => {
                let digits = self.rest.get(..2).unwrap_or_default();
                let code = u8::from_str_radix(digits, 16);
                self.rest = &self.rest[digits.len()..];
                let (text, _, _) =
                    encoding_rs::WINDOWS_1252.decode(code.as_ref().map_or(&[], std::slice::from_ref));
                for char in text.chars() {
                    self.write(char, paper);
                }
            }
            Some('*') if self.hidden.is_none() => self.hidden = Some(self.depth),
            Some('~') => self.write(' ', paper),
            Some(char @ ('{' | '}' | '\\')) => self.write(char, paper),
            _ => {}
        }
    }
}
