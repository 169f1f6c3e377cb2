//! What every answer carries, and what none does.

use http::Method;

use crate::support::{Answer, TestApp};

const OURS: &str = "https://intranet.example.org";
const THEIRS: &str = "https://evil.example";

#[tokio::test]
async fn every_answer_protects_its_page() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    for (path, status) in [
        ("/", 200),
        ("/any/page/of/ours", 200),
        ("/missing.js", 404),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/api/v1/docs", 200),
        ("/api/v1/openapi.json", 200),
        ("/api/v1/auth/me", 200),
        ("/api/v1/threads?limit=0", 422),
        ("/api/v1/nothing", 404),
        ("/v1/models", 200),
    ] {
        let answer = ann.get(path).await;
        answer.expect(status);
        let one = |name: &str| {
            let all: Vec<_> = answer.headers.get_all(name).iter().collect();
            assert_eq!(all.len(), 1, "{name} of {path}");
            all[0].to_str().unwrap().to_owned()
        };
        let policy = one("content-security-policy");
        for part in [
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        let scripts = policy.contains("script-src") || policy.contains("unsafe-eval");
        assert!(!scripts, "scripts come from us and from files: {policy}");
        assert_eq!(one("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(one("x-frame-options"), "DENY", "{path}");
        assert_eq!(one("referrer-policy"), "same-origin", "{path}");
        one("x-request-id");
        let caching = one("cache-control");
        if path.starts_with("/api/") || path.starts_with("/v1/") {
            assert!(caching.contains("no-store"), "{path}: {caching}");
        }
        for name in ["server", "x-powered-by", "access-control-allow-origin"] {
            assert!(!answer.headers.contains_key(name), "{name} of {path}");
        }
    }
}

fn allowed(answer: &Answer) -> Option<&str> {
    let value = answer.headers.get("access-control-allow-origin")?;
    Some(value.to_str().unwrap())
}

#[tokio::test]
async fn only_configured_origins_read_answers() {
    let app = TestApp::with(|c| c.http.allowed_origins = vec![OURS.to_owned()]).await;
    let ann = app.person("ann").await;
    for path in ["/api/v1/auth/me", "/api/v1/nothing", "/v1/models", "/"] {
        for stranger in [
            THEIRS,
            "null",
            "https://intranet.example.org.evil.example",
            "http://intranet.example.org",
            "https://intranet.example.org:444",
        ] {
            let answer = ann.send(Method::GET, path, &[("origin", stranger)], "").await;
            assert_eq!(allowed(&answer), None, "{stranger} {path}");
        }
        let answer = ann.send(Method::GET, path, &[("origin", OURS)], "").await;
        assert_eq!(allowed(&answer), Some(OURS), "{path}");
        assert_eq!(answer.headers["access-control-allow-credentials"], "true");
        let mut vary = answer.headers.get_all("vary").iter();
        assert!(vary.any(|v| v.to_str().unwrap().contains("origin")));
    }
    let preflight = |origin: &'static str| {
        let client = app.client();
        async move {
            let headers = [
                ("origin", origin),
                ("access-control-request-method", "PATCH"),
                ("access-control-request-headers", "x-csrf,content-type"),
            ];
            client
                .send(Method::OPTIONS, "/api/v1/settings", &headers, "")
                .await
        }
    };
    let ours = preflight(OURS).await;
    ours.expect(200);
    assert_eq!(allowed(&ours), Some(OURS));
    let list = |name: &str| ours.headers[name].to_str().unwrap().to_lowercase();
    assert!(list("access-control-allow-methods").contains("patch"));
    for header in ["x-csrf", "content-type", "idempotency-key", "authorization"] {
        assert!(list("access-control-allow-headers").contains(header), "{header}");
    }
    assert_eq!(allowed(&preflight(THEIRS).await), None);
    let closed = TestApp::start().await;
    let answer = closed
        .client()
        .send(Method::GET, "/api/v1/auth/setup", &[("origin", OURS)], "")
        .await;
    assert_eq!(allowed(&answer), None, "nobody unless configured");
}
