//! What is made of files, by the real process that reads them; and what happens when that process dies of one.

mod dying;
mod reading;
mod tools;

use std::fmt::Write;
use std::time::Duration;

use serde_json::Value;

use crate::files::{file, id, uploaded};
use crate::support::Client;

/// The file when everything has been made of it. Processes are started for it, so it may take its time on a busy machine.
pub async fn processed(client: &Client, sent: &Value) -> Value {
    for _ in 0..3_000 {
        let now = file(client, id(sent)).await;
        if now["status"] == "ready" {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!(
        "the file was not processed: {}",
        file(client, id(sent)).await["steps"]
    );
}

/// Sends a file and waits until everything has been made of it.
pub async fn sent(client: &Client, name: &str, bytes: &[u8]) -> Value {
    let file = uploaded(client, name, bytes).await;
    processed(client, &file).await
}

/// Where a step stands, and what is said of it.
pub fn step<'f>(file: &'f Value, name: &str) -> (&'f str, &'f str) {
    let steps = file["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["name"] == name);
    let step = step.unwrap_or_else(|| panic!("no step {name} in {steps:?}"));
    (
        step["state"].as_str().unwrap(),
        step["note"].as_str().unwrap_or_default(),
    )
}

/// The text of its pages.
pub async fn texts(client: &Client, file: &Value) -> Vec<(u64, String)> {
    let answer = client.get(&format!("/api/v1/files/{}/pages", id(file))).await;
    answer.expect(200);
    let pages = answer.data();
    let page = |page: &Value| {
        (
            page["page"].as_u64().unwrap(),
            page["text"].as_str().unwrap().to_owned(),
        )
    };
    pages.as_array().unwrap().iter().map(page).collect()
}

/// A PDF with these objects, of which the first is its catalogue.
fn pdf_of(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut table = String::new();
    for (number, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", bytes.len());
        bytes.extend(format!("{} 0 obj\n", number + 1).into_bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let (at, size) = (bytes.len(), objects.len() + 1);
    bytes.extend(format!("xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n").into_bytes());
    bytes
}

fn stream(dictionary: &str, body: &[u8]) -> Vec<u8> {
    let mut object = format!("<< {dictionary} /Length {} >>\nstream\n", body.len()).into_bytes();
    object.extend(body);
    object.extend(b"\nendstream");
    object
}

/// A PDF whose pages have these texts.
pub fn pdf(pages: &[&str]) -> Vec<u8> {
    let kids: String = (0..pages.len())
        .map(|page| format!("{} 0 R ", 4 + page * 2))
        .collect();
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!(
            "<< /Type /Pages /Kids [{kids}] /Count {} /MediaBox [0 0 400 300] >>",
            pages.len()
        )
        .into_bytes(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
    ];
    for (number, text) in pages.iter().enumerate() {
        let contents = 5 + number * 2;
        objects.push(format!("<< /Type /Page /Parent 2 0 R /Contents {contents} 0 R /Resources << /Font << /F1 3 0 R >> >> >>").into_bytes());
        objects.push(stream(
            "",
            format!("BT /F1 28 Tf 20 200 Td ({text}) Tj ET").as_bytes(),
        ));
    }
    pdf_of(&objects)
}

/// A PDF of one page that is a picture.
pub fn scanned(jpeg: &[u8], width: u32, height: u32) -> Vec<u8> {
    let picture = format!(
        "/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"
    );
    pdf_of(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 400 300] >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>".to_vec(),
        stream("", b"q 400 0 0 300 0 0 cm /I Do Q"),
        stream(&picture, jpeg),
    ])
}

/// A picture with this text on it: what a PDF's page looks like.
pub fn picture_of(text: &str) -> documents::Picture {
    let mut pictures = Vec::new();
    let mut bytes = std::io::Cursor::new(pdf(&[text]));
    let kind = documents::Kind::of("application/pdf");
    documents::preview(&mut bytes, kind, &documents::Tools::none(), &mut |picture| {
        pictures.push(picture)
    })
    .unwrap();
    pictures.remove(0)
}
