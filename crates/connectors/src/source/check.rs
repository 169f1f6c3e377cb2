//! Whether the credentials hold, and what they allow.

use serde_json::{Value, json};

use super::graphql::{ask, path_of};
use super::token::At;
use super::{Checked, Slice, Source, SourceError, rest};
use crate::expression::{Scope, text_of};
use crate::manifest::{Ask, Listing, Paging};

pub(super) async fn check(source: &Source) -> Result<Checked, SourceError> {
    let mut checked = Checked { limits: Vec::new(), ..Checked::default() };
    let manifest = source.manifest();
    if let Some(rules) = &manifest.check {
        let mut answers = json!({});
        for question in &rules.ask {
            match answer(source, question).await {
                Ok(answer) => answers[question.name.as_str()] = answer,
                Err(SourceError::Forbidden(_) | SourceError::Protocol(_)) if question.optional => {}
                Err(error) => return Err(error),
            }
        }
        let scope = Scope::new(&answers, source.config());
        checked.account = rules.account.text(&scope);
        checked.currency = rules.currency.text(&scope).map(|code| code.to_uppercase());
        checked.time_zone = rules.time_zone.text(&scope).filter(|zone| jiff::tz::TimeZone::get(zone).is_ok());
        let scopes: Vec<String> = rules.scopes.elements(&scope).iter().filter_map(text_of).collect();
        if let Some(missing) = rules.required.iter().find(|scope| !scopes.contains(scope)) {
            return Err(SourceError::Forbidden(format!("the scope {missing} is missing")));
        }
        let missing = rules.optional.iter().filter(|(scope, _)| !scopes.contains(scope));
        checked.limits.extend(missing.map(|(_, sentence)| sentence.clone()));
        if rules.try_streams {
            try_streams(source, &mut checked.limits).await?;
        }
    }
    Ok(checked)
}

async fn answer(source: &Source, question: &Ask) -> Result<Value, SourceError> {
    if let Some(query) = &question.graphql {
        let graphql = source.streams().iter().find_map(|stream| stream.graphql.as_ref());
        let graphql = graphql.ok_or_else(|| SourceError::Protocol("no stream has a query".to_owned()))?;
        let path = path_of(source, graphql)?;
        let answered = ask(source, &path, query, json!({})).await.map_err(SourceError::from)?;
        return Ok(json!({ "data": answered.data }));
    }
    let path = question.path.as_ref().and_then(|template| template.fill(&source.values(None)));
    let path = path.ok_or_else(|| SourceError::Protocol("an address is not complete".to_owned()))?;
    Ok(source.connection.get(&source.connection.address(&path)).await?.body)
}

/// Reads one record of each stream. Some may be closed, but not all.
async fn try_streams(source: &Source, limits: &mut Vec<String>) -> Result<(), SourceError> {
    let (mut last, mut open) = (None, 0);
    let now = source.clock.now();
    let slice = Slice { from: Some(now.minus(std::time::Duration::from_hours(24))), to: now };
    for stream in source.streams() {
        let Some(list) = &stream.list else {
            continue;
        };
        match rest::fetch(source, &smallest(list), &source.values(Some(slice)), &At::Start).await {
            Ok(_) => open += 1,
            Err(SourceError::Forbidden(said)) => {
                limits.push(format!("The credentials do not allow to read {}.", stream.name));
                last = Some(SourceError::Forbidden(said));
            }
            Err(error) => return Err(error),
        }
    }
    match last {
        Some(error) if open == 0 => Err(error),
        _ => Ok(()),
    }
}

/// The same list with the smallest page.
fn smallest(list: &Listing) -> Listing {
    let mut list = list.clone();
    match &mut list.paging {
        Paging::Offset { size, .. } => *size = 2,
        Paging::After { size, .. } | Paging::Cursor { size, .. } => *size = 1,
        Paging::Whole => {}
    }
    list
}
