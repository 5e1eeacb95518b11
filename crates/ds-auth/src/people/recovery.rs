//! Codes for whoever has lost their authenticator app: each works once.
//!
//! They have no letters and digits that look alike. Older codes may, so what is typed is looked for as it is, too.

use ds_core::secret::{Token, TokenHash, random_bytes};

const CODES: usize = 10;
/// 80 bits: guessing is hopeless even with a copy of the hashes.
const CHARACTERS: usize = 16;
/// Without `i`, `l`, `o` and `u`: nothing is mistaken for `1` or `0`. A 32nd part of a byte's values each.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Codes to write down, and what to keep of them.
pub(super) fn codes() -> (Vec<String>, Vec<TokenHash>) {
    let codes = (0..CODES).map(|_| {
        let of = |byte: u8| char::from(ALPHABET[usize::from(byte % 32)]);
        let text: String = random_bytes::<CHARACTERS>().into_iter().map(of).collect();
        let hash = Token::presented(&text).hash();
        let parts: Vec<&str> = (0..4).map(|at| &text[4 * at..4 * at + 4]).collect();
        (parts.join("-"), hash)
    });
    codes.unzip()
}

/// What a code that somebody typed may be kept as, most likely first; empty if it can be none.
pub(super) fn typed(text: &str) -> Vec<TokenHash> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .take(CHARACTERS + 1)
        .collect();
    let plain = plain.to_ascii_lowercase();
    let is_one = plain.len() == CHARACTERS && plain.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_one {
        return Vec::new();
    }
    let folded: String = plain.chars().map(as_meant).collect();
    let mut readings = vec![folded];
    if readings[0] != plain {
        readings.push(plain);
    }
    let hashes = readings.iter().map(|text| Token::presented(text).hash());
    hashes.collect()
}

/// The character of a new code that looks like this one.
fn as_meant(typed: char) -> char {
    match typed {
        'o' => '0',
        'l' | 'i' => '1',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_the_same() {
        let check = |typed_in: &str, kept: &str, expect: bool| {
            let kept = Token::presented(kept).hash();
            assert_eq!(typed(typed_in).contains(&kept), expect, "{typed_in}");
        };
        check("O0oO-1lIi-abcd-efgh", "00001111abcdefgh", true);
        // One of those that were given out before.
        check("o0lo-1ili-abcd-efgh", "o0lo1iliabcdefgh", true);
        check("o0lo-1ili-abcd-efgx", "o0lo1iliabcdefgh", false);
        check("00001111abcdefg", "00001111abcdefg", false);
        for code in codes().0 {
            assert!(!code.contains(['i', 'l', 'o', 'u']), "{code}");
        }
    }
}
