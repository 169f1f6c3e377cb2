//! Conversations, from the first message to the crash in the middle of an answer.

mod analysis;
mod answers;
mod attachments;
mod branches;
mod crash;
mod knowledge;
mod reading;
mod threads;
