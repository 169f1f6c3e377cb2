//! Addresses that are right by their signature: whoever has one may fetch that one thing until it expires, a browser or
//! a CDN among them. They are the same for an hour, so that caches are hit.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::{Db, DbError, FileId, INSTANCE, WorkspaceId};
use kit::api::ApiError;
use kit::clock::Timestamp;
use kit::vault::hmac_sha256;
use serde::Deserialize;
use subtle::ConstantTimeEq;

/// How long an address is the same. It lives for one to two of these.
const PERIOD: i64 = 3600;

/// What an address is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Reading a file's bytes.
    Content,
    /// Reading the picture of a page.
    Preview(i32),
    /// Writing a part of an upload.
    Part(u32),
}

/// The query of a signed address.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Signature {
    /// The workspace.
    pub w: WorkspaceId,
    /// When it expires, in seconds since 1970.
    pub exp: i64,
    /// The signature.
    pub sig: String,
    /// `1`: to be saved, not shown.
    pub download: Option<String>,
}

/// Signs and checks.
#[derive(Clone)]
pub(crate) struct Signer {
    key: [u8; 32],
    /// What stands in front of a path.
    origin: String,
}

impl Signer {
    pub async fn of(db: &Db, public_url: Option<&str>) -> Result<Self, DbError> {
        Ok(Self {
            key: db.keys(INSTANCE).await?.derive("files.urls")?,
            origin: public_url.unwrap_or_default().trim_end_matches('/').to_owned(),
        })
    }

    fn signature(&self, workspace: WorkspaceId, file: FileId, leave: Leave, expires: i64) -> String {
        let what = match leave {
            Leave::Content => "content".to_owned(),
            Leave::Preview(page) => format!("preview/{page}"),
            Leave::Part(number) => format!("part/{number}"),
        };
        let text = format!("{what}|{workspace}|{file}|{expires}");
        URL_SAFE_NO_PAD.encode(&hmac_sha256(&self.key, text.as_bytes())[..24])
    }

    /// An address to read from.
    pub fn to_read(&self, workspace: WorkspaceId, file: FileId, leave: Leave, now: Timestamp) -> String {
        let expires = (now.seconds().div_euclid(PERIOD) + 2) * PERIOD;
        self.address(workspace, file, leave, expires)
    }

    /// An address that expires at a moment.
    pub fn address(&self, workspace: WorkspaceId, file: FileId, leave: Leave, expires: i64) -> String {
        let path = match leave {
            Leave::Content => format!("{file}/content"),
            Leave::Preview(page) => format!("{file}/previews/{page}"),
            Leave::Part(number) => format!("uploads/{file}/parts/{number}"),
        };
        let sig = self.signature(workspace, file, leave, expires);
        format!(
            "{}/api/v1/files/{path}?w={workspace}&exp={expires}&sig={sig}",
            self.origin
        )
    }

    /// 403 unless the address is one of ours and has not expired.
    pub fn check(
        &self,
        signature: &Signature,
        file: FileId,
        leave: Leave,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let right = self.signature(signature.w, file, leave, signature.exp);
        if !bool::from(right.as_bytes().ct_eq(signature.sig.as_bytes())) {
            return Err(ApiError::forbidden("The signature of this address is not right."));
        }
        if now.seconds() >= signature.exp {
            return Err(ApiError::forbidden("This address has expired."));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit::ids::new_id;

    fn read(address: &str) -> Signature {
        let uri: http::Uri = format!("http://x{address}").parse().unwrap();
        axum::extract::Query::try_from_uri(&uri).unwrap().0
    }

    #[test]
    fn an_address_is_good_for_one_thing_for_a_while() {
        let signer = Signer {
            key: [7; 32],
            origin: String::new(),
        };
        let (workspace, file) = (WorkspaceId(new_id()), FileId(new_id()));
        let now = Timestamp(1_700_000_000_000_000);
        let address = signer.to_read(workspace, file, Leave::Content, now);
        let given = read(&address);
        let check = |signature: &Signature, leave, at| signer.check(signature, file, leave, at);
        assert!(check(&given, Leave::Content, now).is_ok());
        assert!(check(&given, Leave::Preview(1), now).is_err());
        assert!(
            signer
                .check(&given, FileId(new_id()), Leave::Content, now)
                .is_err()
        );
        let later = |seconds| Timestamp(now.0 + seconds * 1_000_000);
        assert!(check(&given, Leave::Content, later(PERIOD - 1)).is_ok());
        assert!(check(&given, Leave::Content, later(2 * PERIOD)).is_err());
        for altered in [
            Signature {
                exp: given.exp + 1,
                ..given.clone()
            },
            Signature {
                w: WorkspaceId(new_id()),
                ..given.clone()
            },
            Signature {
                sig: String::new(),
                ..given.clone()
            },
        ] {
            assert!(check(&altered, Leave::Content, now).is_err());
        }
        let hour = now.seconds().div_euclid(PERIOD) * PERIOD * 1_000_000;
        let at = |micros| signer.to_read(workspace, file, Leave::Content, Timestamp(micros));
        assert_eq!(at(hour), at(hour + 3_599_999_999));
    }
}
