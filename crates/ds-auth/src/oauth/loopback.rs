//! Where a browser takes a code: a program on its own computer.

use url::{Host, Url};

/// The longest.
const LONGEST: usize = 500;

/// `http://127.0.0.1:<any port>/…` or `http://[::1]:<any port>/…`: what only a program on the browser's own computer can
/// answer to. `localhost` is not taken (RFC 8252, 8.3): what it means is for the computer's configuration to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loopback {
    text: String,
    url: Url,
}

impl Loopback {
    /// Takes what is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() <= LONGEST && text.bytes().all(|b| b.is_ascii_graphic());
        let named = ["http://127.0.0.1", "http://[::1]"];
        let rest = named.iter().find_map(|start| text.strip_prefix(start))?;
        let url = Url::parse(text).ok()?;
        let is_here = match url.host()? {
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
            Host::Domain(_) => false,
        };
        let whole = rest.is_empty() || rest.starts_with([':', '/', '?']);
        let bare = url.username().is_empty() && url.password().is_none() && !text.contains('#');
        (plain && whole && is_here && bare).then(|| Self {
            text: text.to_owned(),
            url,
        })
    }

    /// As the program wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port, for the policy of the page whose form leads there.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The port of the program.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(80)
    }

    /// With an answer to the program.
    #[must_use]
    pub fn with(&self, answer: &[(&str, &str)]) -> String {
        let mut url = self.url.clone();
        url.query_pairs_mut().extend_pairs(answer);
        url.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_codes_may_go() {
        let check = |text: &str, expect: bool| {
            assert_eq!(Loopback::parse(text).is_some(), expect, "{text}");
        };
        check("http://127.0.0.1:8123/callback", true);
        check("http://127.0.0.1:8123", true);
        check("http://127.0.0.1/", true);
        check("http://127.0.0.1/callback?client=1", true);
        check("http://[::1]:8123/callback", true);
        check("http://127.0.0.1:65535/", true);
        check("https://127.0.0.1:8123/", false);
        check("http://localhost:8123/", false);
        check("http://127.0.0.2:8123/", false);
        check("http://127.0.0.1.evil.example/", false);
        check("http://127.0.0.1:8123@evil.example/", false);
        check("http://127.0.0.1@evil.example/", false);
        check("http://user@127.0.0.1/", false);
        check("http://127.1/", false);
        check("http://0x7f000001/", false);
        check("http://2130706433/", false);
        check("http://[::ffff:127.0.0.1]/", false);
        check("http://[::1].evil.example/", false);
        check("http://127.0.0.1:99999/", false);
        check("http://127.0.0.1/#x", false);
        check("http://127.0.0.1\\@evil.example/", false);
        check("http://127.0.0.1/\r\nx", false);
        check("http://127.0.0.1 /", false);
        check("com.example.app:/callback", false);
        check("https://app.example/callback", false);
        check("", false);
        check(&format!("http://127.0.0.1/{}", "a".repeat(500)), false);
    }

    #[test]
    fn answers() {
        let to = Loopback::parse("http://127.0.0.1:8123/cb?x=1").unwrap();
        assert_eq!(
            to.with(&[("code", "a b")]),
            "http://127.0.0.1:8123/cb?x=1&code=a+b"
        );
        assert_eq!(
            (to.origin().as_str(), to.port()),
            ("http://127.0.0.1:8123", 8123)
        );
        assert_eq!(to.as_str(), "http://127.0.0.1:8123/cb?x=1");
    }
}
