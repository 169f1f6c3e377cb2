//! What a model made of a template: every number in it must be one of ours.

/// Whether every number in a text is one of those given (as they were written by us).
pub fn fits(text: &str, numbers: &[String]) -> bool {
    let ours: Vec<String> = numbers.iter().flat_map(|number| numbers_in(number)).collect();
    numbers_in(text).iter().all(|number| ours.contains(number))
}

/// A template's placeholders (`{{v1}}` is the first value) filled; none where it has one that there is no value for, or
/// digits of its own, or leaves a value out.
pub fn fill(template: &str, values: &[String]) -> Option<String> {
    let mut filled = String::new();
    let mut used = vec![false; values.len()];
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("{{") {
        let (name, after) = behind.split_once("}}")?;
        let place = name
            .trim()
            .strip_prefix('v')?
            .parse::<usize>()
            .ok()?
            .checked_sub(1)?;
        if !numbers_in(before).is_empty() {
            return None;
        }
        filled.push_str(before);
        filled.push_str(values.get(place)?);
        *used.get_mut(place)? = true;
        rest = after;
    }
    let own = !numbers_in(rest).is_empty();
    filled.push_str(rest);
    (!own && used.into_iter().all(|used| used)).then_some(filled)
}

/// The numbers in a text, without the signs that only group and with a sign of their own kept: `−1 234,50` is `-1234.5`.
pub fn numbers_in(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_numeric() {
            at += 1;
            continue;
        }
        let begin = at;
        let digit = |at: usize| letters.get(at).is_some_and(|c| c.is_numeric());
        while digit(at) || (is_inner(&letters, at) && digit(at + 1)) {
            at += 1;
        }
        let mut number = canonical(&letters[begin..at]);
        let before = begin.checked_sub(1).map(|at| letters[at]);
        let letter_before = begin >= 2 && letters[begin - 2].is_alphanumeric();
        // A minus, also behind a currency's sign; a hyphen within a word or a date is none.
        if matches!(before, Some('−')) || (before == Some('-') && !letter_before) {
            number.insert(0, '-');
        }
        numbers.push(number);
    }
    numbers
}

/// A sign within a number: point or comma, or a blank that groups three digits.
fn is_inner(letters: &[char], at: usize) -> bool {
    match letters.get(at) {
        Some('.' | ',' | '\'' | '’') => true,
        Some('\u{a0}' | '\u{202f}' | ' ') => {
            let three = (1..=3).all(|n| letters.get(at + n).is_some_and(|c| c.is_numeric()));
            three && !letters.get(at + 4).is_some_and(|c| c.is_numeric())
        }
        _ => false,
    }
}

/// The digits with one decimal point, if the last sign is one, and no noughts at the end.
fn canonical(letters: &[char]) -> String {
    let last = letters.iter().rposition(|c| !c.is_numeric());
    let sorts = |sign: char| letters.iter().filter(|c| **c == sign).count();
    let decimal = last.filter(|place| {
        let sign = letters[*place];
        let behind = letters.len() - place - 1;
        let other = letters.iter().any(|c| !c.is_numeric() && *c != sign);
        matches!(sign, '.' | ',') && sorts(sign) == 1 && (behind != 3 || other)
    });
    let digits = |part: &[char]| part.iter().filter(|c| c.is_numeric()).collect::<String>();
    match decimal {
        None => digits(letters),
        Some(place) => {
            let (whole, part) = (digits(&letters[..place]), digits(&letters[place + 1..]));
            let part = part.trim_end_matches('0');
            if part.is_empty() {
                whole
            } else {
                format!("{whole}.{part}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_not_ours_does_not_fit() {
        let ours = vec!["£8,187,806.36".to_owned(), "12.3%".to_owned(), "2011".to_owned()];
        assert!(fits("In 2011 you made £8,187,806.36, up 12.3 %.", &ours));
        assert!(fits("8.187.806,36 in 2011", &ours));
        assert!(!fits("about £8.2 million in 2011", &ours));
        assert!(!fits("−12.3% in 2011", &ours));
        assert!(!fits("£8,187,806.37", &ours));
        assert!(fits("no number at all", &ours));
    }

    #[test]
    fn placeholders_are_filled_once_and_all() {
        let values = vec!["£5".to_owned(), "August".to_owned()];
        assert_eq!(fill("{{v2}}: {{ v1 }}", &values).as_deref(), Some("August: £5"));
        assert_eq!(fill("{{v1}} and 7", &values), None);
        assert_eq!(fill("{{v1}}", &values), None);
        assert_eq!(fill("{{v3}} {{v1}} {{v2}}", &values), None);
    }
}
