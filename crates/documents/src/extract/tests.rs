use std::io::Cursor;

use super::*;
use crate::{fixtures, sniff};

fn read_as(bytes: &[u8], kind: Kind, bounds: &Bounds) -> (Vec<Page>, Result<Facts, Unreadable>) {
    let mut pages = Vec::new();
    let outcome = extract(&mut Cursor::new(bytes), kind, bounds, &mut |page| {
        pages.push(page)
    });
    (pages, outcome)
}

fn read(bytes: &[u8], name: &str) -> (Vec<Page>, Facts) {
    let (pages, facts) = read_as(bytes, sniff(bytes, name), &Bounds::default());
    (pages, facts.unwrap())
}

fn texts(pages: &[Page]) -> Vec<&str> {
    pages.iter().map(|page| page.text.as_str()).collect()
}

#[test]
fn a_pdf_has_its_pages_with_their_numbers() {
    let bytes = fixtures::pdf(&["First page\nsecond line", "", "Third page"]);
    let (pages, facts) = read(&bytes, "a.pdf");
    assert_eq!(texts(&pages), ["First page\nsecond line", "Third page"]);
    assert_eq!(pages[1].number, 3);
    assert_eq!(facts.get("pages").unwrap(), 3);
    assert_eq!(facts.get("title").unwrap(), "A test");
    assert_eq!(facts.get("author").unwrap(), "Ada");
}

#[test]
fn words_of_a_pdf_are_found_from_their_places() {
    // Two words moved apart without a space between them, as typesetters do; one word in two pieces.
    let content = "BT /F1 12 Tf 20 200 Td [(Hel) 10 (lo) -600 (world)] TJ ET";
    let bytes = fixtures::pdf(&["x"]);
    let text = String::from_utf8(bytes).unwrap();
    let from = text.find("BT ").unwrap();
    let to = text.find("ET\nendstream").unwrap() + 2;
    let bytes = [&text[..from], content, &text[to..]].concat();
    let (pages, _) = read(bytes.as_bytes(), "a.pdf");
    assert_eq!(texts(&pages), ["Hello world"]);
}

#[test]
fn a_pdf_that_claims_a_million_pages_has_those_it_has() {
    let text = String::from_utf8(fixtures::pdf(&["only one"])).unwrap();
    let bytes = text.replace("/Count 1 ", "/Count 1000000 ");
    let (pages, facts) = read(bytes.as_bytes(), "a.pdf");
    assert_eq!(texts(&pages), ["only one"]);
    assert_eq!(facts.get("pages").unwrap(), 1);
    // A tree of pages that is its own branch.
    let ring = fixtures::pdf_of(&[
        "<< /Type /Catalog /Pages 2 0 R >>".into(),
        "<< /Type /Pages /Kids [2 0 R 3 0 R 3 0 R 2 0 R] /Count 9 >>".into(),
        "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 9 >>".into(),
    ]);
    let _ = read_as(&ring, Kind::of("application/pdf"), &Bounds::default());
}

#[test]
fn a_word_document_has_the_pages_that_word_laid_out() {
    let body = "<w:p><w:pPr><w:pStyle w:val='Heading1'/></w:pPr><w:r><w:t>Report</w:t></w:r></w:p>\
        <w:p><w:r><w:t xml:space='preserve'>Caf&#233; &lt;3 </w:t></w:r><w:r><w:t>&unknown;end</w:t></w:r></w:p>\
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
        <w:p><w:r><w:br w:type='page'/></w:r><w:r><w:lastRenderedPageBreak/><w:t>Next</w:t></w:r></w:p>";
    let (pages, facts) = read(&fixtures::docx(body), "a.docx");
    assert_eq!(texts(&pages), ["# Report\nCafé <3 end\na \tb", "Next"]);
    assert_eq!(facts.get("title").unwrap(), "Quarter & year");
    assert_eq!(facts.get("author").unwrap(), "Grace");
}

#[test]
fn slides_come_in_the_order_in_which_they_are_shown() {
    let (pages, _) = read(&fixtures::pptx(), "a.pptx");
    assert_eq!(
        texts(&pages),
        ["Second file, first slide\nSay it slowly", "Then this"]
    );
}

#[test]
fn a_sheet_is_a_page_and_a_date_is_a_date() {
    let (pages, _) = read(&fixtures::xlsx(), "a.xlsx");
    assert_eq!(
        texts(&pages),
        ["# Sales\nMonth\tRevenue\n2024-01-01\t1234.5\n7", "# Costs\nRent"]
    );
}

