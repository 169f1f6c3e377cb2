//! Texts with placeholders of a closed grammar: `{{steps.2.text}}`, `{{steps.2.value}}`, `{{metric.revenue.last_month}}`,
//! `{{date.today}}`, `{{workflow.name}}`. What stands in for one is never looked at again, so that a number's name or a
//! message cannot bring a placeholder of its own.

use super::numbers::DaysAsked;

/// Which part of an earlier step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text,
    Value,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Plain(String),
    /// What came of a step, numbered from 1.
    Step(usize, Part),
    Metric(String, DaysAsked),
    Today,
    WorkflowName,
}

/// A text in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(pub Vec<Piece>);

impl Template {
    /// Reads a text of the step with this number (from 1); a sentence where a placeholder is none of ours, or names a step
    /// that is not before this one.
    pub fn parse(text: &str, number: usize) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, after)) = after.split_once("}}") else {
                return Err("A placeholder that begins with {{ must end with }}.".to_owned());
            };
            if !before.is_empty() {
                pieces.push(Piece::Plain(before.to_owned()));
            }
            pieces.push(piece(name.trim(), number)?);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Plain(rest.to_owned()));
        }
        Ok(Self(pieces))
    }
}

fn piece(name: &str, number: usize) -> Result<Piece, String> {
    let shown: String = name.chars().take(60).collect();
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        ["date", "today"] => Ok(Piece::Today),
        ["workflow", "name"] => Ok(Piece::WorkflowName),
        ["steps", step, part] => {
            let part = match *part {
                "text" => Part::Text,
                "value" => Part::Value,
                _ => {
                    return Err(format!(
                        "A step has text and value, and not what {{{{{shown}}}}} asks for."
                    ));
                }
            };
            match step.parse::<usize>() {
                Ok(step) if step >= 1 && step < number => Ok(Piece::Step(step, part)),
                _ => Err(format!("{{{{{shown}}}}} does not name an earlier step.")),
            }
        }
        ["metric", metric, days] if is_metric(metric) => DaysAsked::named(days)
            .map(|days| Piece::Metric((*metric).to_owned(), days))
            .ok_or_else(|| format!("{{{{{shown}}}}} does not name days such as last_month.")),
        _ => Err(format!("{{{{{shown}}}}} is not a placeholder.")),
    }
}

fn is_metric(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (1..=64).contains(&name.len()) && name.chars().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_closed() {
        let read = |text: &str| Template::parse(text, 3).map(|template| template.0);
        assert_eq!(
            read("On {{date.today}}: {{ steps.2.value }}{{metric.revenue.last_month}}!").unwrap(),
            [
                Piece::Plain("On ".to_owned()),
                Piece::Today,
                Piece::Plain(": ".to_owned()),
                Piece::Step(2, Part::Value),
                Piece::Metric("revenue".to_owned(), DaysAsked::LastMonth),
                Piece::Plain("!".to_owned()),
            ]
        );
        assert_eq!(read("").unwrap(), []);
        assert_eq!(
            read("a } b { c }}").unwrap(),
            [Piece::Plain("a } b { c }}".to_owned())]
        );
        for bad in [
            "{{",
            "{{}}",
            "{{steps.3.text}}",
            "{{steps.0.text}}",
            "{{steps.-1.text}}",
            "{{steps.1.error}}",
            "{{steps.1.text.x}}",
            "{{metric.revenue.always}}",
            "{{metric.x y.today}}",
            "{{env.HOME}}",
            "{{date.today}} {{",
            "{{{{date.today}}}}",
            "{{steps.99999999999999999999.text}}",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_stumble(text in "[a-z.0-9{} ]{0,60}", number in 1_usize..5) {
            if let Ok(template) = Template::parse(&text, number) {
                let earlier = template.0.iter().all(|piece| !matches!(piece, Piece::Step(step, _) if *step >= number));
                proptest::prop_assert!(earlier);
            }
        }
    }
}
