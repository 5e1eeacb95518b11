//! The name of a person that any host can ask about: `example.com/ada`.

use std::{fmt, net::IpAddr, str::FromStr};

use ds_core::Address;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The port that a DropID does not name.
const HTTPS: u16 = 443;
/// The longest handle.
const HANDLE_BYTES: usize = 30;

/// A DropID in its one spelling: `domain/handle`, `domain:8443/handle`, or `domain/` for who has a domain to
/// themselves.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DropId {
    /// Host, and port if it is not the usual one.
    domain: String,
    handle: Handle,
    is_local: bool,
}

/// What stands behind the domain: 1 to 30 of `a`–`z`, `0`–`9`, and `-` or `_` inside; or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(String);

/// What to think of names of this computer: `localhost`, `ada.localhost`, `127.0.0.1`, `[::1]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Local {
    /// On a host that others reach, they are nobody's.
    #[default]
    Refused,
    /// For development and tests, over TLS.
    Https,
    /// For development, without.
    Http,
}

/// A text that is no DropID, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{shown}` is not a DropID like example.com/ada: {problem}")]
pub struct DropIdError {
    shown: String,
    problem: &'static str,
}

impl DropId {
    /// The one of a handle at a domain. `port` is where the domain is reached, if not at the usual one.
    ///
    /// # Errors
    /// If the domain cannot be one of a DropID.
    pub fn new(domain: &Address, port: Option<u16>, handle: Handle) -> Result<Self, DropIdError> {
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        Self::read(&format!("{domain}{port}"), handle)
    }

    /// Host, and port if there is one: `example.com:8443`.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The handle.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Whether it names this computer.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.is_local
    }

    /// The address of its page. `None` if it is a name of this computer and those are refused.
    #[must_use]
    pub fn url(&self, local: Local) -> Option<Url> {
        let scheme = match (self.is_local, local) {
            (true, Local::Refused) => return None,
            (true, Local::Http) => "http",
            _ => "https",
        };
        Url::parse(&format!("{scheme}://{self}")).ok()
    }

    fn read(domain: &str, handle: Handle) -> Result<Self, DropIdError> {
        let refuse = |problem| Err(refused(domain, problem));
        // What the standard would decode or drop is no spelling of a name.
        if domain.contains(['%', '@', '\\', '#', '?']) || domain.contains(char::is_whitespace) {
            return refuse("that is not the name of a host");
        }
        let (name, port) = match split_port(domain) {
            Ok(split) => split,
            Err(problem) => return refuse(problem),
        };
        let (name, is_local) = match canonical_host(name) {
            Ok(host) => host,
            Err(problem) => return refuse(problem),
        };
        let port = port.filter(|port| *port != HTTPS);
        let domain = port.map_or_else(|| name.clone(), |port| format!("{name}:{port}"));
        Ok(Self {
            domain,
            handle,
            is_local,
        })
    }
}

/// Parts a port from a host; brackets belong to the host.
fn split_port(domain: &str) -> Result<(&str, Option<u16>), &'static str> {
    match domain.rsplit_once(':') {
        Some((name, digits)) if !digits.ends_with(']') => {
            let is_plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let port = digits.parse::<u16>().ok().filter(|p| is_plain && *p > 0);
            Ok((name, Some(port.ok_or("the port is none")?)))
        }
        _ => Ok((domain, None)),
    }
}

/// A host as texts are compared, and whether it is this computer.
pub(super) fn canonical_host(name: &str) -> Result<(String, bool), &'static str> {
    let host = Host::parse(name).map_err(|_| "that is not the name of a host")?;
    match host {
        Host::Domain(name) => {
            let address: Address = name.parse().map_err(|_| "that is not the name of a host")?;
            let is_local = is_local_name(address.as_str());
            if !is_local && !address.as_str().contains('.') {
                return Err("use the whole name of the host");
            }
            Ok((address.as_str().to_owned(), is_local))
        }
        Host::Ipv4(ip) if IpAddr::from(ip).is_loopback() => Ok((ip.to_string(), true)),
        Host::Ipv6(ip) if IpAddr::from(ip).is_loopback() => Ok((format!("[{ip}]"), true)),
        Host::Ipv4(_) | Host::Ipv6(_) => Err("a host has a name there, not a number"),
    }
}

