//! What goes to standard output (answers) and standard error (everything else).

use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;

use super::text;
use crate::control::wire::{Failure, Problem, Reply};

/// How answers are written: as text for people, or as one JSON object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Out {
    json: bool,
}

impl Out {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether answers are for programs.
    pub(super) fn is_json(self) -> bool {
        self.json
    }

    /// The answer to a command.
    pub(super) fn reply(self, reply: &Reply) -> io::Result<()> {
        self.value(reply, &text::of(reply))
    }

    /// A value, as JSON or in these words.
    pub(super) fn value(self, value: &impl Serialize, words: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        if self.json {
            serde_json::to_writer(&mut stdout, value)?;
            writeln!(stdout)?;
        } else {
            stdout.write_all(words.as_bytes())?;
        }
        stdout.flush()
    }

    /// Why a command was not done. In JSON this is the one object on standard output.
    pub(super) fn failure(self, kind: &str, message: &str, hint: Option<String>) {
        let hint_line = hint.as_ref().map(|hint| format!("hint: {hint}\n"));
        let words = format!("error: {message}\n{}", hint_line.unwrap_or_default());
        let failure = Failure {
            error: Problem {
                kind: kind.to_owned(),
                message: message.to_owned(),
                hint,
            },
        };
        // The exit code tells, whatever becomes of the words.
        let _ = if self.json {
            self.value(&failure, "")
        } else {
            io::stderr().lock().write_all(words.as_bytes())
        };
    }

    /// What is going on, for somebody who is watching.
    pub(super) fn progress(self, words: &str) {
        let mut stderr = io::stderr().lock();
        if !self.json && stderr.is_terminal() {
            let _ = writeln!(stderr, "{words}");
        }
    }
}
