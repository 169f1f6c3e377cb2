//! People: accounts, sign-in, profile, password.

mod accounts;
mod find;
mod password;
mod profile;
mod sign_in;

pub use accounts::create;
pub(crate) use accounts::{RegisterIn, add, is_empty, register};
pub use find::authors;
pub(crate) use find::{find, find_all, find_by_email, role_in};
pub use password::set_password;
pub(crate) use password::{PasswordIn, change_password};
pub use profile::{AuthorOut, UserOut, avatar_color};
pub(crate) use profile::{MePatch, change};
pub(crate) use sign_in::{CheckUserIn, LoginIn, MethodsOut, methods, sign_in};
