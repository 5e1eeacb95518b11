//! The host's cookies: how they are named, read and set, and kept from app code.
//!
//! All are bound to one origin. Over HTTPS the `__Host-` prefix makes browsers enforce that, so that a
//! sibling site can neither read nor set them; over plain HTTP, which is for this computer only, that prefix
//! is not allowed and they have the same names without it.

use std::time::Duration;

use ds_core::secret::Token;
use http::{HeaderMap, HeaderValue, header::COOKIE, header::SET_COOKIE};

const PREFIX: &str = "__Host-";
/// Sessions end in the store; their cookie may outlive them, as long as browsers keep any.
const LONGEST: Duration = Duration::from_hours(400 * 24);
/// Logging in is a matter of minutes.
const LOGIN: Duration = Duration::from_mins(10);
/// Whoever comes more seldom is asked who they are.
const GUEST: Duration = Duration::from_hours(90 * 24);
/// As long as a login waits for a second factor.
const HALF: Duration = Duration::from_mins(5);

/// Which of the host's cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The session on the account site.
    Account,
    /// The session on an appspace.
    Member,
    /// The state of a login under way, on an appspace.
    Login,
    /// Somebody whose password was right and whose second factor is to come, on the account site.
    Half,
    /// Who last logged in with this browser by a server of their own, on an appspace. No secret, and proof of nothing.
    Guest,
}

/// Reads and makes the host's cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookies {
    /// Whether people come over HTTPS.
    pub secure: bool,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Account,
        Self::Member,
        Self::Login,
        Self::Half,
        Self::Guest,
    ];

    /// How long a browser is asked to keep it.
    #[must_use]
    pub fn max_age(self) -> Duration {
        match self {
            Self::Account | Self::Member => LONGEST,
            Self::Login => LOGIN,
            Self::Half => HALF,
            Self::Guest => GUEST,
        }
    }

    fn plain_name(self) -> &'static str {
        match self {
            Self::Account => "ds-account",
            Self::Member => "ds-member",
            Self::Login => "ds-login",
            Self::Half => "ds-half",
            Self::Guest => "ds-guest",
        }
    }
}

impl Cookies {
    /// The name of a cookie.
    #[must_use]
    pub fn name(self, kind: Kind) -> String {
        format!("{}{}", self.prefix(), kind.plain_name())
    }

    /// The token in a cookie. Two cookies of one name that differ are none: one was put there by somebody else.
    #[must_use]
    pub fn read(self, headers: &HeaderMap, kind: Kind) -> Option<Token> {
        let mut values = pairs(headers).filter_map(|pair| {
            let (name, value) = split(pair);
            let plain = name.strip_prefix(self.prefix().as_bytes())?;
            (plain == kind.plain_name().as_bytes()).then_some(value)
        });
        let first = values.next()?;
        if values.any(|other| other != first) {
            return None;
        }
        std::str::from_utf8(first).ok().map(Token::presented)
    }

    /// A `Set-Cookie` value that sets a cookie.
    #[must_use]
    pub fn set(self, kind: Kind, token: &Token, max_age: Duration) -> HeaderValue {
        self.header(kind, token.reveal(), max_age.as_secs())
    }

    /// A `Set-Cookie` value that removes a cookie.
    #[must_use]
    pub fn clear(self, kind: Kind) -> HeaderValue {
        self.header(kind, "", 0)
    }

    fn header(self, kind: Kind, value: &str, max_age: u64) -> HeaderValue {
        let (prefix, name) = (self.prefix(), kind.plain_name());
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!(
            "{prefix}{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}"
        );
        // Only a token that somebody presented could hold what a header cannot; it is worth nothing.
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    fn prefix(self) -> &'static str {
        if self.secure { PREFIX } else { "" }
    }
}

/// Removes all of the host's cookies, in both spellings, from a request that goes to app code. The app's own
/// are left as they are.
pub fn strip(headers: &mut HeaderMap) {
    if !pairs(headers).any(|pair| is_ours(split(pair).0)) {
        return;
    }
    let kept: Vec<HeaderValue> = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| without_ours(line.as_bytes()))
        .collect();
    headers.remove(COOKIE);
    for line in kept {
        headers.append(COOKIE, line);
    }
}

/// Removes from an app's response the cookies it may not set: those for a whole domain, which other sites
/// would get, and those with names of the host's or with none. Says how many.
pub fn guard_set_cookie(headers: &mut HeaderMap) -> usize {
    let lines = headers.get_all(SET_COOKIE).iter();
    let kept: Vec<HeaderValue> = lines.filter(|l| may_set(l.as_bytes())).cloned().collect();
    let removed = headers.get_all(SET_COOKIE).iter().count() - kept.len();
    if removed > 0 {
        headers.remove(SET_COOKIE);
        for line in kept {
            headers.append(SET_COOKIE, line);
        }
    }
    removed
}

fn may_set(line: &[u8]) -> bool {
    let mut parts = line.split(|b| *b == b';');
    let cookie = parts.next().unwrap_or_default();
    // A browser sends `=ds-member=x` back as `ds-member=x`, so a cookie without a name can forge any.
    let name = split(cookie).0;
    let names_domain = parts.any(|part| split(part).0.eq_ignore_ascii_case(b"domain"));
    !name.is_empty() && !is_ours(name) && !names_domain
}

fn without_ours(line: &[u8]) -> Option<HeaderValue> {
    let kept: Vec<&[u8]> = line
        .split(|b| *b == b';')
        .map(<[u8]>::trim_ascii)
        .filter(|pair| !pair.is_empty() && !is_ours(split(pair).0))
        .collect();
    let joined = kept.join(b"; ".as_slice());
    (!joined.is_empty())
        .then(|| HeaderValue::from_bytes(&joined).ok())
        .flatten()
}

/// Every `name=value` of the request's cookies.
fn pairs(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|b| *b == b';'))
}

/// Name and value, trimmed; without `=` it is all name.
fn split(pair: &[u8]) -> (&[u8], &[u8]) {
    let at = pair.iter().position(|b| *b == b'=');
    let (name, value) = at.map_or((pair, &b""[..]), |at| (&pair[..at], &pair[at + 1..]));
    (name.trim_ascii(), value.trim_ascii())
}

fn is_ours(name: &[u8]) -> bool {
    let plain = name.strip_prefix(PREFIX.as_bytes()).unwrap_or(name);
    Kind::ALL
        .iter()
        .any(|kind| kind.plain_name().as_bytes() == plain)
}

#[cfg(test)]
mod tests;
