//! What columns are called, in English, Portuguese, Spanish, German and French.

use super::Target;

/// Names without accents, blanks and marks, in small letters.
const NAMES: &[(Target, &[&str])] = &[
    (Target::OrderNumber, &[
        "orderid", "ordernumber", "orderno", "ordernr", "order", "invoiceno", "invoicenumber", "invoiceid", "invoice", "receiptnumber",
        "transactionid", "salesorder", "documentno", "numerodopedido", "pedido", "npedido", "idpedido", "idorden", "pedidoid", "fatura", "notafiscal",
        "numerodepedido", "numeropedido", "orden", "factura", "numerodefactura", "bestellnummer", "bestellung", "bestellnr", "auftragsnummer",
        "auftrag", "rechnungsnummer", "rechnung", "rechnungsnr", "belegnummer", "commande", "numerodecommande", "numerocommande", "ncommande",
        "facture", "numerodefacture",
    ]),
    (Target::PlacedAt, &[
        "date", "orderdate", "invoicedate", "datetime", "saledate", "placedat", "processedat", "orderedat", "purchasedate", "transactiondate",
        "datecreated", "paidat", "timestamp", "time", "day", "data", "datadopedido", "datadavenda", "datadacompra", "fecha", "fechadepedido", "fechapedido",
        "fechadeventa", "datum", "bestelldatum", "rechnungsdatum", "auftragsdatum", "belegdatum", "kaufdatum", "datedecommande", "datecommande",
        "datedefacture", "datedevente",
    ]),
    (Target::Sku, &[
        "sku", "stockcode", "itemsku", "lineitemsku", "productcode", "itemcode", "articlenumber", "articleno", "productid", "itemid", "code",
        "codigo", "codigodoproduto", "codigoproduto", "referencia", "codigodeproducto", "artikelnummer", "artikelnr", "artnr", "produktnummer",
        "reference", "refproduit", "codeproduit", "codearticle", "variantsku",
    ]),
    (Target::Title, &[
        "description", "product", "productname", "item", "itemname", "lineitemname", "title", "producttitle", "articlename", "produto", "nomedoproduto",
        "descricao", "producto", "nombredelproducto", "descripcion", "articulo", "produkt", "produktname", "artikel", "artikelname", "bezeichnung",
        "beschreibung", "artikelbezeichnung", "produit", "nomduproduit", "article", "designation", "libelle",
    ]),
    (Target::Category, &[
        "category", "productcategory", "producttype", "type", "department", "categoria", "kategorie", "warengruppe", "produktkategorie", "categorie",
        "rayon", "departamento",
    ]),
    (Target::Vendor, &["vendor", "brand", "manufacturer", "supplier", "marca", "fornecedor", "proveedor", "fabricante", "marke", "hersteller", "lieferant", "marque", "fournisseur"]),
    (Target::Quantity, &[
        "quantity", "qty", "units", "count", "lineitemquantity", "quantityordered", "unitssold", "amountsold", "quantidade", "qtd", "qtde", "cantidad", "unidades", "menge",
        "anzahl", "stuck", "stueck", "quantite", "qte", "nombre",
    ]),
    (Target::UnitPrice, &[
        "unitprice", "price", "priceeach", "itemprice", "lineitemprice", "priceperunit", "unitcost", "precounitario", "preco", "valorunitario", "preciounitario",
        "precio", "preciounidad", "einzelpreis", "stuckpreis", "stueckpreis", "preis", "prixunitaire", "prix", "prixunite",
    ]),
    (Target::LineTotal, &[
        "linetotal", "amount", "linevalue", "lineamount", "netamount", "sales", "revenue", "subtotal", "itemtotal", "extendedprice", "totalprice", "value", "valor",
        "valortotal", "importe", "montante", "gesamtpreis", "betrag", "summe", "zeilensumme", "positionssumme", "umsatz", "montant", "prixtotal",
        "sousTotal", "soustotal", "importetotal",
    ]),
    (Target::Discount, &["discount", "linediscount", "lineitemdiscount", "desconto", "descuento", "rabatt", "nachlass", "remise", "reduction"]),
    (Target::Tax, &["tax", "taxamount", "vat", "vatamount", "linetax", "imposto", "impostos", "iva", "impuesto", "steuer", "mwst", "ust", "mehrwertsteuer", "taxe", "tva"]),
    (Target::OrderDiscount, &["discountamount", "orderdiscount", "totaldiscount", "cartdiscount", "descontototal", "descuentototal", "gesamtrabatt", "remisetotale"]),
    (Target::OrderTax, &["taxes", "ordertax", "totaltax", "impostototal", "impuestos", "gesamtsteuer", "totaltva", "totaltaxes"]),
    (Target::Shipping, &[
        "shipping", "shippingamount", "shippingcost", "freight", "postage", "delivery", "frete", "envio", "gastosdeenvio", "portes", "versand",
        "versandkosten", "porto", "livraison", "fraisdeport", "fraisdelivraison",
    ]),
    (Target::OrderTotal, &["total", "ordertotal", "grandtotal", "totalamount", "invoicetotal", "totaldopedido", "totalpedido", "gesamtsumme", "gesamtbetrag", "rechnungsbetrag", "gesamt", "totalcommande", "totalttc"]),
    (Target::Currency, &["currency", "currencycode", "moeda", "moneda", "divisa", "wahrung", "waehrung", "devise", "monnaie"]),
    (Target::Status, &["status", "orderstatus", "state", "fulfillmentstatus", "situacao", "estado", "bestellstatus", "statut", "etat"]),
    (Target::FinancialStatus, &["financialstatus", "paymentstatus", "statusdopagamento", "estadodepago", "zahlungsstatus", "statutdepaiement"]),
    (Target::Method, &["paymentmethod", "payment", "paidby", "formadepagamento", "pagamento", "metododepago", "formadepago", "zahlungsart", "zahlungsmethode", "zahlung", "modedepaiement", "paiement", "moyendepaiement"]),
    (Target::Channel, &["channel", "source", "saleschannel", "canal", "canaldevenda", "canaldeventa", "kanal", "vertriebskanal", "canaldevente"]),
    (Target::CustomerId, &["customerid", "customerno", "customernumber", "clientid", "userid", "idcliente", "clienteid", "codigodocliente", "numerodecliente", "kundennummer", "kundennr", "kundenid", "numeroclient", "idclient", "codeclient"]),
    (Target::CustomerEmail, &["email", "customeremail", "emailaddress", "mail", "correo", "correoelectronico", "emaildocliente", "emaildelcliente", "emailadresse", "courriel", "adresseemail"]),
    (Target::CustomerName, &["customer", "customername", "name", "client", "clientname", "buyer", "billingname", "cliente", "nome", "nomedocliente", "nombredelcliente", "kunde", "kundenname", "acheteur", "nomduclient", "nomclient"]),
    (Target::City, &["city", "town", "shippingcity", "billingcity", "cidade", "ciudad", "stadt", "ort", "ville"]),
    (Target::Region, &["region", "province", "county", "shippingprovince", "billingprovince", "uf", "provincia", "bundesland", "departement"]),
    (Target::Country, &["country", "countrycode", "shippingcountry", "billingcountry", "pais", "land", "pays"]),
    (Target::CreatedAt, &["createdat", "since", "signupdate", "registered", "registeredat", "customersince", "memberSince", "membersince", "criadoem", "cadastradoem", "fechadealta", "kundeseit", "registriertam", "clientdepuis", "inscritle"]),
];

