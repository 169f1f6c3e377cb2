//! What of an order counts, and the sums of its lines. Pure: the same order gives the same rows.

use connectors::canonical::{LineKind, Order, OrderKind, Refund, RefundLine};
use kit::clock::Timestamp;

use super::batch::Role;

/// No amount is larger: ten billion units of anything. It keeps sums of a hundred thousand rows within 64 bits.
const MOST: i64 = 1_000_000_000_000;

/// Never counts.
pub(super) const NEVER: i32 = 0;
/// Counts, whatever the settings.
pub(super) const ALWAYS: i32 = 1;
/// Counts where cancelled orders count until they are cancelled.
pub(super) const UNTIL_CANCELLED: i32 = 2;

/// Words for orders that have not become orders yet, or never did.
const DRAFTS: [&str; 5] = ["draft", "trash", "checkout-draft", "auto-draft", "new"];
/// Words for orders that came to nothing.
const FAILED: [&str; 3] = ["failed", "voided", "expired"];

/// Whether an order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub is_cancelled: bool,
    pub countable: i32,
    /// Whether it is a real order of a shop, counted or not.
    pub listed: bool,
    /// The same of what was given back of it.
    pub refunds_countable: i32,
    pub refunds_listed: bool,
}

/// The sums of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub gross: i64,
    pub discount: i64,
    pub shipping: i64,
    pub tax: i64,
    pub other: i64,
    pub units: i64,
}

/// An amount within bounds.
pub(super) fn bounded(amount: i64) -> i64 {
    amount.clamp(-MOST, MOST)
}

impl Standing {
    pub fn of(order: &Order, role: Role) -> Self {
        let status = order.status.to_lowercase();
        let is_cancelled =
            order.cancelled_at.is_some() || matches!(status.as_str(), "cancelled" | "canceled");
        let is_real = role == Role::Sales && !order.is_test && !DRAFTS.contains(&status.as_str());
        let is_void = FAILED.contains(&status.as_str())
            || order
                .financial_status
                .as_deref()
                .is_some_and(|s| s.eq_ignore_ascii_case("voided"));
        let worth = match (is_real && !is_void, is_cancelled, order.cancelled_at) {
            (false, ..) | (true, true, None) => NEVER,
            (true, true, Some(_)) => UNTIL_CANCELLED,
            (true, false, _) => ALWAYS,
        };
        let is_sale = order.kind == OrderKind::Sale;
        Self {
            is_cancelled,
            countable: if is_sale { worth } else { NEVER },
            listed: is_real && is_sale,
            refunds_countable: worth,
            refunds_listed: is_real,
        }
    }
}

impl Sums {
    pub fn of(order: &Order) -> Self {
        let mut sums = Self {
            shipping: bounded(order.shipping),
            tax: bounded(order.tax),
            ..Self::default()
        };
        for line in &order.lines {
            let (gross, discount) = (bounded(line.gross), bounded(line.discount));
            match line.kind {
                LineKind::Goods => {
                    sums.gross += gross;
                    sums.discount += discount;
                    sums.units = sums.units.saturating_add(line.quantity);
                }
                LineKind::Shipping => sums.shipping += gross - discount,
                LineKind::Other => sums.other += gross - discount,
                // It is revenue when it is redeemed.
                LineKind::GiftCard => {}
            }
        }
        sums
    }
}

/// What a cancelled order takes back on the day of its cancellation: whatever has not been given back before.
pub(super) fn cancellation(order: &Order, at: Timestamp) -> Refund {
    let sums = Sums::of(order);
    let given = |amount: fn(&Refund) -> i64| order.refunds.iter().map(|r| bounded(amount(r))).sum::<i64>();
    let mut lines: Vec<RefundLine> = Vec::new();
    for (n, line) in order
        .lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.kind == LineKind::Goods)
    {
        let back = || {
            let all = order.refunds.iter().flat_map(|refund| &refund.lines);
            all.filter(move |given| given.order_line == Some(n))
        };
        lines.push(RefundLine {
            order_line: Some(n),
            product: line.product.clone(),
            quantity: line.quantity.saturating_sub(back().map(|l| l.quantity).sum()),
            net: bounded(line.gross) - bounded(line.discount) - back().map(|l| bounded(l.net)).sum::<i64>(),
            tax: bounded(line.tax) - back().map(|l| bounded(l.tax)).sum::<i64>(),
        });
    }
    let goods = sums.gross - sums.discount - given(|r| r.goods);
    let rest = goods - lines.iter().map(|line| line.net).sum::<i64>();
    if rest != 0 {
        // Given back before without saying for what.
        lines.push(RefundLine {
            order_line: None,
            product: connectors::canonical::ProductRef::default(),
            quantity: 0,
            net: rest,
            tax: 0,
        });
    }
    Refund {
        source_id: "cancellation".to_owned(),
        refunded_at: at,
        reason: Some("cancelled".to_owned()),
        goods,
        tax: sums.tax - given(|r| r.tax),
        shipping: sums.shipping - given(|r| r.shipping),
        other: sums.other - given(|r| r.other),
        lines,
    }
}

/// The word that the store keeps for a kind of line.
pub(super) const fn line_kind(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Goods => "goods",
        LineKind::GiftCard => "gift_card",
        LineKind::Shipping => "shipping",
        LineKind::Other => "other",
    }
}
