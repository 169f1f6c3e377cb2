//! What the values and names of columns prove.

use super::date::{DateProof, proof as date_proof};
use super::number::{Proof, proof as number_proof};
use super::{DateOrder, Target, names};
use crate::manifest::Entity;

/// What is known of a column's values.
pub(super) struct Kind {
    pub word: &'static str,
    pub decimals: Vec<Proof>,
    pub dates: Vec<DateProof>,
}

pub(super) fn kind(values: &[&str]) -> Kind {
    let filled: Vec<&str> = values
        .iter()
        .copied()
        .filter(|value| !value.trim().is_empty())
        .collect();
    let dates: Vec<DateProof> = filled.iter().filter_map(|value| date_proof(value)).collect();
    let decimals: Vec<Proof> = filled.iter().filter_map(|value| number_proof(value)).collect();
    // A few words among many numbers (a note, a total) make no text of them.
    let is_most = |count: usize| count * 10 >= filled.len() * 9;
    let kind = if filled.is_empty() {
        "empty"
    } else if is_most(dates.len()) {
        "date"
    } else if is_most(decimals.len()) {
        if decimals.iter().all(|proof| *proof == Proof::Nothing) {
            "integer"
        } else {
            "decimal"
        }
    } else {
        "text"
    };
    Kind {
        word: kind,
        decimals: if kind == "decimal" { decimals } else { Vec::new() },
        dates: if kind == "date" { dates } else { Vec::new() },
    }
}

pub(super) fn decimal(kinds: &[Kind], warnings: &mut Vec<String>, doubts: &mut Vec<String>) -> char {
    let count = |wanted: Proof| {
        kinds
            .iter()
            .flat_map(|kind| &kind.decimals)
            .filter(|proof| **proof == wanted)
            .count()
    };
    let (points, commas, doubtful) = (count(Proof::Point), count(Proof::Comma), count(Proof::Doubt));
    if points > 0 && commas > 0 {
        warnings.push(format!(
            "{points} numbers have a decimal point and {commas} a decimal comma."
        ));
        doubts.push("Is the decimal mark a point or a comma?".to_owned());
    } else if points + commas == 0 && doubtful > 0 {
        doubts.push("Is 1,234 a thousand or one and a bit? Please check the decimal mark.".to_owned());
    }
    if commas > points { ',' } else { '.' }
}

pub(super) fn date_order(
    kinds: &[Kind],
    meanings: &[Option<Target>],
    warnings: &mut Vec<String>,
    doubts: &mut Vec<String>,
) -> Option<DateOrder> {
    let wanted = |n: &usize| matches!(meanings[*n], Some(Target::PlacedAt | Target::CreatedAt));
    let has_wanted = (0..kinds.len()).any(|n| wanted(&n) && !kinds[n].dates.is_empty());
    let proofs = || {
        (0..kinds.len())
            .filter(move |n| !has_wanted || wanted(n))
            .flat_map(|n| &kinds[n].dates)
    };
    proofs().next()?;
    let count = |proof: DateProof| proofs().filter(|given| **given == proof).count();
    let (days, months) = (
        count(DateProof::Is(DateOrder::Dmy)),
        count(DateProof::Is(DateOrder::Mdy)),
    );
    if days > 0 && months > 0 {
        warnings.push(format!(
            "In {days} dates the day comes first, in {months} the month."
        ));
        doubts.push("Does the day or the month come first in dates?".to_owned());
    }
    if days + months > 0 {
        return Some(if months > days {
            DateOrder::Mdy
        } else {
            DateOrder::Dmy
        });
    }
    if count(DateProof::Doubt) > 0
        || (count(DateProof::Either) > 0 && count(DateProof::Is(DateOrder::Ymd)) == 0)
    {
        doubts.push("Does the day or the month come first in dates? The file does not prove it.".to_owned());
        return Some(DateOrder::Dmy);
    }
    Some(if count(DateProof::Likely(DateOrder::Dmy)) > 0 {
        DateOrder::Dmy
    } else {
        DateOrder::Ymd
    })
}

/// What the columns probably mean: each meaning once, and only where the values fit.
pub(super) fn meanings(columns: &[String], kinds: &[Kind]) -> Vec<Option<Target>> {
    let mut taken = std::collections::HashSet::new();
    let has_lines = columns
        .iter()
        .any(|name| names::plain(name).starts_with("lineitem"));
    let mut found: Vec<Option<Target>> = vec![None; columns.len()];
    for (n, name) in columns.iter().enumerate() {
        // In the export of a shop with lines of orders "Name" is the order's.
        let target = match names::plain(name).as_str() {
            "name" if has_lines => Some(Target::OrderNumber),
            "createdat" if has_lines => Some(Target::PlacedAt),
            _ => names::meaning(name),
        };
        let Some(target) = target else {
            continue;
        };
        let is_number = matches!(kinds[n].word, "integer" | "decimal" | "empty");
        let fits = match target {
            Target::PlacedAt | Target::CreatedAt => matches!(kinds[n].word, "date" | "empty"),
            Target::Quantity | Target::UnitPrice | Target::LineTotal | Target::Discount | Target::Tax => {
                is_number
            }
            Target::OrderDiscount | Target::OrderTax | Target::Shipping | Target::OrderTotal => is_number,
            _ => true,
        };
        if fits && taken.insert(target) {
            found[n] = Some(target);
        }
    }
    // The only column of dates is the date.
    let dates: Vec<usize> = (0..kinds.len()).filter(|n| kinds[*n].word == "date").collect();
    if let [only] = dates.as_slice()
        && !taken.contains(&Target::PlacedAt)
        && found[*only].is_none()
    {
        found[*only] = Some(Target::PlacedAt);
    }
    found
}

pub(super) fn entity(meanings: &[Option<Target>]) -> Entity {
    let has = |target| meanings.contains(&Some(target));
    let has_price = has(Target::UnitPrice) || has(Target::LineTotal) || has(Target::OrderTotal);
    if (has(Target::OrderNumber) || has(Target::PlacedAt)) && has_price {
        Entity::Order
    } else if has(Target::CustomerEmail) || (has(Target::CustomerId) && has(Target::CustomerName)) {
        Entity::Customer
    } else if has(Target::Sku) && !has(Target::PlacedAt) {
        Entity::Product
    } else {
        Entity::Order
    }
}
