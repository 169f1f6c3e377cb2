//! Formulas over measures: exact fractions, so that no rounding happens before the last step.

use std::collections::BTreeSet;

/// A formula.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    /// A measure by its name.
    Measure(String),
    /// A number.
    Number(Fraction),
    /// Added, or subtracted where marked.
    Sum(Vec<(bool, Expression)>),
    /// Multiplied.
    Product(Box<Expression>, Box<Expression>),
    /// Divided.
    Quotient(Box<Expression>, Box<Expression>),
}

/// A fraction in lowest terms, its denominator positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fraction {
    pub over: i128,
    pub under: i128,
}

impl Fraction {
    /// A whole number.
    pub const fn whole(number: i64) -> Self {
        Self {
            over: number as i128,
            under: 1,
        }
    }

    /// Of two numbers; none where the second is zero.
    pub fn new(over: i128, under: i128) -> Option<Self> {
        if under == 0 {
            return None;
        }
        let common = gcd(over.unsigned_abs(), under.unsigned_abs());
        let common = i128::try_from(common).ok()?.checked_mul(under.signum())?;
        Some(Self {
            over: over / common,
            under: under / common,
        })
    }

    fn add(self, other: Self) -> Option<Self> {
        let left = self.over.checked_mul(other.under)?;
        let right = other.over.checked_mul(self.under)?;
        Self::new(left.checked_add(right)?, self.under.checked_mul(other.under)?)
    }

    fn mul(self, other: Self) -> Option<Self> {
        Self::new(
            self.over.checked_mul(other.over)?,
            self.under.checked_mul(other.under)?,
        )
    }

    fn inverse(self) -> Option<Self> {
        Self::new(self.under, self.over)
    }

    fn negative(self) -> Self {
        Self {
            over: -self.over,
            under: self.under,
        }
    }

    /// Times a whole number, rounded half away from zero.
    pub fn rounded(self, times: i128) -> Option<i64> {
        let over = self.over.checked_mul(times)?;
        let (quotient, rest) = (over / self.under, over % self.under);
        let up = rest.unsigned_abs().checked_mul(2)? >= self.under.unsigned_abs();
        i64::try_from(quotient + if up { over.signum() } else { 0 }).ok()
    }

    /// For people.
    pub fn about(self) -> f64 {
        self.over as f64 / self.under as f64
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        let left = self.over.checked_mul(other.under)?;
        Some(left.cmp(&other.over.checked_mul(self.under)?))
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

impl Expression {
    /// The measures in it, each once, in the order of their names.
    pub fn measures(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.walk(&mut |name| {
            found.insert(name.to_owned());
        });
        found
    }

    fn walk(&self, visit: &mut impl FnMut(&str)) {
        match self {
            Self::Measure(name) => visit(name),
            Self::Number(_) => {}
            Self::Sum(terms) => terms.iter().for_each(|(_, term)| term.walk(visit)),
            Self::Product(a, b) | Self::Quotient(a, b) => {
                a.walk(visit);
                b.walk(visit);
            }
        }
    }

    /// Its value; none where it divides by zero or grows beyond all bounds.
    pub fn value(&self, of: &impl Fn(&str) -> Option<i64>) -> Option<Fraction> {
        match self {
            Self::Measure(name) => of(name).map(Fraction::whole),
            Self::Number(number) => Some(*number),
            Self::Sum(terms) => terms.iter().try_fold(Fraction::whole(0), |sum, (less, term)| {
                let value = term.value(of)?;
                sum.add(if *less { value.negative() } else { value })
            }),
            Self::Product(a, b) => a.value(of)?.mul(b.value(of)?),
            Self::Quotient(a, b) => a.value(of)?.mul(b.value(of)?.inverse()?),
        }
    }

    /// How many times money is in it: 1 is an amount, 0 a number or a ratio.
    pub fn power(&self, is_money: &impl Fn(&str) -> bool) -> Result<i32, &'static str> {
        Ok(match self {
            Self::Measure(name) => i32::from(is_money(name)),
            Self::Number(_) => 0,
            Self::Sum(terms) => {
                let mut powers = terms.iter().map(|(_, term)| term.power(is_money));
                let first = powers.next().unwrap_or(Ok(0))?;
                for power in powers {
                    if power? != first {
                        return Err("An amount of money can only be added to another one.");
                    }
                }
                first
            }
            Self::Product(a, b) => a.power(is_money)? + b.power(is_money)?,
            Self::Quotient(a, b) => a.power(is_money)? - b.power(is_money)?,
        })
    }

    /// Whether it only adds and subtracts measures: then its groups add up to its total.
    pub fn is_sum(&self) -> bool {
        match self {
            Self::Measure(_) => true,
            Self::Sum(terms) => terms.iter().all(|(_, term)| term.is_sum()),
            Self::Number(_) | Self::Product(..) | Self::Quotient(..) => false,
        }
    }

    /// The same in SQL, for the order of groups only; `name` says how a measure is called there.
    pub fn sql(&self, name: &impl Fn(&str) -> String) -> String {
        match self {
            Self::Measure(measure) => name(measure),
            Self::Number(number) => format!("(CAST({} AS DOUBLE PRECISION) / {})", number.over, number.under),
            Self::Sum(terms) => {
                let terms = terms.iter().map(|(less, term)| {
                    let sign = if *less { "-" } else { "+" };
                    format!("{sign} {}", term.sql(name))
                });
                format!("(0 {})", terms.collect::<Vec<_>>().join(" "))
            }
            Self::Product(a, b) => format!("({} * {})", a.sql(name), b.sql(name)),
            Self::Quotient(a, b) => {
                format!(
                    "(CAST({} AS DOUBLE PRECISION) / NULLIF({}, 0))",
                    a.sql(name),
                    b.sql(name)
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_exact_and_rounded_once() {
        let third = Fraction::new(1, 3).unwrap();
        let sum = third.add(third).unwrap().add(third).unwrap();
        assert_eq!(sum, Fraction::whole(1));
        assert_eq!(Fraction::new(5, -2).unwrap().rounded(1), Some(-3));
        assert_eq!(Fraction::new(1, 2).unwrap().rounded(1), Some(1));
        assert_eq!(Fraction::new(-1, 3).unwrap().rounded(10_000), Some(-3333));
        assert_eq!(Fraction::new(1, 0), None);
        assert_eq!(Fraction::new(0, -7), Some(Fraction::whole(0)));
        assert_eq!(Fraction::whole(i64::MAX).rounded(10_000), None);
    }
}
