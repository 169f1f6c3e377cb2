//! Building blocks without a product: ids, clock, vault, cache, bus, outgoing HTTP, API conventions, lifecycle, telemetry.
