//! The code that an owner carries from one host to the other: where, which move, and its secret.
//!
//! `https://dropserver.example.com/.dropserver/moves/<id>#<secret>`: what stands behind the `#` is sent nowhere by a
//! browser that somebody pastes it into.

use std::fmt;

use ds_core::{MoveId, secret::Token};
use url::Url;

use super::PATH;

/// The longest code that is read.
const LONGEST: usize = 600;

/// A code.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    /// The origin of the account site of the host that has the appspace.
    pub(crate) site: String,
    /// The move.
    pub(crate) id: MoveId,
    /// Its secret.
    pub(crate) secret: Token,
}

impl Code {
    /// Reads one as somebody pasted it.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text: String = text.split_whitespace().collect();
        if text.len() > LONGEST {
            return None;
        }
        let url = Url::parse(&text).ok()?;
        let is_web = matches!(url.scheme(), "https" | "http");
        let is_plain = url.username().is_empty() && url.password().is_none();
        let id = url.path().strip_prefix(PATH)?.parse().ok()?;
        let secret = Token::presented(url.fragment()?);
        (is_web && is_plain && url.query().is_none() && secret.is_well_formed()).then(|| Self {
            site: url.origin().ascii_serialization(),
            id,
            secret,
        })
    }
}

impl fmt::Display for Code {
    /// With the secret: for its owner's eyes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (site, id, secret) = (&self.site, self.id, self.secret.reveal());
        write!(f, "{site}{PATH}{id}#{secret}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_were_written() {
        let code = Code {
            site: "https://dropserver.example.com:8443".into(),
            id: MoveId::new(),
            secret: Token::random(),
        };
        let text = code.to_string();
        let broken = format!("  {}\n {} ", &text[..30], &text[30..]);
        for text in [text.clone(), broken] {
            let read = Code::read(&text).unwrap();
            assert_eq!(read.to_string(), code.to_string());
        }
        assert!(!format!("{code:?}").contains(code.secret.reveal()));
        for wrong in [
            text.replace("https", "ftp"),
            text.replace("//", "//ada@"),
            text.replace('#', "?a#"),
            text.replace('#', ""),
            text.replace("moves", "move"),
            format!("{text}x"),
            "x".repeat(700),
            String::new(),
        ] {
            assert!(Code::read(&wrong).is_none(), "{wrong}");
        }
    }
}
