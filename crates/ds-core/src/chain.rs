//! Errors with their causes, on one line; and text of others made fit for one line of a log.

use std::{error::Error, fmt::Write as _};

/// What stands for a line break in a text that has to be one line.
const BREAK: &str = " ⏎ ";

/// An error and all its causes, joined by colons: for logs, job records and command output. One line that is
/// safe to show, whatever apps and packages had to do with the error.
#[must_use]
pub fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    one_line(&text)
}

/// A text as one line: it can neither begin a line of its own in a log, nor steer the terminal that shows it.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for (number, part) in text.trim_end_matches(['\r', '\n']).split('\n').enumerate() {
        if number > 0 {
            line.push_str(BREAK);
        }
        line.extend(part.trim_end_matches('\r').chars().map(harmless));
    }
    line
}

/// Control characters could move the cursor of a terminal; the others here end lines or turn text around.
fn harmless(c: char) -> char {
    match c {
        '\t' => c,
        '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_one_harmless_line() {
        let check = |text: &str, expect: &str| {
            assert_eq!(one_line(text), expect, "{text:?}");
            // Once is enough.
            assert_eq!(one_line(expect), expect);
        };
        check("", "");
        check("plain, ☃ and\ttabs", "plain, ☃ and\ttabs");
        check("one\ntwo\r\n\nfour", "one ⏎ two ⏎  ⏎ four");
        check("at its end\r\n\n", "at its end");
        check("\nfirst", " ⏎ first");
        check("back\rto the start", "back\u{fffd}to the start");
        check("\x1b[2J\x07\0\x08", "\u{fffd}[2J\u{fffd}\u{fffd}\u{fffd}");
        check("\u{9b}31m\u{85}x\x7f", "\u{fffd}31m\u{fffd}x\u{fffd}");
        check("a\u{2028}b\u{2029}c", "a\u{fffd}b\u{fffd}c");
        check("\u{202e}evil\u{2066}", "\u{fffd}evil\u{fffd}");
    }

    #[derive(Debug, thiserror::Error)]
    #[error("cannot start\x1b[2J")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn a_chain_is_one_line() {
        let error = Outer(std::io::Error::other(
            "it printed:\n2026 [host] forged\x07\n",
        ));
        assert_eq!(
            error_chain(&error),
            "cannot start\u{fffd}[2J: it printed: ⏎ 2026 [host] forged\u{fffd}"
        );
    }
}
