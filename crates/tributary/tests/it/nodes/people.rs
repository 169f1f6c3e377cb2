//! People on several nodes.
