//! File names: what people may have meant, and how a name goes into a header.

use std::fmt::Write as _;

/// The longest name, in bytes: what common file systems take.
const LONGEST: usize = 255;

/// A name as a person expects it: the last part of a path, without characters that cannot be seen or that turn the
/// reading direction (`cod.exe` behind one of them looks like `exe.doc`), and never empty.
pub fn clean(name: &str) -> String {
    let last = name
        .trim_end_matches(['/', '\\'])
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default();
    let seen: String = last
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .collect();
    let trimmed = seen.trim().trim_end_matches(['.', ' ']);
    if trimmed.is_empty() {
        "file".to_owned()
    } else {
        shorten(trimmed)
    }
}

const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Cuts the middle out, so that the ending stays.
fn shorten(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let ending = match name.rsplit_once('.') {
        Some((_, ending)) if ending.len() <= 20 => &name[name.len() - ending.len() - 1..],
        _ => "",
    };
    let mut end = LONGEST - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", &name[..end])
}

/// What stands behind the last dot, if that is letters and digits.
pub fn ending(name: &str) -> &str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_one = ending.len() <= 20 && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_one { ending } else { "" }
}

/// `Content-Disposition` (RFC 6266): a plain name for old readers, the true one in UTF-8 (RFC 8187) for the rest.
pub fn disposition(kind: &str, name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            c if c.is_ascii_graphic() || c == ' ' => c,
            _ => '_',
        })
        .collect();
    let mut header = format!("{kind}; filename=\"{plain}\"");
    if plain != name {
        header.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                header.push(char::from(byte));
            } else {
                let _ = write!(header, "%{byte:02X}");
            }
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_become_what_a_person_expects() {
        for (given, expected) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ann\\photo.jpg", "photo.jpg"),
            ("a\0b\nc.txt", "ab c.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("  spaces .txt  ", "spaces .txt"),
            ("", "file"),
            ("/", "file"),
            ("...", "file"),
            ("\u{200f}\u{0}", "file"),
            (".gitignore", ".gitignore"),
            ("Bericht für März.odt", "Bericht für März.odt"),
            ("folder/", "folder"),
        ] {
            assert_eq!(clean(given), expected, "{given:?}");
        }
        let long = format!("{}.tar.gz", "ä".repeat(300));
        let cut = clean(&long);
        assert!(cut.len() <= LONGEST && cut.ends_with(".gz") && cut.starts_with("ää"));
    }

    #[test]
    fn headers_hold_every_name() {
        assert_eq!(disposition("inline", "a.png"), "inline; filename=\"a.png\"");
        assert_eq!(
            disposition("attachment", "März \"1\".pdf"),
            "attachment; filename=\"M_rz _1_.pdf\"; filename*=UTF-8''M%C3%A4rz%20%221%22.pdf"
        );
    }

    proptest! {
        #[test]
        fn a_clean_name_stays_as_it_is(name in any::<String>()) {
            let cleaned = clean(&name);
            prop_assert_eq!(&clean(&cleaned), &cleaned);
            prop_assert!(!cleaned.is_empty() && cleaned.len() <= LONGEST);
            let is_clean = !cleaned.contains(['/', '\\', '\0', '\n', '\u{202e}']);
            prop_assert!(is_clean);
            let header = disposition("attachment", &name);
            prop_assert!(http::HeaderValue::from_str(&header).is_ok());
        }
    }
}
