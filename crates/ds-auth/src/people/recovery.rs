//! Codes for whoever has lost their authenticator app: each works once.

use ds_core::secret::{Token, TokenHash, random_text};

const CODES: usize = 10;
/// 82 bits: guessing is hopeless even with a copy of the hashes.
const CHARACTERS: usize = 16;

/// Codes to write down, and what to keep of them.
pub(super) fn codes() -> (Vec<String>, Vec<TokenHash>) {
    let codes = (0..CODES).map(|_| {
        let text = random_text(CHARACTERS);
        let hash = Token::presented(&text).hash();
        let parts: Vec<&str> = (0..4).map(|at| &text[4 * at..4 * at + 4]).collect();
        (parts.join("-"), hash)
    });
    codes.unzip()
}

/// What a code that somebody typed would be kept as; `None` if it can be none.
pub(super) fn typed(text: &str) -> Option<TokenHash> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .take(CHARACTERS + 1)
        .collect();
    let plain = plain.to_ascii_lowercase();
    let is_one = plain.len() == CHARACTERS && plain.bytes().all(|b| b.is_ascii_alphanumeric());
    is_one.then(|| Token::presented(&plain).hash())
}
