//! Conversations, from the first message to the crash in the middle of an answer.

mod answers;
mod branches;
mod crash;
mod threads;
