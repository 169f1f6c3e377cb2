//! Files as one model takes them: pictures for one that sees, documents for one that reads them, words with marks of
//! pages for all; whole where they fit into its share of the window, else the passages that fit the question.

use std::collections::HashMap;
use std::fmt::Write;

use ai::Target;
use db::FileId;
use db::kinds::FileStatus;
use providers::{Part, Source};

use super::opening::{Native, Opened, Piece, Reading, share};

/// About what a picture costs.
const PICTURE: u64 = 1_200;
/// About what a page of a document costs that is handed on as it is.
const PAGE: u64 = 2_000;

/// Files as one model takes them.
#[derive(Debug, Default)]
pub struct Shown {
    /// Whole files, each to stand with the message that it belongs to.
    pub with_message: HashMap<FileId, Vec<Part>>,
    /// What was chosen for the question, to stand with it.
    pub with_question: Vec<Part>,
    /// What the model is told about all this; empty when there is nothing to cite.
    pub rules: String,
}

impl Reading {
    /// The files for a model.
    pub fn for_target(&self, target: &Target) -> Shown {
        let mut shown = Shown::default();
        let mut left = share(target);
        // What an assistant knows takes half at most: what a person attached comes first.
        self.known(&mut shown, left / 2);
        for file in &self.files {
            let mut parts = Vec::new();
            let whole = self.whole(file, target, &mut left, &mut parts);
            if !whole {
                self.chosen(file, &mut left, &mut shown.with_question);
            }
            shown.with_message.insert(file.brief.id, parts);
        }
        if !self.files.is_empty() || !self.knowledge.is_empty() {
            shown.rules = self.fence.rules();
        }
        shown
    }

    fn known(&self, shown: &mut Shown, mut left: u64) {
        let mut text = String::new();
        for known in &self.knowledge {
            if known.piece.tokens <= left {
                left -= known.piece.tokens;
                text.push_str(&self.block(known.file, &known.name, &known.piece));
            }
        }
        if !text.is_empty() {
            text.insert_str(
                0,
                "From the files that you were given to know, what may bear on the question:\n",
            );
            shown.with_question.push(Part::Text(text));
        }
    }

    /// Puts a whole file, if that is possible; otherwise says where the rest of it is.
    fn whole(&self, file: &Opened, target: &Target, left: &mut u64, parts: &mut Vec<Part>) -> bool {
        let brief = &file.brief;
        let title = format!("Attached file: {} ({})", self.fence.name(&brief.name), brief.kind);
        let say = |rest: &str| Part::Text(format!("{title}{rest}\n"));
        if matches!(brief.status, FileStatus::Scanning | FileStatus::Rejected) {
            parts.push(say(match brief.status {
                FileStatus::Rejected => ". It was not safe and is not here any more.",
                _ => ". It is still being checked and cannot be read yet. Say so if it matters.",
            }));
            return true;
        }
        if self.native(file, target, left, (&title, parts)) {
            return true;
        }
        let tokens: u64 = file.pages.iter().map(|piece| piece.tokens).sum();
        if file.is_whole && !file.pages.is_empty() && tokens <= *left {
            *left -= tokens;
            let mut text = format!("{title}{}:\n", unseen(file));
            for piece in &file.pages {
                text.push_str(&self.block(brief.id, &brief.name, piece));
            }
            parts.push(Part::Text(text));
            return true;
        }
        if file.pages.is_empty() {
            parts.push(say(match (brief.status, is_picture(file)) {
                (FileStatus::Processing, _) => {
                    ". It is still being read, and its text is not there yet. Say so if it matters."
                }
                (_, true) => {
                    ". It is a picture, and you cannot see pictures; no text was found in it. Say so if it matters."
                }
                _ => ". No text could be read from it. Say so if it matters.",
            }));
            return true;
        }
        parts.push(say(
            ". It is too long to be shown whole; parts of it stand with the question.",
        ));
        false
    }

