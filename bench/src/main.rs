//! `bench provider|floor|load|crowd`: a stand-in provider, the plainest proxy, and two load generators, of requests and
//! of sockets. Loopback only.
//! `run.py` drives them; see `docs/benchmarks.md`.

mod crowd;
mod floor;
mod load;
mod marks;
mod provider;
mod usage;

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// `--name value` pairs.
pub struct Options(Vec<String>);

impl Options {
    fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|a| a.strip_prefix("--") == Some(name))
    }

    /// The value after `--name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(self.position(name)? + 1).map(String::as_str)
    }

    /// The value as a number, or `default`.
    pub fn number<T: std::str::FromStr>(&self, name: &str, default: T) -> T {
        self.text(name).and_then(|s| s.parse().ok()).unwrap_or(default)
    }
}

/// Microseconds since 1970: sixteen digits for the next two centuries, which is how `marks` knows them.
pub fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| d.as_micros() as u64)
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let options = Options(arguments.collect());
    if command == "crowd" {
        // One thread with the kernel's own events, so that ten thousand sockets cost little.
        return match crowd::run(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&error.to_string()),
        };
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(options.number("threads", 1))
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error.to_string()),
    };
    let result = match command.as_str() {
        "provider" => runtime.block_on(provider::run(&options)),
        "floor" => runtime.block_on(floor::run(&options)),
        "load" => runtime.block_on(load::run(&options)),
        _ => Err("usage: bench provider|floor|load|crowd --options".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error.to_string()),
    }
}

fn complain(error: &str) -> ExitCode {
    eprintln!("bench: {error}");
    ExitCode::FAILURE
}

/// What ends a command.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
