//! What an app asks of browsers: which other sites' scripts may use it, and what its own pages may load from elsewhere.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::EgressRule;

/// An app may name this many of each.
pub const MOST: usize = 20;
/// The longest origin.
const LONGEST: usize = 200;

/// A text that is no origin or source, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` cannot stand there: {problem}")]
pub struct WebRuleError {
    text: String,
    problem: &'static str,
}

fn refused(text: &str, problem: &'static str) -> WebRuleError {
    WebRuleError {
        text: text.chars().take(80).collect(),
        problem,
    }
}

/// Whose scripts may use an app from other sites, with tokens and never with cookies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cors {
    /// The sites; `*` is all.
    pub origins: Vec<WebOrigin>,
}

impl Cors {
    /// Whether scripts of all sites may.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.origins.iter().any(|one| one.0 == "*")
    }

    /// Whether scripts of a site may, given as in the header `Origin`.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        self.is_any() || self.origins.iter().any(|one| one.0 == origin)
    }
}

/// A site as browsers write it in `Origin`: `https://app.example`, `capacitor://localhost`; or `*`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebOrigin(String);

impl FromStr for WebOrigin {
    type Err = WebRuleError;
    fn from_str(text: &str) -> Result<Self, WebRuleError> {
        let text = text.trim();
        if text != "*"
            && let Some(problem) = origin_problem(text)
        {
            return Err(refused(text, problem));
        }
        Ok(Self(text.to_owned()))
    }
}

fn origin_problem(text: &str) -> Option<&'static str> {
    const SHAPE: &str = "write an origin, like `https://app.example`";
    let Some((scheme, rest)) = text.split_once("://") else {
        return Some(SHAPE);
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
    let named = !host.is_empty() && host.bytes().all(plain);
    let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let is_port = |text: &str| {
        text.parse::<u16>()
            .is_ok_and(|port| port.to_string() == text)
    };
    match scheme {
        _ if text.len() > LONGEST => Some("it is too long"),
        "" | "file" | "data" | "blob" | "javascript" => Some(SHAPE),
        _ if !scheme.bytes().all(|b| plain(b) || b == b'+') => Some(SHAPE),
        _ if rest.contains('/') => {
            Some("write the origin alone, without a path or a slash at its end")
        }
        _ if !named && !is_here => {
            Some("write its host in lower case; international names in punycode (`xn--…`)")
        }
        _ if port.is_some_and(|port| !is_port(port)) => {
            Some("the port is a number from 0 to 65535")
        }
        "https" if port == Some("443") => Some("browsers leave the port 443 out"),
        "http" if !is_here => Some("over `http:` only sites of one's own computer can be allowed"),
        _ => None,
    }
}

/// What pages of an app may load from elsewhere, beyond what all may.
pub type Csp = BTreeMap<CspDirective, Vec<CspSource>>;

/// Which part of the policy is widened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CspDirective {
    /// What scripts may connect to.
    ConnectSrc,
    /// Fonts.
    FontSrc,
    /// Pages in frames.
    FrameSrc,
    /// Pictures.
    ImgSrc,
    /// Sound and film.
    MediaSrc,
    /// Scripts.
    ScriptSrc,
    /// Styles.
    StyleSrc,
}

