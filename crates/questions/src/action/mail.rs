//! Requests for e-mails.

use super::{ActionRequest, Read};
use crate::cues::Cues;
use crate::text::{Kind, Text};

/// Reads what a mail is to say and to whom.
pub fn read(text: &Text, cues: &Cues<'_>, from: usize, kind: &str) -> Read {
    let tokens = &text.tokens;
    let to: Vec<String> = tokens
        .iter()
        .filter(|token| token.kind == Kind::Email)
        .map(|token| text.original[token.start..token.end].to_owned())
        .collect();
    let quote = tokens.iter().skip(from).find(|token| token.kind == Kind::Quote);
    let quoted = quote.map(|token| text.original[token.start..token.end].to_owned());
    let about = cues.find(text, "mail_about", from);
    let saying = cues
        .find(text, "mail_saying", from)
        .map(|(_, end)| text.rest(end).to_owned());
    // Behind a colon stands the text itself.
    let colon = (from..tokens.len())
        .find(|at| tokens[*at].mark == Some(':'))
        .map(|at| text.rest(at).to_owned());
    let body = quoted
        .or(saying)
        .or(colon)
        .map(|body| body.trim().to_owned())
        .filter(|body| !body.is_empty());
    let subject = about.map(|(_, end)| {
        let stop =
            (end..tokens.len()).find(|at| tokens[*at].kind == Kind::Email || tokens[*at].mark == Some(':'));
        text.written(end, stop.unwrap_or(tokens.len())).trim().to_owned()
    });
    let subject = subject.filter(|subject| !subject.is_empty());
    let mut missing = Vec::new();
    if to.is_empty() && kind == "email.send" {
        missing.push("to".to_owned());
    }
    let number = body
        .is_none()
        .then(|| rest(text, cues, from))
        .filter(|rest| !rest.is_empty());
    let request = ActionRequest {
        kind: kind.to_owned(),
        to,
        subject,
        body,
        missing,
        ..ActionRequest::default()
    };
    Read { request, number }
}

/// The sentence without its verb, its recipients and the word "mail".
pub fn rest(text: &Text, cues: &Cues<'_>, from: usize) -> String {
    let tokens = &text.tokens;
    let mut kept = Vec::new();
    let mut at = from;
    while at < tokens.len() {
        if let Some(end) = cues
            .starts(text, "noun_mail", at)
            .or_else(|| cues.starts(text, "mail_about", at))
        {
            at = end;
            continue;
        }
        let token = &tokens[at];
        if token.kind != Kind::Email {
            kept.push(&text.original[token.start..token.end]);
        }
        at += 1;
    }
    kept.join(" ")
}
