//! JSON objects as rows of cells: a column is a key path, `customer.email`; `lines[].sku` makes a row of each line.

use serde_json::Value;

/// The cells of an object: one row, or one for each element of the list that paths with `[]` name.
pub(super) fn rows(object: &Value, paths: &[String]) -> Vec<Vec<String>> {
    let list = paths.iter().find_map(|path| path.split_once("[]").map(|(list, _)| list));
    let elements = list.and_then(|list| at(object, list)).and_then(Value::as_array);
    let row = |element: Option<&Value>| {
        let cell = |path: &String| {
            let found = match path.split_once("[]") {
                Some((_, rest)) => element.and_then(|element| at(element, rest.trim_start_matches('.'))),
                None => at(object, path),
            };
            found.map(text).unwrap_or_default()
        };
        paths.iter().map(cell).collect()
    };
    match elements {
        Some(elements) if !elements.is_empty() => elements.iter().map(|element| row(Some(element))).collect(),
        _ => vec![row(None)],
    }
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').filter(|key| !key.is_empty()).try_fold(value, |value, key| value.get(key))
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The key paths of an object, in its order: deeper than three nobody looks.
pub(super) fn paths(object: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(object, "", 0, &mut found);
    found
}

fn collect(value: &Value, before: &str, depth: usize, found: &mut Vec<String>) {
    let Value::Object(fields) = value else {
        return;
    };
    for (name, value) in fields {
        let path = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
        match value {
            Value::Object(_) if depth < 3 => collect(value, &path, depth + 1, found),
            Value::Array(all) if depth < 3 && !before.contains("[]") && !found.iter().any(|f| f.contains("[]")) => {
                if let Some(first @ Value::Object(_)) = all.first() {
                    collect(first, &format!("{path}[]"), depth + 1, found);
                }
            }
            Value::Array(_) => {}
            _ => found.push(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn objects_become_rows() {
        let order = json!({"id": 7, "customer": {"email": "a@b.c"}, "lines": [{"sku": "x", "n": 1}, {"sku": "y", "n": 2}]});
        let paths = paths(&order);
        assert_eq!(paths, ["customer.email", "id", "lines[].n", "lines[].sku"]);
        assert_eq!(rows(&order, &paths), [["a@b.c", "7", "1", "x"], ["a@b.c", "7", "2", "y"]]);
        assert_eq!(rows(&json!({"id": 8, "lines": []}), &paths), [["", "8", "", ""]]);
    }
}
