//! The picture that an authenticator app scans.

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc};

/// Empty cells around it, as the standard wants.
const MARGIN: i32 = 4;

/// A QR code as SVG, black on white whatever the page's colours are; none for a text that is too long.
pub(super) fn svg(text: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let whole = size + 2 * MARGIN;
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            let _ = write!(path, "M{},{}h1v1h-1z", x + MARGIN, y + MARGIN);
        }
    }
    Some(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" shape-rendering="crispEdges"><path fill="#fff" d="M0,0h{whole}v{whole}H0z"/><path fill="#000" d="{path}"/></svg>"##
    ))
}

#[cfg(test)]
mod tests {
    use super::svg;

    #[test]
    fn a_picture_is_drawn_of_cells() {
        let picture = svg("otpauth://totp/x?secret=ABC").unwrap();
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>"));
        // The corner of the finder pattern, just inside of the margin.
        assert!(picture.contains("M4,4h1"));
        assert!(svg(&"x".repeat(5000)).is_none());
    }
}
