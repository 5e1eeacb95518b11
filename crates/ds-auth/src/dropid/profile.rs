//! Who somebody is on the web: a DropID, or the address of any page that can vouch for them.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use super::name::{DropId, DropIdError, Handle, Local, canonical_host};

/// The longest address that is looked at.
pub(super) const URL_BYTES: usize = 2048;

/// A person's page, normalised: what IndieAuth calls a user profile URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProfileUrl(Url);

/// Who somebody is on the web. One person's page has one of these.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "kebab-case")]
pub enum Identity {
    /// Somebody of a Dropserver host, or whose page is spelt so.
    DropId(DropId),
    /// Anybody else who has a page: its address, normalised.
    Profile(String),
}

/// A text that names nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// It is no DropID.
    #[error(transparent)]
    DropId(#[from] DropIdError),
    /// It is no address.
    #[error("`{shown}` is not the address of a person's page: {problem}")]
    Url {
        /// The beginning of it.
        shown: String,
        /// What is wrong.
        problem: &'static str,
    },
}

impl ProfileUrl {
    /// What somebody typed: a DropID, or an address with or without `https://`.
    ///
    /// # Errors
    /// If it names nobody.
    pub fn typed(text: &str, local: Local) -> Result<Self, ProfileError> {
        let text = text.trim();
        if text.contains("://") {
            return Self::parse(text, local);
        }
        match text.parse::<DropId>() {
            Ok(id) => Self::of(&id, local),
            Err(_) if !text.contains('/') => Ok(Self::parse(&format!("https://{text}/"), local)?),
            Err(_) => Self::parse(&format!("https://{text}"), local),
        }
    }

    /// The page of a DropID.
    ///
    /// # Errors
    /// If it names this computer and that is refused.
    pub fn of(id: &DropId, local: Local) -> Result<Self, ProfileError> {
        let url = id.url(local);
        url.map(Self).ok_or_else(|| refused(&id.to_string(), LOCAL))
    }

    /// Reads an address as a server wrote it.
    ///
    /// # Errors
    /// If it is not what IndieAuth allows, or is not `https:`. Unlike there, ports are allowed.
    pub fn parse(text: &str, local: Local) -> Result<Self, ProfileError> {
        web_url(text, local)
            .map(Self)
            .map_err(|problem| refused(text, problem))
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Whose page it is.
    #[must_use]
    pub fn identity(&self) -> Identity {
        // Only what is spelt as a DropID is one: elsewhere `/Ada` and `/ada` may be two people.
        let handle = self.0.path().strip_prefix('/').unwrap_or_default();
        let is_plain = self.0.query().is_none() && Handle::is_canonical(handle);
        let name = || {
            let authority = &self.0[url::Position::BeforeHost..url::Position::AfterPort];
            format!("{authority}/{handle}").parse().ok()
        };
        match is_plain.then(name).flatten() {
            Some(id) => Identity::DropId(id),
            None => Identity::Profile(self.0.to_string()),
        }
    }
}

impl fmt::Display for ProfileUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Identity {
    /// What kind of way to log in it is, as it is stored with members.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::DropId(_) => "dropid",
            Self::Profile(_) => "profile",
        }
    }

    /// Its text, as it is stored and shown.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::DropId(id) => id.to_string(),
            Self::Profile(url) => url.clone(),
        }
    }
}

const LOCAL: &str = "it is on this computer";

/// An address on the web as people, clients and servers may have one: `https:`, a host by name, no name or password,
/// no fragment, no steps up. On this computer only if that is not refused.
pub(super) fn web_url(text: &str, local: Local) -> Result<Url, &'static str> {
    const NOT: &str = "it is no address";
    if text.len() > URL_BYTES {
        return Err("it is too long");
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(NOT);
    }
    let url = Url::parse(text).map_err(|_| NOT)?;
    let (_, is_local) = canonical_host(url.host_str().ok_or(NOT)?)?;
    match (url.scheme(), is_local, local) {
        (_, true, Local::Refused) => return Err(LOCAL),
        ("https", ..) | ("http", true, Local::Http) => {}
        _ => return Err("it does not begin with https:"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it has a name or password in it");
    }
    if url.fragment().is_some() {
        return Err("it has a `#` in it");
    }
    if has_dot_segments(text) {
        return Err("it has `.` or `..` as a part");
    }
    Ok(url)
}

/// Whether a path as it was written has parts that lead elsewhere.
fn has_dot_segments(text: &str) -> bool {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    path.split('/').any(|part| {
        let plain = part.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    })
}

fn refused(text: &str, problem: &'static str) -> ProfileError {
    let shown = text.chars().filter(|c| !c.is_control()).take(80).collect();
    ProfileError::Url { shown, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type() {
        let check = |text: &str, local, expect: Option<&str>| {
            let got = ProfileUrl::typed(text, local).map(|url| url.to_string());
            assert_eq!(got.as_deref().ok(), expect, "{text}");
        };
        let public = |text: &str, expect| check(text, Local::Refused, expect);
        public("example.com/ada", Some("https://example.com/ada"));
        public(" Example.com/Ada ", Some("https://example.com/ada"));
        public("https://Example.com/Ada", Some("https://example.com/Ada"));
        public("example.com", Some("https://example.com/"));
        public("https://example.com", Some("https://example.com/"));
        public("example.com/u?id=7", Some("https://example.com/u?id=7"));
        public("example.com/ada/", Some("https://example.com/ada/"));
        public(
            "https://example.com:8443/",
            Some("https://example.com:8443/"),
        );
        for bad in [
            "",
            "ada",
            "http://example.com/",
            "mailto:ada@example.com",
            "https://example.com/#me",
            "https://example.com/a/../b",
            "https://example.com/%2E%2e/b",
            "https://example.com/.",
            "https://ada@example.com/",
            "https://ada:x@example.com/",
            "https://10.0.0.1/",
            "https://[2001:db8::1]/",
            "https://localhost/",
            "https://x.localhost/",
            "localhost/ada",
            "https://127.1/",
            "https://[::1]/",
            "file:///etc/passwd",
            "https:///x",
            "javascript://x/y",
            "https://exa\u{9}mple.com/",
            "https://example.com\\@evil.example/",
        ] {
            public(bad, None);
        }
        check(
            "localhost:3000/ada",
            Local::Http,
            Some("http://localhost:3000/ada"),
        );
        check("http://localhost:3000/ada", Local::Https, None);
        check("http://example.com/", Local::Http, None);
        let long = format!("https://example.com/{}", "a".repeat(URL_BYTES));
        public(&long, None);
    }

    #[test]
    fn whose_page_it_is() {
        let check = |text: &str, kind: &str, expect: &str| {
            let identity = ProfileUrl::parse(text, Local::Refused).unwrap().identity();
            assert_eq!(
                (identity.kind(), identity.text().as_str()),
                (kind, expect),
                "{text}"
            );
        };
        check("https://example.com/ada", "dropid", "example.com/ada");
        check("https://EXAMPLE.com:443/ada", "dropid", "example.com/ada");
        check("https://example.com:8443/", "dropid", "example.com:8443/");
        check("https://example.com", "dropid", "example.com/");
        check(
            "https://example.com/Ada",
            "profile",
            "https://example.com/Ada",
        );
        check(
            "https://example.com/ada/",
            "profile",
            "https://example.com/ada/",
        );
        check(
            "https://example.com/ada?",
            "profile",
            "https://example.com/ada?",
        );
        check(
            "https://example.com/%61da",
            "profile",
            "https://example.com/%61da",
        );
        check(
            "https://example.com/~ada",
            "profile",
            "https://example.com/~ada",
        );
    }
}
