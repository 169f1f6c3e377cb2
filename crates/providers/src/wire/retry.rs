//! How long a provider wants us to wait. There are five ways to say it.

use std::time::Duration;

use http::HeaderMap;

/// Whoever says more than this is not waited for, but not believed either.
const MAX: Duration = Duration::from_hours(24);

/// `retry-after-ms` (OpenAI), `retry-after` in seconds or as a date (RFC 9110), and, when an allowance is
/// used up, the reset times that OpenAI and Groq write (`x-ratelimit-reset-requests: 6m0s`).
pub(super) fn of_headers(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
    };
    if let Some(ms) = text("retry-after-ms").and_then(|ms| ms.parse::<f64>().ok()) {
        return seconds(ms / 1_000.0);
    }
    if let Some(after) = text("retry-after") {
        return after
            .parse::<f64>()
            .ok()
            .map_or_else(|| of_date(after, text("date")), seconds);
    }
    ["requests", "tokens"]
        .iter()
        .filter(|what| text(&format!("x-ratelimit-remaining-{what}")) == Some("0"))
        .filter_map(|what| of_duration(text(&format!("x-ratelimit-reset-{what}"))?))
        .max()
}

/// `Fri, 31 Dec 1999 23:59:59 GMT`, seen from the server's own clock.
fn of_date(after: &str, date: Option<&str>) -> Option<Duration> {
    let read = |text: &str| {
        jiff::fmt::rfc2822::DateTimeParser::new()
            .parse_timestamp(text)
            .ok()
    };
    let (then, now) = (read(after)?, read(date?)?);
    Duration::try_from(then.duration_since(now))
        .ok()
        .map(|wait| wait.min(MAX))
        .or(Some(Duration::ZERO))
}

/// `34s`, `7.66s`, `6m0s`, `1h2m3.5s`, `120ms`.
pub(super) fn of_duration(text: &str) -> Option<Duration> {
    let mut total = 0.0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..unit_at].parse().ok()?;
        let unit_end = rest[unit_at..]
            .find(|c: char| c.is_ascii_digit())
            .map_or(rest.len(), |at| at + unit_at);
        total += number
            * match &rest[unit_at..unit_end] {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3_600.0,
                "d" => 86_400.0,
                _ => return None,
            };
        rest = &rest[unit_end..];
    }
    seconds(total)
}

/// "Please try again in 7.66s." (OpenAI, Groq), "Please retry in 34.07s." (Gemini).
pub(super) fn of_words(message: &str) -> Option<Duration> {
    let after = ["try again in ", "retry in "]
        .iter()
        .find_map(|mark| message.split_once(mark))?
        .1;
    let word = after.split_whitespace().next()?.trim_end_matches(['.', ',']);
    of_duration(word)
}

fn seconds(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds.max(0.0))
        .ok()
        .map(|wait| wait.min(MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.insert(*name, value.parse().unwrap());
        }
        of_headers(&headers)
    }

    #[test]
    fn every_way_is_understood() {
        let ms = |ms| Some(Duration::from_millis(ms));
        assert_eq!(headers(&[("retry-after", "7")]), ms(7_000));
        assert_eq!(headers(&[("retry-after", "0.5")]), ms(500));
        assert_eq!(
            headers(&[("retry-after-ms", "250"), ("retry-after", "1")]),
            ms(250)
        );
        let date = ("date", "Fri, 20 Nov 2026 10:00:00 GMT");
        assert_eq!(
            headers(&[("retry-after", "Fri, 20 Nov 2026 10:00:30 GMT"), date]),
            ms(30_000)
        );
        assert_eq!(
            headers(&[("retry-after", "Fri, 20 Nov 2026 09:00:00 GMT"), date]),
            ms(0)
        );
        assert_eq!(headers(&[("retry-after", "soon")]), None);
        assert_eq!(headers(&[("retry-after", "-3")]), ms(0));
        assert_eq!(headers(&[("retry-after", "1e300")]), None);
        let reset = ("x-ratelimit-reset-tokens", "6m0s");
        assert_eq!(
            headers(&[reset, ("x-ratelimit-remaining-tokens", "0")]),
            ms(360_000)
        );
        assert_eq!(headers(&[reset, ("x-ratelimit-remaining-tokens", "9")]), None);
        assert_eq!(of_duration("1h2m3.5s"), ms(3_723_500));
        assert_eq!(of_duration("120ms"), ms(120));
        for bad in ["", "s", "5", "5x", "..s", "5 s"] {
            assert_eq!(of_duration(bad), None, "{bad}");
        }
        assert_eq!(of_words("Rate limit. Please try again in 1m2.5s."), ms(62_500));
        assert_eq!(of_words("Please try again in a minute."), None);
    }
}
