use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;
use crate::fixtures::{gzip, zip};

const ZEROS: usize = 80 << 20;

fn look(bytes: &[u8], name: &str) -> Inspection {
    inspect(&mut Cursor::new(bytes), name).unwrap()
}

fn reason(bytes: &[u8], name: &str) -> String {
    match look(bytes, name).verdict {
        Verdict::Rejected { reason } => reason,
        Verdict::Clean { warnings } => panic!("accepted {name} with {warnings:?}"),
    }
}

fn warnings(bytes: &[u8], name: &str) -> Vec<Warning> {
    match look(bytes, name).verdict {
        Verdict::Clean { warnings } => warnings,
        Verdict::Rejected { reason } => panic!("rejected {name}: {reason}"),
    }
}

fn eicar() -> Vec<u8> {
    EICAR.concat()
}

fn png() -> Vec<u8> {
    let mut bytes =
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55".to_vec();
    bytes.extend(b"\0\0\0\0IEND\xaeB`\x82");
    bytes
}

fn jpeg() -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
    // A thumbnail lies inside a segment: a whole JPEG with an end of its own.
    bytes.extend(b"\xff\xe1\0\x0bExif\0\0\xff\xd8\xff");
    bytes.extend(b"\xff\xda\0\x02data\xff\0data\xff\xd0data\xff\xd9");
    bytes
}

#[test]
fn the_test_virus_is_found_alone_and_in_archives() {
    assert!(reason(&eicar(), "a.txt").contains("EICAR"));
    assert!(reason(&zip(&[("ok.txt", b"ok"), ("a.com", &eicar())]), "a.zip").contains("EICAR"));
    let inner = zip(&[("a.com", &eicar())]);
    assert!(reason(&zip(&[("b.zip", &inner)]), "a.zip").contains("EICAR"));
    assert!(reason(&gzip(&eicar()), "a.gz").contains("EICAR"));
    let told = [b"They test with ".to_vec(), eicar()].concat();
    assert_eq!(warnings(&told, "about.txt"), []);
}

#[test]
fn a_program_is_rejected_whatever_it_is_called() {
    let mut windows = vec![0_u8; 256];
    windows[..2].copy_from_slice(b"MZ");
    windows[60] = 128;
    windows[128..132].copy_from_slice(b"PE\0\0");
    assert_eq!(
        reason(&windows, "x.jpg"),
        "It is a Windows program, although its name ends in .jpg."
    );
    assert_eq!(
        reason(&windows, "x.exe"),
        "It is a Windows program; programs are not accepted."
    );
    assert_eq!(
        reason(b"#!/bin/sh\nrm -rf /\n", "cv.pdf"),
        "It is a shell script, although its name ends in .pdf."
    );
    assert_eq!(
        reason(b"<html><script>x</script>", "a.png"),
        "It is a web page, although its name ends in .png."
    );
    assert_eq!(warnings(b"#!/bin/sh\necho hi\n", "build.sh"), []);
    assert_eq!(warnings(b"#!/bin/sh\necho hi\n", "build"), []);
}

#[test]
fn archives_that_burst_are_rejected() {
    let zeros = vec![0; ZEROS];
    let bomb = zip(&[("zeros", &zeros)]);
    assert!(reason(&bomb, "a.zip").contains("archive bomb"));
    assert!(reason(&gzip(&zeros), "a.gz").contains("archive bomb"));
    // Packed twice, it looks small from outside.
    assert!(reason(&zip(&[("inner.zip", &bomb)]), "a.zip").contains("archive bomb"));
    assert!(reason(&gzip(&gzip(&zeros)), "a.gz").contains("archive bomb"));
    let mut deep = zip(&[("a.txt", b"a")]);
    for _ in 0..4 {
        deep = zip(&[("a.zip", &deep)]);
    }
    assert!(reason(&deep, "a.zip").contains("deep"));
}

#[test]
fn an_archive_that_lies_about_its_sizes_is_rejected() {
    let mut lying = zip(&[("a.bin", &vec![7; 5 << 20])]);
    // The table of contents and the header say one kilobyte.
    let size = (5_u32 << 20).to_le_bytes();
    let places: Vec<usize> = memchr::memmem::find_iter(&lying, &size).collect();
    assert_eq!(places.len(), 2);
    for at in places {
        lying[at..at + 4].copy_from_slice(&1024_u32.to_le_bytes());
    }
    assert!(reason(&lying, "a.zip").contains("larger than it declares"));
}

#[test]
fn an_archive_that_announces_a_million_files_is_rejected_unread() {
    let mut bytes = zip(&[("a", b"a")]);
    let end = bytes.len() - 22;
    bytes[end + 10..end + 12].copy_from_slice(&65_000_u16.to_le_bytes());
    assert!(reason(&bytes, "a.zip").contains("65000 files"));
}

