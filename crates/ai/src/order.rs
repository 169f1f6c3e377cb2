//! The order in which models are tried when nobody chose one: a pure function of what is known about them.

use providers::catalog::{Model, Preference};
use providers::{Needs, ProviderKind, Wire};

/// What the order depends on.
#[derive(Clone, Copy, Debug)]
pub struct Traits<'a> {
    /// Whose model it is.
    pub kind: ProviderKind,
    /// What the catalogue knows of it.
    pub known: Option<&'a Model>,
    /// How many tokens it reads.
    pub window: u64,
}

/// Why no model was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// None sees pictures.
    Vision,
    /// None calls tools.
    Tools,
    /// None follows a schema.
    Schema,
}

impl Lack {
    /// The sentence for a person.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Vision => {
                "None of the models that can be asked here sees pictures. Please add a key for one that does."
            }
            Self::Tools => {
                "None of the models that can be asked here calls tools. Please add a key for one that does."
            }
            Self::Schema => {
                "None of the models that can be asked here follows a JSON schema. Please add a key for one that does."
            }
        }
    }
}

/// What a model lacks for a request, if anything. A model that nobody knows is given the chance: only what is known to
/// fail is left out.
pub fn lacks(of: &Traits<'_>, needs: &Needs) -> Option<Lack> {
    let can = match (of.known, of.kind) {
        (Some(model), _) => model.capabilities,
        (None, ProviderKind::Builtin) => providers::catalog::Capabilities::default(),
        (None, _) => return None,
    };
    // Anthropic's schemas are worked out by the wire format where the model has none of its own.
    let has_schema = can.schema || of.kind.wire() == Wire::Anthropic;
    [
        (needs.vision && !can.vision, Lack::Vision),
        (needs.tools && !can.tools, Lack::Tools),
        (needs.schema && !has_schema, Lack::Schema),
    ]
    .into_iter()
    .find_map(|(lacks, what)| lacks.then_some(what))
}

/// Puts the candidates, which come in the configured order, into the order in which they are tried: what can do it
/// all; among these by preference; what is too short for the question, and the demonstration, last. Equal ones stay as
/// they were.
pub fn arrange<T>(
    candidates: Vec<T>,
    of: impl Fn(&T) -> Traits<'_>,
    by: Preference,
    needs: &Needs,
) -> Result<Vec<T>, Lack> {
    let mut lack = None;
    let mut left = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        match lacks(&of(&candidate), needs) {
            None => left.push(candidate),
            Some(what) => lack = Some(what),
        }
    }
    if let (true, Some(lack)) = (left.is_empty(), lack) {
        return Err(lack);
    }
    left.sort_by_key(|candidate| rank(&of(candidate), by, needs));
    Ok(left)
}

