//! One suite for every store. `TEST_S3=http://key:secret@host:port/bucket` runs it over a real S3 server too.

use bytes::Bytes;
use futures::stream::{self, StreamExt, TryStreamExt};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::new_id;
use crate::vault::MasterKeys;
use crate::vault::segments::{HEADER, SEGMENT, TAG};

fn keys_of(owner: Uuid) -> OwnerKeys {
    let master = MasterKeys::generate();
    let wrapped = master.new_data_key(owner, 1).unwrap();
    master.open_owner(owner, [(1, &wrapped[..])]).unwrap()
}

/// Bytes that differ from place to place.
fn plain(size: usize) -> Vec<u8> {
    (0..size).map(|i| (i.wrapping_mul(31) ^ (i >> 8)) as u8).collect()
}

fn pieces(bytes: &[u8], each: usize) -> impl Stream<Item = Result<Bytes, BlobError>> + Send + use<> {
    let pieces: Vec<_> = bytes
        .chunks(each.max(1))
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    stream::iter(pieces)
}

async fn read(object: &SealedObject, range: Range) -> Result<Vec<u8>, BlobError> {
    let read: Vec<Bytes> = object.read(range).await?.try_collect().await?;
    Ok(read.concat())
}

type Range = std::ops::Range<u64>;

/// An empty store for one test, and what keeps it there.
struct Fixture {
    blobs: Blobs,
    folder: tempfile::TempDir,
    owner: Uuid,
    keys: OwnerKeys,
}

impl Fixture {
    fn folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let owner = new_id();
        Self {
            blobs: Blobs::folder(folder.path()).unwrap(),
            folder,
            owner,
            keys: keys_of(owner),
        }
    }

    async fn put(&self, name: &str, bytes: &[u8], each: usize) -> Result<Stored, BlobError> {
        let stream = pieces(bytes, each);
        self.blobs.put_sealed(&self.keys, self.owner, name, stream).await
    }

    async fn open(&self, name: &str) -> Result<SealedObject, BlobError> {
        self.blobs.open_sealed(&self.keys, self.owner, name).await
    }

    async fn whole(&self, name: &str) -> Result<Vec<u8>, BlobError> {
        let object = self.open(name).await?;
        read(&object, 0..object.size()).await
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(format!("objects/{}/{name}", self.owner))
    }

    /// Every file in the folder, half-written ones too.
    fn files(&self) -> Vec<std::path::PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path);
                }
            }
        }
        found
    }
}

/// The stores that this run has.
fn stores() -> Vec<Fixture> {
    let mut stores = vec![Fixture::folder()];
    #[allow(clippy::disallowed_methods)] // a test has no configuration
    if let Ok(url) = std::env::var("TEST_S3") {
        let url: http::Uri = url.parse().unwrap();
        let (login, host) = url.authority().unwrap().as_str().split_once('@').unwrap();
        let (key, secret) = login.split_once(':').unwrap();
        let config = S3Config {
            bucket: url.path().trim_matches('/').to_owned(),
            region: "us-east-1".to_owned(),
            endpoint: Some(format!("http://{host}")),
            public_endpoint: None,
            credentials: Some((key.to_owned(), crate::secret::Secret::new(secret.to_owned()))),
            prefix: format!("test-{}", new_id()),
            virtual_host: false,
        };
        stores.push(Fixture {
            blobs: Blobs::s3(&config).unwrap(),
            ..Fixture::folder()
        });
    }
    stores
}

#[tokio::test]
async fn what_was_put_is_read_at_every_size() {
    const S: usize = SEGMENT;
    for store in stores() {
        for size in [
            0,
            1,
            S - 1,
            S,
            S + 1,
            2 * S - 1,
            2 * S,
            2 * S + 1,
            3_000_000,
            11 << 20,
        ] {
            let bytes = plain(size);
            let stored = store.put("one", &bytes, 100_000).await.unwrap();
            assert_eq!(stored.size, size as u64);
            assert_eq!(stored.sha256, crate::vault::sha256(&bytes));
            let object = store.open("one").await.unwrap();
            assert_eq!(object.size(), size as u64);
            assert!(store.whole("one").await.unwrap() == bytes, "{size} bytes");
        }
    }
}

#[tokio::test]
async fn any_range_is_read() {
    let size = 3 * SEGMENT + 7;
    let bytes = plain(size);
    for store in stores() {
        store.put("one", &bytes, 1 << 16).await.unwrap();
        let object = store.open("one").await.unwrap();
        let edge = SEGMENT as u64;
        for range in [
            0..0,
            0..1,
            edge - 1..edge + 1,
            edge..2 * edge,
            5..size as u64,
            size as u64 - 1..size as u64,
            2 * edge - 1..u64::MAX,
            size as u64..u64::MAX,
        ] {
            let expected = &bytes[range.start as usize..(range.end as usize).min(size)];
            assert!(
                read(&object, range.clone()).await.unwrap() == expected,
                "{range:?}"
            );
        }
    }
}

