//! `tributary`: see `tributary --help`.

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = tributary::command::Arguments::parse();
    // Reading a stranger's file needs no server around it.
    if let Some(task) = arguments.extract() {
        return match tributary::extract::run(task) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tributary::command::complain(&anyhow::Error::new(error));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(tributary::command::run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tributary::command::complain(&error);
            ExitCode::FAILURE
        }
    }
}
