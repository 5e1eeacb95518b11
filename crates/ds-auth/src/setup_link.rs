//! The link with which the first account is made.

use std::sync::atomic::{AtomicBool, Ordering};

use ds_core::secret::{Token, TokenHash};

/// Proves that whoever sets the host up can read what it prints. Shown once, at a start without accounts;
/// worth nothing after it was [spent](SetupLink::spend) or the host has stopped. Even if two people use it at
/// once, [`Accounts::create_first`](crate::Accounts::create_first) lets only one win.
#[derive(Debug)]
pub struct SetupLink {
    hash: TokenHash,
    spent: AtomicBool,
}

impl SetupLink {
    /// Makes a link, and the token that is printed as part of it.
    #[must_use]
    pub fn new() -> (Self, Token) {
        let token = Token::random();
        let link = Self {
            hash: token.hash(),
            spent: AtomicBool::new(false),
        };
        (link, token)
    }

    /// Whether this is its token and it was not spent.
    #[must_use]
    pub fn check(&self, token: &Token) -> bool {
        self.hash.matches(token) && !self.spent.load(Ordering::SeqCst)
    }

    /// Makes it worth nothing: the first account is made.
    pub fn spend(&self) {
        self.spent.store(true, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_until_spent() {
        let (link, token) = SetupLink::new();
        assert!(link.check(&Token::presented(token.reveal())));
        assert!(!link.check(&Token::random()));
        assert!(!link.check(&Token::presented("")));
        link.spend();
        assert!(!link.check(&token));
    }
}