#[test]
fn two_files_in_one_are_rejected() {
    let hidden = zip(&[("evil.txt", b"x")]);
    let windows = [b"MZ".to_vec(), vec![0; 70]].concat();
    for (name, picture) in [("a.png", png()), ("a.jpg", jpeg())] {
        assert_eq!(warnings(&picture, name), [], "{name}");
        let with = |rest: &[u8]| [picture.clone(), rest.to_vec()].concat();
        assert!(reason(&with(&hidden), name).contains("and a zip archive"));
        assert!(reason(&with(&windows), name).contains("and a program"));
        assert!(reason(&with(b"\n<HTML><script>x"), name).contains("and a web page"));
        assert!(reason(&with(b"<?php x"), name).contains("and a PHP program"));
        assert!(reason(&with(b"%PDF-1.4"), name).contains("and a PDF"));
        // A moving photograph, zeros of a camera, a second picture.
        assert_eq!(warnings(&with(b"\0\0\0\x18ftypmp42\0\0\0\0"), name), []);
        assert_eq!(warnings(&with(&[0; 500]), name), []);
        assert_eq!(warnings(&with(&jpeg()), name), []);
    }
    let pdf = b"%PDF-1.4\n1 0 obj\nendobj\ntrailer\n%%EOF\n".to_vec();
    assert_eq!(warnings(&pdf, "a.pdf"), []);
    assert!(reason(&[pdf.clone(), hidden].concat(), "a.pdf").contains("a PDF and a zip archive"));
    let gif = [b"GIF89a\x01\0\x01\0\0\0\0".to_vec(), pdf].concat();
    assert!(reason(&gif, "a.gif").contains("a GIF image and a PDF"));
}

#[test]
fn what_readers_should_know_is_flagged_and_kept() {
    let macros = zip(&[
        ("[Content_Types].xml", b"<x/>"),
        ("word/document.xml", b"<x/>"),
        ("word/vbaProject.bin", b"x"),
    ]);
    assert_eq!(warnings(&macros, "a.docx"), [Warning::Macros]);
    assert_eq!(
        warnings(
            b"%PDF-1.4 /OpenAction << /S /JavaScript /JS (x) >> %%EOF",
            "a.pdf"
        ),
        [Warning::Scripts]
    );
    assert_eq!(
        warnings(b"%PDF-1.4 trailer << /Encrypt 5 0 R >> %%EOF", "a.pdf"),
        [Warning::Encrypted]
    );
    assert_eq!(
        warnings(b"<svg><script>x</script></svg>", "a.svg"),
        [Warning::Scripts]
    );
    assert_eq!(warnings(&png(), "a.pdf"), [Warning::Mismatch]);
    assert_eq!(warnings(&png(), "a.jpg"), []);
    let program = [b"\x7fELF".to_vec(), vec![0; 60]].concat();
    assert_eq!(
        warnings(&zip(&[("tool", &program)]), "a.zip"),
        [Warning::Programs]
    );
}

#[test]
fn an_office_document_with_its_parts_in_unusual_order_is_recognised() {
    let picture = vec![9; HEAD * 2];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, body) in [
        ("word/media/a.bin", &picture[..]),
        ("word/document.xml", b"<x/>"),
        ("[Content_Types].xml", b"<x/>"),
    ] {
        writer.start_file(name, stored).unwrap();
        writer.write_all(body).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    assert_eq!(sniff(&bytes, "a").mime, "application/zip");
    assert_eq!(look(&bytes, "a").kind.group, Group::Document);
}

#[test]
fn an_encrypted_archive_is_flagged() {
    let mut bytes = zip(&[("a.txt", b"secret")]);
    // Bit 0 of the flags in the table of contents.
    let table = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    bytes[table + 8] |= 1;
    assert_eq!(warnings(&bytes, "a.zip"), [Warning::Encrypted]);
}

#[test]
fn every_cut_of_every_file_is_survived() {
    let whole = [
        zip(&[("a.txt", b"hello"), ("b.zip", &zip(&[("c", b"c")]))]),
        gzip(b"hello"),
        png(),
        jpeg(),
        b"GIF89a\x01\0\x01\0\x80\0\0abcdef\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x4c\x01\0\x3b".to_vec(),
        [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), vec![1; 2000]].concat(),
    ];
    for bytes in whole {
        for cut in 0..bytes.len() {
            let _ = look(&bytes[..cut], "a.bin");
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400), at in 0_usize..100_000) {
        let _ = look(&bytes, "a.jpg");
        let mut damaged = zip(&[("a.txt", b"hello hello hello"), ("b.zip", &zip(&[("c", b"c")]))]);
        let at = at % damaged.len();
        for (place, byte) in damaged[at..].iter_mut().zip(bytes.iter().take(6)) {
            *place = *byte;
        }
        let _ = look(&damaged, "a.zip");
    }
}