#[test]
fn opendocument_is_read() {
    let text = fixtures::odf(
        "text",
        "<office:text><text:h text:outline-level='1'>Aims</text:h><text:p>One<text:s/>two<office:annotation><text:p>hidden</text:p></office:annotation></text:p><text:soft-page-break/><text:p>Three</text:p></office:text>",
    );
    let (pages, facts) = read(&text, "a.odt");
    assert_eq!(texts(&pages), ["# Aims\nOne two", "Three"]);
    assert_eq!(
        (facts.get("title").unwrap(), facts.get("pages").unwrap()),
        (&"Plan".into(), &3.into())
    );
    let row = "<table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell table:number-columns-repeated='1000000000'/></table:table-row>";
    let sheet = fixtures::odf(
        "spreadsheet",
        &format!(
            "<office:spreadsheet><table:table table:name='S1'>{row}</table:table><table:table table:name='S2'>{row}</table:table></office:spreadsheet>"
        ),
    );
    assert_eq!(texts(&read(&sheet, "a.ods").0), ["# S1\na", "# S2\na"]);
    let slides = fixtures::odf(
        "presentation",
        "<office:presentation><draw:page><text:p>One</text:p></draw:page><draw:page><text:p>Two</text:p></draw:page></office:presentation>",
    );
    assert_eq!(texts(&read(&slides, "a.odp").0), ["One", "Two"]);
}

#[test]
fn a_web_page_is_read_as_people_see_it() {
    let page = "<html><head><title> The  page </title><style>p { color: red }</style></head><body><script>if (a < b) { '<p>no</p>' }</script>\
        <p>One&nbsp;two <b>three</b>\n four <a href='https://example.org/x'>there</a></p><ul><li>first<li>second</ul><img alt='a cat'></body>";
    let (pages, facts) = read(page.as_bytes(), "a.html");
    assert_eq!(
        texts(&pages),
        ["The page\nOne two three four there (https://example.org/x)\n- first\n- second\na cat"]
    );
    assert_eq!(facts.get("title").unwrap(), "The page");
    let old = b"<html><meta charset=windows-1252><p>Gr\xfc\xdfe";
    assert_eq!(texts(&read(old, "a.html").0), ["Grüße"]);
}

#[test]
fn a_mail_has_its_head_its_text_and_the_names_of_what_hangs_on_it() {
    let (pages, facts) = read(fixtures::MAIL.as_bytes(), "a.eml");
    assert_eq!(
        texts(&pages),
        [
            "From: Ada <ada@example.org>\nTo: Grace <grace@example.org>\nDate: 2026-11-21T10:00:00Z\nSubject: The café\n\nSee you at noon.\nAttachment: menu.pdf"
        ]
    );
    assert_eq!(facts.get("title").unwrap(), "The café");
}

#[test]
fn rich_text_is_read_without_its_control_words() {
    let text = br"{\rtf1\ansi{\fonttbl{\f0 Times;}}{\*\generator Word;}\f0 Caf\'e9 \u8364?5\par next \{x\}}";
    assert_eq!(texts(&read(text, "a.rtf").0), ["Café €5\nnext {x}"]);
}

#[test]
fn charsets_are_told_or_guessed() {
    for (bytes, text) in [
        (&b"\xff\xfeh\0i\0"[..], "hi"),
        ("Grüße".as_bytes(), "Grüße"),
        (
            b"Vielen Dank f\xfcr die sch\xf6nen Gr\xfc\xdfe aus M\xfcnchen",
            "Vielen Dank für die schönen Grüße aus München",
        ),
        (
            b"\xef\xe8\xf1\xfc\xec\xee \xee\xf2 \xe4\xf0\xf3\xe3\xe0",
            "письмо от друга",
        ),
    ] {
        assert_eq!(texts(&read(bytes, "a.txt").0), [text]);
    }
}

