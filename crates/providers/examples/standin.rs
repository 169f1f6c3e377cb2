//! Runs the stand-in provider: `cargo run -p providers --example standin --features standin -- --port 29100`.
//!
//! `--strict` asks for keys that begin with `sk-test-good`; `--script mock-e503` makes every model behave
//! like that one.

use std::process::ExitCode;

use providers::standin::Standin;

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)
    };
    let port = after("--port").map_or(Ok(29100), |port| port.parse());
    let Ok(port) = port else {
        eprintln!("--port wants a number");
        return ExitCode::FAILURE;
    };
    let standin = match Standin::start(port, arguments.iter().any(|a| a == "--strict")).await {
        Ok(standin) => standin,
        Err(error) => {
            eprintln!("cannot listen on port {port}: {error}");
            return ExitCode::FAILURE;
        }
    };
    standin.set_script(after("--script").map(String::as_str));
    eprintln!("stand-in on http://{}", standin.address());
    standin.wait().await;
    ExitCode::SUCCESS
}