#[tokio::test]
async fn objects_are_listed_and_deleted() {
    for store in stores() {
        let far = Timestamp(i64::MAX / 2);
        for name in ["one", "pages/1", "pages/2", "pages-not"] {
            store.put(name, b"x", 1).await.unwrap();
        }
        let names = || async {
            let found = store.blobs.list_older_than(Kind::Object, far);
            let found: Vec<Listed> = found.try_collect().await.unwrap();
            let mut names: Vec<_> = found
                .into_iter()
                .filter(|listed| listed.owner == store.owner)
                .map(|listed| listed.name)
                .collect();
            names.sort_unstable();
            names
        };
        assert_eq!(names().await, ["one", "pages-not", "pages/1", "pages/2"]);
        let pages = store
            .blobs
            .list(Kind::Object, store.owner, "pages")
            .await
            .unwrap();
        assert!(pages.contains(&("pages/2".to_owned(), 1)) && pages.len() == 2);
        let long_ago = store.blobs.list_older_than(Kind::Object, Timestamp(0));
        assert_eq!(long_ago.count().await, 0);
        store
            .blobs
            .delete(Kind::Object, store.owner, "one")
            .await
            .unwrap();
        store
            .blobs
            .delete(Kind::Object, store.owner, "one")
            .await
            .unwrap();
        assert!(matches!(store.open("one").await, Err(BlobError::NotFound)));
        let gone = store
            .blobs
            .delete_all(Kind::Object, store.owner, Some("pages"))
            .await;
        assert_eq!(gone.unwrap(), 2);
        assert_eq!(names().await, ["pages-not"]);
        assert_eq!(
            store
                .blobs
                .delete_all(Kind::Object, store.owner, None)
                .await
                .unwrap(),
            1
        );
        assert!(names().await.is_empty());
        store.blobs.check().await.unwrap();
    }
}

/// Writes to a signed address as a browser would.
async fn put(url: &str, bytes: &[u8]) -> http::StatusCode {
    use crate::http::{Client, Reach, Timeouts};
    let request = http::Request::put(url)
        .body(Bytes::copy_from_slice(bytes))
        .unwrap();
    let sent = Client::new()
        .unwrap()
        .send(request, Reach::AllowPrivate, &Timeouts::default())
        .await;
    sent.unwrap().status()
}

