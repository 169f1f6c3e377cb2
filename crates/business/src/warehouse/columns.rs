//! The columns of the canonical tables, in the order in which rows are given.

pub(super) const ORDERS: [&str; 32] = [
    "workspace_id",
    "id",
    "connector_id",
    "source_id",
    "number",
    "kind",
    "customer_id",
    "person_id",
    "channel",
    "currency",
    "placed_at",
    "cancelled_at",
    "is_cancelled",
    "status",
    "financial_status",
    "is_test",
    "gross",
    "discount",
    "net",
    "shipping",
    "tax",
    "other",
    "total",
    "units",
    "city",
    "region",
    "country",
    "method",
    "countable",
    "counted",
    "listed",
    "first_for_person",
];

pub(super) const ORDER_LINES: [&str; 20] = [
    "workspace_id",
    "order_id",
    "line_no",
    "product_id",
    "title",
    "sku",
    "category",
    "vendor",
    "told_title",
    "told_category",
    "kind",
    "quantity",
    "gross",
    "discount",
    "net",
    "tax",
    "currency",
    "placed_at",
    "counted",
    "listed",
];

pub(super) const REFUNDS: [&str; 18] = [
    "workspace_id",
    "order_id",
    "id",
    "connector_id",
    "source_id",
    "kind",
    "refunded_at",
    "placed_at",
    "counts_at",
    "reason",
    "currency",
    "goods",
    "tax",
    "shipping",
    "other",
    "countable",
    "counted",
    "listed",
];

pub(super) const REFUND_LINES: [&str; 18] = [
    "workspace_id",
    "order_id",
    "refund_id",
    "line_no",
    "product_id",
    "title",
    "sku",
    "category",
    "vendor",
    "told_title",
    "told_category",
    "quantity",
    "net",
    "tax",
    "currency",
    "counts_at",
    "counted",
    "listed",
];

pub(super) const PAYMENTS: [&str; 18] = [
    "workspace_id",
    "id",
    "connector_id",
    "source_id",
    "order_id",
    "customer_id",
    "with_order",
    "kind",
    "method",
    "status",
    "paid_at",
    "currency",
    "amount",
    "fee",
    "is_test",
    "counted",
    "listed",
    "is_service",
];

/// A payment that is told again is what it is told to be now.
pub(super) const REPLACE_PAYMENT: &str = "ON CONFLICT (workspace_id, id) DO UPDATE SET connector_id = excluded.connector_id, \
    source_id = excluded.source_id, \
    order_id = excluded.order_id, \
    customer_id = excluded.customer_id, \
    with_order = excluded.with_order, \
    kind = excluded.kind, \
    method = excluded.method, \
    status = excluded.status, \
    paid_at = excluded.paid_at, \
    currency = excluded.currency, \
    amount = excluded.amount, \
    fee = excluded.fee, \
    is_test = excluded.is_test, \
    counted = excluded.counted, \
    listed = excluded.listed, \
    is_service = excluded.is_service";
