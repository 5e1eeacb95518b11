//! Asking whether something is meant.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

/// The most that is read as an answer.
const ANSWER_MAX: u64 = 64;

/// Nobody said that they mean it.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotConfirmed {
    /// There is nobody to ask.
    #[error("this must be confirmed, and there is no terminal to ask at; add --yes if it is meant")]
    NobodyToAsk,
    /// They said no.
    #[error("nothing was done")]
    No,
}

/// Asks a question that is answered with yes or no, unless it is answered already.
pub(super) fn confirm(yes: bool, question: &str) -> Result<(), NotConfirmed> {
    if yes {
        return Ok(());
    }
    let input = io::stdin().lock();
    let mut errors = io::stderr().lock();
    if !input.is_terminal() || !errors.is_terminal() {
        return Err(NotConfirmed::NobodyToAsk);
    }
    let asked = write!(errors, "{question} [y/N] ").and_then(|()| errors.flush());
    let mut answer = String::new();
    let read = input.take(ANSWER_MAX).read_line(&mut answer);
    match (asked, read) {
        (Ok(()), Ok(_)) if is_yes(&answer) => Ok(()),
        (Ok(()), Ok(_)) => Err(NotConfirmed::No),
        _ => Err(NotConfirmed::NobodyToAsk),
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_yes() {
        let check = |answer: &str, expect: bool| assert_eq!(is_yes(answer), expect, "{answer}");
        check("y\n", true);
        check(" Yes \n", true);
        check("\n", false);
        check("n\n", false);
        check("yesterday\n", false);
        check("", false);
    }

    #[test]
    fn who_said_yes_is_not_asked() {
        assert!(confirm(true, "Go on?").is_ok());
    }
}
