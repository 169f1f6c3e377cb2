//! `tributary`: see `tributary --help`.

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tributary::command::complain(&anyhow::Error::new(error));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(tributary::command::run(tributary::command::Arguments::parse())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tributary::command::complain(&error);
            ExitCode::FAILURE
        }
    }
}
