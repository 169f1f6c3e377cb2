//! XML as a row of events: no tree, so nesting costs nothing; no entities but the five that XML has, so that a document
//! cannot grow by its own definitions, nor fetch anything.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A tag that opens.
pub(super) struct Tag<'e>(&'e BytesStart<'e>);

impl Tag<'_> {
    /// Its name without its namespace.
    pub(super) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// The value of an attribute, whatever its namespace.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let found = self
            .0
            .attributes()
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.local_name().into_inner() == name);
        Some(found?.value.into_owned())
    }

    /// The value of an attribute with its namespace.
    pub(super) fn qualified(&self, name: &str) -> Option<String> {
        let found = self
            .0
            .attributes()
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.into_inner() == name);
        Some(found?.value.into_owned())
    }
}

/// What comes next in a document.
pub(super) enum Step<'e> {
    /// A tag opens.
    Open(Tag<'e>),
    /// One closes.
    Close(&'e str),
    /// Text between tags; a text may come in several.
    Text(&'e str),
}

/// Goes through a document until its end, its damage, or until `each` has enough.
pub(super) fn walk(source: impl BufRead, mut each: impl FnMut(Step) -> bool) {
    let mut reader = Reader::from_reader(source);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let more = match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) => each(Step::Open(Tag(&tag))),
            Ok(Event::Empty(tag)) => {
                each(Step::Open(Tag(&tag))) && each(Step::Close(tag.local_name().into_inner()))
            }
            Ok(Event::End(tag)) => each(Step::Close(tag.local_name().into_inner())),
            Ok(Event::Text(text)) => each(Step::Text(&text)),
            Ok(Event::CData(text)) => each(Step::Text(&text)),
            Ok(Event::GeneralRef(name)) => {
                reference(&name).is_none_or(|char| each(Step::Text(char.encode_utf8(&mut [0; 4]))))
            }
            Ok(Event::Eof) | Err(_) => false,
            Ok(_) => true,
        };
        if !more {
            return;
        }
    }
}

fn reference(name: &quick_xml::events::BytesRef) -> Option<char> {
    match &**name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => name.resolve_char_ref().ok().flatten(),
    }
}