#[test]
fn long_texts_flow_over_pages_and_end_at_their_bounds() {
    let line = "word ".repeat(20);
    let text = format!("{line}\n").repeat(200);
    let (pages, facts) = read(text.as_bytes(), "a.txt");
    assert!(pages.len() > 5 && pages.iter().all(|page| page.text.chars().count() <= 6_000));
    assert!(
        pages
            .iter()
            .enumerate()
            .all(|(at, page)| page.number == at as u32 + 1)
    );
    assert_eq!(facts.get("cut"), None);
    let bounds = Bounds {
        total: 10_000,
        ..Bounds::default()
    };
    let (pages, facts) = read_as(text.as_bytes(), Kind::of("text/plain"), &bounds);
    let total: usize = pages.iter().map(|page| page.text.chars().count()).sum();
    assert!((9_000..=10_000).contains(&total));
    assert_eq!(facts.unwrap().get("cut").unwrap(), true);
    let bounds = Bounds {
        pages: 2,
        ..Bounds::default()
    };
    assert_eq!(
        read_as(text.as_bytes(), Kind::of("text/plain"), &bounds).0.len(),
        2
    );
}

#[test]
fn nesting_costs_nothing() {
    const DEEP: usize = 200_000;
    let json = "[".repeat(DEEP);
    assert_eq!(
        read_as(json.as_bytes(), Kind::of("application/json"), &Bounds::default()).0[0]
            .text
            .len(),
        6_000
    );
    let html = format!("{}deep", "<div><b>".repeat(DEEP));
    assert_eq!(
        texts(&read_as(html.as_bytes(), Kind::of("text/html"), &Bounds::default()).0),
        ["deep"]
    );
    let word = fixtures::docx(&format!("{}<w:t>deep</w:t>", "<w:p>".repeat(DEEP)));
    assert_eq!(texts(&read(&word, "a.docx").0), ["deep"]);
    let mut mail = String::from("From: a@b.c\r\nTo: d@e.f\r\nSubject: s\r\n");
    for level in 0..5_000 {
        mail.push_str(&format!(
            "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"
        ));
    }
    let _ = read_as(mail.as_bytes(), Kind::of("message/rfc822"), &Bounds::default());
}

#[test]
fn a_document_cannot_grow_by_its_own_definitions() {
    let mut laughs = String::from("<?xml version='1.0'?><!DOCTYPE x [<!ENTITY l0 'lol'>");
    for level in 1..10 {
        laughs.push_str(&format!(
            "<!ENTITY l{level} '{}'>",
            format!("&l{};", level - 1).repeat(10)
        ));
    }
    laughs.push_str("<!ENTITY file SYSTEM 'file:///etc/passwd'>]><w:document><w:p><w:t>a&l9;&file;b</w:t></w:p></w:document>");
    let bytes = fixtures::zip(&[
        ("[Content_Types].xml", b"<x/>"),
        ("word/document.xml", laughs.as_bytes()),
    ]);
    assert_eq!(texts(&read(&bytes, "a.docx").0), ["ab"]);
}

fn everything() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a.pdf", fixtures::pdf(&["one", "two"])),
        ("a.docx", fixtures::docx("<w:p><w:r><w:t>text</w:t></w:r></w:p>")),
        ("a.pptx", fixtures::pptx()),
        ("a.xlsx", fixtures::xlsx()),
        (
            "a.odt",
            fixtures::odf("text", "<office:text><text:p>One</text:p></office:text>"),
        ),
        (
            "a.html",
            b"<html><body><p>one</p><script>x</script><a href='http://x'>y</a>".to_vec(),
        ),
        ("a.eml", fixtures::MAIL.as_bytes().to_vec()),
        ("a.rtf", br"{\rtf1 one \'e9 \u8364? two}".to_vec()),
        ("a.md", "# Grüße\n\ntext".as_bytes().to_vec()),
    ]
}

#[test]
fn every_cut_of_every_file_is_survived() {
    for (name, bytes) in everything() {
        let kind = sniff(&bytes, name);
        let step = (bytes.len() / 40).max(1);
        for cut in (0..bytes.len()).step_by(step) {
            let _ = read_as(&bytes[..cut], kind, &Bounds::default());
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_damage_makes_it_panic(at in 0_usize..1_000_000, damage in proptest::collection::vec(proptest::num::u8::ANY, 1..30)) {
        for (name, mut bytes) in everything() {
            let kind = sniff(&bytes, name);
            let at = at % bytes.len();
            for (place, byte) in bytes[at..].iter_mut().zip(&damage) {
                *place = *byte;
            }
            let _ = read_as(&bytes, kind, &Bounds::default());
            let _ = read_as(&damage, kind, &Bounds::default());
        }
    }
}
