//! What a person's server says of them.

use serde::Deserialize;
use url::Url;

use super::LoginError;
use crate::dropid::{
    name::Local,
    profile::{Identity, ProfileUrl, web_url},
};

/// The longest name that is shown.
const NAME_CHARACTERS: usize = 30;

/// Proof of who somebody is. Only a finished login makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    identity: Identity,
    issuer: String,
    is_signed: bool,
    name: Option<String>,
    picture: Option<Picture>,
}

/// Where a picture is that somebody wants to be shown with; not looked at yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture(pub Url);

/// The answer as it came.
#[derive(Deserialize)]
pub(super) struct Answer {
    pub(super) me: String,
    #[serde(default)]
    profile: Option<Profile>,
    #[serde(default)]
    pub(super) id_token: Option<String>,
}

#[derive(Default, Deserialize)]
struct Profile {
    name: Option<serde_json::Value>,
    photo: Option<serde_json::Value>,
}

impl Proof {
    /// Who it is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The server that vouched.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether the answer was signed for this login.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.is_signed
    }

    /// The name they want to be shown with; a claim that says nothing of who they are.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Their picture; a claim too.
    #[must_use]
    pub fn picture(&self) -> Option<&Picture> {
        self.picture.as_ref()
    }
}

impl Answer {
    pub(super) fn read(body: &[u8]) -> Result<Self, LoginError> {
        serde_json::from_slice(body).map_err(|_| LoginError::Answer("it does not say who you are"))
    }

    pub(super) fn proof(self, me: &ProfileUrl, issuer: &str, signed: bool, local: Local) -> Proof {
        let profile = self.profile.unwrap_or_default();
        let text = |value: Option<serde_json::Value>| Some(value?.as_str()?.to_owned());
        let picture = text(profile.photo).and_then(|url| web_url(&url, local).ok());
        Proof {
            identity: me.identity(),
            issuer: issuer.to_owned(),
            is_signed: signed,
            name: text(profile.name).and_then(|name| shown_name(&name)),
            picture: picture.map(Picture),
        }
    }
}

/// A name as it is shown: cut, without what would change the text around it; `None` if nothing is left.
#[must_use]
pub fn shown_name(text: &str) -> Option<String> {
    let is_bad = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || is_bad(c))
        .collect();
    let words = words.into_iter().filter(|word| !word.is_empty());
    let joined = words.collect::<Vec<_>>().join(" ");
    let name: String = joined.chars().take(NAME_CHARACTERS).collect();
    let name = name.trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(shown_name(text).as_deref(), expect, "{text:?}");
        };
        check(" Ada  Lovelace\n", Some("Ada Lovelace"));
        check("Ada\u{202e}evil", Some("Ada evil"));
        check("a\u{0}b", Some("a b"));
        check("\u{200b}\u{feff} ", None);
        check("", None);
        check(&"x".repeat(31), Some(&"x".repeat(30)));
        check(&format!("{} y", "x".repeat(29)), Some(&"x".repeat(29)));
    }
}
