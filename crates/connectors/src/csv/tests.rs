//! Tables as a whole: looked at, read and mapped.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::canonical::{Canonical, LineKind, Order, OrderKind};
use crate::manifest::Entity;
use crate::source::BadRecord;

fn layout_of(text: &str) -> Layout {
    let mut layout = look(text.as_bytes()).unwrap().layout;
    layout.currency.get_or_insert_with(|| "EUR".to_owned());
    layout
}

fn orders(layout: &Layout, text: &str) -> (Vec<Order>, Vec<BadRecord>) {
    let (mut orders, mut bad) = (Vec::new(), Vec::new());
    for record in read(layout, text.as_bytes()) {
        match record {
            Err(problem) => bad.push(problem),
            Ok(record) => {
                for meaning in map(layout, &record).unwrap() {
                    let Canonical::Order(order) = meaning else {
                        panic!("no order")
                    };
                    orders.push(order);
                }
            }
        }
    }
    (orders, bad)
}

const SHOP: &str = "\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,Mug,2,2011-01-13 10:00:00,2.55,17850.0,United Kingdom
2,B,\"Plate, blue\",1,2011-01-13 11:00:00,10.00,,France
1,POST,Postage,1,2011-01-13 10:00:00,4.00,17850.0,United Kingdom
C3,A,Mug,-1,2011-01-14 09:00:00,2.55,17850.0,United Kingdom
2,A,Mug,-1,2011-01-15 11:00:00,2.55,,France
4,X,Damaged,-5,2011-01-16 11:00:00,0,,France
5,X,=1+2,5,2011-01-16 11:00:00,0,,France
6,X,bad,5,2011-01-16 11:00:00,abc,,France
7,X,wide,5,2011-01-16 11:00:00,1,,France,more
,X,none,5,2011-01-16 11:00:00,1,,France
";

#[test]
fn what_somebody_corrected_is_what_is_shown() {
    let text = "a,1;2;x\nb,2;3;y\n";
    let guessed = look(text.as_bytes()).unwrap();
    let said = |delimiter, has_header| Dialect {
        delimiter,
        has_header,
        ..guessed.layout.dialect.clone()
    };
    let commas = look_as(text.as_bytes(), &said(',', false)).unwrap();
    assert_eq!((commas.delimiter, commas.columns.len()), (',', 2));
    assert_eq!(commas.layout.columns.len(), 2);
    let named = look_as(text.as_bytes(), &said(';', true)).unwrap();
    let names: Vec<_> = named.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["a,1", "2", "x"]);
    assert_eq!(named.rows, [["b,2", "3", "y"]]);
    assert!(look_as(text.as_bytes(), &said('é', true)).is_err());
    let skipped = Dialect {
        skip: 7,
        ..said(';', true)
    };
    assert!(look_as(text.as_bytes(), &skipped).unwrap().rows.is_empty());
}

#[test]
fn a_shops_file_is_understood_without_questions_but_the_currency() {
    let sample = look(SHOP.as_bytes()).unwrap();
    assert_eq!(
        (sample.delimiter, sample.has_header, sample.decimal),
        (',', true, '.')
    );
    assert_eq!(sample.date_order, Some(DateOrder::Ymd));
    assert_eq!(sample.date_format.as_deref(), Some("YYYY-MM-DD HH:MM:SS"));
    let fields: Vec<_> = sample
        .columns
        .iter()
        .map(|column| column.field.map(Target::name))
        .collect();
    let expected = [
        "order_number",
        "sku",
        "title",
        "quantity",
        "placed_at",
        "unit_price",
        "customer_id",
        "country",
    ];
    assert_eq!(fields, expected.map(Some));
    assert_eq!(sample.doubts, ["Which currency are the amounts in?"]);
    assert!(sample.warnings.iter().any(|warning| warning.contains("formulas")));
    assert_eq!(sample.layout.entity, Entity::Order);
}

