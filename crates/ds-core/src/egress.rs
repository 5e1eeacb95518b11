//! Which hosts an app may reach: what its manifest asks for and its owner approves.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Address;

/// A host name, or all names below one, and a port: `api.example.com`, `*.example.org`, `mail.example.com:465`.
///
/// Without a port it is 443. `*.example.org` means every name below `example.org`, however deep, and not
/// `example.org` itself. Names are folded to lower case and may end in a dot; they have at least two parts
/// (below `*.` too), and are no addresses. Other scripts are written as punycode (`xn--…`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EgressRule {
    name: Address,
    below: bool,
    port: u16,
}

/// A text that is no [`EgressRule`], and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no host to reach: {problem}")]
pub struct EgressRuleError {
    text: String,
    problem: &'static str,
}

/// The port of HTTPS, which is meant where none is written.
const HTTPS: u16 = 443;

/// Where apps that may reach hosts ask for names; nothing else can listen there.
const NAMES: u16 = 53;

impl EgressRule {
    /// An app may ask for this many.
    pub const MOST: usize = 64;

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the rule is about a host. The name may be in any case and end in a dot.
    #[must_use]
    pub fn matches(&self, host: &str, port: u16) -> bool {
        self.port == port && self.names(host)
    }

    /// Whether the rule is about a host at whatever port.
    #[must_use]
    pub fn names(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        let name = self.name.as_str();
        if !self.below {
            return host.eq_ignore_ascii_case(name);
        }
        let Some((above, below)) = host.len().checked_sub(name.len()).and_then(|at| {
            let (above, below) = host.split_at_checked(at)?;
            Some((above.strip_suffix('.')?, below))
        }) else {
            return false;
        };
        below.eq_ignore_ascii_case(name) && above.split('.').all(is_label)
    }

    /// Whether whatever the other rule is about, this one is about too: what was approved covers what is asked.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let wide = self.matches(other.name.as_str(), other.port);
        self == other || (wide && (self.below || !other.below))
    }
}

/// What may stand for `*`. Some names of services have underscores.
fn is_label(label: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=63).contains(&label.len()) && label.bytes().all(plain)
}

/// What is wrong with a name, given without `*.` and the port.
fn problem_of(name: &str, below: bool) -> Option<&'static str> {
    let last = name.rsplit('.').next().unwrap_or_default();
    let number = last.starts_with("0x") || last.bytes().all(|b| b.is_ascii_digit());
    match name {
        "" => Some("write a host name, like `api.example.com`"),
        "*" => Some("`*` alone would be every host; name the hosts"),
        _ if !name.is_ascii() => Some("write the name in punycode (`xn--…`)"),
        _ if name.contains("//") => Some("write the host name alone, without `https://`"),
        _ if name.contains('/') => Some("write the host name alone, without a path"),
        _ if name.contains('*') => Some("`*` stands for the whole beginning: `*.example.com`"),
        _ if name.contains([':', '[', ']', '@']) => Some("write a host name, and at most a port"),
        _ if number && !last.is_empty() => Some("addresses cannot be approved; write a host name"),
        _ if !name.contains('.') && below => Some("`*.` needs a name with at least two parts"),
        _ if !name.contains('.') => Some("the name has one part only; write all of it"),
        _ => None,
    }
}

/// The port after the last colon.
fn port_of(text: &str) -> Result<u16, &'static str> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<u16>() {
        Ok(NAMES) => Err("port 53 cannot be approved; the host itself answers for names"),
        Ok(port) if digits && port > 0 => Ok(port),
        _ => Err("the port is a number from 1 to 65535"),
    }
}

fn parse(text: &str) -> Result<EgressRule, &'static str> {
    if text.contains("//") {
        return Err("write the host name alone, without `https://`");
    }
    let (name, port) = match text.rsplit_once(':') {
        // An IPv6 address is told as an address, not as a bad port.
        Some((name, _)) if name.contains(':') => {
            return Err("addresses cannot be approved; write a host name");
        }
        Some((name, port)) => (name, port_of(port)?),
        None => (text, HTTPS),
    };
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let (name, below) = match name.strip_prefix("*.") {
        Some(rest) => (rest, true),
        None => (&*name, false),
    };
    if let Some(problem) = problem_of(name, below) {
        return Err(problem);
    }
    Ok(EgressRule {
        name: name.parse::<Address>().map_err(|error| error.problem())?,
        below,
        port,
    })
}

impl FromStr for EgressRule {
    type Err = EgressRuleError;
    fn from_str(text: &str) -> Result<Self, EgressRuleError> {
        parse(text.trim()).map_err(|problem| EgressRuleError {
            text: text.trim().chars().take(80).collect(),
            problem,
        })
    }
}

impl TryFrom<String> for EgressRule {
    type Error = EgressRuleError;
    fn try_from(text: String) -> Result<Self, EgressRuleError> {
        text.parse()
    }
}

impl From<EgressRule> for String {
    fn from(rule: EgressRule) -> Self {
        rule.to_string()
    }
}

impl fmt::Display for EgressRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let below = if self.below { "*." } else { "" };
        write!(f, "{below}{}", self.name)?;
        match self.port {
            HTTPS => Ok(()),
            port => write!(f, ":{port}"),
        }
    }
}

#[cfg(test)]
#[path = "egress_tests.rs"]
mod tests;
