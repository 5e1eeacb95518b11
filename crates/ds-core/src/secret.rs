//! Random text and tokens. Randomness comes from the operating system only.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// Random bytes from the operating system.
///
/// # Panics
/// If the operating system cannot give random bytes: nothing that needs a secret may go on then.
#[must_use]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(
        clippy::expect_used,
        reason = "without randomness no secret may be made"
    )]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// Random text of `[a-z0-9]`, every character equally likely.
#[must_use]
pub fn random_text(length: usize) -> String {
    const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = String::with_capacity(length);
    while text.len() < length {
        // 252 is the largest multiple of 36 in a byte: what lies above would favour the first letters.
        let even = random_bytes::<32>().into_iter().filter(|b| *b < 252);
        text.extend(
            even.take(length - text.len())
                .map(|b| char::from(ALPHABET[usize::from(b % 36)])),
        );
    }
    text
}

/// A secret that somebody presents to prove something: a session, a login token, a set-up link.
///
/// Only its [`TokenHash`] is stored, so that a copy of the database opens nothing.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// Makes a token of 256 random bits.
    #[must_use]
    pub fn random() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random_bytes::<32>()))
    }

    /// Takes a token as presented from outside. Nothing is checked: an unknown token matches no hash.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether it could be one of [`Token::random`]: what cannot need not be looked up.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        self.0.len() == 43 && self.0.bytes().all(plain)
    }

    /// The text to hand to its bearer.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What to store and look up.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.as_bytes())))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The SHA-256 of a [`Token`], in URL-safe base64.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash(String);

impl TokenHash {
    /// A hash as read back from a store.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares in constant time.
    #[must_use]
    pub fn matches(&self, token: &Token) -> bool {
        use subtle::ConstantTimeEq as _;
        self.0.as_bytes().ct_eq(token.hash().0.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_text_has_its_length_and_alphabet() {
        for length in [0, 1, 10, 100] {
            let text = random_text(length);
            assert_eq!(text.len(), length);
            assert!(
                text.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            );
        }
        assert_ne!(random_text(20), random_text(20));
    }

    #[test]
    fn a_hash_matches_its_token_only() {
        let token = Token::random();
        assert!(token.hash().matches(&Token::presented(token.reveal())));
        assert!(!token.hash().matches(&Token::random()));
        assert!(token.is_well_formed());
        for bad in ["", "x", &"=".repeat(43), &"x".repeat(44)] {
            assert!(!Token::presented(bad).is_well_formed(), "{bad}");
        }
        assert_eq!(format!("{token:?}"), "Token(…)");
    }
}