#[test]
fn orders_are_gathered_and_credit_notes_recognised() {
    let mut layout = layout_of(SHOP);
    layout.shipping_codes = vec!["post".to_owned()];
    layout.time_zone = "Europe/London".to_owned();
    let (orders, bad) = orders(&layout, SHOP);
    let errors: Vec<&str> = bad.iter().map(|bad| bad.error.as_str()).collect();
    assert_eq!(
        errors,
        [
            "Row 9: “abc” is no number (Unit price).",
            "Row 10: it has 9 cells, the header 8.",
            "Row 11: the order number is missing.",
        ]
    );
    let by_number: BTreeMap<&str, &Order> = orders
        .iter()
        .map(|order| (order.number.as_str(), order))
        .collect();
    let first = by_number["1"];
    assert_eq!(
        (first.lines.len(), first.total, first.kind),
        (2, 910, OrderKind::Sale)
    );
    assert_eq!(
        (first.lines[0].gross, first.lines[1].kind),
        (510, LineKind::Shipping)
    );
    assert_eq!(
        first.customer.as_ref().unwrap().source_id.as_deref(),
        Some("17850")
    );
    let second = by_number["2"];
    assert_eq!(
        (second.lines.len(), second.refunds.len(), second.refunds[0].goods),
        (1, 1, 255)
    );
    assert_eq!(second.refunds[0].refunded_at.to_string(), "2011-01-15T11:00:00Z");
    let credit = by_number["C3"];
    assert_eq!(
        (credit.kind, credit.total, credit.refunds[0].goods),
        (OrderKind::CreditNote, 0, 255)
    );
    assert_eq!(credit.refunds[0].lines[0].quantity, 1);
    assert_eq!(
        (by_number["4"].kind, by_number["4"].refunds[0].goods),
        (OrderKind::CreditNote, 0)
    );
    assert_eq!(by_number["5"].lines[0].product.title.as_deref(), Some("=1+2"));
    assert_eq!(orders.len(), 5);
}

#[test]
fn other_countries_write_otherwise() {
    let german = "Verkäufe 2026\nBestellnummer;Bestelldatum;Artikelbezeichnung;Menge;Einzelpreis;Rabatt;MwSt;Kundennummer;Land\n\
                  7;31.01.2026 14:00;Tasse;2;1.011,90 €;23,80;319,31;12;Deutschland\n7;31.01.2026 14:00;Teller;1;12,50 €;;2,00;12;Deutschland\n";
    let sample = look(german.as_bytes()).unwrap();
    assert_eq!(
        (sample.delimiter, sample.decimal, sample.date_order),
        (';', ',', Some(DateOrder::Dmy))
    );
    assert_eq!(
        (sample.currency.as_deref(), sample.layout.dialect.skip),
        (Some("EUR"), 1)
    );
    assert!(sample.doubts.is_empty(), "{:?}", sample.doubts);
    let mut layout = sample.layout;
    layout.tax_included = true;
    let (orders, bad) = orders(&layout, german);
    assert!(bad.is_empty(), "{bad:?}");
    // 2023.80 less 23.80, with 319.31 of tax in it.
    let line = &orders[0].lines[0];
    assert_eq!((line.gross - line.discount, line.tax), (200_000 - 31_931, 31_931));
    assert_eq!(orders[0].total, 200_000 + 1250);
    let doubtful = look(b"order,date,price\n1,01/02/2026,\"1,234\"\n2,03/04/2026,\"2,500\"\n").unwrap();
    assert_eq!(doubtful.date_order, Some(DateOrder::Dmy));
    assert_eq!(doubtful.doubts.len(), 3, "{:?}", doubtful.doubts);
    let american = look(b"order,date,price\n1,01/31/2026,$5.00\n2,03/04/2026,$1.00\n").unwrap();
    assert_eq!(
        (american.date_order, american.date_format.as_deref()),
        (Some(DateOrder::Mdy), Some("MM/DD/YYYY"))
    );
    let latin = look(b"pedido;data;pre\xe7o;cliente\n1;2026-01-31;5,00;Jo\xe3o\n").unwrap();
    assert_eq!(latin.encoding, "windows-1252");
    assert_eq!(latin.columns[2].field, Some(Target::UnitPrice));
    assert_eq!(latin.rows[0][3], "João");
}

