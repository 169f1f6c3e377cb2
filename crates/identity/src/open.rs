//! The table of routes that need no caller.

use http::Method;

/// How an open route treats cookies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// It does not look at them.
    Freely,
    /// It lives on them (and takes a caller, if there is one), so it is guarded like a write by cookie.
    ByCookie,
}

/// Every route of the API that needs no caller.
const OPEN: &[(&str, &str, Open)] = &[
    ("POST", "/api/v1/auth/check-user", Open::Freely),
    ("POST", "/api/v1/auth/register", Open::Freely),
    ("POST", "/api/v1/auth/login", Open::Freely),
    ("POST", "/api/v1/auth/refresh", Open::ByCookie),
    ("POST", "/api/v1/auth/logout", Open::ByCookie),
    ("GET", "/api/v1/auth/setup", Open::Freely),
    ("GET", "/api/v1/auth/methods", Open::Freely),
    // Right only for who is half signed in already, or brings a signature of their own.
    ("POST", "/api/v1/auth/second-factor", Open::Freely),
    ("POST", "/api/v1/auth/passkey/begin", Open::Freely),
    ("POST", "/api/v1/auth/passkey", Open::Freely),
    // There and back; the way back is right only with the cookie of the way there.
    ("GET", "/api/v1/auth/oidc/{provider}/start", Open::Freely),
    ("GET", "/api/v1/auth/oidc/{provider}/callback", Open::Freely),
    ("GET", "/api/v1/invitations/{token}", Open::Freely),
    // Right only with a signature in the address.
    ("GET", "/api/v1/files/{id}/content", Open::Freely),
    ("GET", "/api/v1/files/{id}/previews/{page}", Open::Freely),
    ("PUT", "/api/v1/files/uploads/{id}/parts/{number}", Open::Freely),
    // Right only with a signature of the source over the body.
    ("POST", "/api/v1/webhooks/{connector_id}", Open::Freely),
    ("GET", "/api/v1/openapi.json", Open::Freely),
    ("GET", "/api/v1/docs", Open::Freely),
];

/// How a route is open, if it is.
pub(crate) fn opening(method: &Method, path: &str) -> Option<Open> {
    let method = if method == Method::HEAD {
        "GET"
    } else {
        method.as_str()
    };
    OPEN.iter()
        .find(|(m, p, _)| *p == path && *m == method)
        .map(|(_, _, open)| *open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_table_names_is_open() {
        let open = |m: Method, p: &str| opening(&m, p).is_some();
        assert!(open(Method::POST, "/api/v1/auth/login"));
        assert!(open(Method::HEAD, "/api/v1/auth/setup"));
        assert!(!open(Method::GET, "/api/v1/auth/login"));
        assert!(!open(Method::DELETE, "/api/v1/invitations/{token}"));
        assert!(!open(Method::POST, "/api/v1/invitations/{token}/accept"));
        assert!(!open(Method::GET, "/api/v1/auth/me"));
    }
}