#[tokio::test]
async fn parts_are_written_by_signed_addresses() {
    for store in stores() {
        let (blobs, owner) = (&store.blobs, store.owner);
        let bytes = plain(100_000);
        let lasts = Duration::from_secs(60);
        let signed = blobs
            .sign_put(owner, "up/1", bytes.len() as u64, lasts)
            .await
            .unwrap();
        assert_eq!(signed.is_some(), blobs.signs());
        let Some(url) = signed else { continue };
        let altered = url.replace("X-Amz-Signature=", "X-Amz-Signature=0");
        let elsewhere = url.replace("/up/1?", "/up/2?");
        for wrong in [altered, elsewhere] {
            assert!(!put(&wrong, &bytes).await.is_success());
        }
        for wrong in [&bytes[1..], &[&bytes[..], b"x"].concat()] {
            assert!(!put(&url, wrong).await.is_success(), "{} bytes", wrong.len());
        }
        assert!(put(&url, &bytes).await.is_success());
        let listed = blobs.list(Kind::Part, owner, "up").await.unwrap();
        assert_eq!(listed, [("up/1".to_owned(), bytes.len() as u64)]);
        let part = blobs.read_raw(owner, "up/1").await.unwrap();
        let part: Vec<Bytes> = part.try_collect().await.unwrap();
        assert!(part.concat() == bytes);
        assert_eq!(blobs.delete_all(Kind::Part, owner, Some("up")).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn what_breaks_off_leaves_nothing() {
    for store in stores() {
        for size in [0, 10, 3 * SEGMENT, 12 << 20] {
            let bytes = plain(size);
            let broken = stream::once(async { Err(BlobError::Store("cut".to_owned())) });
            let stream = pieces(&bytes, 1 << 20).chain(broken);
            let outcome = store
                .blobs
                .put_sealed(&store.keys, store.owner, "one", stream)
                .await;
            assert!(outcome.is_err());
            assert!(
                matches!(store.open("one").await, Err(BlobError::NotFound)),
                "{size}"
            );
        }
        assert_eq!(store.files(), Vec::<std::path::PathBuf>::new());
    }
}

#[tokio::test]
async fn an_object_opens_only_as_itself() {
    let store = Fixture::folder();
    let bytes = plain(2 * SEGMENT + 5);
    store.put("one", &bytes, 1 << 16).await.unwrap();
    store.put("two", &bytes, 1 << 16).await.unwrap();
    std::fs::copy(store.path("one"), store.path("two")).unwrap();
    assert!(store.open("two").await.is_err(), "it was moved to another name");
    let stranger = keys_of(new_id());
    let opened = store.blobs.open_sealed(&stranger, store.owner, "one").await;
    assert!(opened.is_err(), "it was opened with another owner's keys");
    let sealed = std::fs::read(store.path("one")).unwrap();
    assert!(!sealed.windows(16).any(|window| window == &bytes[..16]));
}

#[tokio::test]
async fn segments_cannot_be_cut_off_moved_or_doubled() {
    const FULL: usize = SEGMENT + TAG;
    let store = Fixture::folder();
    store.put("one", &plain(3 * SEGMENT), 1 << 16).await.unwrap();
    let sealed = std::fs::read(store.path("one")).unwrap();
    let segment = |n: usize| &sealed[HEADER + n * FULL..HEADER + (n + 1) * FULL];
    let head = &sealed[..HEADER];
    for (what, forged) in [
        ("nothing left", Vec::new()),
        ("the header alone", head.to_vec()),
        ("the last one cut off", sealed[..HEADER + 2 * FULL].to_vec()),
        ("the first one cut off", [head, segment(1), segment(2)].concat()),
        (
            "two exchanged",
            [head, segment(1), segment(0), segment(2)].concat(),
        ),
        ("the last one doubled", [&sealed[..], segment(2)].concat()),
        (
            "the first one doubled",
            [head, segment(0), segment(0), segment(2)].concat(),
        ),
        ("a byte more", [&sealed[..], &[0]].concat()),
        ("a byte less", sealed[..sealed.len() - 1].to_vec()),
    ] {
        std::fs::write(store.path("one"), forged).unwrap();
        assert!(store.whole("one").await.is_err(), "{what}");
    }
    std::fs::write(store.path("one"), &sealed).unwrap();
    assert!(store.whole("one").await.is_ok());
}

fn run<F: Future<Output = ()>>(test: F) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn ranges_are_cut_from_the_whole(
        size in 0..3 * SEGMENT,
        each in 1_usize..200_000,
        from in 0..3 * SEGMENT as u64,
        length in 0..2 * SEGMENT as u64,
    ) {
        run(async {
            let store = Fixture::folder();
            let bytes = plain(size);
            store.put("one", &bytes, each).await.unwrap();
            let object = store.open("one").await.unwrap();
            let expected: Vec<u8> = bytes.iter().skip(from as usize).take(length as usize).copied().collect();
            assert!(read(&object, from..from + length).await.unwrap() == expected);
        });
    }

    #[test]
    fn no_flipped_bit_is_handed_out(size in 0..2 * SEGMENT + 10, at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        run(async {
            let store = Fixture::folder();
            store.put("one", &plain(size), 1 << 16).await.unwrap();
            let mut sealed = std::fs::read(store.path("one")).unwrap();
            let at = at.index(sealed.len());
            sealed[at] ^= 1_u8 << bit;
            std::fs::write(store.path("one"), sealed).unwrap();
            assert!(store.whole("one").await.is_err(), "bit {bit} of byte {at}");
        });
    }
}

#[tokio::test]
async fn every_byte_of_a_header_is_protected() {
    let store = Fixture::folder();
    store.put("one", b"hello", 5).await.unwrap();
    let sealed = std::fs::read(store.path("one")).unwrap();
    for at in 0..sealed.len() {
        let mut damaged = sealed.clone();
        damaged[at] ^= 1;
        std::fs::write(store.path("one"), damaged).unwrap();
        assert!(store.whole("one").await.is_err(), "byte {at}");
    }
}

#[tokio::test]
async fn what_a_killed_writer_left_is_swept() {
    let store = Fixture::folder();
    store.put("one", b"hello", 5).await.unwrap();
    let left = store.path("two#1");
    std::fs::write(&left, b"half").unwrap();
    assert_eq!(store.blobs.sweep_staged(Timestamp(0)).await.unwrap(), 0);
    assert_eq!(store.blobs.sweep_staged(Timestamp(i64::MAX)).await.unwrap(), 1);
    assert!(!left.exists());
    assert!(store.whole("one").await.is_ok());
}