#[test]
fn what_is_no_table_is_refused() {
    for bytes in [
        &b""[..],
        b"\n \n",
        b"PK\x03\x04zip",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\xff",
    ] {
        assert!(look(bytes).is_err(), "{bytes:?}");
    }
    let mut layout = layout_of(SHOP);
    layout.columns[4].field = None;
    assert_eq!(layout.check().unwrap_err().0, "Which column is the date?");
    let layout = layout_of(SHOP);
    let failed: Vec<_> = read(&layout, &b"a,b\n1,2\n"[..]).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        failed[0].as_ref().unwrap_err().error,
        "The file has no column “InvoiceNo”."
    );
}

#[test]
fn columns_are_found_by_name_in_the_next_file() {
    let layout = layout_of(SHOP);
    let other = "Country,InvoiceNo,Quantity,UnitPrice,InvoiceDate,StockCode,Description,CustomerID,New\nFrance,9,3,1.50,2011-02-01,A,Mug,5,x\n";
    let (orders, bad) = orders(&layout, other);
    assert!(bad.is_empty());
    assert_eq!(
        (orders[0].total, orders[0].place.country.as_deref()),
        (450, Some("France"))
    );
}

#[test]
fn objects_are_read_by_key_paths() {
    let text = "{\"id\":7,\"date\":\"2026-01-31T10:00:00Z\",\"currency\":\"USD\",\"customer\":{\"email\":\"A@b.c\"},\"lines\":[{\"sku\":\"x\",\"qty\":2,\"price\":1.25},{\"sku\":\"y\",\"qty\":1,\"price\":\"3\"}]}\n\nnothing\n";
    let head = text.replace("nothing\n", "");
    let sample = look(head.as_bytes()).unwrap();
    assert_eq!(sample.format, Format::Jsonl);
    let mut layout = sample.layout;
    layout
        .columns
        .iter_mut()
        .find(|column| column.name == "id")
        .unwrap()
        .field = Some(Target::OrderNumber);
    layout.check().unwrap();
    let (orders, bad) = orders(&layout, text);
    assert_eq!(
        (orders.len(), orders[0].lines.len(), orders[0].total),
        (1, 2, 550)
    );
    assert_eq!(
        orders[0].customer.as_ref().unwrap().email.as_deref(),
        Some("a@b.c")
    );
    assert_eq!(bad[0].error, "Row 3: it is no JSON object.");
}

#[test]
fn an_orders_own_amounts_count_once() {
    let text = "Name,Created at,Lineitem sku,Lineitem quantity,Lineitem price,Discount Amount,Shipping,Taxes,Total,Currency\n\
                #1,2026-01-31,a,1,10.00,3.00,5.00,2.00,34.00,EUR\n#1,2026-01-31,b,2,10.00,,,,,\n";
    let (orders, bad) = orders(&layout_of(text), text);
    assert!(bad.is_empty(), "{bad:?}");
    let order = &orders[0];
    assert_eq!((order.shipping, order.tax, order.total), (500, 200, 3400));
    assert_eq!(
        order.lines.iter().map(|line| line.discount).collect::<Vec<_>>(),
        [100, 200]
    );
}

