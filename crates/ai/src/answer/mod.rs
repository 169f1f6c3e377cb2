//! An answer on its way to whoever asked: what has been written so far (`progress`), and the shapes in which it is sent
//! (`shape`, `stream`). The floors above decide what becomes of it; a message of a thread, or words about a file.

mod progress;
mod shape;
mod stream;

pub use progress::{AnswerError, AnswerUsage, AttemptDetail, Buffer, Citation, CitationKind, Progress};
pub use shape::{Shape, waits_not};
pub use stream::{Opening, Running, Source, plain_text, ui_message_stream, utf16_len};
