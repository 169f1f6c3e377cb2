//! Other names of countries and states: codes, and names in the languages that questions are asked in.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::key;

/// All names of what a folded name means, itself left out.
pub fn of(name: &str) -> impl Iterator<Item = &'static String> {
    let groups = GROUPS.places.get(name).into_iter().flatten();
    let name = name.to_owned();
    groups
        .flat_map(|place| &GROUPS.groups[*place])
        .filter(move |alias| **alias != name)
}

struct Groups {
    groups: Vec<Vec<String>>,
    places: HashMap<String, Vec<usize>>,
}

static GROUPS: LazyLock<Groups> = LazyLock::new(|| {
    let mut groups: Vec<Vec<String>> = Vec::new();
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for line in include_str!("countries.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let mut names: Vec<String> = line.split(',').map(key).collect();
        names.sort_unstable();
        names.dedup();
        for name in &names {
            places.entry(name.clone()).or_default().push(groups.len());
        }
        groups.push(names);
    }
    Groups { groups, places }
});
