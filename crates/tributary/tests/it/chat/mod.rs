//! Conversations, from the first message to the crash in the middle of an answer.

mod answers;
mod attachments;
mod branches;
mod crash;
mod reading;
mod threads;
