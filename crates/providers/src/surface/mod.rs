//! OpenAI's format as others speak it to us: reading their requests, writing their answers.
//!
//! Source: <https://platform.openai.com/docs/api-reference/chat>.

mod errors;
mod inbound;
mod outbound;

pub use errors::{BadRequest, error_body, error_event, of_provider};
pub(crate) use inbound::{read_conversation, read_head};
pub use outbound::{DONE, Writer, answer_body};
