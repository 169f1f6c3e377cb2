//! The part of CBOR (RFC 8949) that authenticators write: CTAP2's canonical form, in which every length is told first.

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cbor {
    Integer(i64),
    Bytes(Vec<u8>),
    Text(String),
    List(Vec<Cbor>),
    Map(Vec<(Cbor, Cbor)>),
    /// False, true, null and undefined, which nothing here asks for.
    Other,
}

/// How deep values may be in each other.
const DEEPEST: usize = 6;

/// Reads one value; answers it and the rest.
pub(super) fn read(bytes: &[u8]) -> Option<(Cbor, &[u8])> {
    read_at(bytes, DEEPEST)
}

fn head(bytes: &[u8]) -> Option<(u8, u64, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (kind, short) = (first >> 5, first & 0x1f);
    let width = match short {
        0..=23 => return Some((kind, u64::from(short), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let number = rest.get(..width)?;
    let number = number.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
    Some((kind, number, &rest[width..]))
}

fn read_at(bytes: &[u8], depth: usize) -> Option<(Cbor, &[u8])> {
    let depth = depth.checked_sub(1)?;
    let (kind, number, mut rest) = head(bytes)?;
    let length = usize::try_from(number).ok()?;
    let value = match kind {
        0 => Cbor::Integer(i64::try_from(number).ok()?),
        1 => Cbor::Integer(-1 - i64::try_from(number).ok()?),
        2 | 3 => {
            let content = rest.get(..length)?;
            rest = &rest[length..];
            if kind == 2 {
                Cbor::Bytes(content.to_vec())
            } else {
                Cbor::Text(std::str::from_utf8(content).ok()?.to_owned())
            }
        }
        4 => {
            let mut list = Vec::new();
            for _ in 0..length {
                let (item, more) = read_at(rest, depth)?;
                rest = more;
                list.push(item);
            }
            Cbor::List(list)
        }
        5 => {
            let mut map = Vec::new();
            for _ in 0..length {
                let (key, more) = read_at(rest, depth)?;
                let (value, more) = read_at(more, depth)?;
                rest = more;
                map.push((key, value));
            }
            Cbor::Map(map)
        }
        7 if (20..=23).contains(&number) => Cbor::Other,
        _ => return None,
    };
    Some((value, rest))
}

impl Cbor {
    fn field(&self, wanted: &Cbor) -> Option<&Cbor> {
        match self {
            Self::Map(pairs) => pairs
                .iter()
                .find(|(key, _)| key == wanted)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The bytes under a name.
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        match self.field(&Self::Text(name.to_owned()))? {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The bytes under a number.
    pub fn numbered_bytes(&self, number: i64) -> Option<&[u8]> {
        match self.field(&Self::Integer(number))? {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The number under a number.
    pub fn number(&self, number: i64) -> Option<i64> {
        match self.field(&Self::Integer(number))? {
            Self::Integer(value) => Some(*value),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_the_standard_writes_them() {
        // RFC 8949, appendix A.
        for (bytes, wanted) in [
            (&[0x00][..], Cbor::Integer(0)),
            (&[0x18, 0x64], Cbor::Integer(100)),
            (&[0x39, 0x03, 0xe7], Cbor::Integer(-1000)),
            (&[0x44, 1, 2, 3, 4], Cbor::Bytes(vec![1, 2, 3, 4])),
            (&[0x62, 0xc3, 0xbc, 0x78][..3], Cbor::Text("ü".to_owned())),
            (
                &[0x82, 0x01, 0x20],
                Cbor::List(vec![Cbor::Integer(1), Cbor::Integer(-1)]),
            ),
            (
                &[0xa1, 0x61, 0x61, 0x01],
                Cbor::Map(vec![(Cbor::Text("a".to_owned()), Cbor::Integer(1))]),
            ),
            (&[0xf5], Cbor::Other),
        ] {
            assert_eq!(read(bytes), Some((wanted, &[][..])), "{bytes:?}");
        }
        assert_eq!(read(&[0x01, 0x02]), Some((Cbor::Integer(1), &[0x02][..])));
    }

    #[test]
    fn what_is_cut_or_nested_or_endless_is_none() {
        let nested = [vec![0x81; 10], vec![0x01]].concat();
        for bytes in [
            &[][..],
            &[0x18],
            &[0x44, 1, 2],
            &[0x5f, 0xff],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x61, 0xff],
            &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &nested,
        ] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_stumble(bytes in proptest::collection::vec(0_u8..=255, 0..200)) {
            let _ = read(&bytes);
        }
    }
}
