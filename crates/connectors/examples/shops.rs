//! Runs the stand-in shops: `cargo run -p connectors --example shops --features standin -- --port 29200 --orders 500`.

use std::process::ExitCode;

use connectors::standin::{Shop, Standin};

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, otherwise: u64| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1))
            .map_or(Some(otherwise), |text| text.parse().ok())
    };
    let (Some(port), Some(orders), Some(days)) = (
        number("--port", 29200),
        number("--orders", 500),
        number("--days", 365),
    ) else {
        eprintln!("--port, --orders and --days want numbers");
        return ExitCode::FAILURE;
    };
    let shop = Shop::seeded(7, orders as usize, days, kit::clock::Clock::system().now());
    let standin = match Standin::start_on(port as u16, shop).await {
        Ok(standin) => standin,
        Err(error) => {
            eprintln!("cannot listen on port {port}: {error}");
            return ExitCode::FAILURE;
        }
    };
    for connector in ["shopify", "stripe", "woocommerce"] {
        eprintln!("{connector}: {:?}", standin.values(connector));
    }
    standin.wait().await;
    ExitCode::SUCCESS
}
