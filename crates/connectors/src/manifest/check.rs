//! Whether a manifest fits together.

use std::collections::HashSet;

use super::{Auth, FieldKind, Manifest, Meaning, Paging, Stream};
use crate::expression::Template;

type Checked = Result<(), String>;

pub(super) fn check(manifest: &Manifest) -> Checked {
    let is_name = |text: &str| {
        !text.is_empty()
            && text.len() <= 40
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
    };
    if !is_name(&manifest.name) {
        return Err(format!("`{}` is no name", manifest.name));
    }
    let mut names = HashSet::new();
    for field in &manifest.config {
        if !is_name(&field.name) || !names.insert(field.name.as_str()) {
            return Err(format!("the field `{}` has no name of its own", field.name));
        }
        if (field.kind == FieldKind::Choice) == field.options.is_empty() {
            return Err(format!("the field `{}` needs options if, and only if, it is a choice", field.name));
        }
        if let Some(default) = &field.default {
            field.check(default).map_err(|problem| format!("the default of `{}`: {problem}", field.name))?;
        }
    }
    let mut names = HashSet::new();
    for stream in &manifest.streams {
        if !is_name(&stream.name) || !names.insert(stream.name.as_str()) {
            return Err(format!("the stream `{}` has no name of its own", stream.name));
        }
        check_stream(manifest, stream).map_err(|problem| format!("the stream `{}`: {problem}", stream.name))?;
    }
    check_reach(manifest)?;
    check_names(manifest)?;
    check_webhooks(manifest)
}

fn check_stream(manifest: &Manifest, stream: &Stream) -> Checked {
    if stream.list.is_some() == stream.graphql.is_some() && !manifest.upload {
        return Err("it needs either `list` or `graphql`".to_owned());
    }
    if stream.map.is_empty() {
        return Err("its records mean nothing".to_owned());
    }
    if stream.events.is_some() && stream.one.is_none() {
        return Err("events need an address of one record".to_owned());
    }
    let listings = stream.list.iter().chain(stream.events.as_ref().map(|events| &events.list));
    let pagings = listings.map(|l| &l.paging).chain(stream.children.iter().map(|c| &c.paging));
    for paging in pagings {
        let (size, least) = match paging {
            Paging::Offset { size, .. } => (*size, 2),
            Paging::After { size, .. } | Paging::Cursor { size, .. } => (*size, 1),
            Paging::Whole => (1, 1),
        };
        if !(least..=1000).contains(&size) {
            return Err(format!("a page's size is between {least} and 1000"));
        }
    }
    if stream.graphql.as_ref().is_some_and(|graphql| !(1..=250).contains(&graphql.size)) {
        return Err("a page's size is between 1 and 250".to_owned());
    }
    Ok(())
}

fn check_reach(manifest: &Manifest) -> Checked {
    if manifest.upload {
        return Ok(());
    }
    if manifest.base_url.is_none() || manifest.egress.is_empty() {
        return Err("`base_url` and `egress` say where it reads".to_owned());
    }
    if manifest.streams.is_empty() {
        return Err("it has no streams".to_owned());
    }
    for name in manifest.headers.keys() {
        http::HeaderName::try_from(name.as_str()).map_err(|_| format!("`{name}` is no header"))?;
    }
    match &manifest.auth {
        Some(Auth::Header { name, .. }) if http::HeaderName::try_from(name.as_str()).is_err() => {
            Err(format!("`{name}` is no header"))
        }
        _ => Ok(()),
    }
}

/// Every `config.x` is a field.
fn check_names(manifest: &Manifest) -> Checked {
    let mut templates: Vec<&Template> = manifest.egress.iter().chain(&manifest.base_url).collect();
    templates.extend(manifest.headers.values());
    match &manifest.auth {
        Some(Auth::Header { value, .. }) => templates.push(value),
        Some(Auth::Basic { user, password }) => templates.extend([user, password]),
        None => {}
    }
    for stream in &manifest.streams {
        templates.extend(stream.one.iter());
        if let Some(list) = &stream.list {
            templates.push(&list.path);
            templates.extend(list.query.values());
        }
    }
    let expressions = manifest.streams.iter().flat_map(|stream| [&stream.id, &stream.version, &stream.deleted]);
    let names = templates.iter().flat_map(|t| t.config_names()).chain(expressions.flat_map(|e| e.config_names()));
    for name in names {
        if manifest.field(name).is_none() {
            return Err(format!("`config.{name}` is no field"));
        }
    }
    Ok(())
}

fn check_webhooks(manifest: &Manifest) -> Checked {
    let Some(webhooks) = &manifest.webhooks else {
        return Ok(());
    };
    for (topic, meaning) in &webhooks.topics {
        let (Meaning::Record { stream, .. } | Meaning::Fetch { stream, .. } | Meaning::Deleted { stream, .. }) = meaning else {
            continue;
        };
        if manifest.stream(stream).is_none() {
            return Err(format!("the topic `{topic}` belongs to no stream"));
        }
    }
    Ok(())
}
