//! Document formats: bytes of strangers in; kind, text by page, pictures and facts out. No database, no network. What
//! reads here may be attacked by what it reads, so it runs in a process of its own with hard limits of memory and time.
