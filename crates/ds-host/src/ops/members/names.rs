//! What members are called.

use ds_auth::dropid::client::shown_name;

use crate::ops::{ErrorKind, OpError};

/// How long a member's name may be, in characters.
const NAME_MAX: usize = 30;

/// A name as somebody typed it. What would change the text around it is refused, not dropped: nobody is to wonder what
/// became of their name.
pub(in crate::ops) fn check_name(name: &str) -> Result<String, OpError> {
    let name = name.trim();
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = name.chars().count() <= NAME_MAX && !name.chars().any(char::is_control);
    match shown_name(name) {
        Some(shown) if fits && shown == words(name) => Ok(name.to_owned()),
        _ => Err(OpError::new(
            ErrorKind::Invalid,
            format!("a member's name has 1 to {NAME_MAX} characters, all on one line"),
        )),
    }
}

/// What to call somebody of whom only the mail address is known.
pub(in crate::ops) fn name_from_email(email: &str) -> String {
    let local = email.split('@').next().unwrap_or_default();
    shown_name(local).unwrap_or_else(|| "Member".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(check_name(text).ok().as_deref(), expect, "{text:?}");
        };
        check(" Ada Lovelace ", Some("Ada Lovelace"));
        check("Ada  L.", Some("Ada  L."));
        check("Zoë 🌻", Some("Zoë 🌻"));
        check(&"x".repeat(30), Some(&"x".repeat(30)));
        check(&"x".repeat(31), None);
        check("", None);
        check(" \u{200b} ", None);
        check("Ada\nOwner", None);
        check("Ada\u{202e}renwO", None);
        assert_eq!(name_from_email("ada@example.com"), "ada");
        assert_eq!(name_from_email("@example.com"), "Member");
    }
}