/// What a column of this name probably means; the names of things sold come before others that use the same word.
pub(super) fn meaning(name: &str) -> Option<Target> {
    // Of a key path the last key counts most, but "customer.id" is not the order's.
    let whole = plain(name);
    if let Some(found) = known(&whole) {
        return Some(found);
    }
    let last = name.rsplit('.').next().filter(|last| *last != name)?;
    let before = plain(name.strip_suffix(last)?);
    let last = plain(last);
    if matches!(last.as_str(), "id" | "name" | "number") {
        return known(&format!("{before}{last}"));
    }
    known(&last)
}

fn known(plain: &str) -> Option<Target> {
    NAMES.iter().find(|(_, names)| names.contains(&plain)).map(|(target, _)| *target)
}

/// Small letters and digits without accents.
pub(super) fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for char in name.to_lowercase().chars() {
        match char {
            'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' => plain.push('a'),
            'é' | 'è' | 'ê' | 'ë' => plain.push('e'),
            'í' | 'ì' | 'î' | 'ï' => plain.push('i'),
            'ó' | 'ò' | 'ô' | 'õ' | 'ö' => plain.push('o'),
            'ú' | 'ù' | 'û' | 'ü' => plain.push('u'),
            'ç' => plain.push('c'),
            'ñ' => plain.push('n'),
            'º' | '°' => plain.push('o'),
            'ß' => plain.push_str("ss"),
            other if other.is_alphanumeric() => plain.push(other),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_in_five_languages() {
        for (name, expected) in [
            ("InvoiceNo", Some(Target::OrderNumber)),
            ("Número do pedido", Some(Target::OrderNumber)),
            ("Bestell-Nr.", Some(Target::OrderNumber)),
            ("Nº commande", None),
            ("Fecha de pedido", Some(Target::PlacedAt)),
            ("Artikelbezeichnung", Some(Target::Title)),
            ("Quantité", Some(Target::Quantity)),
            ("Preço unitário", Some(Target::UnitPrice)),
            ("CustomerID", Some(Target::CustomerId)),
            ("customer.email", Some(Target::CustomerEmail)),
            ("customer.id", Some(Target::CustomerId)),
            ("lines[].sku", Some(Target::Sku)),
            ("País", Some(Target::Country)),
            ("Frais de port", Some(Target::Shipping)),
            ("MwSt.", Some(Target::Tax)),
            ("id", None),
            ("Notes", None),
        ] {
            assert_eq!(meaning(name), expected, "{name}");
        }
    }
}
