//! The conventions of the HTTP API, in one place: the envelope, the errors and their codes, what an
//! extractor refuses, paging, and the request id.

mod cursor;
mod envelope;
mod error;
mod extract;
mod request_id;
mod streaming;

pub use cursor::{Cursor, PageIn};
pub use envelope::{Created, Data, Empty, Listing, Page, PageOut};
pub use error::{ApiError, Code, Detail, ErrorBody};
pub use extract::{Json, PathId, Problems, Query, Raw, Validate};
pub use request_id::{REQUEST_ID_HEADER, current_request_id, with_request_id};
pub use streaming::{event_stream, streaming};
