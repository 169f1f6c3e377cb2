//! Where in a record the parts of its meaning are.

use serde::Deserialize;

use crate::expression::Expression;

/// What a record means.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)] // there are a dozen of them in the whole program
pub enum Rules {
    /// An order.
    Order(OrderRules),
    /// A customer.
    Customer(CustomerRules),
    /// A product.
    Product(ProductRules),
    /// Money that moved.
    Payment(PaymentRules),
}

macro_rules! rules {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    };
}

rules! {
    /// An order.
    OrderRules {
        /// If given and it does not hold, the record means no order.
        when: Expression,
        /// Its id.
        source_id: Expression,
        /// Its number; left out: its id.
        number: Expression,
        /// Who bought.
        customer: Option<CustomerRules>,
        /// Where it was sold.
        channel: Expression,
        /// The currency of its amounts.
        currency: Expression,
        /// When.
        placed_at: Expression,
        /// When it was cancelled.
        cancelled_at: Expression,
        /// Its status.
        status: Expression,
        /// Whether it is paid.
        financial_status: Expression,
        /// Whether it is none.
        is_test: Expression,
        /// Whether prices, discounts and shipping contain their tax.
        tax_included: Expression,
        /// A discount on the whole order that its lines do not show.
        discount: Expression,
        /// Charged for shipping.
        shipping: Expression,
        /// The tax of that; needed only where prices contain tax.
        shipping_tax: Expression,
        /// All tax.
        tax: Expression,
        /// What had to be paid.
        total: Expression,
        /// Where it went.
        place: PlaceRules,
        /// How it was paid.
        method: Expression,
        /// Its lines.
        lines: Vec<LineRules>,
        /// Its refunds.
        refunds: Vec<RefundRules>,
        /// Its payments.
        payments: Vec<PaymentRules>,
    }
}

rules! {
    /// Lines of an order.
    LineRules {
        /// The list.
        each: Expression,
        /// If given and it does not hold, it is no line.
        when: Expression,
        /// Its id.
        source_id: Expression,
        /// What was sold.
        product: ProductRefRules,
        /// `goods` (also if left out), `gift_card`, `shipping` or `other`.
        kind: Expression,
        /// How many; left out: one.
        quantity: Expression,
        /// Price times quantity before discounts.
        gross: Expression,
        /// The price of one, where there is no `gross`.
        unit_price: Expression,
        /// Its own discount.
        discount: Expression,
        /// Its tax.
        tax: Expression,
    }
}

rules! {
    /// A product as a line knows it.
    ProductRefRules {
        /// The product's id.
        source_id: Expression,
        /// The variant's.
        variant_id: Expression,
        /// The stock keeping unit.
        sku: Expression,
        /// Its name.
        title: Expression,
        /// Its category.
        category: Expression,
    }
}

rules! {
    /// Refunds of an order.
    RefundRules {
        /// The list.
        each: Expression,
        /// If given and it does not hold, it is no refund.
        when: Expression,
        /// Its id.
        source_id: Expression,
        /// When it was processed.
        refunded_at: Expression,
        /// Why.
        reason: Expression,
        /// All that was given back. What the parts leave of it becomes a line without a product.
        amount: Expression,
        /// Shipping that was given back.
        shipping: Expression,
        /// The tax of that.
        shipping_tax: Expression,
        /// Corrections that are no goods.
        other: Expression,
        /// Whether an amount without parts is split as the order is (goods, tax and shipping).
        split: bool,
        /// What came back.
        lines: Vec<RefundLineRules>,
    }
}

rules! {
    /// Lines of a refund. Amounts count as positive, whatever their sign.
    RefundLineRules {
        /// The list.
        each: Expression,
        /// The id of the order's line.
        order_line: Expression,
        /// What it was, where there is no such line.
        product: ProductRefRules,
        /// How many.
        quantity: Expression,
        /// Its value.
        net: Expression,
        /// Its tax.
        tax: Expression,
    }
}

rules! {
    /// Money that moved.
    PaymentRules {
        /// The list; left out: the record is one.
        each: Expression,
        /// If given and it does not hold, it is none.
        when: Expression,
        /// Its id.
        source_id: Expression,
        /// The order's id.
        order_source_id: Expression,
        /// `charge`, `refund`, `dispute`, `fee` or `payout`.
        kind: Expression,
        /// How.
        method: Expression,
        /// `succeeded`, `pending` or `failed`.
        status: Expression,
        /// When.
        paid_at: Expression,
        /// The currency.
        currency: Expression,
        /// How much; counts as positive.
        amount: Expression,
        /// What the service kept.
        fee: Expression,
        /// The currency of the fee, where it may be another: then the fee is left out.
        fee_currency: Expression,
        /// Who paid.
        customer: Option<CustomerRules>,
        /// Whether it is no real money.
        is_test: Expression,
    }
}

rules! {
    /// A customer.
    CustomerRules {
        /// If given and it does not hold, it is none.
        when: Expression,
        /// Their id; zero is none.
        source_id: Expression,
        /// Their address.
        email: Expression,
        /// Their name.
        name: Expression,
        /// Where they live.
        place: PlaceRules,
        /// Since when they are known.
        created_at: Expression,
    }
}

rules! {
    /// A town.
    PlaceRules {
        /// The city.
        city: Expression,
        /// State or province.
        region: Expression,
        /// The country.
        country: Expression,
    }
}

rules! {
    /// A product.
    ProductRules {
        /// Its id.
        source_id: Expression,
        /// Its name.
        title: Expression,
        /// The stock keeping unit.
        sku: Expression,
        /// Its category.
        category: Expression,
        /// Who makes it.
        vendor: Expression,
        /// Whether it is sold.
        status: Expression,
    }
}
