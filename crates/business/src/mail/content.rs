//! What an e-mail says, and to whom.

use kit::api::ApiError;
use kit::mail::Address;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// How many people one e-mail may go to.
pub const MOST_RECIPIENTS: usize = 50;
/// The longest text, in characters.
pub const LONGEST_BODY: usize = 100_000;
/// The longest subject, in characters.
const LONGEST_SUBJECT: usize = 200;

/// An e-mail, as a person sees it before they say yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailContent {
    /// To whom: addresses; one alone may stand without a list.
    #[serde(deserialize_with = "one_or_many")]
    pub to: Vec<String>,
    /// Who else gets it, for all to see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// Who else gets it, unseen by the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bcc: Vec<String>,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::One(one) => vec![one],
        Either::Many(many) => many,
    })
}

/// Addresses, each once; the field is at fault where one is none.
fn addresses(field: &str, texts: &[String], seen: &mut Vec<String>) -> Result<Vec<String>, ApiError> {
    let mut found = Vec::new();
    for text in texts {
        let address = Address::parse(text)
            .map_err(|_| ApiError::invalid(field, "Every recipient must be one plain e-mail address."))?;
        if !seen.contains(&address.key()) {
            seen.push(address.key());
            found.push(address.to_string());
        }
    }
    Ok(found)
}

impl MailContent {
    /// Checks everything, and writes it as it will be sent: addresses trimmed and each once, line ends of one kind.
    /// 422 where something is at fault; `prefix` says where it stands in the body, such as `content.`.
    pub fn checked(&self, prefix: &str) -> Result<Self, ApiError> {
        let field = |name: &str| format!("{prefix}{name}");
        let mut seen = Vec::new();
        let checked = Self {
            to: addresses(&field("to"), &self.to, &mut seen)?,
            cc: addresses(&field("cc"), &self.cc, &mut seen)?,
            bcc: addresses(&field("bcc"), &self.bcc, &mut seen)?,
            subject: self.subject.trim().to_owned(),
            body: self.body.replace("\r\n", "\n").replace('\r', "\n"),
        };
        if checked.to.is_empty() {
            return Err(ApiError::invalid(
                field("to"),
                "An e-mail needs somebody to go to.",
            ));
        }
        if seen.len() > MOST_RECIPIENTS {
            let sentence = format!("An e-mail may go to at most {MOST_RECIPIENTS} people.");
            return Err(ApiError::invalid(field("to"), sentence));
        }
        if checked
            .subject
            .chars()
            .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
        {
            return Err(ApiError::invalid(
                field("subject"),
                "The subject must be one line.",
            ));
        }
        if checked.subject.is_empty() || checked.subject.chars().count() > LONGEST_SUBJECT {
            let sentence = format!("The subject needs 1 to {LONGEST_SUBJECT} characters.");
            return Err(ApiError::invalid(field("subject"), sentence));
        }
        if checked.body.contains('\0') || checked.body.chars().count() > LONGEST_BODY {
            let sentence =
                format!("The text must not be longer than {LONGEST_BODY} characters, nor contain U+0000.");
            return Err(ApiError::invalid(field("body"), sentence));
        }
        Ok(checked)
    }

    /// Everybody that it goes to.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        let all = self.to.iter().chain(&self.cc).chain(&self.bcc);
        all.map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &[&str], subject: &str) -> MailContent {
        MailContent {
            to: to.iter().map(|t| (*t).to_owned()).collect(),
            cc: Vec::new(),
            bcc: Vec::new(),
            subject: subject.to_owned(),
            body: "a\r\nb\rc".to_owned(),
        }
    }

    #[test]
    fn what_is_checked_is_what_will_be_sent() {
        let checked = mail(&[" Ada@Example.org ", "ada@example.ORG"], " Hello ")
            .checked("")
            .unwrap();
        assert_eq!(checked.to, ["Ada@Example.org"]);
        assert_eq!(
            (checked.subject.as_str(), checked.body.as_str()),
            ("Hello", "a\nb\nc")
        );
        assert_eq!(
            checked.checked("").unwrap(),
            checked,
            "checking again changes nothing"
        );
    }

    #[test]
    fn forged_headers_and_crowds_are_refused() {
        let crowd: Vec<String> = (0..51).map(|n| format!("p{n}@example.org")).collect();
        let crowd: Vec<&str> = crowd.iter().map(String::as_str).collect();
        for (bad, field) in [
            (mail(&[], "s"), "content.to"),
            (mail(&["a@b.org\r\nBcc: c@d.org"], "s"), "content.to"),
            (mail(&["a@b.org, c@d.org"], "s"), "content.to"),
            (mail(&crowd, "s"), "content.to"),
            (mail(&["a@b.org"], "s\r\nBcc: c@d.org"), "content.subject"),
            (mail(&["a@b.org"], "s\u{2028}x"), "content.subject"),
            (mail(&["a@b.org"], "  "), "content.subject"),
        ] {
            let error = bad.checked("content.").unwrap_err();
            assert_eq!(error.details[0].field, field, "{bad:?}");
        }
        assert!(mail(&crowd[..50], "s").checked("").is_ok());
    }

    #[test]
    fn one_recipient_may_stand_alone() {
        let one: MailContent = serde_json::from_str(r#"{"to":"a@b.org","subject":"s","body":""}"#).unwrap();
        assert_eq!(one.to, ["a@b.org"]);
    }
}