impl CspDirective {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ConnectSrc,
        Self::FontSrc,
        Self::FrameSrc,
        Self::ImgSrc,
        Self::MediaSrc,
        Self::ScriptSrc,
        Self::StyleSrc,
    ];

    /// Its name in the policy.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConnectSrc => "connect-src",
            Self::FontSrc => "font-src",
            Self::FrameSrc => "frame-src",
            Self::ImgSrc => "img-src",
            Self::MediaSrc => "media-src",
            Self::ScriptSrc => "script-src",
            Self::StyleSrc => "style-src",
        }
    }

    /// The one with a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// A source, if it can stand here.
    ///
    /// # Errors
    /// If it cannot.
    pub fn source(self, text: &str) -> Result<CspSource, WebRuleError> {
        let source: CspSource = text.parse()?;
        let problem = match (&source, self) {
            (CspSource::Host(_), _)
            | (CspSource::AnyHttps, Self::ImgSrc | Self::MediaSrc)
            | (CspSource::Inline | CspSource::Eval, Self::ScriptSrc)
            | (CspSource::Socket(_), Self::ConnectSrc) => None,
            (CspSource::AnyHttps, _) => {
                Some("all sites at once can be allowed in `img-src` and `media-src` alone")
            }
            (CspSource::Inline | CspSource::Eval, _) => Some("this is for `script-src` alone"),
            (CspSource::Socket(_), _) => Some("`wss:` is for `connect-src` alone"),
        };
        problem.map_or(Ok(source), |problem| Err(refused(text, problem)))
    }

    /// What it means to allow a source here, for the owner of an appspace.
    #[must_use]
    pub fn meaning(self, source: &CspSource) -> String {
        let from = match source {
            CspSource::Host(host) | CspSource::Socket(host) => format!("from {host}"),
            CspSource::AnyHttps => "from any site".to_owned(),
            CspSource::Inline => {
                return "Its pages run scripts that stand in the pages themselves; a mistake of the app that lets \
                        somebody write into a page then lets them run scripts."
                    .to_owned();
            }
            CspSource::Eval => return "Its pages run text as scripts.".to_owned(),
        };
        match self {
            Self::ConnectSrc => format!(
                "Its pages exchange data with {}, which can learn what its members see.",
                from.trim_start_matches("from ")
            ),
            Self::FontSrc => {
                format!("Its pages load fonts {from}, which learns who looks at them.")
            }
            Self::FrameSrc => format!("Its pages show pages {from} in frames."),
            Self::ImgSrc => {
                format!("Its pages load pictures {from}, which learns who looks at them.")
            }
            Self::MediaSrc => {
                format!("Its pages play sound and film {from}, which learns who plays them.")
            }
            Self::ScriptSrc => format!(
                "Its pages run scripts {from}: whoever runs that site can do here whatever its members can."
            ),
            Self::StyleSrc => {
                format!("Its pages load styles {from}, which can change how they look.")
            }
        }
    }
}

/// What may be loaded, or from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum CspSource {
    /// `https://` and a host.
    Host(EgressRule),
    /// `wss://` and a host.
    Socket(EgressRule),
    /// `https:`
    AnyHttps,
    /// `'unsafe-inline'`
    Inline,
    /// `'unsafe-eval'`
    Eval,
}

impl FromStr for CspSource {
    type Err = WebRuleError;
    fn from_str(text: &str) -> Result<Self, WebRuleError> {
        let text = text.trim();
        match text {
            "https:" => return Ok(Self::AnyHttps),
            "'unsafe-inline'" => return Ok(Self::Inline),
            "'unsafe-eval'" => return Ok(Self::Eval),
            _ => {}
        }
        let host = |host: &str| {
            let host = host.parse::<EgressRule>();
            host.map_err(|_| {
                refused(
                    text,
                    "write a host name alone after `//`, and at most a port",
                )
            })
        };
        match text.split_once("://") {
            Some(("https", rest)) => host(rest).map(Self::Host),
            Some(("wss", rest)) => host(rest).map(Self::Socket),
            _ => Err(refused(
                text,
                "write a source like `https://api.example.com`",
            )),
        }
    }
}

impl fmt::Display for CspSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => write!(f, "https://{host}"),
            Self::Socket(host) => write!(f, "wss://{host}"),
            Self::AnyHttps => f.write_str("https:"),
            Self::Inline => f.write_str("'unsafe-inline'"),
            Self::Eval => f.write_str("'unsafe-eval'"),
        }
    }
}

macro_rules! as_text {
    ($name:ident, $text:expr) => {
        impl TryFrom<String> for $name {
            type Error = WebRuleError;
            fn try_from(text: String) -> Result<Self, WebRuleError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(one: $name) -> Self {
                let text: fn($name) -> String = $text;
                text(one)
            }
        }
    };
}

as_text!(WebOrigin, |origin| origin.0);
as_text!(CspSource, |source| source.to_string());

#[cfg(test)]
#[path = "web_tests.rs"]
mod tests;
