//! Who buys, and where they live. Names are put together by chance; addresses end in `example.com`, which nobody has.

use connectors::canonical::{Customer, Place};

use super::chance::Chance;

const FIRST: [&str; 40] = [
    "Ada", "Ben", "Carla", "David", "Elena", "Finn", "Greta", "Hugo", "Ines", "Jonas", "Karla", "Leo",
    "Marta", "Nils", "Olga", "Paul", "Rosa", "Sam", "Tessa", "Uwe", "Vera", "Willem", "Yara", "Zoe", "Anton",
    "Beatriz", "Camille", "Diego", "Emma", "Frida", "Gil", "Hanna", "Ivo", "Júlia", "Klaus", "Lina", "Mats",
    "Nora", "Otto", "Pia",
];
const LAST: [&str; 40] = [
    "Adler",
    "Baum",
    "Costa",
    "Dubois",
    "Engel",
    "Fischer",
    "García",
    "Holm",
    "Iversen",
    "Jansen",
    "Keller",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Olsen",
    "Pereira",
    "Quist",
    "Richter",
    "Santos",
    "Thomsen",
    "Ullmann",
    "Vogel",
    "Weber",
    "Ximénez",
    "Young",
    "Zimmer",
    "Arnaud",
    "Bauer",
    "Carvalho",
    "Dahl",
    "Ernst",
    "Fontaine",
    "Gruber",
    "Hansen",
    "Ibarra",
    "Jung",
    "Krause",
    "Lopez",
    "Meyer",
    "Nilsson",
];

/// A country with its towns: name, tax in percent, towns with their regions.
pub(super) struct Country {
    pub name: &'static str,
    pub tax: i64,
    pub currency: &'static str,
    towns: &'static [(&'static str, &'static str)],
}

const GERMANY: Country = Country {
    name: "Germany",
    tax: 19,
    currency: "EUR",
    towns: &[
        ("Berlin", "Berlin"),
        ("Hamburg", "Hamburg"),
        ("München", "Bayern"),
        ("Nürnberg", "Bayern"),
        ("Köln", "Nordrhein-Westfalen"),
        ("Leipzig", "Sachsen"),
    ],
};
const AUSTRIA: Country = Country {
    name: "Austria",
    tax: 20,
    currency: "EUR",
    towns: &[
        ("Wien", "Wien"),
        ("Graz", "Steiermark"),
        ("Linz", "Oberösterreich"),
    ],
};
const FRANCE: Country = Country {
    name: "France",
    tax: 20,
    currency: "EUR",
    towns: &[
        ("Paris", "Île-de-France"),
        ("Lyon", "Auvergne-Rhône-Alpes"),
        ("Nantes", "Pays de la Loire"),
    ],
};
const NETHERLANDS: Country = Country {
    name: "Netherlands",
    tax: 21,
    currency: "EUR",
    towns: &[("Amsterdam", "Noord-Holland"), ("Utrecht", "Utrecht")],
};
const PORTUGAL: Country = Country {
    name: "Portugal",
    tax: 23,
    currency: "EUR",
    towns: &[("Lisboa", "Lisboa"), ("Porto", "Norte")],
};
/// The corner with another currency.
const SWITZERLAND: Country = Country {
    name: "Switzerland",
    tax: 8,
    currency: "CHF",
    towns: &[
        ("Zürich", "Zürich"),
        ("Basel", "Basel-Stadt"),
        ("Genève", "Genève"),
    ],
};

pub(super) const COUNTRIES: [(u64, &Country); 6] = [
    (55, &GERMANY),
    (14, &AUSTRIA),
    (12, &FRANCE),
    (8, &NETHERLANDS),
    (6, &PORTUGAL),
    (5, &SWITZERLAND),
];

impl Country {
    /// A town of it.
    pub fn place(&self, chance: &mut Chance) -> Place {
        let town = chance.pick(self.towns);
        Place {
            city: town.map(|(city, _)| (*city).to_owned()),
            region: town.map(|(_, region)| (*region).to_owned()),
            country: Some(self.name.to_owned()),
        }
    }
}

/// Somebody who buys again and again.
#[derive(Clone)]
pub(super) struct Buyer {
    pub customer: Customer,
    pub country: &'static Country,
}

/// The customer of this number.
pub(super) fn buyer(seed: u64, number: u64) -> Buyer {
    let mut chance = Chance::new(seed, 1_000_000 + number);
    let country = chance.weighted(&COUNTRIES).copied().unwrap_or(&GERMANY);
    let first = chance.pick(&FIRST).copied().unwrap_or("Ada");
    let last = chance.pick(&LAST).copied().unwrap_or("Adler");
    let plain = |text: &str| {
        text.chars()
            .filter(char::is_ascii_alphabetic)
            .collect::<String>()
            .to_lowercase()
    };
    Buyer {
        customer: Customer {
            source_id: Some(format!("C{number:05}")),
            email: Some(format!("{}.{}{number}@example.com", plain(first), plain(last))),
            name: Some(format!("{first} {last}")),
            place: country.place(&mut chance),
            created_at: None,
        },
        country,
    }
}

/// Somebody who leaves only an address.
pub(super) fn guest(chance: &mut Chance) -> Buyer {
    let country = chance.weighted(&COUNTRIES).copied().unwrap_or(&GERMANY);
    let number = chance.below(1_000_000);
    let place = country.place(chance);
    Buyer {
        customer: Customer {
            email: Some(format!("guest{number}@example.com")),
            place,
            ..Customer::default()
        },
        country,
    }
}
