//! The table and the pricing.

use proptest::prelude::*;

use super::*;
use ProviderKind::{Anthropic, Custom, Gemini, Groq, OpenAi};

#[test]
fn the_shipped_table_is_whole() {
    let catalog = shipped();
    assert_eq!(catalog.date(), "2026-07-02");
    for provider in [Groq, OpenAi, Gemini, Anthropic] {
        assert!(catalog.of(provider).count() >= 5, "{provider}");
        let defaults: Vec<_> = catalog.of(provider).filter(|model| model.default).collect();
        assert_eq!(defaults.len(), 1, "{provider}");
        let chosen = catalog.choose(provider, Preference::Balanced, |_| true).unwrap();
        assert_eq!(chosen.id, defaults[0].id);
        assert!(chosen.capabilities.tools && chosen.price.is_some());
    }
    for model in &catalog.models {
        let price = model
            .price
            .iter()
            .chain(model.tiers.iter().map(|tier| &tier.price));
        for price in price {
            assert!(price.input > 0 && price.output >= 0, "{}", model.id);
            assert!(
                price
                    .cache_read
                    .is_none_or(|read| read > 0 && read <= price.input),
                "{}",
                model.id
            );
        }
        assert!(
            model.capabilities.text != model.capabilities.embeddings,
            "{}",
            model.id
        );
    }
}

#[test]
fn names_are_found_with_their_dates() {
    let find = |provider, id| shipped().find(provider, id).map(|model| model.id.as_str());
    for (provider, id, expected) in [
        (OpenAi, "gpt-4o-mini", Some("gpt-4o-mini")),
        (OpenAi, "gpt-4o-mini-2024-07-18", Some("gpt-4o-mini")),
        (OpenAi, "gpt-4o-2024-05-13", Some("gpt-4o-2024-05-13")),
        (OpenAi, "gpt-5.4-mini-2026-03-17", Some("gpt-5.4-mini")),
        (Gemini, "models/gemini-2.5-flash", Some("gemini-2.5-flash")),
        (Gemini, "gemini-2.0-flash-001", Some("gemini-2.0-flash")),
        (
            Anthropic,
            "claude-haiku-4-5-20251001",
            Some("claude-haiku-4-5-20251001"),
        ),
        (Anthropic, "claude-sonnet-4-6-20260217", Some("claude-sonnet-4-6")),
        (Anthropic, "claude-sonnet-4-6@20260217", Some("claude-sonnet-4-6")),
        (Anthropic, "claude-haiku-4-5-latest", Some("claude-haiku-4-5")),
        (Groq, "llama-3.3-70b-versatile", Some("llama-3.3-70b-versatile")),
        (OpenAi, "gpt-5-turbo", None),
        (OpenAi, "gpt-4o-mini-audio-preview", None),
        (Custom, "gpt-4o", None),
        (OpenAi, "", None),
    ] {
        assert_eq!(find(provider, id), expected, "{id}");
    }
}

#[test]
fn costs_are_those_of_the_price_lists() {
    let cost = |provider, id, usage: Usage| shipped().cost_micros(provider, id, "", &usage);
    let usage = Usage {
        input_tokens: 1_000_000,
        output_tokens: 100_000,
        ..Usage::default()
    };
    // $0.15 + $0.06
    assert_eq!(cost(OpenAi, "gpt-4o-mini", usage), Some(210_000));
    // 400,000 of them from the cache: $0.09 + $0.03 + $0.06
    let cached = Usage {
        cached_tokens: 400_000,
        ..usage
    };
    assert_eq!(cost(OpenAi, "gpt-4o-mini", cached), Some(180_000));
    // Anthropic, haiku 4.5: 500,000 plain $0.50, 300,000 read $0.03, 200,000 written $0.25, output $0.50
    let both = Usage {
        cached_tokens: 300_000,
        cache_write_tokens: 200_000,
        ..usage
    };
    assert_eq!(cost(Anthropic, "claude-haiku-4-5", both), Some(1_280_000));
    // Gemini 2.5 pro above 200,000 tokens: $2.50 + $1.50
    assert_eq!(cost(Gemini, "gemini-2.5-pro", usage), Some(4_000_000));
    let short = Usage {
        input_tokens: 200_000,
        output_tokens: 0,
        ..Usage::default()
    };
    assert_eq!(cost(Gemini, "gemini-2.5-pro", short), Some(250_000));
    // unknown is not nothing
    assert_eq!(cost(Custom, "my-model", usage), None);
    assert_eq!(cost(OpenAi, "gpt-99", usage), None);
    assert_eq!(cost(Gemini, "gemma-4-31b-it", usage), None);
    assert_eq!(cost(ProviderKind::Builtin, "anything", usage), Some(0));
}

