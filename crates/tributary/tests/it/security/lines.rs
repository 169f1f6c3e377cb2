//! Odd queries, methods, paths and headers.

use http::Method;

use super::house::House;
use super::{handled, raw, refused, tells_nothing};
use crate::support::TestApp;

#[tokio::test]
async fn odd_queries_are_taken_or_refused() {
    let house = House::furnished().await;
    let long = "x".repeat(6000);
    let odd = [
        "",
        "0",
        "-1",
        "201",
        "1.5",
        "1e3",
        "99999999999999999999",
        "abc",
        "%00",
        "a%00b",
        "a%00.",
        "%ff",
        "%",
        "%zz",
        "%F0%9F%A6%80",
        "'%20OR%201=1--",
        "%25",
        "_",
        "null",
        "true",
        "[]",
        "all",
        "2026-01-31T12:00:00Z",
        "9999-12-31T23:59:59Z",
        "-009999-01-01T00:00:00Z",
        "2026-01-31",
        "00000000-0000-0000-0000-000000000000",
        "bnVsbA",
        "e30",
        "WzFd",
        "IngiCg",
        &long,
    ];
    let mut tried = 0;
    for call in house.calls.iter().filter(|c| c.is_read()) {
        let path = house.path(call);
        let mut targets = vec![
            format!("{path}?no_such=1"),
            format!("{path}?&&=&?"),
            format!("{path}?{}", "a=1&".repeat(3000)),
        ];
        for query in &call.queries {
            targets.extend(odd.iter().map(|value| format!("{path}?{query}={value}")));
            targets.push(format!("{path}?{query}=1&{query}=2"));
        }
        for target in targets {
            let answer = house.ann.get(&target).await;
            // Whoever comes back from another house is led to the page, which says what was wrong.
            if answer.status == 302 && call.path.contains("/auth/oidc/") {
                let back = answer.headers["location"].to_str().unwrap();
                assert!(back.starts_with("/login?error="), "{target}: {back}");
                continue;
            }
            handled(&answer, &target.chars().take(300).collect::<String>());
            tried += 1;
        }
    }
    assert!(tried > 400, "{tried}");
    house.inventory().await;
}

#[tokio::test]
async fn wrong_methods_are_told_so() {
    let house = House::furnished().await;
    let before = house.inventory().await;
    let methods = [
        "GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get", "X",
    ];
    let mut paths: Vec<&str> = house.calls.iter().map(|c| c.path.as_str()).collect();
    paths.dedup();
    for path in paths {
        let known: Vec<_> = house.calls.iter().filter(|c| c.path == path).collect();
        let target = house.path(known[0]);
        for method in methods {
            if known.iter().any(|c| c.method.as_str() == method) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = house.ann.send(method.clone(), &target, &[], "").await;
            refused(&answer, &format!("{method} {path}"));
            assert_eq!(answer.status, 405, "{method} {path}: {}", answer.text());
        }
        if known.iter().any(|c| c.is_read()) {
            let answer = house.ann.send(Method::HEAD, &target, &[], "").await;
            assert!(
                answer.status.as_u16() < 500 && answer.bytes.is_empty(),
                "HEAD {path}"
            );
        }
    }
    for path in [
        "/",
        "/some/where",
        "/assets/x.js",
        "/healthz",
        "/api/v1/openapi.json",
    ] {
        let answer = house.ann.post(path, &serde_json::json!({})).await;
        refused(&answer, path);
    }
    assert_eq!(house.inventory().await, before);
}

#[tokio::test]
async fn no_path_leads_astray() {
    let house = House::furnished().await;
    let base = house.app.base();
    let long = format!("/api/v1/threads/{}", "a".repeat(60_000));
    let longer = format!("/{}", "a".repeat(200_000));
    let targets = [
        "/api/v1/threads/%2e%2e/workspace",
        "/api/v1/threads/../workspace",
        "/api/v1//threads",
        "//api/v1/threads",
        "/api/v1/./threads",
        "/api/v1/threads/",
        "/api/v1/threads%2f",
        "/API/V1/THREADS",
        "/api/v1/%74hreads",
        "/api/v1/threads;a=b",
        "/api/v1/threads%00",
        "/api/v1/threads/%00",
        "/api/v1/threads/%ff%fe%fd",
        "/api/v1/threads/%",
        "/api/v1/threads/%zz",
        "/api/v1/invitations/%ff",
        "/api/v1/invitations/%00",
        "/api/v1/providers/%00/key",
        "/api/v1/providers/%ff/key",
        "/api/v1/nothing/here",
        "/api/v2/threads",
        "/v1/nothing",
        "/../Cargo.toml",
        "/../../Cargo.toml",
        "/%2e%2e/package.json",
        "/..%2fpackage.json",
        "/assets/../../package.json",
        "/assets/%2e%2e/%2e%2e/package.json",
        "/assets/..%5c..%5cpackage.json",
        "/%2fetc%2fpasswd",
        "//etc/passwd",
        "/etc/passwd",
        "/.git/config",
        "/master.key",
        "/tributary.db",
        "/\u{1f980}",
        "/%F0%9F%A6%80",
        "http://evil.example/api/v1/threads",
        "*",
        "evil.example:443",
        "",
        "api/v1/threads",
        &long,
        &longer,
    ];
    let signed = Some(house.ann.token());
    for target in targets {
        for (method, token) in [("GET", None), ("GET", signed), ("DELETE", signed)] {
            let request = format!("{}\r\n", raw::head(method, target, token));
            let reply = raw::exchange(&base, request).await;
            let what = format!("{method} {target:.80}");
            assert!(reply.status < 500, "{what}: {}", reply.head);
            tells_nothing(&reply.body, &what);
            for planted in ["root:", "\"scripts\"", "[workspace]", "[core]"] {
                assert!(!reply.body.contains(planted), "{what}: a file of the machine");
            }
            let told = reply.body.contains("\"success\":true");
            assert!(token.is_some() || !told, "{what}: {:.300}", reply.body);
        }
    }
    house.ann.get("/api/v1/threads").await.expect(200);
}

