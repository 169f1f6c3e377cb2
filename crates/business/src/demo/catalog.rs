//! What the shop sells.

/// A product: title, category, vendor, price in cents, and how well it sells.
pub(super) struct Article {
    pub title: &'static str,
    pub category: &'static str,
    pub vendor: &'static str,
    pub price: i64,
    pub weight: u64,
    /// In which month it sells best, 1 to 12; 0: always the same.
    pub season: i8,
}

const fn article(
    title: &'static str,
    category: &'static str,
    vendor: &'static str,
    price: i64,
    weight: u64,
    season: i8,
) -> Article {
    Article {
        title,
        category,
        vendor,
        price,
        weight,
        season,
    }
}

/// All of it.
pub(super) const ARTICLES: [Article; 36] = [
    article("Alpine Filter Coffee 1 kg", "Coffee", "Nordhang", 2_490, 60, 0),
    article("Harbour Espresso 250 g", "Coffee", "Nordhang", 890, 90, 0),
    article("Decaf Valley 500 g", "Coffee", "Nordhang", 1_450, 25, 0),
    article("Cold Brew Bags", "Coffee", "Nordhang", 1_290, 30, 7),
    article("Jasmine Pearls", "Tea", "Leaf & Field", 1_190, 28, 0),
    article("Earl Grey Tin", "Tea", "Leaf & Field", 990, 35, 11),
    article("Winter Spice Rooibos", "Tea", "Leaf & Field", 850, 40, 12),
    article("Peppermint Loose Leaf", "Tea", "Leaf & Field", 690, 30, 0),
    article("Iced Tea Peach", "Tea", "Leaf & Field", 790, 22, 7),
    article("Ceramic Mug Blue", "Mugs", "Tonwerk", 1_650, 55, 0),
    article("Ceramic Mug White", "Mugs", "Tonwerk", 1_650, 50, 0),
    article("Ceramic Mug Gift Set", "Mugs", "Tonwerk", 5_400, 18, 12),
    article("Travel Mug Steel", "Mugs", "Kante", 2_990, 34, 9),
    article("Espresso Cup Pair", "Mugs", "Tonwerk", 2_200, 26, 0),
    article("Pour-over Dripper", "Brewing", "Kante", 2_490, 30, 0),
    article("Paper Filters 100", "Brewing", "Kante", 590, 75, 0),
    article("Gooseneck Kettle", "Brewing", "Kante", 8_900, 14, 11),
    article("Hand Grinder", "Brewing", "Kante", 7_500, 16, 12),
    article("French Press 1 l", "Brewing", "Kante", 3_900, 20, 0),
    article("Milk Frother", "Brewing", "Kante", 2_750, 18, 12),
    article("Kitchen Scale", "Brewing", "Kante", 3_450, 13, 0),
    article("Lavender Candle", "Home", "Lichtung", 1_890, 32, 11),
    article("Cedar Candle", "Home", "Lichtung", 1_890, 28, 12),
    article("Linen Tea Towel", "Home", "Lichtung", 1_250, 24, 0),
    article("Oak Serving Board", "Home", "Lichtung", 4_500, 12, 12),
    article("Wool Throw Grey", "Home", "Lichtung", 8_900, 8, 11),
    article("Glass Storage Jar", "Home", "Lichtung", 1_590, 22, 0),
    article("Picnic Flask", "Outdoor", "Kante", 3_200, 16, 6),
    article("Camping Pot Set", "Outdoor", "Kante", 6_900, 9, 6),
    article("Enamel Plate", "Outdoor", "Kante", 1_400, 18, 7),
    article("Fire Starter Box", "Outdoor", "Kante", 990, 14, 9),
    article("Dark Chocolate 85 %", "Pantry", "Leaf & Field", 490, 60, 11),
    article("Orange Marmalade", "Pantry", "Leaf & Field", 650, 28, 0),
    article("Honey \"Lindenblüte\"", "Pantry", "Leaf & Field", 950, 30, 0),
    article("Oat Biscuits", "Pantry", "Leaf & Field", 420, 48, 0),
    article("Advent Calendar Tea", "Pantry", "Leaf & Field", 2_990, 20, 11),
];
