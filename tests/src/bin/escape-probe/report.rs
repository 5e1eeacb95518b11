//! Telling how each part of an attempt went.

use std::io::Write as _;

use serde_json::{Map, Value, json};

use crate::sys::Errno;

/// How one thing went: what it gave, or the kernel's no.
pub(crate) type Went = Result<String, Errno>;

/// Everything that was tried.
#[derive(Default)]
pub(crate) struct Report(Map<String, Value>);

impl Report {
    pub(crate) fn add(&mut self, name: &str, went: Went) {
        let went = match went {
            Ok(got) => json!({ "got": got }),
            Err(error) => json!({ "refused": error.to_string() }),
        };
        self.0.insert(name.to_owned(), went);
    }

    pub(crate) fn into_json(self) -> String {
        Value::Object(self.0).to_string()
    }
}

/// Prints, as an app's runtime may.
pub(crate) fn print(text: &str) {
    // Whoever reads it may be gone.
    let _ = std::io::stdout().write_all(text.as_bytes());
}
