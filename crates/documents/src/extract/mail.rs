//! An e-mail: who wrote to whom about what, the text, and the names of what was attached.

use mail_parser::{Address, MessageParser, MimeHeaders};

use super::{Facts, Paper, Unreadable, html};

pub(super) fn read(bytes: &[u8], paper: &mut Paper, facts: &mut Facts) -> Result<(), Unreadable> {
    let message = MessageParser::default().parse(bytes).ok_or(Unreadable::Damaged)?;
    let mut field = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            paper.write(&format!("{name}: {value}\n"));
        }
    };
    field("From", message.from().map(people));
    field("To", message.to().map(people));
    field("Cc", message.cc().map(people));
    field("Date", message.date().map(mail_parser::DateTime::to_rfc3339));
    field("Subject", message.subject().map(str::to_owned));
    if let Some(subject) = message.subject() {
        facts.text("title", subject);
    }
    if let Some(from) = message.from() {
        facts.text("author", &people(from));
    }
    paper.write("\n");
    if let Some(text) = message
        .body_text(0)
        .filter(|_| message.text_body.first() != message.html_body.first())
    {
        paper.write(&text);
    } else if let Some(page) = message.body_html(0) {
        html::write(&page, paper);
    }
    paper.fresh_line();
    for attachment in message.attachments().take(200) {
        let name = attachment.attachment_name().unwrap_or("without a name");
        paper.write(&format!("Attachment: {name}\n"));
    }
    Ok(())
}

fn people(address: &Address) -> String {
    let one = |person: &mail_parser::Addr| match (person.name(), person.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => name.or(address).unwrap_or_default().to_owned(),
    };
    address.iter().take(100).map(one).collect::<Vec<_>>().join(", ")
}
