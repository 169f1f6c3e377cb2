//! Our own look. What is looked at may be made to attack its reader, so that it is done in a process with hard limits.

use documents::{Frame, Inspection, Kind, Verdict, Work};
use kit::blobs::SealedObject;

use super::Later;
use crate::processing::{Ended, Task, nameless_copy};
use crate::{Files, names};

pub(super) async fn inspect(files: &Files, object: &SealedObject, name: &str) -> Result<Inspection, Later> {
    let place = files.readers().wait_for_place().await;
    let copy = nameless_copy(files.config().temporary(), object)
        .await
        .map_err(Later::because)?;
    let task = Task {
        work: Work::Inspect,
        mime: String::new(),
        ending: names::ending(name).to_owned(),
        pages: Vec::new(),
    };
    let heard = files
        .readers()
        .read(copy, &task, place)
        .await
        .map_err(Later::because)?;
    let said = heard.frames.into_iter().find_map(|frame| match frame {
        Frame::Inspected { mime, verdict } => Some(Inspection {
            kind: Kind::of(&mime),
            verdict,
        }),
        _ => None,
    });
    // Who cannot be looked at to the end is not let in.
    let why = match heard.ended {
        Ended::Done => "it said nothing".to_owned(),
        Ended::Skipped(why) | Ended::Failed(why) => why,
    };
    Ok(said.unwrap_or_else(|| Inspection {
        kind: Kind::of(""),
        verdict: Verdict::Rejected {
            reason: format!("It could not be checked: {why}."),
        },
    }))
}
