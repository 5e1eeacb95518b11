//! The `state` that a login is known by while its browser is elsewhere.

use ds_core::secret::{Token, random_text};

/// Some servers keep no more. It is 165 random bits; RFC 6749 wants 128.
const LENGTH: usize = 32;

/// That of a new login.
pub(super) fn random() -> Token {
    Token::presented(&random_text(LENGTH))
}

/// One that came back, if it could be one of ours: what cannot need not be looked up.
pub(super) fn presented(text: &str) -> Option<Token> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let could_be = text.len() == LENGTH && text.bytes().all(plain);
    could_be.then(|| Token::presented(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let one = random();
        assert!(presented(one.reveal()).is_some());
        assert_ne!(one.reveal(), random().reveal());
        for bad in ["", "x", &"x".repeat(31), &"x".repeat(33), &"X".repeat(32)] {
            assert!(presented(bad).is_none(), "{bad}");
        }
    }
}
