//! Formats that live in a container: which one, by what lies in it.

use memchr::memmem;

/// The names of the entries whose headers lie in these bytes; the names are bounded and may be wrong, as a stranger wrote
/// them.
pub(super) fn local_names(head: &[u8]) -> Vec<String> {
    memmem::find_iter(head, b"PK\x03\x04")
        .take(200)
        .filter_map(|at| {
            let length = usize::from(u16::from_le_bytes(head.get(at + 26..at + 28)?.try_into().ok()?));
            let name = head.get(at + 30..at + 30 + length.min(512))?;
            Some(String::from_utf8_lossy(name).into_owned())
        })
        .collect()
}

/// What a zip with such entries is. OpenDocument and e-books say it in their first entry, which is not compressed.
pub(crate) fn in_zip(names: &[impl AsRef<str>], head: &[u8]) -> &'static str {
    let first = &head[..head.len().min(200)];
    let says = |mime: &[u8]| memmem::find(first, mime).is_some();
    if first.get(30..38) == Some(b"mimetype") {
        for (mark, mime) in [
            (
                &b"opendocument.text"[..],
                "application/vnd.oasis.opendocument.text",
            ),
            (
                b"opendocument.spreadsheet",
                "application/vnd.oasis.opendocument.spreadsheet",
            ),
            (
                b"opendocument.presentation",
                "application/vnd.oasis.opendocument.presentation",
            ),
            (b"application/epub+zip", "application/epub+zip"),
        ] {
            if says(mark) {
                return mime;
            }
        }
    }
    let has = |wanted: &str| names.iter().any(|name| name.as_ref() == wanted);
    let under = |folder: &str| names.iter().any(|name| name.as_ref().starts_with(folder));
    if has("xl/workbook.bin") {
        return "application/vnd.ms-excel.sheet.binary.macroEnabled.12";
    }
    if has("[Content_Types].xml") || under("_rels/") || under("docProps/") {
        for (folder, mime) in [
            (
                "word/",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
            (
                "xl/",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            (
                "ppt/",
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            ),
        ] {
            if under(folder) {
                return mime;
            }
        }
    }
    if has("AndroidManifest.xml") && (has("classes.dex") || has("resources.arsc") || under("res/")) {
        return "application/vnd.android.package-archive";
    }
    let classes = names
        .iter()
        .any(|name| name.as_ref().strip_suffix(".class").is_some());
    if classes && has("META-INF/MANIFEST.MF") {
        return "application/java-archive";
    }
    "application/zip"
}

/// What an OLE compound file is, by the names in its directory, whose entries are 128 bytes long: a name in UTF-16, its
/// length in bytes at 64.
pub(crate) fn in_ole(bytes: &[u8]) -> &'static str {
    let mut found = "application/x-ole-storage";
    for entry in bytes.chunks_exact(128) {
        let Some(name) = directory_name(entry) else {
            continue;
        };
        match name.as_str() {
            "WordDocument" => return "application/msword",
            "Workbook" | "Book" => return "application/vnd.ms-excel",
            "PowerPoint Document" => return "application/vnd.ms-powerpoint",
            "__properties_version1.0" => return "application/vnd.ms-outlook",
            "Root Entry" if entry[80..96] == *b"\x84\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0F" => {
                found = "application/x-msi";
            }
            _ => {}
        }
    }
    found
}

/// The name in a directory entry of an OLE file; none when these 128 bytes are no such entry.
pub(crate) fn directory_name(entry: &[u8]) -> Option<String> {
    let length = usize::from(u16::from_le_bytes(entry.get(64..66)?.try_into().ok()?));
    if !(4..=64).contains(&length) || length % 2 == 1 {
        return None;
    }
    let units = entry[..length]
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let mut name: String = char::decode_utf16(units).collect::<Result<_, _>>().ok()?;
    (name.pop() == Some('\0') && !name.contains('\0')).then_some(name)
}

pub(super) fn in_matroska(head: &[u8]) -> &'static str {
    let first = &head[..head.len().min(64)];
    if memmem::find(first, b"webm").is_some() {
        "video/webm"
    } else {
        "video/x-matroska"
    }
}

pub(super) fn in_ogg(head: &[u8]) -> &'static str {
    let first = &head[..head.len().min(512)];
    if memmem::find(first, b"theora").is_some() {
        "video/ogg"
    } else {
        "audio/ogg"
    }
}

/// By the brands that follow `ftyp`.
pub(super) fn in_mp4(head: &[u8]) -> &'static str {
    let length = head
        .get(0..4)
        .map_or(0, |size| u32::from_be_bytes([size[0], size[1], size[2], size[3]]));
    let brands = head
        .get(8..head.len().min((length as usize).clamp(12, 128)))
        .unwrap_or_default();
    // The second word is a version; the others are brands.
    let mut brands = brands
        .chunks_exact(4)
        .enumerate()
        .filter(|(at, _)| *at != 1)
        .map(|(_, brand)| brand);
    let first = brands.next().unwrap_or_default();
    match first {
        b"avif" | b"avis" => "image/avif",
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => "image/heic",
        b"mif1" | b"msf1" => {
            if brands.any(|brand| brand == b"avif") {
                "image/avif"
            } else {
                "image/heic"
            }
        }
        b"M4A " | b"M4B " | b"F4A " => "audio/mp4",
        b"qt  " => "video/quicktime",
        [b'3', b'g', ..] => "video/3gpp",
        _ => "video/mp4",
    }
}
