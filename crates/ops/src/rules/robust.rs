//! What is usual: the median of a history and how far it usually lies apart, which a few wild days do not move.

/// Of a normal distribution, the deviation is so many times the median of the distances.
const DEVIATIONS: f64 = 1.4826;
/// A history that never moves still may by this part.
const LEAST: f64 = 0.1;

/// The usual value and the usual distance from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// The median.
    pub middle: f64,
    /// The deviation that the distances suggest.
    pub spread: f64,
}

/// Learns from a history; none from an empty one.
pub fn usual(history: &[f64]) -> Option<Usual> {
    let middle = median(history)?;
    let distances: Vec<f64> = history.iter().map(|value| (value - middle).abs()).collect();
    let spread = median(&distances)? * DEVIATIONS;
    Some(Usual {
        middle,
        spread: spread.max(middle * LEAST),
    })
}

/// The value above which something is out of character: so many deviations above what is usual, and above a floor.
pub fn limit(usual: Usual, times: f64, floor: f64) -> f64 {
    (usual.middle + times * usual.spread).max(floor)
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(*sorted.get(middle - 1)?, upper))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers that look like chance and are the same each time.
    fn chance(seed: &mut u64) -> f64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (*seed >> 33) as f64 / f64::from(1_u32 << 31)
    }

    #[test]
    fn a_month_of_ordinary_hours_is_silent_and_a_spike_is_not() {
        let mut seed = 7;
        let mut days: Vec<f64> = Vec::new();
        for day in 0..60 {
            // Two to six dollars on weekdays, little at weekends.
            let busy = if day % 7 < 5 { 2.0 } else { 0.2 };
            let today = busy * (1.0 + 2.0 * chance(&mut seed));
            if days.len() >= 28 {
                let usual = usual(&days[days.len() - 28..]).unwrap();
                let limit = limit(usual, 6.0, 1.0);
                assert!(today <= limit, "day {day}: {today} above {limit}");
                assert!(40.0 > limit, "a spike of 40 is told: {limit}");
            }
            days.push(today);
        }
    }

    #[test]
    fn a_history_that_never_moves_may_move_a_little() {
        let usual = usual(&[10.0; 20]).unwrap();
        assert!((limit(usual, 6.0, 0.0) - 16.0).abs() < 1e-9);
        assert!(super::usual(&[]).is_none());
    }

    proptest! {
        #[test]
        fn a_few_wild_days_move_nothing(wild in 1e3_f64..1e9) {
            let mut history = vec![1.0; 25];
            history.extend([wild; 3]);
            prop_assert!(limit(usual(&history).unwrap(), 6.0, 0.0) < 2.0);
        }
    }
}