#[tokio::test]
async fn odd_headers_hurt_nobody() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let base = app.base();
    let me = raw::head("GET", "/api/v1/auth/me", Some(ann.token()));
    let post = raw::head("POST", "/api/v1/threads", Some(ann.token()));
    let many = "x-n: 1\r\n".repeat(200);
    let forwarded = "x-forwarded-for: 1.2.3.4\r\nforwarded: for=x\r\nx-http-method-override: DELETE\r\n";
    let ranged = "range: bytes=0-1\r\nif-none-match: *\r\nupgrade: h2c\r\n";
    let json = "content-type: application/json\r\ncontent-length: 2\r\n";
    // A request, and the statuses that are an honest answer to it (0: the connection is closed).
    let requests: [(String, &[u16]); 24] = [
        (
            format!("{me}x-big: {}\r\n\r\n", "a".repeat(64 << 10)),
            &[200, 431],
        ),
        (format!("{me}x-huge: {}\r\n\r\n", "a".repeat(2 << 20)), &[431, 0]),
        (format!("{me}{many}\r\n"), &[200, 431]),
        (
            format!("{me}authorization: Bearer nonsense\r\n\r\n"),
            &[200, 400, 401],
        ),
        (
            format!("{me}cookie: {}\r\n\r\n", "a=b; ".repeat(4000)),
            &[200, 431],
        ),
        (
            format!("{me}cookie: trb_access=\u{fffd}; =; ;;; trb_access\r\n\r\n"),
            &[200, 400],
        ),
        (format!("{me}accept: {}\r\n\r\n", "*/*,".repeat(2000)), &[200]),
        (format!("{me}user-agent: \u{1f980}\u{7f}\r\n\r\n"), &[200, 400]),
        (format!("{me}no colon\r\n\r\n"), &[400, 0]),
        (format!("{me}: empty\r\n\r\n"), &[400, 0]),
        (format!("{me}x: a\0b\r\n\r\n"), &[400, 0]),
        (format!("{me}transfer-encoding: gzip\r\n\r\n"), &[400, 501, 0]),
        (format!("{me}{ranged}\r\n"), &[200]),
        (format!("{me}{forwarded}\r\n"), &[200]),
        (
            format!("{post}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}"),
            &[400, 0],
        ),
        (format!("{post}content-length: -1\r\n\r\n"), &[400, 0]),
        (
            format!("{post}content-length: 99999999999999999999\r\n\r\n"),
            &[400, 413, 0],
        ),
        (
            format!("{post}transfer-encoding: chunked\r\n\r\nzz\r\n"),
            &[400, 0],
        ),
        (
            format!("{post}transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n"),
            &[400, 0],
        ),
        (
            format!("{post}{json}expect: 100-continue\r\n\r\n{{}}"),
            &[100, 201],
        ),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), &[400, 505, 0]),
        ("GET\r\n\r\n".to_owned(), &[400, 0]),
        ("\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n".to_owned(), &[400, 0]),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), &[400, 405, 505, 0]),
    ];
    for (request, honest) in requests {
        let reply = raw::exchange(&base, &request).await;
        assert!(
            honest.contains(&reply.status),
            "{request:.300}\n→ {} {:.300}",
            reply.head,
            reply.body
        );
        tells_nothing(&reply.body, "an odd header");
    }
    // A request hidden behind another's body is part of that body, or nothing.
    let hidden = "GET /api/v1/auth/me HTTP/1.1\r\nhost: x\r\n\r\n";
    let length = hidden.len() + 5;
    let both =
        format!("{post}content-length: {length}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}");
    let reply = raw::exchange(&base, both).await;
    assert!(!reply.body.contains("HTTP/1.1"), "{} {}", reply.head, reply.body);
    ann.get("/api/v1/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_request_id_comes_back_only_when_it_is_plain() {
    let app = TestApp::start().await;
    let client = app.client();
    for (given, plain) in [
        ("abc-123_x.y:z", true),
        (&*"a".repeat(128), true),
        (&*"a".repeat(129), false),
        ("", false),
        ("a b", false),
        ("<script>", false),
        ("\"}{", false),
        ("é", false),
    ] {
        let headers = [("x-request-id", given)];
        let answer = client.send(Method::GET, "/api/v1/auth/me", &headers, "").await;
        answer.expect_error(401, "UNAUTHORIZED");
        let told = answer.headers["x-request-id"].to_str().unwrap();
        assert_eq!(told == given, plain, "{given}");
        assert_eq!(answer.headers.get_all("x-request-id").iter().count(), 1);
    }
}
