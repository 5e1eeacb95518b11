//! Mail addresses as names of accounts.

use email_address::{EmailAddress, Options};

/// The longest mail address that can be delivered to.
const MAX_BYTES: usize = 254;

/// A text that is no mail address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{shown}` is not an email address")]
pub struct EmailError {
    shown: String,
}

/// Checks a mail address and brings it to the form in which accounts are found: trimmed, lower case.
///
/// # Errors
/// If it is none.
pub fn normalised(text: &str) -> Result<String, EmailError> {
    let options = Options::default()
        .without_display_text()
        .without_domain_literal();
    let refuse = || EmailError {
        shown: text.chars().take(80).collect(),
    };
    let trimmed = text.trim();
    if trimmed.len() > MAX_BYTES {
        return Err(refuse());
    }
    let email = EmailAddress::parse_with_options(trimmed, options).map_err(|_| refuse())?;
    Ok(email.as_str().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_are_addresses() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(normalised(text).ok().as_deref(), expect, "{text}");
        };
        check("ada@example.com", Some("ada@example.com"));
        check(
            "  Ada.L+notes@Example.COM\n",
            Some("ada.l+notes@example.com"),
        );
        check("admin@localhost", Some("admin@localhost"));
        check("", None);
        check("ada", None);
        check("ada@", None);
        check("@example.com", None);
        check("ada@exa mple.com", None);
        check("Ada <ada@example.com>", None);
        check("ada@[127.0.0.1]", None);
        check(&format!("{}@example.com", "a".repeat(250)), None);
    }
}
