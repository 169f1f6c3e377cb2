//! S3, and whatever speaks its language.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method, header};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::signer::{SignedUrlOptions, Signer};
use object_store::{ClientOptions, ObjectStore, RetryConfig};

use super::BlobError;
use crate::secret::Secret;

/// Where a bucket is, and who may use it.
#[derive(Clone, Debug)]
pub struct S3Config {
    /// Its name.
    pub bucket: String,
    /// Its region; servers of one's own take any.
    pub region: String,
    /// The server, such as `http://127.0.0.1:9000`; AWS where absent.
    pub endpoint: Option<String>,
    /// The server as browsers reach it, where that is another address.
    pub public_endpoint: Option<String>,
    /// Key and secret; where absent, what the machine was given (AWS instance roles).
    pub credentials: Option<(String, Secret)>,
    /// The folder in the bucket.
    pub prefix: String,
    /// Whether the bucket's name is part of the host's.
    pub virtual_host: bool,
}

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest silence in the middle of an answer.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a request is tried again.
const RETRIED: Duration = Duration::from_secs(15);

fn build(config: &S3Config, endpoint: Option<&String>) -> Result<AmazonS3, BlobError> {
    let client = ClientOptions::new()
        .with_connect_timeout(CONNECT)
        .with_read_timeout(SILENCE)
        // A download takes as long as it flows.
        .with_timeout_disabled();
    let retry = RetryConfig {
        max_retries: 3,
        retry_timeout: RETRIED,
        ..RetryConfig::default()
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&config.bucket)
        .with_region(&config.region)
        .with_virtual_hosted_style_request(config.virtual_host)
        .with_client_options(client)
        .with_allow_http(endpoint.is_some_and(|e| e.starts_with("http://")))
        .with_retry(retry);
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
    }
    if let Some((key, secret)) = &config.credentials {
        builder = builder
            .with_access_key_id(key)
            .with_secret_access_key(secret.expose());
    }
    Ok(builder.build()?)
}

pub(super) fn open(config: &S3Config) -> Result<(Arc<dyn ObjectStore>, Signing), BlobError> {
    crate::http::settle_ciphers();
    let store = build(config, config.endpoint.as_ref())?;
    let public = config.public_endpoint.as_ref().or(config.endpoint.as_ref());
    let signing = Signing {
        signer: build(config, public)?,
        prefix: config.prefix.trim_matches('/').to_owned(),
    };
    let store: Arc<dyn ObjectStore> = if signing.prefix.is_empty() {
        Arc::new(store)
    } else {
        Arc::new(PrefixStore::new(store, signing.prefix.as_str()))
    };
    Ok((store, signing))
}

/// Signs addresses for clients.
#[derive(Debug)]
pub(super) struct Signing {
    signer: AmazonS3,
    prefix: String,
}

impl Signing {
    /// Where exactly `size` bytes may be put for a while: the length is part of what is signed.
    pub async fn put(&self, key: &Key, size: u64, lasts: Duration) -> Result<String, BlobError> {
        let path = Key::from(format!("{}/{key}", self.prefix));
        let options =
            SignedUrlOptions::new().with_signed_header(header::CONTENT_LENGTH, HeaderValue::from(size));
        let url = self
            .signer
            .signed_url_opts(Method::PUT, &path, lasts, &options)
            .await?;
        Ok(url.to_string())
    }
}
