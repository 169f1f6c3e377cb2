//! CPU time and memory of a process, from `/proc`.

use std::fs::read_to_string;

/// Clock ticks a second in `/proc/*/stat`: 100 on every Linux that people run.
const TICKS: f64 = 100.0;

/// CPU seconds of all threads of a process.
pub fn cpu(process: u32) -> f64 {
    let stat = read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rfind(')').map_or("", |at| &stat[at + 1..]);
    let fields: Vec<&str> = after_name.split_ascii_whitespace().collect();
    let field = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (field(11) + field(12)) / TICKS
}

/// Resident memory in kB.
pub fn resident(process: u32) -> u64 {
    let status = read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    line.and_then(|l| l.split_ascii_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
