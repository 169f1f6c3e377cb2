//! Previews, text and facts, as people get them.

use super::{pdf, sent, step, texts};
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_pdf_has_pictures_and_text_of_its_pages() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let pages = [
        "The first page of all, with words enough to be text",
        "The second page of all, with words enough to be text",
        "The third page of all, with words enough to be text",
        "The last page of all, with words enough to be text",
    ];
    let file = sent(&ann, "report.pdf", &pdf(&pages)).await;
    for name in ["scan", "preview", "text", "index"] {
        assert_eq!(step(&file, name).0, "done", "{name}");
    }
    assert_eq!(step(&file, "ocr"), ("skipped", "every page has text"));
    assert_eq!(
        (&file["type"], &file["pages"]),
        (&"application/pdf".into(), &4.into())
    );
    let read = texts(&ann, &file).await;
    assert_eq!(read.iter().map(|page| page.0).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(read[3].1, "The last page of all, with words enough to be text");
    assert_eq!(file["text_chars"].as_u64().unwrap(), pages.concat().len() as u64);
    let previews = file["previews"].as_array().unwrap();
    assert_eq!(previews.len(), 3);
    assert_eq!(
        (
            &previews[1]["page"],
            &previews[1]["width"],
            &previews[1]["height"]
        ),
        (&2.into(), &1024.into(), &768.into())
    );
    // Anybody with the signed address sees the picture; nothing else of the file is in it.
    let picture = app.client().get(previews[1]["url"].as_str().unwrap()).await;
    picture.expect(200);
    assert_eq!(picture.headers["content-type"], "image/jpeg");
    let shown = image::load_from_memory(&picture.bytes).unwrap();
    assert_eq!((shown.width(), shown.height()), (1024, 768));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_becomes_small_and_its_size_is_known() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let file = sent(&ann, "wide.png", &png(2048, 512)).await;
    assert_eq!((&file["width"], &file["height"]), (&2048.into(), &512.into()));
    let preview = &file["previews"][0];
    assert_eq!(
        (&preview["width"], &preview["height"]),
        (&1024.into(), &256.into())
    );
    assert_eq!(file["preview_url"], preview["url"]);
    assert_eq!(step(&file, "text"), ("skipped", "such files have no text"));
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_read_and_have_no_pictures() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let page = b"<html><head><title>A page</title></head><body><p>Gr\xc3\xbc\xc3\x9fe</p><script>no()</script></body></html>";
    let file = sent(&ann, "page.html", page).await;
    assert_eq!(texts(&ann, &file).await, [(1, "A page\nGrüße".to_owned())]);
    assert_eq!(file["metadata"]["title"], "A page");
    assert_eq!(step(&file, "preview"), ("skipped", "the text is shown instead"));
    assert_eq!(step(&file, "ocr").0, "skipped");
    let rust = sent(&ann, "main.rs", b"fn main() {}\n").await;
    assert_eq!(texts(&ann, &rust).await, [(1, "fn main() {}".to_owned())]);
    let other = sent(&ann, "numbers.bin", &[0, 1, 2, 3, 255, 254]).await;
    assert_eq!(step(&other, "text").0, "skipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_kept_and_says_what_could_not_be_made() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let file = sent(&ann, "broken.png", b"\x89PNG\r\n\x1a\nnothing of a picture").await;
    assert_eq!(step(&file, "preview"), ("failed", "the file is damaged"));
    assert_eq!(step(&file, "index").0, "done");
    assert!(file["url"].is_string());
    assert_eq!(file["preview_url"], serde_json::Value::Null);
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::GrayImage::new(width, height)
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}
