//! The stand-in provider of the tests.
