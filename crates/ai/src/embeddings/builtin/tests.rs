use proptest::prelude::*;

use super::*;

#[test]
fn the_table_has_a_row_for_each_piece() {
    assert_eq!(builtin().table.rows(), VOCABULARY.lines().count());
}

fn pieces(text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    builtin().pieces.each(text, |piece| {
        found.extend(VOCABULARY.lines().nth(piece as usize));
        true
    });
    found
}

#[test]
fn a_text_is_cut_as_bert_cuts_it() {
    assert_eq!(
        pieces("Tokenizers, café!"),
        ["token", "##izer", "##s", ",", "cafe", "!"]
    );
    assert_eq!(pieces("日本 x\u{200b}y"), ["日", "本", "x", "##y"]);
    assert_eq!(pieces("\u{301}\u{0}\t "), [""; 0]);
    assert_eq!(pieces(&"a".repeat(101)), [""; 0]);
}

#[test]
fn a_long_text_is_cut_off() {
    let (_, count) = builtin().embed_counted(&"word ".repeat(10_000));
    assert_eq!(count, MOST_PIECES);
}

proptest! {
    #[test]
    fn any_text_has_a_vector(text in any::<String>()) {
        let (vector, count) = builtin().embed_counted(&text);
        prop_assert_eq!(vector.len(), builtin().dims());
        let length: f32 = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        prop_assert!(if count == 0 { length == 0.0 } else { (length - 1.0).abs() < 1e-4 }, "{} {}", count, length);
        prop_assert_eq!(builtin().embed(&text), vector);
    }

    #[test]
    fn case_and_gaps_do_not_matter(words in prop::collection::vec("[a-z]{1,9}", 1..20)) {
        let plain = builtin().embed(&words.join(" "));
        prop_assert_eq!(builtin().embed(&words.join(" \n\t").to_uppercase()), plain);
    }
}

#[derive(serde::Deserialize)]
struct Golden {
    text: String,
    vector: Vec<f32>,
}

/// What `bench/embedding/make.py` wrote with Hugging Face's tokenizer and numpy over the same table.
#[test]
fn the_numbers_are_those_of_the_reference() {
    let golden: Vec<Golden> =
        serde_json::from_str(include_str!("../../../assets/embedding/golden.json")).unwrap();
    assert!(golden.len() >= 20);
    for Golden { text, vector } in golden {
        let made = builtin().embed(&text);
        for (a, b) in made.iter().zip(&vector) {
            assert!((a - b).abs() < 1e-3, "{text:?}: {a} instead of {b}");
        }
    }
}
