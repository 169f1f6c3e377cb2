//! The marks with which an answer cites its sources: `[3]`, `[3, 5]`, `[3][5]`.

use std::collections::BTreeSet;

use ai::answer::Citation;

/// The longest inside of a mark that is looked at.
const LONGEST: usize = 40;

/// Calls `visit` for each mark with the text before it, the numbers in it and the mark itself; the rest comes last
/// without numbers.
fn each_mark<'a>(text: &'a str, mut visit: impl FnMut(&'a str, &[u32], &'a str)) {
    let mut rest = text;
    let mut from = 0;
    while let Some(open) = rest[from..].find('[').map(|at| from + at) {
        let inside = &rest[open + 1..];
        let numbers = inside
            .find(']')
            .filter(|end| *end <= LONGEST)
            .and_then(|end| Some((end, numbers_in(&inside[..end])?)));
        // `[3](…)` is a link and `[3]: …` names one.
        let Some((end, numbers)) = numbers.filter(|(end, _)| !inside[end + 1..].starts_with(['(', ':']))
        else {
            from = open + 1;
            continue;
        };
        let after = open + 1 + end + 1;
        visit(&rest[..open], &numbers, &rest[open..after]);
        rest = &rest[after..];
        from = 0;
    }
    visit(rest, &[], "");
}

fn numbers_in(inside: &str) -> Option<Vec<u32>> {
    inside
        .split([',', ';'])
        .map(|number| {
            let number = number.trim();
            let is_plain = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            number.parse().ok().filter(|_| is_plain)
        })
        .collect()
}

/// Those of the offered sources that a text cites, by their numbers.
pub fn cited(text: &str, offered: &[Citation]) -> Vec<Citation> {
    let mut numbers: BTreeSet<u32> = BTreeSet::new();
    each_mark(text, |_, found, _| numbers.extend(found));
    let mut cited: Vec<Citation> = Vec::new();
    for source in offered {
        if numbers.contains(&source.n) && cited.iter().all(|known| known.n != source.n) {
            cited.push(source.clone());
        }
    }
    cited.sort_by_key(|source| source.n);
    cited
}

/// A text whose marks are written anew where `name` knows a number.
pub fn rewritten(text: &str, name: impl Fn(u32) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    each_mark(text, |before, numbers, mark| {
        out.push_str(before);
        match numbers.iter().map(|n| name(*n)).collect::<Option<Vec<_>>>() {
            Some(names) if !names.is_empty() => out.extend(names),
            _ => out.push_str(mark),
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use ai::answer::CitationKind;
    use db::FileId;
    use proptest::prelude::*;

    use super::*;

    fn source(n: u32) -> Citation {
        Citation {
            n,
            kind: CitationKind::File,
            file_id: FileId::new(),
            name: format!("{n}.pdf"),
            page: Some(1),
            snippet: String::new(),
        }
    }

    fn numbers(text: &str) -> Vec<u32> {
        let offered: Vec<Citation> = (1..=9).map(source).collect();
        cited(text, &offered).into_iter().map(|s| s.n).collect()
    }

    #[test]
    fn marks_are_found() {
        assert_eq!(
            numbers("So it is [3], and more [5][1]. Also [2, 4]."),
            [1, 2, 3, 4, 5]
        );
        assert_eq!(
            numbers("[3](https://example.org) [3]: x [a] [] [12] [ 7 ] [[8]]"),
            [7, 8]
        );
        assert_eq!(numbers("a list [1, two] and an index x[+2]"), Vec::<u32>::new());
    }

    #[test]
    fn marks_are_rewritten() {
        let foot = |n: u32| (n < 3).then(|| format!("[^4-{n}]"));
        assert_eq!(
            rewritten("One [1], two [1, 2], three [3].", foot),
            "One [^4-1], two [^4-1][^4-2], three [3]."
        );
    }

    proptest! {
        #[test]
        fn nothing_else_is_changed(text in "[\\[\\]0-9, a(:é]{0,40}") {
            prop_assert_eq!(rewritten(&text, |_| None), text.clone());
            let _ = numbers(&text);
        }
    }
}
