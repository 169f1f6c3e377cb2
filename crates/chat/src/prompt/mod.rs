//! What a model is told: the instructions that hold, and the branch so far with the files that belong to it.

mod branch;
mod instructions;

pub use branch::{Asked, Branch, branch};
pub use instructions::{Instructions, instructions};
