//! How files go out: signed addresses, ranges, caches, and headers that keep a browser from running anything.

use std::time::Duration;

use http::Method;
use kit::clock::{Clock, Timestamp};

use super::{PNG, id, text, uploaded};
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_right_only_as_it_was_signed() {
    let clock = Clock::fixed(Timestamp::parse("2026-11-21T12:00:00Z").unwrap());
    let app = TestApp::with_clock(clock.clone(), |_| {}).await;
    let ann = app.person("ann").await;
    let (one, two) = (
        uploaded(&ann, "one.png", PNG).await,
        uploaded(&ann, "two.txt", b"two").await,
    );
    let nobody = app.client();
    let url = one["url"].as_str().unwrap();
    nobody.get(url).await.expect(200);
    let other_file = url.replace(id(&one), id(&two));
    let later = url.replace("exp=", "exp=9");
    let other_workspace = url.replace("w=", "w=0");
    let unsigned = url.split("&sig=").next().unwrap().to_owned();
    for (altered, status) in [
        (other_file, 403),
        (later, 403),
        (format!("{url}x"), 403),
        (other_workspace, 422),
        (unsigned, 422),
        (url.replace(id(&one), "nothing"), 404),
    ] {
        nobody.get(&altered).await.expect(status);
    }
    assert_eq!(
        super::file(&ann, id(&one)).await["url"],
        one["url"],
        "stable within the hour"
    );
    clock.advance(Duration::from_hours(2));
    nobody.get(url).await.expect_error(403, "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_caches_and_head() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bytes = text(200_000);
    let sent = uploaded(&ann, "a.txt", &bytes).await;
    let url = sent["url"].as_str().unwrap();
    let nobody = app.client();
    let get = |headers: Vec<(&'static str, String)>| {
        let nobody = nobody.clone();
        async move {
            let headers: Vec<_> = headers
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            nobody.send(Method::GET, url, &headers, "").await
        }
    };
    let whole = get(vec![]).await;
    whole.expect(200);
    assert_eq!(whole.headers["accept-ranges"], "bytes");
    let cached = whole.headers["cache-control"].to_str().unwrap();
    assert!(
        cached.starts_with("public, max-age=") && cached.ends_with("immutable"),
        "{cached}"
    );
    let tag = whole.headers["etag"].to_str().unwrap().to_owned();
    for (range, expected) in [
        ("bytes=0-9", 0..10),
        ("bytes=65530-65550", 65530..65551),
        ("bytes=-5", 199_995..200_000),
    ] {
        let part = get(vec![("range", range.to_owned())]).await;
        part.expect(206);
        assert!(part.bytes == bytes[expected.clone()]);
        let said = format!("bytes {}-{}/200000", expected.start, expected.end - 1);
        assert_eq!(part.headers["content-range"], said.as_str());
    }
    let beyond = get(vec![("range", "bytes=200000-".to_owned())]).await;
    beyond.expect(416);
    assert_eq!(beyond.headers["content-range"], "bytes */200000");
    let several = get(vec![("range", "bytes=0-1,5-6".to_owned())]).await;
    several.expect(200);
    assert!(several.bytes == bytes);
    let known = get(vec![("if-none-match", format!("\"x\", {tag}"))]).await;
    known.expect(304);
    assert!(known.bytes.is_empty());
    get(vec![("range", "bytes=0-9".to_owned()), ("if-range", tag)])
        .await
        .expect(206);
    get(vec![
        ("range", "bytes=0-9".to_owned()),
        ("if-range", "\"old\"".to_owned()),
    ])
    .await
    .expect(200);
    let head = nobody.send(Method::HEAD, url, &[], "").await;
    head.expect(200);
    assert_eq!(head.headers["content-length"], "200000");
    assert!(head.bytes.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_runs_nothing_of_it() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let page = b"<!doctype html><html><body><script>alert(1)</script></body></html>";
    for (name, bytes, shown) in [
        ("page.html", &page[..], false),
        ("one.png", PNG, true),
        ("M\u{e4}rz.txt", b"words and words", true),
    ] {
        let sent = uploaded(&ann, name, bytes).await;
        let url = sent["url"].as_str().unwrap();
        let answer = app.client().get(url).await;
        answer.expect(200);
        assert_eq!(
            answer.headers["content-security-policy"],
            "sandbox; default-src 'none'"
        );
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["cross-origin-resource-policy"], "same-site");
        let disposition = answer.headers["content-disposition"].to_str().unwrap();
        assert_eq!(disposition.starts_with("inline"), shown, "{name}: {disposition}");
        let saved = app.client().get(&format!("{url}&download=1")).await;
        let disposition = saved.headers["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with("attachment"), "{name}: {disposition}");
        if !name.is_ascii() {
            assert!(
                disposition.contains("filename*=UTF-8''M%C3%A4rz.txt"),
                "{disposition}"
            );
        }
    }
}