/// Lower is earlier: the demonstration, the too short, the unknown, then the preference itself.
fn rank(of: &Traits<'_>, by: Preference, needs: &Needs) -> (bool, bool, bool, i64) {
    let is_demonstration = of.kind == ProviderKind::Builtin;
    let is_too_short = needs.input_tokens > of.window;
    let (is_unknown, rank) = match (by, of.known) {
        (Preference::Balanced, _) => (false, 0),
        // Nobody sends a bill for a server on this machine.
        (Preference::Cost, _) if of.kind.is_local_server() => (false, 0),
        (
            Preference::Cost,
            Some(Model {
                price: Some(price), ..
            }),
        ) => {
            // A question is about four times as long as its answer.
            let cost = price.input.saturating_mul(4).saturating_add(price.output);
            (false, cost)
        }
        (Preference::Speed, Some(model)) => (false, -i64::from(model.speed)),
        (Preference::Capability, Some(model)) => (false, -i64::from(model.capability)),
        (_, _) => (true, 0),
    };
    (is_demonstration, is_too_short, is_unknown, rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use providers::catalog;

    #[derive(Clone, Debug)]
    struct Candidate {
        place: usize,
        kind: ProviderKind,
        known: Option<Model>,
        window: u64,
    }

    fn traits(of: &Candidate) -> Traits<'_> {
        Traits {
            kind: of.kind,
            known: of.known.as_ref(),
            window: of.window,
        }
    }

    fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
        let models: Vec<Model> = ProviderKind::ALL
            .into_iter()
            .flat_map(|kind| catalog::shipped().of(kind))
            .map(|model| Model::clone(model))
            .collect();
        let known = proptest::sample::select(models).prop_map(|m| (m.provider, Some(m)));
        let unknown = proptest::sample::select(ProviderKind::ALL.to_vec()).prop_map(|kind| (kind, None));
        let one = (prop_oneof![known, unknown], 1_000u64..300_000);
        proptest::collection::vec(one, 0..12).prop_map(|all| {
            all.into_iter()
                .enumerate()
                .map(|(place, ((kind, known), window))| Candidate {
                    place,
                    kind,
                    known,
                    window,
                })
                .collect()
        })
    }

    fn needs() -> impl Strategy<Value = Needs> {
        (any::<bool>(), any::<bool>(), any::<bool>(), 0u64..200_000).prop_map(
            |(tools, vision, schema, input_tokens)| Needs {
                tools,
                vision,
                schema,
                input_tokens,
                max_tokens: None,
            },
        )
    }

    fn preference() -> impl Strategy<Value = Preference> {
        proptest::sample::select(vec![
            Preference::Balanced,
            Preference::Cost,
            Preference::Speed,
            Preference::Capability,
        ])
    }

    proptest! {
        #[test]
        fn the_order_keeps_its_laws(all in candidates(), needs in needs(), by in preference()) {
            let able: Vec<usize> = all
                .iter()
                .filter(|c| lacks(&traits(c), &needs).is_none())
                .map(|c| c.place)
                .collect();
            match arrange(all.clone(), traits, by, &needs) {
                Err(_) => prop_assert!(!all.is_empty() && able.is_empty()),
                Ok(ordered) => {
                    // Nobody is lost, doubled or made up; nobody who cannot do it is asked.
                    let mut places: Vec<usize> = ordered.iter().map(|c| c.place).collect();
                    places.sort_unstable();
                    prop_assert_eq!(&places, &able);
                    for pair in ordered.windows(2) {
                        let [a, b] = [traits(&pair[0]), traits(&pair[1])];
                        let (demo_a, demo_b) =
                            (a.kind == ProviderKind::Builtin, b.kind == ProviderKind::Builtin);
                        prop_assert!(demo_a <= demo_b, "the demonstration comes last");
                        if demo_a == demo_b {
                            let (short_a, short_b) =
                                (needs.input_tokens > a.window, needs.input_tokens > b.window);
                            prop_assert!(short_a <= short_b, "what can hold the question comes first");
                            if by == Preference::Balanced && short_a == short_b {
                                prop_assert!(pair[0].place < pair[1].place, "the configured order holds");
                            }
                        }
                    }
                    // The order is a matter of the candidates, not of how often one asks.
                    let places = |all: &[Candidate]| all.iter().map(|c| c.place).collect::<Vec<_>>();
                    let again = arrange(ordered.clone(), traits, by, &needs).unwrap();
                    prop_assert_eq!(places(&again), places(&ordered));
                }
            }
        }

        #[test]
        fn a_preference_is_followed(all in candidates(), by in preference()) {
            let ordered = arrange(all, traits, by, &Needs::default()).unwrap();
            let known: Vec<&Candidate> =
                ordered.iter().filter(|c| c.kind.is_cloud() && c.known.is_some()).collect();
            for pair in known.windows(2) {
                let (Some(a), Some(b)) = (&pair[0].known, &pair[1].known) else { continue };
                match by {
                    Preference::Balanced => {}
                    Preference::Speed => prop_assert!(a.speed >= b.speed),
                    Preference::Capability => prop_assert!(a.capability >= b.capability),
                    Preference::Cost => {
                        let cost = |m: &Model| m.price.map_or(i64::MAX, |p| 4 * p.input + p.output);
                        prop_assert!(cost(a) <= cost(b));
                    }
                }
            }
        }
    }
}
