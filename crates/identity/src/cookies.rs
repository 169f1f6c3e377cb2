//! The two cookies: `trb_access` for every call, `trb_refresh` only where it is traded in.

use std::time::Duration;

use axum::response::AppendHeaders;
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// The access token.
pub(crate) const ACCESS: &str = "trb_access";
/// The refresh token.
pub(crate) const REFRESH: &str = "trb_refresh";

const REFRESH_PATH: &str = "/api/v1/auth";

/// `Set-Cookie` headers.
pub(crate) type SetCookies = AppendHeaders<Vec<(HeaderName, HeaderValue)>>;

/// One cookie of a request.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim_start().strip_prefix(name)?.strip_prefix('='))
        .map(str::trim_end)
        .filter(|value| !value.is_empty())
}

/// One cookie that scripts cannot read.
pub(crate) fn cookie(
    name: &str,
    value: &str,
    path: &str,
    lifetime: Duration,
    secure: bool,
) -> Option<(HeaderName, HeaderValue)> {
    let text = format!(
        "{name}={value}; Path={path}; Max-Age={}; HttpOnly; SameSite=Lax{}",
        lifetime.as_secs(),
        if secure { "; Secure" } else { "" }
    );
    HeaderValue::try_from(text).ok().map(|v| (header::SET_COOKIE, v))
}

/// Gives the device its tokens; without a refresh token it keeps the one it has.
pub(crate) fn give(access: (&str, Duration), refresh: Option<(&str, Duration)>, secure: bool) -> SetCookies {
    let access = cookie(ACCESS, access.0, "/", access.1, secure);
    let refresh = refresh.and_then(|(value, life)| cookie(REFRESH, value, REFRESH_PATH, life, secure));
    AppendHeaders(access.into_iter().chain(refresh).collect())
}

/// Takes both away.
pub(crate) fn take_away(secure: bool) -> SetCookies {
    give(("", Duration::ZERO), Some(("", Duration::ZERO)), secure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("a=1; xtrb_access=no; trb_access2=no"),
        );
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("trb_refresh=; trb_access=yes"),
        );
        assert_eq!(read(&headers, ACCESS), Some("yes"));
        assert_eq!(read(&headers, REFRESH), None);
    }

    #[test]
    fn cookies_are_closed_to_scripts() {
        let AppendHeaders(given) = give(("v", Duration::from_secs(5)), None, true);
        assert_eq!(
            given[0].1,
            "trb_access=v; Path=/; Max-Age=5; HttpOnly; SameSite=Lax; Secure"
        );
        let AppendHeaders(gone) = take_away(false);
        assert_eq!(
            gone[1].1,
            "trb_refresh=; Path=/api/v1/auth; Max-Age=0; HttpOnly; SameSite=Lax"
        );
    }
}
