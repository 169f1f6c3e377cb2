//! A row as bytes: for each column, by name, one byte that says whether there is a value, and the value. Numbers are
//! eight bytes, big endian; texts and bytes have their length in front, in four.

use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{CopyError, Kind, Table};

/// Writes a row as it was read.
pub(super) fn encode(row: &QueryResult, table: &Table, out: &mut Vec<u8>) -> Result<(), CopyError> {
    for (at, column) in table.columns.iter().enumerate() {
        match column.kind {
            Kind::Int if column.is_short => {
                let number: Option<i32> = row.try_get_by_index(at)?;
                put(out, number.map(|n| i64::from(n).to_be_bytes()));
            }
            Kind::Int => put(
                out,
                row.try_get_by_index::<Option<i64>>(at)?.map(i64::to_be_bytes),
            ),
            Kind::Real => {
                let number: Option<f64> = row.try_get_by_index(at)?;
                put(out, number.map(|n| n.to_bits().to_be_bytes()));
            }
            Kind::Bool => put(
                out,
                row.try_get_by_index::<Option<bool>>(at)?.map(|b| [u8::from(b)]),
            ),
            Kind::Uuid => put(
                out,
                row.try_get_by_index::<Option<Uuid>>(at)?.map(Uuid::into_bytes),
            ),
            Kind::Text => put_long(
                out,
                row.try_get_by_index::<Option<String>>(at)?
                    .map(String::into_bytes),
            )?,
            Kind::Bytes => put_long(out, row.try_get_by_index(at)?)?,
        }
    }
    Ok(())
}

fn put<const N: usize>(out: &mut Vec<u8>, value: Option<[u8; N]>) {
    out.push(u8::from(value.is_some()));
    if let Some(bytes) = value {
        out.extend_from_slice(&bytes);
    }
}

fn put_long(out: &mut Vec<u8>, value: Option<Vec<u8>>) -> Result<(), CopyError> {
    out.push(u8::from(value.is_some()));
    if let Some(bytes) = value {
        let length = u32::try_from(bytes.len()).map_err(|_| CopyError::Damaged("too long a value".into()))?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&bytes);
    }
    Ok(())
}

/// Reads a row back, as values to write.
pub(super) fn decode(row: &[u8], table: &Table, into: &mut Vec<Value>) -> Result<(), CopyError> {
    let mut rest = row;
    for column in &table.columns {
        into.push(value(&mut rest, column).ok_or_else(|| CopyError::Damaged(table.name.clone()))?);
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(CopyError::Damaged(table.name.clone()))
    }
}

fn value(rest: &mut &[u8], column: &super::Column) -> Option<Value> {
    let is_there = match take::<1>(rest)? {
        [0] => false,
        [1] => true,
        _ => return None,
    };
    let number = |rest: &mut &[u8]| take::<8>(rest);
    Some(match (column.kind, is_there) {
        (Kind::Int, false) if column.is_short => Value::Int(None),
        (Kind::Int, true) if column.is_short => i32::try_from(i64::from_be_bytes(number(rest)?)).ok()?.into(),
        (Kind::Int, false) => Value::BigInt(None),
        (Kind::Int, true) => i64::from_be_bytes(number(rest)?).into(),
        (Kind::Real, false) => Value::Double(None),
        (Kind::Real, true) => f64::from_bits(u64::from_be_bytes(number(rest)?)).into(),
        (Kind::Bool, false) => Value::Bool(None),
        (Kind::Bool, true) => match take::<1>(rest)? {
            [0] => false.into(),
            [1] => true.into(),
            _ => return None,
        },
        (Kind::Uuid, false) => Value::Uuid(None),
        (Kind::Uuid, true) => Uuid::from_bytes(take::<16>(rest)?).into(),
        (Kind::Text, false) => Value::String(None),
        (Kind::Text, true) => String::from_utf8(long(rest)?.to_vec()).ok()?.into(),
        (Kind::Bytes, false) => Value::Bytes(None),
        (Kind::Bytes, true) => long(rest)?.to_vec().into(),
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, later) = rest.split_first_chunk::<N>()?;
    *rest = later;
    Some(*bytes)
}

fn long<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_be_bytes(take::<4>(rest)?) as usize;
    let (bytes, later) = rest.split_at_checked(length)?;
    *rest = later;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::Column;

    #[test]
    fn damaged_rows_are_refused() {
        let column = |kind| Column {
            name: "c".to_owned(),
            kind,
            is_short: false,
        };
        let table = Table {
            name: "t".to_owned(),
            columns: vec![column(Kind::Int), column(Kind::Text), column(Kind::Bool)],
        };
        let mut row = vec![1, 0, 0, 0, 0, 0, 0, 0, 9];
        row.extend_from_slice(&[1, 0, 0, 0, 2, b'h', b'i', 0]);
        let mut values = Vec::new();
        decode(&row, &table, &mut values).unwrap();
        assert_eq!(values, [9_i64.into(), "hi".into(), Value::Bool(None)]);
        for end in 0..row.len() {
            assert!(decode(&row[..end], &table, &mut Vec::new()).is_err());
        }
        let longer = [&row[..], &[0]].concat();
        assert!(decode(&longer, &table, &mut Vec::new()).is_err());
        row[13] = 200;
        assert!(decode(&row, &table, &mut Vec::new()).is_err());
    }
}
