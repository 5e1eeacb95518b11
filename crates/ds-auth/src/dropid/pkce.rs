//! Proof that who redeems a code is who began (RFC 7636), with nothing to store.

use ds_core::secret::{Token, TokenHash};

/// What a browser and a login have in common, derived from both: the cookie is with the browser alone and the state
/// goes through its address bar, so neither the database nor the history can make these.
#[derive(Clone)]
pub(super) struct Derived {
    /// The `code_verifier`.
    pub(super) verifier: Token,
    /// The `nonce` that a signature must repeat.
    pub(super) nonce: String,
}

impl Derived {
    /// Those of a login.
    #[must_use]
    pub(super) fn of(browser: &Token, state: &Token) -> Self {
        let derive = |label: &str| {
            let parts = format!("{label}\n{}\n{}", browser.reveal(), state.reveal());
            Token::presented(&parts).hash()
        };
        Self {
            verifier: Token::presented(derive("code verifier").as_str()),
            nonce: derive("nonce").as_str().to_owned(),
        }
    }

    /// The `code_challenge` of method S256.
    #[must_use]
    pub(super) fn challenge(&self) -> TokenHash {
        // BASE64URL(SHA256(verifier)) is what the hash of a token is.
        self.verifier.hash()
    }
}

/// A challenge as a client sent it, if it can be one of S256.
#[must_use]
pub(crate) fn challenge(text: &str) -> Option<TokenHash> {
    let token = Token::presented(text);
    token
        .is_well_formed()
        .then(|| TokenHash::stored(text.to_owned()))
}

/// Whether a verifier has the form that RFC 7636 prescribes.
#[must_use]
pub(crate) fn is_verifier(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (43..=128).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn as_the_standard_has_it() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(is_verifier(verifier));
        let challenge = challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.matches(&Token::presented(verifier)));
    }

    #[test]
    fn every_login_of_a_browser_has_its_own() {
        let (browser, state) = (Token::random(), Token::random());
        let one = Derived::of(&browser, &state);
        assert!(is_verifier(one.verifier.reveal()));
        assert!(challenge(one.challenge().as_str()).is_some());
        assert_eq!(one.nonce, Derived::of(&browser, &state).nonce);
        for other in [
            Derived::of(&browser, &Token::random()),
            Derived::of(&Token::random(), &state),
            Derived::of(&state, &browser),
        ] {
            assert_ne!(other.nonce, one.nonce);
            assert!(!one.challenge().matches(&other.verifier));
        }
        assert_ne!(one.nonce, one.verifier.reveal());
    }

    #[test]
    fn forms() {
        for bad in [
            "",
            &"a".repeat(42),
            &"a".repeat(129),
            &"ü".repeat(43),
            &" ".repeat(43),
        ] {
            assert!(!is_verifier(bad), "{bad}");
        }
        for bad in [
            "",
            &"a".repeat(42),
            &"a".repeat(44),
            &"=".repeat(43),
            &"~".repeat(43),
        ] {
            assert!(challenge(bad).is_none(), "{bad}");
        }
    }
}
