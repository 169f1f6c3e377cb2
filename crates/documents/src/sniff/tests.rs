use super::*;
use crate::Group;

fn mime(bytes: &[u8], name: &str) -> &'static str {
    sniff(bytes, name).mime
}

/// The first header of a zip's entry, as far as a sniffer reads it.
fn entry(name: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0".to_vec();
    bytes.extend([0; 4]);
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend((name.len() as u16).to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(name.as_bytes());
    bytes.extend(body);
    bytes
}

#[test]
fn content_counts_and_the_name_does_not() {
    assert_eq!(mime(b"\x89PNG\r\n\x1a\n....", "a.txt"), "image/png");
    assert_eq!(mime(b"\xff\xd8\xff\xe0....", "a.exe"), "image/jpeg");
    assert_eq!(mime(b"\x7fELF\x02\x01\x01", "holiday.jpg"), "application/x-elf");
    assert_eq!(mime(b"%PDF-1.7\n", "a.docx"), "application/pdf");
    assert_eq!(mime(b"<!DOCTYPE html><p>", "a.txt"), "text/html");
    assert_eq!(mime(b"<script>alert(1)</script>", "a.md"), "text/html");
    assert_eq!(
        mime(b"<!-- x --> <svg xmlns='http://www.w3.org/2000/svg'/>", "a"),
        "image/svg+xml"
    );
    assert_eq!(mime(b"<?xml version='1.0'?><svg/>", "a.xml"), "image/svg+xml");
}

#[test]
fn programs_are_told_from_texts_that_begin_alike() {
    let mut windows = vec![0_u8; 256];
    windows[..2].copy_from_slice(b"MZ");
    windows[60] = 128;
    windows[128..132].copy_from_slice(b"PE\0\0");
    assert_eq!(
        mime(&windows, "a.jpg"),
        "application/vnd.microsoft.portable-executable"
    );
    assert_eq!(
        mime(
            b"MZ is how a DOS program begins; this is a text about it, and long enough to look.",
            "a.txt"
        ),
        "text/plain"
    );
    assert_eq!(mime(b"BM stands for bitmap", "a.txt"), "text/plain");
    assert_eq!(
        mime(b"\xca\xfe\xba\xbe\0\0\0\x34", "A.class"),
        "application/java-vm"
    );
    assert_eq!(
        mime(b"\xca\xfe\xba\xbe\0\0\0\x02", "a"),
        "application/x-mach-binary"
    );
}

#[test]
fn office_formats_are_told_apart_by_their_entries() {
    let types = entry("[Content_Types].xml", b"<Types/>");
    for (part, group) in [
        ("word/document.xml", Group::Document),
        ("xl/workbook.xml", Group::Sheet),
        ("ppt/presentation.xml", Group::Slides),
    ] {
        let bytes = [types.clone(), entry(part, b"<x/>")].concat();
        assert_eq!(sniff(&bytes, "x.zip").group, group, "{part}");
    }
    let sheet = entry("mimetype", b"application/vnd.oasis.opendocument.spreadsheet");
    assert_eq!(
        mime(&sheet, "x"),
        "application/vnd.oasis.opendocument.spreadsheet"
    );
    assert_eq!(
        mime(&entry("mimetype", b"application/epub+zip"), "x"),
        "application/epub+zip"
    );
    assert_eq!(mime(&entry("a.txt", b"word/"), "a.docx"), "application/zip");
    let app = [entry("AndroidManifest.xml", b""), entry("classes.dex", b"")].concat();
    assert_eq!(sniff(&app, "x.zip").group, Group::Program);
}

#[test]
fn an_ending_chooses_among_texts_only() {
    assert_eq!(mime(b"fn main() {}", "main.rs"), "text/x-rust");
    assert_eq!(mime(b"a,b\n1,2\n", "a.csv"), "text/csv");
    assert_eq!(mime(b"# Title\n\n- one\n", "notes"), "text/markdown");
    assert_eq!(mime(b"{\"a\": [1, 2]}", "x"), "application/json");
    assert_eq!(mime(b"[a link](to) somewhere", "x"), "text/plain");
    assert_eq!(mime(b"\0\x01\x02\x03 binary", "a.md"), "application/octet-stream");
    assert_eq!(
        mime(b"From: a@b.c\r\nTo: d@e.f\r\nSubject: hi\r\n\r\nbody", "x"),
        "message/rfc822"
    );
    assert_eq!(mime(b"", "empty.txt"), "text/plain");
}

#[test]
fn older_charsets_and_utf_16_are_text() {
    assert_eq!(mime(b"Gr\xfc\xdfe aus M\xfcnchen", "x"), "text/plain");
    assert_eq!(mime(b"\xff\xfeh\0i\0\n\0", "x"), "text/plain");
    assert_eq!(mime("日本語".as_bytes(), "x.md"), "text/markdown");
    assert_eq!(mime(&"日本語".as_bytes()[..8], "x"), "text/plain");
}

#[test]
fn every_type_that_is_told_is_known() {
    for group in Group::ALL {
        assert!(group.mimes().all(|mime| Kind::of(mime).mime == mime), "{group:?}");
        assert_eq!(Group::named(group.name()), Some(group));
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600), mark in 0_usize..8) {
        let marks: [&[u8]; 8] = [b"", b"PK\x03\x04", b"MZ", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"BM", b"OggS", b"\0\0\0\x20ftyp", b"<?xml"];
        let _ = sniff(&[marks[mark], &bytes].concat(), "x.y");
    }
}
