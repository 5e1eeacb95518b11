//! Paths that may be followed after a log-in: only ones that stay at an origin of ours.

use std::fmt;

/// An absolute path, with its query if any, at the origin where it is used: `/notes?page=2`.
///
/// Browsers read `//host`, `/\host` and paths with tabs or line breaks in them as other hosts; such text is
/// not a `LocalPath`, so that a link to the log-in page cannot lead people elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// The longest that is taken.
    pub const LONGEST: usize = 8192;

    /// The start page.
    #[must_use]
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// Takes text that is a path and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let local = text.starts_with('/') && !text[1..].starts_with(['/', '\\']);
        let plain = |c: char| !c.is_control() && !c.is_whitespace() && c != '\\';
        (local && text.len() <= Self::LONGEST && text.chars().all(plain))
            .then(|| Self(text.to_owned()))
    }

    /// The path if there is one and it is local, else the start page.
    #[must_use]
    pub fn or_root(text: Option<&str>) -> Self {
        text.and_then(Self::parse).unwrap_or_else(Self::root)
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A browser's view: what `text` leads to from a page of the account site.
    fn leads_to(text: &str) -> Option<url::Origin> {
        let page = url::Url::parse("http://dropserver.localhost:3000/login").unwrap();
        page.join(text).ok().map(|url| url.origin())
    }

    #[test]
    fn only_local_paths_are_taken() {
        let check = |text: &str, expect: bool| {
            assert_eq!(LocalPath::parse(text).is_some(), expect, "{text:?}");
        };
        check("/", true);
        check("/apps", true);
        check(
            "/appspacelogin?appspace=notes.localhost&path=%2Fa%2Fb",
            true,
        );
        check("/a//b", true);
        check("/a?next=//evil.example", true);
        check("/ü", true);
        check("", false);
        check("apps", false);
        check("//evil.example", false);
        check("///evil.example", false);
        check("/\\evil.example", false);
        check("\\\\evil.example", false);
        check("/\t/evil.example", false);
        check("/\n/evil.example", false);
        check("\t//evil.example", false);
        check(" //evil.example", false);
        check("/a\r\nSet-Cookie: x=y", false);
        check("https://evil.example", false);
        check("https:evil.example", false);
        check("javascript:alert(1)", false);
        check("data:text/html,x", false);
        check("@evil.example", false);
        check("/a\\b", false);
        check("/\u{a0}/evil.example", false);
        check(&format!("/{}", "a".repeat(LocalPath::LONGEST)), false);
    }

    proptest::proptest! {
        #[test]
        fn what_is_taken_stays_at_the_origin(text in "[/\\\\:@a-z.?#%\t\n ]{0,12}") {
            if let Some(path) = LocalPath::parse(&text) {
                proptest::prop_assert_eq!(leads_to(path.as_str()), leads_to("/"));
            }
        }
    }
}
