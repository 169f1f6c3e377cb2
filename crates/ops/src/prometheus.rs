//! The figures since the program began, in the text format that Prometheus reads. Tenants and tokens are left out:
//! whoever reads this is no member of any workspace.

use std::collections::BTreeMap;
use std::fmt::Write;

use kit::measure::{BOUNDS, Kind, Label, Name, Recorder, Sums, Unit};

/// Every how many of our buckets one is told; the rest is in them.
const EVERY: usize = 6;

type Shown = BTreeMap<Vec<(&'static str, String)>, Sums>;

/// Renders everything.
pub fn render(recorder: &Recorder) -> String {
    let mut names: BTreeMap<&'static str, (Name, Shown)> = BTreeMap::new();
    for reading in recorder.totals() {
        let name = reading.name;
        if matches!(name, Name::HttpWorkspaces | Name::TokenRequests) {
            continue;
        }
        let labels = name
            .labels()
            .iter()
            .zip(reading.labels.iter())
            .filter(|(label, _)| **label != Label::Workspace)
            .map(|(label, value)| (label.name(), value.clone()))
            .collect();
        let (_, shown) = names.entry(name.name()).or_insert_with(|| (name, Shown::new()));
        shown
            .entry(labels)
            .or_default()
            .beside(&reading.sums, name.kind());
    }
    let mut out = String::new();
    for (name, shown) in names.into_values() {
        family(&mut out, name, &shown);
    }
    out
}

fn family(out: &mut String, name: Name, shown: &Shown) {
    let base = format!("tributary_{}", name.name().replace('.', "_"));
    let (full, kind) = match (name.kind(), name.unit()) {
        (Kind::Distribution, Unit::Microseconds) => (format!("{base}_seconds"), "histogram"),
        (Kind::Distribution, _) => (base, "histogram"),
        (Kind::Level, Unit::Bytes) => (format!("{base}_bytes"), "gauge"),
        (Kind::Level, _) => (base, "gauge"),
        (Kind::Count, Unit::Micros) => (format!("{base}_usd_micros_total"), "counter"),
        (Kind::Count, _) => (format!("{base}_total"), "counter"),
    };
    // Writing into a string does not fail.
    let _ = writeln!(out, "# HELP {full} {}", name.name());
    let _ = writeln!(out, "# TYPE {full} {kind}");
    for (labels, sums) in shown {
        match name.kind() {
            Kind::Count => {
                let _ = writeln!(out, "{full}{} {}", braces(labels, None), sums.sum);
            }
            Kind::Level => {
                let _ = writeln!(out, "{full}{} {}", braces(labels, None), sums.last);
            }
            Kind::Distribution => histogram(out, &full, name, labels, sums),
        }
    }
}

fn histogram(out: &mut String, full: &str, name: Name, labels: &[(&'static str, String)], sums: &Sums) {
    let scale = if name.unit() == Unit::Microseconds {
        1e-6
    } else {
        1.0
    };
    let mut so_far = 0_u64;
    for (at, bound) in BOUNDS.iter().enumerate() {
        so_far += u64::from(sums.buckets.get(at).copied().unwrap_or(0));
        // Below a tenth of a millisecond nobody looks.
        if *bound >= 100 && at % EVERY == 0 {
            let le = format!("{}", *bound as f64 * scale);
            let _ = writeln!(out, "{full}_bucket{} {so_far}", braces(labels, Some(&le)));
        }
    }
    let _ = writeln!(
        out,
        "{full}_bucket{} {}",
        braces(labels, Some("+Inf")),
        sums.count
    );
    let _ = writeln!(
        out,
        "{full}_sum{} {}",
        braces(labels, None),
        sums.sum as f64 * scale
    );
    let _ = writeln!(out, "{full}_count{} {}", braces(labels, None), sums.count);
}

fn braces(labels: &[(&'static str, String)], le: Option<&str>) -> String {
    let mut all: Vec<String> = labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
        .collect();
    all.extend(le.map(|le| format!("le=\"{le}\"")));
    if all.is_empty() {
        String::new()
    } else {
        format!("{{{}}}", all.join(","))
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_adds_up_and_labels_are_escaped() {
        let recorder = Recorder::default();
        for us in [150, 900, 5_000_000, 10_000_000_000] {
            recorder.note(Name::JobRun, &["a\"b\\c", "ok"], us);
        }
        recorder.note(Name::StorePool, &["read"], 3);
        recorder.note(Name::ModelCost, &["openai", "m", "w1"], 7);
        recorder.note(Name::ModelCost, &["openai", "m", "w2"], 8);
        let text = render(&recorder);
        assert!(
            text.contains("tributary_model_cost_usd_micros_total{provider=\"openai\",model=\"m\"} 15\n"),
            "{text}"
        );
        assert!(text.contains("tributary_store_pool{pool=\"read\"} 3\n"), "{text}");
        assert!(text.contains("kind=\"a\\\"b\\\\c\""), "{text}");
        let mut before = 0;
        for line in text
            .lines()
            .filter(|line| line.starts_with("tributary_job_run_seconds_bucket"))
        {
            let count: u64 = line.rsplit(' ').next().unwrap().parse().unwrap();
            assert!(count >= before, "{line}");
            before = count;
        }
        assert_eq!(before, 4);
    }
}