    /// Puts a file as it is, for a model that takes it so.
    fn native(
        &self,
        file: &Opened,
        target: &Target,
        left: &mut u64,
        (title, parts): (&str, &mut Vec<Part>),
    ) -> bool {
        let (cost, intro, part) = match &file.native {
            Some(Native::Picture { mime, base64 }) if target.sees_pictures() => {
                let page = file.pages.first().and_then(|piece| piece.page);
                let n = self.numbers.of(file.brief.id, page);
                let source = data(mime, base64);
                let part = Part::Image { source, detail: None };
                (PICTURE, format!("{title}. The picture is source [{n}]:\n"), part)
            }
            Some(Native::Document { base64, pages }) if target.reads_documents() => {
                let part = Part::File {
                    source: data("application/pdf", base64),
                    name: Some(self.fence.name(&file.brief.name)),
                };
                let cost = PAGE * u64::from(pages.unsigned_abs());
                (
                    cost,
                    format!(
                        "{title}. Its pages are sources: {}.\n",
                        self.page_list(file, *pages)
                    ),
                    part,
                )
            }
            _ => return false,
        };
        if cost > *left {
            return false;
        }
        *left -= cost;
        parts.extend([Part::Text(intro), part]);
        true
    }

    /// `page 1 is [4], page 2 is [5]`
    fn page_list(&self, file: &Opened, pages: i32) -> String {
        let named = (1..=pages)
            .map(|page| format!("page {page} is [{}]", self.numbers.of(file.brief.id, Some(page))));
        named.collect::<Vec<_>>().join(", ")
    }

    /// Puts what of a long file fits the question, as much as there is room for; or its beginning.
    fn chosen(&self, file: &Opened, left: &mut u64, parts: &mut Vec<Part>) {
        let brief = &file.brief;
        let mut text = String::new();
        let mut taken: Vec<&Piece> = Vec::new();
        // A few files that are too long share what is left.
        let mut room = *left * 2 / 3;
        for piece in file.passages.iter().chain(&file.pages) {
            let is_there = taken
                .iter()
                .any(|t| t.page == piece.page && t.text.contains(&piece.text));
            if !is_there && piece.tokens <= room {
                room -= piece.tokens;
                *left -= piece.tokens;
                taken.push(piece);
            }
        }
        if taken.is_empty()
            && let Some(first) = file.passages.first().or(file.pages.first())
        {
            let begins = cut(&first.text, room);
            *left = left.saturating_sub(room);
            text.push_str(&self.fence.around(
                self.numbers.of(brief.id, first.page),
                &brief.name,
                first.page,
                begins,
            ));
        }
        taken.sort_by_key(|piece| piece.page);
        for piece in &taken {
            text.push_str(&self.block(brief.id, &brief.name, piece));
        }
        let mut intro = format!("Parts of the attached file {}", self.fence.name(&brief.name));
        if let Some(pages) = brief.pages.filter(|pages| *pages > 1) {
            let _ = write!(intro, ", which has {pages} pages");
        }
        intro.push_str(
            ", chosen for the question; the rest is left out. Say so if the answer may be in the rest:\n",
        );
        parts.push(Part::Text(intro + &text));
    }

    fn block(&self, file: FileId, name: &str, piece: &Piece) -> String {
        self.fence
            .around(self.numbers.of(file, piece.page), name, piece.page, &piece.text)
    }
}

/// Parts with those words in one that stand beside each other: not every server takes several.
pub fn joined(parts: Vec<Part>) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match (all.last_mut(), part) {
            (_, Part::Text(text)) if text.is_empty() => {}
            (Some(Part::Text(before)), Part::Text(text)) => {
                before.push('\n');
                before.push_str(&text);
            }
            (_, part) => all.push(part),
        }
    }
    all
}

fn is_picture(file: &Opened) -> bool {
    file.brief.kind.starts_with("image/")
}

/// What is said of a picture whose words are shown instead.
fn unseen(file: &Opened) -> &'static str {
    if is_picture(file) {
        ". It is a picture, and you cannot see pictures; these words were read from it"
    } else {
        ""
    }
}

fn data(mime: &str, base64: &str) -> Source {
    Source::Data {
        mime: mime.to_owned(),
        base64: base64.to_owned(),
    }
}

/// The beginning of a text that is about so many tokens.
fn cut(text: &str, tokens: u64) -> &str {
    let chars = usize::try_from(tokens.saturating_mul(2)).unwrap_or(usize::MAX);
    match text.char_indices().nth(chars) {
        Some((at, _)) => &text[..at],
        None => text,
    }
}
