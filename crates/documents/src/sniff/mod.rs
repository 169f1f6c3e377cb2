//! The kind of a file by its content. Binary formats tell themselves by their first bytes; containers (zip, OLE, MP4, Ogg,
//! Matroska) by what lies in them; text by how it begins, and only there the name's ending is believed.

mod containers;
mod magic;
mod text;

use crate::Kind;

/// How much of a file's beginning is worth handing to [`sniff`].
pub const HEAD: usize = 64 * 1024;

/// Tells what a file is from its first bytes ([`HEAD`] of them are enough). The name is a hint among kinds of text and is
/// ignored otherwise. An office document whose parts lie in an unusual order looks like a plain zip archive here;
/// [`inspect`](crate::inspect) reads its table of contents and is certain.
pub fn sniff(head: &[u8], name: &str) -> Kind {
    let head = &head[..head.len().min(HEAD)];
    if let Some(mime) = magic::mime(head) {
        return Kind::of(match mime {
            "application/zip" => containers::in_zip(&containers::local_names(head), head),
            "application/x-ole-storage" => containers::in_ole(head),
            mime => mime,
        });
    }
    if let Some(text) = text::decode_head(head) {
        return Kind::of(text::mime(&text, name));
    }
    // A header that some readers accept late; the text rules go first, as an article may well quote it.
    if memchr::memmem::find(&head[..head.len().min(1024)], b"%PDF-").is_some() {
        return Kind::of("application/pdf");
    }
    Kind::of("application/octet-stream")
}

pub(crate) use containers::{directory_name, in_ole, in_zip};
pub(crate) use text::extension;

#[cfg(test)]
mod tests;
