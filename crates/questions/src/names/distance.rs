//! How many slips lie between two words: letters missing, added, wrong, or two of them exchanged.

/// The number of slips, if there are no more than `most`.
pub fn within(a: &str, b: &str, most: usize) -> Option<usize> {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let wrong = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = wrong.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().min().is_some_and(|least| *least > most) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn slips_are_counted() {
        assert_eq!(within("france", "france", 1), Some(0));
        assert_eq!(within("frnace", "france", 1), Some(1));
        assert_eq!(within("germny", "germany", 1), Some(1));
        assert_eq!(within("narnia", "germany", 2), None);
        assert_eq!(within("", "ab", 2), Some(2));
    }
}
