//! Which models a key serves: asked of the provider, kept for a while, asked anew in the background.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kit::clock::Timestamp;
use parking_lot::Mutex;
use providers::ModelInfo;

use crate::Ai;
use crate::keys::UsableKey;

/// How long a list is believed.
const FRESH: Duration = Duration::from_mins(10);
/// How soon a failed question is put again.
const AGAIN: Duration = Duration::from_secs(20);
/// How long somebody who needs the list now waits for it.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Debug, Clone)]
struct Listing {
    models: Arc<Vec<ModelInfo>>,
    asked_at: Timestamp,
    worked: bool,
}

/// The lists by key.
#[derive(Debug, Default)]
pub struct Listings(Mutex<HashMap<String, Listing>>);

impl Listings {
    /// What is known now, fresh or not.
    pub fn known(&self, key: &str) -> Option<Arc<Vec<ModelInfo>>> {
        self.0.lock().get(key).map(|l| l.models.clone())
    }

    /// Keeps a list.
    pub fn put(&self, key: &str, models: Vec<ModelInfo>, at: Timestamp) {
        let listing = Listing {
            models: Arc::new(models),
            asked_at: at,
            worked: true,
        };
        self.0.lock().insert(key.to_owned(), listing);
    }

    /// Forgets a list.
    pub fn forget(&self, key: &str) {
        self.0.lock().remove(key);
    }

    /// Whether the question is due; if so, nobody else is told the same for a while.
    fn is_due(&self, key: &str, now: Timestamp) -> bool {
        let mut all = self.0.lock();
        match all.get_mut(key) {
            Some(l) if now.since(l.asked_at) < if l.worked { FRESH } else { AGAIN } => false,
            Some(l) => {
                l.asked_at = now;
                l.worked = false;
                true
            }
            None => {
                all.insert(
                    key.to_owned(),
                    Listing {
                        models: Arc::default(),
                        asked_at: now,
                        worked: false,
                    },
                );
                true
            }
        }
    }
}

impl Ai {
    /// The models that a key serves, as far as they are known. The first time, this waits a little for the answer;
    /// later, an old list is answered and a new one asked for in the background.
    pub async fn models_of(&self, key: &Arc<UsableKey>) -> Arc<Vec<ModelInfo>> {
        if let Some(model) = key.endpoint.local() {
            return Arc::new(model.models());
        }
        let before = self.0.listings.known(&key.name);
        if self.0.listings.is_due(&key.name, self.db().clock().now()) {
            let (ai, asked) = (self.clone(), key.clone());
            let (done, answer) = tokio::sync::oneshot::channel();
            self.0.lifecycle.spawn("list models", async move {
                match providers::list_models(&ai.0.http, &asked.endpoint, &ai.0.config.timeouts).await {
                    Ok(models) => ai.0.listings.put(&asked.name, models, ai.db().clock().now()),
                    Err(error) => {
                        tracing::debug!(provider = %asked.kind, error = %error, "models were not listed");
                    }
                }
                let _ = done.send(());
            });
            if before.is_none() {
                let _ = tokio::time::timeout(PATIENCE, answer).await;
            }
        }
        self.0.listings.known(&key.name).or(before).unwrap_or_default()
    }
}
