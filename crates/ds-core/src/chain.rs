//! Errors with their causes, on one line.

use std::{error::Error, fmt::Write as _};

/// An error and all its causes, joined by colons: for logs, job records and command output.
#[must_use]
pub fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
