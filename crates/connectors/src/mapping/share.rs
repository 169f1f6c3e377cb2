//! The arithmetic of shares, to the last cent.

/// Divides `amount` in proportion to `weights`, so that the parts sum to it exactly: what rounding leaves goes to those who
/// lost most by it, the first among equals. Without any weight the first part takes all.
///
/// ```
/// assert_eq!(connectors::mapping::shared(100, &[1, 1, 1]), [34, 33, 33]);
/// ```
pub fn shared(amount: i64, weights: &[i64]) -> Vec<i64> {
    let weight = |n: usize| i128::from(weights[n].max(0));
    let all: i128 = (0..weights.len()).map(weight).sum();
    if all == 0 {
        let mut parts = vec![0; weights.len()];
        if let Some(first) = parts.first_mut() {
            *first = amount;
        }
        return parts;
    }
    let wanted = i128::from(amount.unsigned_abs());
    let mut parts: Vec<i128> = (0..weights.len()).map(|n| wanted * weight(n) / all).collect();
    let left = wanted - parts.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&n| std::cmp::Reverse(wanted * weight(n) % all));
    for &n in order.iter().take(left as usize) {
        parts[n] += 1;
    }
    let sign = if amount < 0 { -1 } else { 1 };
    parts.into_iter().map(|part| part as i64 * sign).collect()
}

/// Takes the tax out of a line whose price and discount contain it: gross and discount without tax, so that their
/// difference is exactly what was paid less its tax. The source's own tax is used, never a rate of ours; where nothing was
/// paid there is no tax to take out.
pub fn without_tax(gross: i64, discount: i64, tax: i64) -> (i64, i64) {
    let paid = gross.saturating_sub(discount);
    if paid == 0 || tax == 0 {
        return (gross, discount);
    }
    let net = paid.saturating_sub(tax);
    let exact = i128::from(discount) * i128::from(net);
    let (whole, rest) = (exact / i128::from(paid), exact % i128::from(paid));
    let up = if rest.abs() * 2 >= i128::from(paid).abs() { rest.signum() * i128::from(paid).signum() } else { 0 };
    let discount = i64::try_from(whole + up).unwrap_or(discount);
    (net.saturating_add(discount), discount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tax_is_taken_out_as_the_source_says() {
        // 119.00 with 19.00 of tax, 10 % off: 107.10 with 17.10.
        assert_eq!(without_tax(11900, 1190, 1710), (10000, 1000));
        assert_eq!(without_tax(11900, 0, 1900), (10000, 0));
        assert_eq!(without_tax(500, 500, 0), (500, 500));
        assert_eq!(shared(-100, &[2, 1]), [-67, -33]);
        assert_eq!(shared(5, &[0, 0]), [5, 0]);
        assert_eq!(shared(5, &[]), Vec::<i64>::new());
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_whole(amount in -10_i64.pow(12)..10_i64.pow(12), weights in prop::collection::vec(0_i64..10_i64.pow(10), 1..30)) {
            let parts = shared(amount, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), amount);
            let all: i128 = weights.iter().map(|w| i128::from(*w)).sum();
            if all > 0 {
                for (part, weight) in parts.iter().zip(&weights) {
                    let exact = i128::from(amount) * i128::from(*weight);
                    prop_assert!((i128::from(*part) * all - exact).abs() < all);
                }
            }
        }

        #[test]
        fn what_remains_is_what_was_paid_less_its_tax(gross in 0_i64..10_i64.pow(9), discount in 0_i64..10_i64.pow(9), rate in 0_i64..30) {
            let discount = discount.min(gross);
            let tax = (gross - discount) * rate / (100 + rate);
            let (gross_net, discount_net) = without_tax(gross, discount, tax);
            prop_assert_eq!(gross_net - discount_net, gross - discount - tax);
            prop_assert!(discount_net >= 0 && discount_net <= discount.max(1));
        }
    }
}
