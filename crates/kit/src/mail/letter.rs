//! A letter, and how it looks on the wire (RFC 5322).

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};

use super::Address;
use super::mailer::MailError;
use crate::clock::Timestamp;

/// A plain text to some people.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Fixed before the first attempt, so that a letter that went out twice is known as one: `<id@host>`.
    pub message_id: String,
    /// When it was written.
    pub date: Timestamp,
    /// To whom.
    pub to: Vec<Address>,
    /// Who else reads it, for all to see.
    pub cc: Vec<Address>,
    /// Who else reads it, unseen.
    pub bcc: Vec<Address>,
    /// One line.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// A text as one line: whatever ends a line or cannot be seen becomes a blank.
pub fn one_line(text: &str) -> String {
    let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let spaced: String = text.chars().map(|c| if is_break(c) { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn mailbox(address: &Address) -> Mailbox {
    Mailbox::new(None, address.0.clone())
}

impl Letter {
    /// As it is sent.
    pub(super) fn message(&self, from: &Mailbox) -> Result<Message, MailError> {
        let seconds = u64::try_from(self.date.seconds()).unwrap_or_default();
        let mut message = Message::builder()
            .from(from.clone())
            .subject(one_line(&self.subject))
            .message_id(Some(self.message_id.clone()))
            .date(UNIX_EPOCH + Duration::from_secs(seconds))
            // A machine that answers letters by itself (an absence note) leaves this one alone: RFC 3834.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .header(ContentType::TEXT_PLAIN);
        for address in &self.to {
            message = message.to(mailbox(address));
        }
        for address in &self.cc {
            message = message.cc(mailbox(address));
        }
        for address in &self.bcc {
            message = message.bcc(mailbox(address));
        }
        message
            .body(self.body.clone())
            .map_err(|error| MailError::Final(format!("The letter cannot be written: {error}.")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(subject: &str, body: &str) -> String {
        let from: Mailbox = "Tributary <trib@example.org>".parse().unwrap();
        let letter = Letter {
            message_id: "<one@example.org>".to_owned(),
            date: Timestamp::parse("2026-11-21T12:00:00Z").unwrap(),
            to: vec![Address::parse("ada@example.org").unwrap()],
            cc: Vec::new(),
            bcc: vec![Address::parse("secret@example.org").unwrap()],
            subject: subject.to_owned(),
            body: body.to_owned(),
        };
        String::from_utf8(letter.message(&from).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_subject_cannot_bring_a_header() {
        for subject in [
            "Hi\r\nBcc: evil@example.org",
            "Hi\nBcc: evil@example.org",
            "Hi\u{2028}Bcc: evil@example.org",
            "Hi\r\n\r\nA body of theirs",
        ] {
            let written = letter(subject, "text");
            let head = written.split("\r\n\r\n").next().unwrap();
            assert_eq!(
                head.lines()
                    .filter(|line| line.to_lowercase().starts_with("bcc:"))
                    .count(),
                0,
                "{head}"
            );
            assert!(!head.contains("\nA body"), "{head}");
        }
    }

    #[test]
    fn whoever_reads_unseen_stays_unseen_and_the_id_is_ours() {
        let written = letter(
            "Grüße aus München",
            "Zeile eins\nZeile zwei\n.\nMAIL FROM:<x@y.z>\n",
        );
        assert!(!written.contains("secret@example.org"), "{written}");
        assert!(written.contains("Message-ID: <one@example.org>"), "{written}");
        assert!(
            written.contains("Date: Sat, 21 Nov 2026 12:00:00 +0000"),
            "{written}"
        );
        assert!(written.contains("Subject: =?utf-8?b?"), "{written}");
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(one_line(" a\r\n\tb \u{2029} c\u{0}d "), "a b c d");
    }
}
