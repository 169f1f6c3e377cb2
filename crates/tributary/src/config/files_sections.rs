//! `[files]`, `[s3]` and `[clamav]`.

use std::path::PathBuf;

use anyhow::{Context, bail};
use files::processing::ReadingLimits;
use files::{ClamAddress, Limits, PlanLimits, TooLarge};
use kit::blobs::S3Config;
use serde::Deserialize;

use super::Hidden;

/// `[files]`: limits by plan, in megabytes (of 1,000,000 bytes); 0 for all files together means without end.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)] // the names are the documentation
pub struct FilesSection {
    pub free_file_mb: u64,
    pub free_total_mb: u64,
    pub pro_file_mb: u64,
    pub pro_total_mb: u64,
    pub business_file_mb: u64,
    pub business_total_mb: u64,
    /// The program that reads files in a process of its own; this one unless told.
    pub reader: Option<PathBuf>,
    /// Where it finds ffmpeg, tesseract and poppler, as `PATH` has it.
    pub reader_tools: String,
    /// What it may use of memory (MiB) and of time for one step, and how many run at once.
    pub reader_memory_mb: u64,
    pub reader_seconds: u64,
    pub readers: usize,
}

const MB: u64 = 1_000_000;

impl Default for FilesSection {
    fn default() -> Self {
        let PlanLimits { free, pro, business } = PlanLimits::default();
        let reading = ReadingLimits::default();
        let total = |limits: Limits| limits.total.unwrap_or_default() / MB;
        Self {
            free_file_mb: free.file / MB,
            free_total_mb: total(free),
            pro_file_mb: pro.file / MB,
            pro_total_mb: total(pro),
            business_file_mb: business.file / MB,
            business_total_mb: total(business),
            reader: None,
            reader_tools: reading.tools,
            reader_memory_mb: reading.memory,
            reader_seconds: reading.seconds,
            readers: reading.at_once,
        }
    }
}

impl FilesSection {
    pub(super) fn reading(&self) -> ReadingLimits {
        ReadingLimits {
            program: self.reader.clone(),
            tools: self.reader_tools.clone(),
            memory: self.reader_memory_mb,
            seconds: self.reader_seconds,
            at_once: self.readers,
        }
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        // A step is a job, and a job that takes two minutes is taken for dead.
        if !(1..=90).contains(&self.reader_seconds) {
            bail!("files.reader_seconds must be between 1 and 90");
        }
        if !(128..=65_536).contains(&self.reader_memory_mb) || !(1..=64).contains(&self.readers) {
            bail!("files.reader_memory_mb must be between 128 and 65536, and files.readers between 1 and 64");
        }
        Ok(())
    }

    pub(super) fn limits(&self) -> PlanLimits {
        let limits = |file: u64, total: u64| Limits {
            file: file.saturating_mul(MB),
            total: (total > 0).then(|| total.saturating_mul(MB)),
        };
        PlanLimits {
            free: limits(self.free_file_mb, self.free_total_mb),
            pro: limits(self.pro_file_mb, self.pro_total_mb),
            business: limits(self.business_file_mb, self.business_total_mb),
        }
    }
}

/// `[s3]`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct S3Section {
    /// The bucket; without one objects lie in the data folder.
    pub bucket: Option<String>,
    /// The server, such as `http://127.0.0.1:9000`; AWS when absent.
    pub endpoint: Option<String>,
    /// The server as browsers reach it, where that is another address.
    pub public_endpoint: Option<String>,
    /// The region; `us-east-1` when absent.
    pub region: Option<String>,
    /// The key's id; where absent, what the machine was given (AWS instance roles).
    pub access_key: Option<String>,
    /// The key's secret.
    pub secret_key: Option<Hidden>,
    /// The folder in the bucket.
    pub prefix: String,
    /// Whether the bucket's name is part of the host's.
    pub virtual_host: bool,
}

impl S3Section {
    /// The section that would have said the same.
    pub(crate) fn of(config: S3Config) -> Self {
        let (access_key, secret_key) = config.credentials.unzip();
        Self {
            bucket: Some(config.bucket),
            endpoint: config.endpoint,
            public_endpoint: config.public_endpoint,
            region: Some(config.region),
            access_key,
            secret_key: secret_key.map(Hidden),
            prefix: config.prefix,
            virtual_host: config.virtual_host,
        }
    }

    pub(crate) fn config(&self) -> Option<S3Config> {
        let secret = self.secret_key.as_ref().map(|secret| secret.0.clone());
        Some(S3Config {
            bucket: self.bucket.clone()?,
            region: self.region.clone().unwrap_or_else(|| "us-east-1".to_owned()),
            endpoint: self.endpoint.clone(),
            public_endpoint: self.public_endpoint.clone(),
            credentials: self.access_key.clone().zip(secret),
            prefix: self.prefix.clone(),
            virtual_host: self.virtual_host,
        })
    }

    /// The origin that browsers write parts of uploads to.
    pub(super) fn origin(&self) -> Option<String> {
        let bucket = self.bucket.as_ref()?;
        if let Some(url) = self.public_endpoint.as_ref().or(self.endpoint.as_ref()) {
            let (scheme, rest) = url.split_once("://")?;
            return Some(format!("{scheme}://{}", rest.split('/').next()?));
        }
        let region = self.region.as_deref().unwrap_or("us-east-1");
        let host = if self.virtual_host {
            format!("{bucket}.")
        } else {
            String::new()
        };
        Some(format!("https://{host}s3.{region}.amazonaws.com"))
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        for (name, url) in [
            ("endpoint", &self.endpoint),
            ("public_endpoint", &self.public_endpoint),
        ] {
            if let Some(url) = url
                && !url.starts_with("http://")
                && !url.starts_with("https://")
            {
                bail!("s3.{name} must begin with https:// or http://");
            }
        }
        if self.bucket.is_none() && (self.endpoint.is_some() || self.access_key.is_some()) {
            bail!("s3.bucket must name the bucket");
        }
        if self.access_key.is_some() != self.secret_key.is_some() {
            bail!("s3.access_key and s3.secret_key go together");
        }
        Ok(())
    }
}

/// `[clamav]`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClamavSection {
    /// `tcp://host:port` or `unix:/path`; without it only our own checks are made.
    pub address: Option<String>,
    /// What happens to files beyond its `StreamMaxLength`: `reject` or `accept`.
    pub too_large: TooLarge,
}

impl ClamavSection {
    pub(super) fn config(&self) -> Option<ClamAddress> {
        Some(ClamAddress {
            place: self.address.as_ref()?.parse().ok()?,
            too_large: self.too_large,
        })
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        if let Some(address) = &self.address {
            address.parse::<files::ClamPlace>().context("clamav.address")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_of_uploads_is_that_of_the_signed_addresses() {
        let mut s3 = S3Section::default();
        assert_eq!(s3.origin(), None);
        s3.bucket = Some("files".to_owned());
        assert_eq!(s3.origin().as_deref(), Some("https://s3.us-east-1.amazonaws.com"));
        s3.virtual_host = true;
        assert_eq!(
            s3.origin().as_deref(),
            Some("https://files.s3.us-east-1.amazonaws.com")
        );
        s3.endpoint = Some("http://minio:9000/".to_owned());
        assert_eq!(s3.origin().as_deref(), Some("http://minio:9000"));
        s3.public_endpoint = Some("https://s3.example.org/below".to_owned());
        assert_eq!(s3.origin().as_deref(), Some("https://s3.example.org"));
    }
}
