//! What a token must claim (OpenID Connect Core 1.0, section 3.1.3.7), by our own clock.

use std::time::Duration;

use kit::clock::Timestamp;
use kit::secret::same_secret;
use serde_json::Value;

use super::Refused;
use super::config::{PeopleRules, TrustedIssuer};
use super::signature::Claims;
use crate::email;

/// How far the issuer's clock may be from ours.
const SKEW: Duration = Duration::from_mins(1);

/// Whom the claims are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub subject: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub name: Option<String>,
    pub groups: Vec<String>,
}

/// A claim by its name; where there is none of that name, `a.b` is `b` in `a`.
fn find<'a>(claims: &'a Claims, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        find(claims.get(first)?.as_object()?, rest)
    })
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        // Some issuers write groups as the keys of an object.
        Some(Value::Object(all)) => all.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

fn seconds(claims: &Claims, name: &str) -> Option<i64> {
    let value = claims.get(name)?;
    value.as_i64().or_else(|| value.as_f64().map(|at| at as i64))
}

fn check_times(claims: &Claims, now: Timestamp) -> Result<(), Refused> {
    let skew = SKEW.as_secs() as i64;
    let now = now.seconds();
    let end = seconds(claims, "exp").ok_or(Refused::Token("it never ends"))?;
    if end.saturating_add(skew) <= now {
        return Err(Refused::Token("its time is over"));
    }
    let early = |name| seconds(claims, name).is_some_and(|at| at.saturating_sub(skew) > now);
    if early("nbf") || early("iat") {
        return Err(Refused::Token("its time has not begun"));
    }
    Ok(())
}

fn check_issuer(claims: &Claims, issuer: &str) -> Result<(), Refused> {
    if text(claims, "iss") == Some(issuer) {
        Ok(())
    } else {
        Err(Refused::Token("it is of another issuer"))
    }
}

/// Checks an ID token that this installation asked for.
pub(crate) fn check_id_token(
    claims: &Claims,
    (issuer, client_id): (&str, &str),
    nonce: &str,
    now: Timestamp,
) -> Result<(), Refused> {
    check_issuer(claims, issuer)?;
    let audience = texts(claims.get("aud"));
    if !audience.iter().any(|one| one == client_id) {
        return Err(Refused::Token("it is for somebody else"));
    }
    match text(claims, "azp") {
        Some(party) if party == client_id => {}
        None if audience.len() == 1 => {}
        _ => return Err(Refused::Token("somebody else asked for it")),
    }
    if !claims.contains_key("iat") {
        return Err(Refused::Token("it does not say when it was made"));
    }
    check_times(claims, now)?;
    let said = text(claims, "nonce").unwrap_or_default();
    if said.is_empty() || !same_secret(said.as_bytes(), nonce.as_bytes()) {
        return Err(Refused::Token("it answers another question"));
    }
    Ok(())
}

/// Checks an access token of an issuer that is trusted.
pub(crate) fn check_access_token(
    claims: &Claims,
    trusted: &TrustedIssuer,
    now: Timestamp,
) -> Result<(), Refused> {
    check_issuer(claims, &trusted.issuer)?;
    let audience = texts(find(claims, &trusted.audience_claim));
    if !audience.iter().any(|one| trusted.audience.contains(one)) {
        return Err(Refused::Token("it is for somebody else"));
    }
    for (name, wanted) in &trusted.required_claims {
        let said = match find(claims, name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        if said != *wanted {
            return Err(Refused::Token("it lacks what is required"));
        }
    }
    check_times(claims, now)
}

/// Whom the claims are about, as the rules read them.
pub(crate) fn person(claims: &Claims, rules: &PeopleRules) -> Result<Person, Refused> {
    let subject = text(claims, "sub").unwrap_or_default();
    if subject.is_empty() || subject.len() > 255 {
        return Err(Refused::Token("it is about nobody"));
    }
    let is_true = |value: &Value| value.as_bool() == Some(true) || value.as_str() == Some("true");
    let email = find(claims, &rules.email_claim)
        .and_then(Value::as_str)
        .map(str::trim)
        .filter(|text| email::key(text).is_some());
    let name = find(claims, &rules.name_claim).and_then(Value::as_str);
    let name = name.map(|name| {
        name.chars()
            .filter(|c| !c.is_control())
            .take(100)
            .collect::<String>()
    });
    Ok(Person {
        subject: subject.to_owned(),
        email: email.map(str::to_owned),
        email_verified: rules.trust_email || find(claims, &rules.email_verified_claim).is_some_and(is_true),
        name: name.filter(|name| !name.trim().is_empty()),
        groups: texts(find(claims, &rules.groups_claim)),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000_000);

    fn genuine() -> Value {
        json!({ "iss": "https://i", "aud": "me", "sub": "s", "exp": 1_000_300, "iat": 1_000_000, "nonce": "n" })
    }

    fn check(change: impl FnOnce(&mut Value)) -> bool {
        let mut claims = genuine();
        change(&mut claims);
        let Value::Object(claims) = claims else {
            unreachable!()
        };
        check_id_token(&claims, ("https://i", "me"), "n", NOW).is_ok()
    }

    #[test]
    fn a_genuine_token_is_taken() {
        assert!(check(|_| {}));
        assert!(check(|c| c["aud"] = json!(["me"])));
        assert!(check(|c| {
            c["aud"] = json!(["me", "you"]);
            c["azp"] = json!("me");
        }));
        assert!(check(|c| c["exp"] = json!(999_941)), "clocks differ");
        assert!(check(|c| c["iat"] = json!(1_000_059)), "clocks differ");
    }

    #[test]
    fn a_token_for_others_of_others_or_of_another_time_is_not() {
        let changes: [fn(&mut Value); 14] = [
            |c| c["iss"] = json!("https://i/"),
            |c| c["aud"] = json!("you"),
            |c| c["aud"] = json!([]),
            |c| c["aud"] = json!(["me", "you"]),
            |c| c["azp"] = json!("you"),
            |c| c["exp"] = json!(999_940),
            |c| c["exp"] = json!(null),
            |c| c["exp"] = json!("1000300"),
            |c| c["iat"] = json!(1_000_061),
            |c| {
                c.as_object_mut().unwrap().remove("iat");
            },
            |c| c["nbf"] = json!(1_000_061),
            |c| c["nonce"] = json!("m"),
            |c| c["nonce"] = json!(""),
            |c| c["nonce"] = json!(null),
        ];
        for (at, change) in changes.into_iter().enumerate() {
            assert!(!check(change), "{at}");
        }
    }

    #[test]
    fn claims_are_found_by_name_and_by_path() {
        let Value::Object(claims) = json!({
            "https://x.example/roles": ["a"], "realm_access": { "roles": ["b", 1] }, "one": "c", "keyed": { "d": {} },
        }) else {
            unreachable!()
        };
        let of = |name| texts(find(&claims, name));
        assert_eq!(of("https://x.example/roles"), ["a"]);
        assert_eq!(of("realm_access.roles"), ["b"]);
        assert_eq!(of("one"), ["c"]);
        assert_eq!(of("keyed"), ["d"]);
        assert!(of("none.of.this").is_empty());
    }
}
