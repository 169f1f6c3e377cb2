//! Vectors inside SQLite: registers the extension sqlite-vec, once, before the first connection.

use std::ffi::{c_char, c_int};
use std::sync::Once;

use libsqlite3_sys::{sqlite3, sqlite3_api_routines, sqlite3_auto_extension};

/// The entry point of an extension.
type Init = unsafe extern "C" fn(*mut sqlite3, *mut *mut c_char, *const sqlite3_api_routines) -> c_int;

static REGISTERED: Once = Once::new();

/// Makes every connection from here on know vectors.
#[allow(unsafe_code)] // SQLite takes extensions as C function pointers, and there is no safe way to hand one over
pub fn register() {
    REGISTERED.call_once(|| {
        // SAFETY: `sqlite3_vec_init` is linked into this program and is such an entry point by SQLite's contract; the
        // crate only declares it without its arguments. Registering it is thread-safe.
        unsafe {
            let init = std::mem::transmute::<*const (), Init>(sqlite_vec::sqlite3_vec_init as *const ());
            sqlite3_auto_extension(Some(init));
        }
    });
}