fn is_local_name(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

impl Handle {
    /// The handle as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is none: the domain is somebody's alone.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a text is a handle in its one spelling.
    #[must_use]
    pub fn is_canonical(text: &str) -> bool {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        let outer = |b: Option<&u8>| b.is_none_or(u8::is_ascii_alphanumeric);
        let bytes = text.as_bytes();
        bytes.len() <= HANDLE_BYTES
            && bytes.iter().all(|b| inner(*b))
            && outer(bytes.first())
            && outer(bytes.last())
    }
}

fn refused(text: &str, problem: &'static str) -> DropIdError {
    let shown = text.chars().filter(|c| !c.is_control()).take(80).collect();
    DropIdError { shown, problem }
}

impl FromStr for Handle {
    type Err = DropIdError;
    fn from_str(text: &str) -> Result<Self, DropIdError> {
        let folded = text.to_ascii_lowercase();
        if Self::is_canonical(&folded) {
            Ok(Self(folded))
        } else {
            Err(refused(
                text,
                "a handle has up to 30 of the letters a to z, digits, and `-` or `_` between them",
            ))
        }
    }
}

impl FromStr for DropId {
    type Err = DropIdError;
    fn from_str(text: &str) -> Result<Self, DropIdError> {
        let (domain, handle) = text
            .split_once('/')
            .ok_or_else(|| refused(text, "there is no `/` in it"))?;
        Self::read(domain, handle.parse()?)
    }
}

impl fmt::Display for DropId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.domain, self.handle.0)
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl TryFrom<String> for $type {
            type Error = DropIdError;
            fn try_from(text: String) -> Result<Self, DropIdError> {
                text.parse()
            }
        }
        impl From<$type> for String {
            fn from(it: $type) -> Self {
                it.to_string()
            }
        }
    )*};
}
as_text!(DropId, Handle);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_spelling() {
        let check = |text: &str, expect: Option<&str>| {
            let got = text.parse::<DropId>().map(|id| id.to_string());
            assert_eq!(got.as_deref().ok(), expect, "{text}");
        };
        check("example.com/ada", Some("example.com/ada"));
        check("Example.COM/Ada", Some("example.com/ada"));
        check("example.com/", Some("example.com/"));
        check("example.com:443/ada", Some("example.com/ada"));
        check("example.com:8443/ada", Some("example.com:8443/ada"));
        check("example.com:080/ada", Some("example.com:80/ada"));
        check("münchen.example/ada", Some("xn--mnchen-3ya.example/ada"));
        check("MÜNCHEN.example/ada", Some("xn--mnchen-3ya.example/ada"));
        check(
            "xn--mnchen-3ya.example/ada",
            Some("xn--mnchen-3ya.example/ada"),
        );
        check("example。com/ada", Some("example.com/ada"));
        check("localhost/a", Some("localhost/a"));
        check("b.localhost:3000/a", Some("b.localhost:3000/a"));
        check("127.0.0.1:3000/a", Some("127.0.0.1:3000/a"));
        check("[::1]:3000/a", Some("[::1]:3000/a"));
        check("[::1]/a", Some("[::1]/a"));
        check("example.com/a-b_c", Some("example.com/a-b_c"));
        for bad in [
            "",
            "/",
            "/ada",
            "ada",
            "example.com",
            "example.com/ada/",
            "example.com//ada",
            "example.com/a.b",
            "example.com/..",
            "example.com/%61da",
            "example.com/-ada",
            "example.com/ada_",
            "example.com/ädä",
            "example.com/a b",
            " example.com/ada",
            "example.com./ada",
            "exa mple.com/ada",
            "ex_ample.com/ada",
            "-example.com/ada",
            "example.com:/ada",
            "example.com:0/ada",
            "example.com:65536/ada",
            "example.com:+1/ada",
            "ada@example.com/ada",
            "https://example.com/ada",
            "example.com/ada?x",
            "example.com/a#x",
            "10.0.0.1/ada",
            "0x0a000001/ada",
            "[2001:db8::1]/ada",
            "intranet/ada",
            "xn--/ada",
            "ex%61mple.com/ada",
            "example.com\\/ada",
            "example..com/ada",
            "example.com/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            check(bad, None);
        }
    }

    #[test]
    fn addresses_of_pages() {
        let check = |text: &str, local, expect: Option<&str>| {
            let url = text.parse::<DropId>().unwrap().url(local);
            assert_eq!(url.as_ref().map(Url::as_str), expect, "{text}");
        };
        check(
            "example.com/ada",
            Local::Refused,
            Some("https://example.com/ada"),
        );
        check(
            "example.com/ada",
            Local::Http,
            Some("https://example.com/ada"),
        );
        check("example.com/", Local::Refused, Some("https://example.com/"));
        check("localhost:1/a", Local::Refused, None);
        check("[::1]:1/a", Local::Https, Some("https://[::1]:1/a"));
        check("localhost:1/a", Local::Http, Some("http://localhost:1/a"));
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_settles(text in "\\PC{0,12}[./:a-zA-Zü]{0,12}/?\\PC{0,8}") {
            if let Ok(id) = text.parse::<DropId>() {
                let spelt = id.to_string();
                prop_assert_eq!(&spelt.parse::<DropId>().unwrap(), &id);
                prop_assert!(spelt.is_ascii() && spelt == spelt.to_ascii_lowercase());
                let url = id.url(Local::Https).unwrap();
                prop_assert_eq!(url.as_str(), format!("https://{spelt}"));
            }
        }

        #[test]
        fn good_ones_are_kept(name in "[a-z][a-z0-9]{0,8}", handle in "([a-z0-9]([a-z0-9_-]{0,10}[a-z0-9])?)?") {
            let text = format!("{name}.example/{handle}");
            prop_assert_eq!(text.parse::<DropId>().unwrap().to_string(), text);
        }
    }
}
