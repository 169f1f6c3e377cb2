//! How files are given to a model: opened once (`opening`), waited for while they are being read (`settling`), and put
//! for each model that is tried in the form that it takes and as far as its window reaches (`showing`).
//!
//! What stands in a file was written by anybody. It is fenced in by marks that it cannot contain (`fence`), and the
//! model is told that nothing between them is an instruction. Each page has a number, by which answers cite it.

mod bytes;
mod citing;
mod fence;
mod numbers;
mod opening;
mod settling;
mod showing;

pub use citing::{cited, rewritten};
pub use opening::{Reading, Wish, open};
pub use settling::settle;
pub use showing::{Shown, joined};