proptest! {
    #[test]
    fn what_was_written_is_what_is_counted(
        rows in prop::collection::vec((1_u32..8, -5_i64..9, 0_i64..100_000), 1..40),
        comma in any::<bool>(),
    ) {
        let mark = if comma { ',' } else { '.' };
        let delimiter = if comma { ';' } else { ',' };
        let mut text = ["order", "date", "quantity", "unit price"].join(&delimiter.to_string());
        let (mut gross, mut back) = (0, 0);
        for (order, quantity, cents) in &rows {
            let price = format!("{}{mark}{:02}", cents / 100, cents % 100);
            let row = [order.to_string(), "2026-01-31".to_owned(), quantity.to_string(), price];
            text = text + "\n" + &row.join(&delimiter.to_string());
            let amount = quantity * cents;
            if *quantity < 0 { back -= amount } else { gross += amount }
        }
        let mut layout = layout_of("order,date,quantity,unit price\n1,2026-01-31,1,1.50\n");
        layout.decimal = mark;
        layout.dialect.delimiter = delimiter;
        let (orders, bad) = orders(&layout, &text);
        prop_assert!(bad.is_empty(), "{:?}", bad);
        prop_assert_eq!(orders.iter().flat_map(|o| &o.lines).map(|line| line.gross).sum::<i64>(), gross);
        let refunds: Vec<_> = orders.iter().flat_map(|o| &o.refunds).collect();
        prop_assert_eq!(refunds.iter().map(|refund| refund.goods).sum::<i64>(), back);
        for refund in refunds {
            prop_assert_eq!(refund.goods, refund.lines.iter().map(|line| line.net).sum::<i64>());
        }
    }

    #[test]
    fn no_file_makes_it_stumble(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(sample) = look(&bytes) {
            for record in read(&sample.layout, &bytes[..]).flatten() {
                let _ = map(&sample.layout, &record);
            }
        }
    }

    #[test]
    fn no_text_makes_it_stumble(text in "[0-9a-z,;\"\n./€ -]{0,300}") {
        if let Ok(sample) = look(text.as_bytes()) {
            let mut layout = sample.layout;
            layout.currency.get_or_insert_with(|| "EUR".to_owned());
            for record in read(&layout, text.as_bytes()).flatten() {
                let _ = map(&layout, &record);
            }
        }
    }
}

/// The numbers were computed from the file with Python's `decimal`, each line rounded half up to pence.
#[test]
fn the_online_retail_file_gives_the_same_to_the_penny() {
    #[allow(clippy::disallowed_methods)] // a test asks where its data are
    let Some(path) = std::env::var_os("TEST_DATA") else {
        println!("NOT RUN: TEST_DATA does not name the folder of test data");
        return;
    };
    let path = std::path::Path::new(&path).join("online-retail/online_retail.csv.gz");
    let open = || flate2::read::GzDecoder::new(std::fs::File::open(&path).unwrap());
    let mut head = vec![0; 256 << 10];
    std::io::Read::read_exact(&mut open(), &mut head).unwrap();
    let mut layout = look(&head).unwrap().layout;
    layout.currency = Some("GBP".to_owned());
    layout.time_zone = "Europe/London".to_owned();
    let london = jiff::tz::TimeZone::get("Europe/London").unwrap();
    let (mut gross, mut back, mut sales, mut credits) = (0_i64, 0_i64, 0, 0);
    let mut months: BTreeMap<String, i64> = BTreeMap::new();
    for record in read(&layout, open()) {
        for meaning in map(&layout, &record.unwrap()).unwrap() {
            let Canonical::Order(order) = meaning else {
                panic!("no order")
            };
            let month = |at: kit::clock::Timestamp| {
                jiff::Timestamp::from_microsecond(at.0)
                    .unwrap()
                    .to_zoned(london.clone())
                    .strftime("%Y-%m")
                    .to_string()
            };
            let lines: i64 = order.lines.iter().map(|line| line.gross - line.discount).sum();
            gross += lines;
            *months.entry(month(order.placed_at)).or_default() += lines;
            for refund in &order.refunds {
                back += refund.goods;
                *months.entry(month(refund.refunded_at)).or_default() -= refund.goods;
            }
            if order.kind == OrderKind::Sale {
                sales += 1;
            } else {
                credits += 1;
            }
        }
    }
    println!("gross {gross} returns {back} sales {sales} credit notes {credits} months {months:?}");
    assert_eq!(
        (gross, back, sales, credits),
        (1_064_456_042, 89_681_249, 20_728, 5_172)
    );
    assert_eq!(months.values().sum::<i64>(), gross - back);
    assert_eq!(months["2011-11"], 146_175_625);
}
