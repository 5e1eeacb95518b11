//! Secrets that the owner keeps and the app uses without having them.

use std::{fmt, sync::Arc};

use ds_core::EgressRule;
use zeroize::Zeroizing;

/// A secret that is put into requests to some hosts, where the app wrote `{{secret:NAME}}`.
///
/// It goes into header values only: not into paths, bodies or header names.
#[derive(Clone)]
pub struct Secret(Arc<Inner>);

struct Inner {
    name: String,
    value: Zeroizing<String>,
    hosts: Vec<EgressRule>,
}

/// Why something cannot be a secret. It never says what the value was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The name.
    #[error("`{0}` cannot be a secret's name: use 1 to 64 letters, digits, `-` or `_`")]
    Name(String),
    /// The value's length.
    #[error(
        "the secret {name} has {length} characters; it must have {} to {}",
        Secret::SHORTEST,
        Secret::LONGEST
    )]
    Length {
        /// The secret.
        name: String,
        /// How long it is, in bytes.
        length: usize,
    },
    /// The value's characters.
    #[error("the secret {0} has characters that cannot be in a header; use printable ASCII")]
    Characters(String),
}

impl Secret {
    /// The shortest value, in bytes. A shorter one could not be told from ordinary text in answers.
    pub const SHORTEST: usize = 8;
    /// The longest value, in bytes.
    pub const LONGEST: usize = 4096;

    /// A secret for these hosts.
    ///
    /// # Errors
    /// If the name or the value cannot be used.
    pub fn new(name: &str, value: &str, hosts: Vec<EgressRule>) -> Result<Self, SecretError> {
        let value = Zeroizing::new(value.to_owned());
        if !is_name(name.as_bytes()) {
            return Err(SecretError::Name(name.chars().take(64).collect()));
        }
        let name = name.to_owned();
        let length = value.len();
        if !(Self::SHORTEST..=Self::LONGEST).contains(&length) {
            return Err(SecretError::Length { name, length });
        }
        let printable = value.bytes().all(|b| matches!(b, b' '..=b'~'));
        // Headers lose the space around them.
        if !printable || value.trim() != &**value {
            return Err(SecretError::Characters(name));
        }
        Ok(Self(Arc::new(Inner { name, value, hosts })))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it is meant for a host.
    pub(crate) fn is_for(&self, host: &str, port: u16) -> bool {
        self.0.hosts.iter().any(|rule| rule.matches(host, port))
    }

    /// Its value.
    pub(crate) fn value(&self) -> &str {
        &self.0.value
    }
}

/// A name is at most this long, in bytes.
pub(crate) const LONGEST_NAME: usize = 64;

/// Whether this can be the name of a secret.
pub(crate) fn is_name(name: &[u8]) -> bool {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_".contains(b);
    (1..=LONGEST_NAME).contains(&name.len()) && name.iter().all(plain)
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("name", &self.0.name)
            .field("hosts", &self.0.hosts)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values() {
        let check = |name: &str, value: &str, expect: Result<(), &str>| {
            let made = Secret::new(name, value, Vec::new());
            match (made, expect) {
                (Ok(_), Ok(())) => {}
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (made, _) => panic!("{name} {value}: {made:?}"),
            }
        };
        check("API_KEY-2", "sk-12345678", Ok(()));
        check("a", "two words", Ok(()));
        check("", "sk-12345678", Err("name"));
        check("a b", "sk-12345678", Err("name"));
        check("a}", "sk-12345678", Err("name"));
        check("a", "1234567", Err("7 characters"));
        check("a", &"x".repeat(4097), Err("4097"));
        check("a", "sk-12\r\nx: y", Err("printable"));
        check("a", "sk-123456é", Err("printable"));
        check("a", " sk-1234567", Err("printable"));
    }

    #[test]
    fn it_is_not_shown() {
        let secret = Secret::new("KEY", "hush-hush", Vec::new()).unwrap();
        assert!(!format!("{secret:?}").contains("hush"));
        let error = Secret::new("KEY", "hush\0hush", Vec::new()).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hush"));
    }
}
