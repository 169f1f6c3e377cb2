//! Reading figures: from hours and days where the step allows it, and from minutes for what is not rolled up yet.

use std::collections::{BTreeMap, HashMap};

use db::DbError;
use db::entity::series::{Column as C, Entity};
use kit::clock::Timestamp;
use kit::measure::{Kind, Label, Name, Sums};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::rollup::rolled_until;
use super::{DAY, HOUR, MINUTE, packed};
use crate::Ops;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What was measured.
    pub name: Name,
    /// From here, in seconds.
    pub from: i64,
    /// Until before here.
    pub to: i64,
    /// Seconds of a point.
    pub step: i64,
    /// Only these.
    pub only: Vec<(Label, String)>,
    /// Apart by this.
    pub by: Option<Label>,
}

/// Sums by slot, counted from the first one, of one value of the label that splits.
pub type Split = BTreeMap<String, HashMap<i64, Sums>>;

impl Wanted {
    /// Everything of a name in some time, as one point.
    pub fn whole(name: Name, from: Timestamp, to: Timestamp) -> Self {
        let (from, to) = (from.seconds(), to.seconds());
        Self {
            name,
            from,
            to,
            step: (to - from).max(1),
            only: Vec::new(),
            by: None,
        }
    }

    /// Only this.
    #[must_use]
    pub fn only(mut self, label: Label, value: impl Into<String>) -> Self {
        self.only.push((label, value.into()));
        self
    }

    /// Apart by this.
    #[must_use]
    pub fn by(mut self, label: Label) -> Self {
        self.by = Some(label);
        self
    }

    fn source(&self) -> i64 {
        if self.step % DAY == 0 && self.from % DAY == 0 {
            DAY
        } else if self.step % HOUR == 0 && self.from % HOUR == 0 {
            HOUR
        } else {
            MINUTE
        }
    }
}

/// Reads; sums come by the value that splits (empty where nothing does) and by slot.
pub async fn read(ops: &Ops, wanted: &Wanted) -> Result<Split, DbError> {
    let mut split = Split::new();
    let mut from = wanted.from;
    // The coarsest steps as far as they are made, then finer ones.
    for step in [DAY, HOUR, MINUTE] {
        if step > wanted.source() || from >= wanted.to {
            continue;
        }
        let until = if step == MINUTE {
            wanted.to
        } else {
            let done = rolled_until(ops, step).await?.unwrap_or(i64::MIN);
            (wanted.to.div_euclid(step) * step).min(done)
        };
        if until > from {
            gather(ops, wanted, (step, from, until), &mut split).await?;
            from = until;
        }
    }
    Ok(split)
}

async fn gather(
    ops: &Ops,
    wanted: &Wanted,
    (step, from, until): (i64, i64, i64),
    split: &mut Split,
) -> Result<(), DbError> {
    let rows: Vec<(i64, Vec<u8>)> = Entity::find()
        .filter(C::Name.eq(wanted.name.name()))
        .filter(C::Step.eq(step as i32))
        .filter(C::At.gte(from))
        .filter(C::At.lt(until))
        .order_by_asc(C::At)
        .select_only()
        .column(C::At)
        .column(C::Data)
        .into_tuple()
        .all(ops.db().read())
        .await?;
    let (name, kind) = (wanted.name, wanted.name.kind());
    let places: Vec<(usize, &str)> = wanted
        .only
        .iter()
        .filter_map(|(label, value)| Some((name.place_of(*label)?, value.as_str())))
        .collect();
    let by = wanted.by.and_then(|label| name.place_of(label));
    // Levels of several nodes at the same moment stand on each other, before moments follow each other.
    let mut moment: HashMap<String, Sums> = HashMap::new();
    let mut moment_at = wanted.from;
    for (at, data) in rows {
        if kind == Kind::Level && at != moment_at {
            settle(
                split,
                &mut moment,
                (moment_at - wanted.from).div_euclid(wanted.step),
            );
            moment_at = at;
        }
        let slot = (at - wanted.from).div_euclid(wanted.step);
        packed::each(&data, |labels, sums| {
            if places
                .iter()
                .any(|(place, value)| labels.get(*place) != Some(value))
            {
                return;
            }
            let key = by.and_then(|place| labels.get(place)).copied().unwrap_or("");
            if kind == Kind::Level {
                let of = moment.entry(key.to_owned()).or_default();
                of.beside(&sums, kind);
                return;
            }
            let of = match split.get_mut(key) {
                Some(of) => of,
                None => split.entry(key.to_owned()).or_default(),
            };
            of.entry(slot).or_default().then(&sums);
        });
    }
    settle(
        split,
        &mut moment,
        (moment_at.max(wanted.from) - wanted.from).div_euclid(wanted.step),
    );
    Ok(())
}

fn settle(split: &mut Split, moment: &mut HashMap<String, Sums>, slot: i64) {
    for (key, sums) in moment.drain() {
        let of = split.entry(key).or_default();
        of.entry(slot).or_default().then(&sums);
    }
}

/// Everything of what was asked for, by the value that splits.
pub async fn total(ops: &Ops, wanted: &Wanted) -> Result<BTreeMap<String, Sums>, DbError> {
    let split = read(ops, wanted).await?;
    Ok(split
        .into_iter()
        .map(|(key, slots)| {
            let mut slots: Vec<(i64, Sums)> = slots.into_iter().collect();
            slots.sort_by_key(|(slot, _)| *slot);
            let mut all = Sums::default();
            slots.iter().for_each(|(_, sums)| all.then(sums));
            (key, all)
        })
        .collect())
}