#[test]
fn the_model_that_answered_is_priced() {
    let usage = Usage {
        input_tokens: 1_000_000,
        ..Usage::default()
    };
    let cost = shipped().cost_micros(Gemini, "gemini-flash-latest", "gemini-3.5-flash", &usage);
    assert_eq!(cost, Some(1_500_000));
    let cost = shipped().cost_micros(OpenAi, "gpt-4o-mini", "something-new", &usage);
    assert_eq!(cost, Some(150_000));
}

#[test]
fn small_calls_are_rounded_once() {
    let price = Price {
        input: 50_000,
        output: 80_000,
        cache_read: None,
        cache_write: None,
    };
    let cost = |input_tokens, output_tokens| {
        cost_micros(
            &Usage {
                input_tokens,
                output_tokens,
                ..Usage::default()
            },
            &price,
        )
    };
    assert_eq!(cost(9, 0), Some(0)); // 0.45
    assert_eq!(cost(10, 0), Some(1)); // 0.5
    assert_eq!(cost(12, 16), Some(2)); // 0.6 + 1.28 = 1.88
    assert_eq!(cost(u64::MAX, u64::MAX), Some(2_398_076_729_582_241_710)); // no overflow
}

#[test]
fn an_operators_rows_win() {
    let own = r#"{"models":[
        {"provider":"openai","id":"gpt-4o-mini","name":"Ours","capabilities":["text"],"price":{"input":1,"output":2}},
        {"provider":"custom","id":"house","name":"House","capabilities":["text","tools"],"price":{"input":0,"output":0}}]}"#;
    let catalog = shipped().clone().with(&Catalog::parse(own).unwrap());
    assert_eq!(catalog.find(OpenAi, "gpt-4o-mini").unwrap().name, "Ours");
    assert_eq!(
        catalog.find(OpenAi, "gpt-4o").unwrap().name,
        shipped().find(OpenAi, "gpt-4o").unwrap().name
    );
    assert_eq!(
        catalog.cost_micros(Custom, "house", "", &Usage::default()),
        Some(0)
    );
}

#[test]
fn preferences_choose_differently() {
    let choose = |preference| {
        shipped()
            .choose(OpenAi, preference, |m| m.capabilities.tools)
            .unwrap()
    };
    let (cost, speed, able) = (
        choose(Preference::Cost),
        choose(Preference::Speed),
        choose(Preference::Capability),
    );
    assert!(cheapness(cost) >= cheapness(able));
    assert!(speed.speed >= able.speed);
    assert_eq!(able.capability, 98);
    assert!(shipped().choose(OpenAi, Preference::Cost, |_| false).is_none());
}

proptest! {
    /// More tokens never cost less, and caching never costs more than not caching.
    #[test]
    fn prices_are_monotone(input in 0u64..5_000_000, output in 0u64..200_000, share in 0u64..=100) {
        for model in &shipped().models {
            let Some(price) = &model.price else { continue };
            let usage = Usage { input_tokens: input, output_tokens: output, ..Usage::default() };
            let cached = Usage { cached_tokens: input * share / 100, ..usage };
            let more = Usage { output_tokens: output + 1_000, ..usage };
            let cost = |usage: &Usage| cost_micros(usage, price).unwrap();
            prop_assert!(cost(&cached) <= cost(&usage));
            prop_assert!(cost(&usage) <= cost(&more));
        }
    }
}
