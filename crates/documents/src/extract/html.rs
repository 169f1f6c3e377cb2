//! A web page's text. The tokenizer builds no tree, so a page nested a million deep is a page like any other.

use html5gum::emitters::default::{DefaultEmitter, StartTag, Token};
use html5gum::{HtmlString, Tokenizer};

use super::{Facts, Paper, bounded, charset};

/// Whose content nobody reads.
const HIDDEN: [&str; 7] = [
    "script", "style", "noscript", "template", "svg", "iframe", "object",
];

/// What begins a line of its own.
const BLOCKS: [&str; 32] = [
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "nav",
    "aside",
    "blockquote",
    "pre",
    "hr",
    "dl",
    "dt",
    "dd",
    "figure",
    "figcaption",
    "form",
    "option",
    "title",
];

/// Reads a page whose bytes are of unknown charset: what it says itself is believed where it is not UTF-8.
pub(super) fn read(bytes: &[u8], paper: &mut Paper, facts: &mut Facts) {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_ascii_lowercase();
    let label = head.split_once("charset=").map(|(_, rest)| {
        rest.trim_start_matches(['"', '\''])
            .split(|char: char| !char.is_ascii_graphic() || "\"';>/".contains(char))
            .next()
    });
    let (text, encoding) = charset::decode_as(bytes, label.flatten());
    facts.set("encoding", encoding);
    if let Some(title) = write(&text, paper) {
        facts.text("title", &title);
    }
}

/// Writes what a reader of the page would see; answers its title.
pub(super) fn write(html: &str, paper: &mut Paper) -> Option<String> {
    let mut emitter = DefaultEmitter::default();
    // Scripts and styles are read as what they are, so that nothing in them looks like a tag.
    emitter.naively_switch_states(true);
    let mut writer = Writer {
        paper,
        hidden: None,
        title: None,
        link: None,
        spaced: true,
    };
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        if writer.paper.is_full() {
            break;
        }
        match token {
            Token::StartTag(tag) => writer.open(&tag),
            Token::EndTag(tag) => writer.close(&lossy(&tag.name)),
            Token::String(text) => writer.text(&lossy(&text)),
            _ => {}
        }
    }
    writer
        .title
        .map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "))
}

struct Writer<'w, 'a> {
    paper: &'w mut Paper<'a>,
    /// The element whose content is left out.
    hidden: Option<String>,
    title: Option<String>,
    /// Where the open link goes.
    link: Option<String>,
    /// Whether a space has just been written.
    spaced: bool,
}

impl Writer<'_, '_> {
    fn open(&mut self, tag: &StartTag<()>) {
        let name = lossy(&tag.name);
        if self.hidden.is_some() {
            return;
        }
        if HIDDEN.contains(&name.as_str()) && !tag.self_closing {
            self.hidden = Some(name);
            return;
        }
        if BLOCKS.contains(&name.as_str()) {
            self.paper.fresh_line();
            self.spaced = true;
        }
        let attribute = |wanted: &[u8]| tag.attributes.get(wanted).map(|value| lossy(value));
        match name.as_str() {
            "li" => self.paper.write("- "),
            "td" | "th" => self.paper.write("\t"),
            "title" => self.title = Some(String::new()),
            "a" => self.link = attribute(b"href").filter(|href| href.starts_with("http")),
            "img" => self.text(&attribute(b"alt").unwrap_or_default()),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if let Some(hidden) = &self.hidden {
            if hidden == name {
                self.hidden = None;
            }
            return;
        }
        if name == "a"
            && let Some(link) = self.link.take()
        {
            self.paper.write(&format!(" ({}) ", bounded(&link, 500)));
        }
        if BLOCKS.contains(&name) {
            self.paper.fresh_line();
            self.spaced = true;
        }
    }

    /// White space is one space, as browsers show it.
    fn text(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        if let Some(title) = &mut self.title
            && title.is_empty()
        {
            *title = bounded(text, 300).to_owned();
        }
        for piece in text.split_inclusive(char::is_whitespace) {
            let word = piece.trim_end();
            self.paper.write(word);
            if !word.is_empty() {
                self.spaced = false;
            }
            if word.len() < piece.len() && !self.spaced {
                self.paper.write(" ");
                self.spaced = true;
            }
        }
    }
}

fn lossy(text: &HtmlString) -> String {
    String::from_utf8_lossy(text).into_owned()
}
