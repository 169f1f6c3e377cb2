//! The connectors that come with the program.

use std::sync::LazyLock;

use super::Manifest;

const FILES: [&str; 4] = [
    include_str!("../../manifests/shopify.yaml"),
    include_str!("../../manifests/stripe.yaml"),
    include_str!("../../manifests/woocommerce.yaml"),
    include_str!("../../manifests/csv.yaml"),
];

static BUILTIN: LazyLock<Vec<Manifest>> = LazyLock::new(|| {
    let mut manifests = Vec::with_capacity(FILES.len());
    for file in FILES {
        match Manifest::parse(file) {
            Ok(manifest) => manifests.push(manifest),
            // A test reads them all; a connector that is broken all the same is missing, and the others work.
            Err(error) => tracing::error!(%error, "a built-in connector is left out"),
        }
    }
    manifests
});

/// All of them.
pub fn builtin() -> &'static [Manifest] {
    &BUILTIN
}

/// One by its name.
pub fn find(name: &str) -> Option<&'static Manifest> {
    BUILTIN.iter().find(|manifest| manifest.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_manifest_can_be_read() {
        for file in FILES {
            Manifest::parse(file).unwrap();
        }
        assert_eq!(builtin().len(), FILES.len());
        assert!(find("shopify").is_some_and(Manifest::has_webhooks));
        assert!(find("csv").is_some_and(|csv| csv.upload));
        assert!(find("none").is_none());
    }
}
