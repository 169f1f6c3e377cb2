//! Where backups lie: a folder, or a bucket.

use std::path::Path;

use anyhow::{Context, bail};
use kit::blobs::{Blobs, S3Config};
use kit::secret::Secret;

/// A place for backups or objects.
#[derive(Clone, Debug)]
pub struct Place {
    /// What lies there.
    pub blobs: Blobs,
    /// How it is called, without secrets.
    pub shown: String,
}

/// Whether a folder may be made where none is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    Make,
    Refuse,
}

impl Place {
    /// A folder, `s3://bucket/folder` (server and keys as in `[s3]`), or, with everything in it,
    /// `s3+https://key:secret@host/bucket/folder`.
    pub fn open(text: &str, s3: Option<&S3Config>, missing: Missing) -> anyhow::Result<Self> {
        if let Some(config) = bucket(text, s3)? {
            let shown = format!("s3://{}/{}", config.bucket, config.prefix);
            let blobs = Blobs::s3(&config)?;
            return Ok(Self { blobs, shown });
        }
        let path = Path::new(text);
        if missing == Missing::Refuse && !path.is_dir() {
            bail!("{text} is not there");
        }
        let blobs = Blobs::folder(path).with_context(|| format!("{text} cannot be used"))?;
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Ok(Self {
            blobs,
            shown: whole.display().to_string(),
        })
    }
}

/// The bucket that an address means; none: it means a folder.
pub fn bucket(text: &str, s3: Option<&S3Config>) -> anyhow::Result<Option<S3Config>> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Ok(None);
    };
    let split = |path: &str| {
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        (bucket.to_owned(), prefix.trim_matches('/').to_owned())
    };
    match scheme {
        "s3" => {
            let (bucket, prefix) = split(rest);
            let config = s3.cloned().unwrap_or(S3Config {
                bucket: String::new(),
                region: "us-east-1".to_owned(),
                endpoint: None,
                public_endpoint: None,
                credentials: None,
                prefix: String::new(),
                virtual_host: false,
            });
            Ok(Some(S3Config {
                bucket,
                prefix,
                ..config
            }))
        }
        "s3+http" | "s3+https" => {
            let (login, rest) = rest.rsplit_once('@').unwrap_or(("", rest));
            let (host, path) = rest
                .split_once('/')
                .context("the address of a bucket is s3+https://key:secret@host/bucket/folder")?;
            let (bucket, prefix) = split(path);
            let credentials = login
                .split_once(':')
                .map(|(key, secret)| (key.to_owned(), Secret::new(secret.to_owned())));
            Ok(Some(S3Config {
                bucket,
                region: "us-east-1".to_owned(),
                endpoint: Some(format!("{}://{host}", scheme.trim_start_matches("s3+"))),
                public_endpoint: None,
                credentials,
                prefix,
                virtual_host: false,
            }))
        }
        _ => bail!("{scheme}:// is no place for backups: a folder, s3://… or s3+https://… is"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_buckets() {
        assert!(bucket("/var/backups", None).unwrap().is_none());
        let plain = bucket("s3://safe/below/it/", None).unwrap().unwrap();
        assert_eq!((&*plain.bucket, &*plain.prefix), ("safe", "below/it"));
        let whole = bucket("s3+http://k:s@127.0.0.1:9000/safe", None)
            .unwrap()
            .unwrap();
        assert_eq!(whole.endpoint.as_deref(), Some("http://127.0.0.1:9000"));
        assert_eq!((&*whole.bucket, &*whole.prefix), ("safe", ""));
        assert_eq!(whole.credentials.unwrap().0, "k");
        assert!(bucket("ftp://h/x", None).is_err());
    }
}
