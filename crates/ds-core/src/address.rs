//! Addresses: the host names that appspaces and the account site answer to.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A host name without a port, lower case: `notes.example.com`.
///
/// Labels are 1 to 63 characters of `[a-z0-9-]`, not starting or ending with `-`; the whole is at most 253.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

/// A name that cannot be an address, and why.
#[derive(Debug, thiserror::Error)]
#[error("`{name}` cannot be an address: {problem}")]
pub struct AddressError {
    name: String,
    problem: &'static str,
}

impl Address {
    /// Reads an address from a `Host` header or `:authority`: a port is dropped, case is folded.
    ///
    /// # Errors
    /// If what is left is not a host name.
    pub fn from_host_header(header: &str) -> Result<Self, AddressError> {
        let name = match header.rsplit_once(':') {
            Some((name, port)) if is_port(port) => name,
            _ => header,
        };
        name.strip_suffix('.').unwrap_or(name).parse()
    }

    /// Checks one label that a person chose for an appspace: `notes`.
    ///
    /// # Errors
    /// If it is not a single valid label.
    pub fn check_label(label: &str) -> Result<(), AddressError> {
        match label_problem(label) {
            None => Ok(()),
            Some(problem) => Err(AddressError {
                name: label.chars().take(80).collect(),
                problem,
            }),
        }
    }

    /// The address one label below this domain: `notes` in `example.com` is `notes.example.com`.
    ///
    /// # Errors
    /// If the label is invalid or the whole gets too long.
    pub fn child(&self, label: &str) -> Result<Self, AddressError> {
        Self::check_label(label)?;
        format!("{label}.{self}").parse()
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What may follow a host name and `:`; nothing stands for the scheme's own port.
fn is_port(text: &str) -> bool {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    digits && (text.is_empty() || text.parse::<u16>().is_ok())
}

impl AddressError {
    /// What is wrong with the name.
    pub(crate) fn problem(&self) -> &'static str {
        self.problem
    }
}

fn label_problem(label: &str) -> Option<&'static str> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    match label {
        "" => Some("a part of it is empty"),
        _ if label.len() > 63 => Some("a part of it is longer than 63 characters"),
        _ if !label.bytes().all(plain) => Some("use only the letters a to z, digits and `-`"),
        _ if label.starts_with('-') || label.ends_with('-') => {
            Some("a part of it starts or ends with `-`")
        }
        _ => None,
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;
    fn try_from(name: String) -> Result<Self, AddressError> {
        name.parse()
    }
}

impl FromStr for Address {
    type Err = AddressError;
    fn from_str(name: &str) -> Result<Self, AddressError> {
        let refuse = |problem| {
            Err(AddressError {
                name: name.chars().take(80).collect(),
                problem,
            })
        };
        if name.len() > 253 {
            return refuse("it is longer than 253 characters");
        }
        let folded = name.to_ascii_lowercase();
        match folded.split('.').find_map(label_problem) {
            Some(problem) => refuse(problem),
            None => Ok(Self(folded)),
        }
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_headers() {
        let check = |header: &str, expect: Option<&str>| {
            let got = Address::from_host_header(header).ok();
            assert_eq!(got.as_ref().map(Address::as_str), expect, "{header}");
        };
        check("Notes.Example.com", Some("notes.example.com"));
        check("notes.localhost:3000", Some("notes.localhost"));
        check("notes.localhost.", Some("notes.localhost"));
        check("127.0.0.1:80", Some("127.0.0.1"));
        check("notes.localhost:", Some("notes.localhost"));
        check("notes.localhost:65536", None);
        check("notes.localhost:+80", None);
        check("", None);
        check("a..b", None);
        check("a b", None);
        check("-a.b", None);
        check("[::1]:80", None);
        check("a_b.c", None);
        check(&"a".repeat(64), None);
    }

    #[test]
    fn children() {
        let domain: Address = "example.com".parse().unwrap();
        assert_eq!(domain.child("notes").unwrap().as_str(), "notes.example.com");
        for bad in ["", "a.b", "-x", "x-", "ü", "A", "a/b"] {
            assert!(domain.child(bad).is_err(), "{bad}");
        }
    }
}
