//! Which hosts owners let their appspaces reach, and the secrets that are sent there on an app's behalf.

use std::{collections::HashMap, fmt, str::FromStr};

use async_trait::async_trait;

use crate::{AccountId, AppspaceId, EgressRule, StoreError, Timestamp};

/// The name by which an app refers to a secret it never sees: 1 to 64 of `A-Z`, `0-9` and `_`, beginning
/// with a letter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretName(String);

/// A text that is no name of a secret.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is no name of a secret: use up to 64 of A-Z, 0-9 and _, beginning with a letter, as in API_KEY"
)]
pub struct SecretNameError(String);

impl SecretName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretName {
    type Err = SecretNameError;
    fn from_str(text: &str) -> Result<Self, SecretNameError> {
        let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        let begins = text.bytes().next().is_some_and(|b| b.is_ascii_uppercase());
        if begins && text.len() <= 64 && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SecretNameError(text.chars().take(64).collect()))
        }
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is kept secret: [`SecretValue::LEAST`] to [`SecretValue::MOST`] printable ASCII characters, because it is sent in HTTP headers.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(String);

/// A text that cannot be a secret. It does not repeat the text.
#[derive(Debug, thiserror::Error)]
#[error(
    "a secret has {} to {} printable ASCII characters and no space around them, because it is sent in HTTP headers",
    SecretValue::LEAST,
    SecretValue::MOST
)]
pub struct SecretValueError;

impl SecretValue {
    /// How short it may be: a shorter one could not be told from ordinary text.
    pub const LEAST: usize = 8;
    /// How long it may be.
    pub const MOST: usize = 4096;

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretValue {
    type Err = SecretValueError;
    fn from_str(text: &str) -> Result<Self, SecretValueError> {
        let printable = text.bytes().all(|b| (0x20..0x7f).contains(&b));
        if printable && (Self::LEAST..=Self::MOST).contains(&text.len()) && text.trim() == text {
            Ok(Self(text.to_owned()))
        } else {
            Err(SecretValueError)
        }
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(…)")
    }
}

/// A secret as its owner sees it afterwards: without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretEntry {
    /// Its name.
    pub name: SecretName,
    /// To which hosts it may be sent.
    pub host: EgressRule,
    /// When it was set.
    pub set: Timestamp,
}

/// A secret with its value, for whoever sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressSecret {
    /// Its name.
    pub name: SecretName,
    /// To which hosts it may be sent.
    pub host: EgressRule,
    /// What is sent.
    pub value: SecretValue,
}

/// What an app can reach: what it asks for, as far as that is approved.
#[must_use]
pub fn granted(asked: &[EgressRule], approved: &[EgressRule]) -> Vec<EgressRule> {
    let whole = asked
        .iter()
        .filter(|rule| approved.iter().any(|one| one.covers(rule)));
    let parts = approved
        .iter()
        .filter(|rule| asked.iter().any(|one| one.covers(rule)));
    let mut granted: Vec<EgressRule> = whole.chain(parts).cloned().collect();
    granted.sort();
    granted.dedup();
    granted
}

/// How many secrets an appspace may have.
pub const MOST_SECRETS: usize = 64;

/// What owners approved and gave. Values are not readable in a copy of the store alone.
#[async_trait]
pub trait EgressStore: Send + Sync {
    /// The hosts that are approved for an appspace, in the order of the rules.
    async fn approved(&self, appspace: AppspaceId) -> Result<Vec<EgressRule>, StoreError>;
    /// Those of every appspace of an account that has any.
    async fn approved_by(
        &self,
        owner: AccountId,
    ) -> Result<HashMap<AppspaceId, Vec<EgressRule>>, StoreError>;
    /// Withdraws approvals and gives others, all of it or nothing. Approving twice is fine, and so is
    /// withdrawing what is not there.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace to approve for.
    async fn change_approved(
        &self,
        appspace: AppspaceId,
        withdraw: &[EgressRule],
        approve: &[EgressRule],
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// The secrets of an appspace without their values, by name.
    async fn secret_entries(&self, appspace: AppspaceId) -> Result<Vec<SecretEntry>, StoreError>;
    /// The secrets of an appspace, by name.
    async fn secrets(&self, appspace: AppspaceId) -> Result<Vec<EgressSecret>, StoreError>;
    /// Sets a secret, in the place of one with the same name.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn set_secret(
        &self,
        appspace: AppspaceId,
        secret: &EgressSecret,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Removes a secret; whether there was one.
    async fn remove_secret(
        &self,
        appspace: AppspaceId,
        name: &SecretName,
    ) -> Result<bool, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        let check = |name: &str, expect: bool| {
            assert_eq!(name.parse::<SecretName>().is_ok(), expect, "{name}");
        };
        check("API_KEY", true);
        check("A", true);
        check(&"A".repeat(64), true);
        check(&"A".repeat(65), false);
        check("", false);
        check("_A", false);
        check("1A", false);
        check("api_key", false);
        check("API-KEY", false);
        check("API KEY", false);
    }

    #[test]
    fn what_is_asked_and_approved_is_granted() {
        let rules = |text: &str| -> Vec<EgressRule> {
            let rules = text.split_whitespace().map(|rule| rule.parse().unwrap());
            rules.collect()
        };
        let check = |asked: &str, approved: &str, expect: &str| {
            let found = granted(&rules(asked), &rules(approved));
            assert_eq!(found, rules(expect), "{asked} | {approved}");
        };
        check("", "", "");
        check("api.example.com", "", "");
        check("", "api.example.com", "");
        check("api.example.com", "api.example.com", "api.example.com");
        check("api.example.com", "api.example.com:80", "");
        check("*.example.com", "api.example.com", "api.example.com");
        check("api.example.com", "*.example.com", "api.example.com");
        check(
            "a.example.com b.example.com",
            "b.example.com c.example.com",
            "b.example.com",
        );
    }

    #[test]
    fn values_of_secrets() {
        let check = |value: &str, expect: bool| {
            assert_eq!(value.parse::<SecretValue>().is_ok(), expect, "{value}");
        };
        check("sk-12 34", true);
        check(&"x".repeat(4096), true);
        check(&"x".repeat(4097), false);
        check("12345678", true);
        check("1234567", false);
        check(" 12345678", false);
        check("12345678\n", false);
        check("1234567\r\nx: y", false);
        check("1234567\u{e9}", false);
        let value: SecretValue = "hidden-value".parse().unwrap();
        assert!(!format!("{value:?}").contains("hidden"));
    }
}
