//! Servers on this machine (Ollama, LM Studio, llama.cpp, vLLM at their usual ports): found on their own, and used by
//! everyone here without a key.

use std::sync::Arc;
use std::time::Duration;

use kit::http::{Reach, Timeouts};
use parking_lot::RwLock;
use providers::{Endpoint, ProviderKind};

use crate::Ai;
use crate::keys::UsableKey;

/// How often is looked.
const EVERY: Duration = Duration::from_secs(30);
/// A server on this machine answers within this time or not at all.
const QUICK: Timeouts = Timeouts {
    first_byte: Duration::from_millis(1_500),
    idle: Duration::from_millis(1_500),
};

/// What was found last.
#[derive(Debug, Default)]
pub struct Found(RwLock<Arc<Vec<Arc<UsableKey>>>>);

impl Found {
    /// The servers that answered.
    pub fn keys(&self) -> Arc<Vec<Arc<UsableKey>>> {
        self.0.read().clone()
    }

    /// Whether a server of this kind answered.
    pub fn has(&self, kind: ProviderKind) -> bool {
        self.0.read().iter().any(|key| key.kind == kind)
    }
}

/// Begins to look, now and again.
pub fn start(ai: &Ai) {
    let ai = ai.clone();
    let life = ai.0.lifecycle.clone();
    life.clone().spawn("local servers", async move {
        while !life.is_stopping() {
            look(&ai).await;
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = life.stopping() => {}
            }
        }
    });
}

async fn look(ai: &Ai) {
    let mut found = Vec::new();
    for kind in ProviderKind::ALL {
        for port in kind
            .local_ports()
            .iter()
            .filter(|port| **port != ai.0.config.own_port)
        {
            if let Some(key) = probe(ai, kind, *port).await {
                found.push(Arc::new(key));
                break;
            }
        }
    }
    let address = |key: &Arc<UsableKey>| (key.kind, key.endpoint.base_url());
    let is_new = !found
        .iter()
        .map(address)
        .eq(ai.0.local.keys().iter().map(address));
    if is_new {
        *ai.0.local.0.write() = Arc::new(found);
        ai.0.usable.forget();
    }
}

async fn probe(ai: &Ai, kind: ProviderKind, port: u16) -> Option<UsableKey> {
    let address = format!("http://127.0.0.1:{port}/v1");
    let endpoint = Endpoint::new(kind, Some(&address), None, Reach::AllowPrivate).ok()?;
    let models = providers::list_models(&ai.0.http, &endpoint, &QUICK).await.ok()?;
    if models.is_empty() {
        return None;
    }
    let name = format!("local:{kind}");
    ai.0.listings.put(&name, models, ai.db().clock().now());
    Some(UsableKey::local(name, endpoint, &ai.0.breakers))
}
