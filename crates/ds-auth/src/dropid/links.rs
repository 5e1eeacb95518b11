//! Finds what a person's page links to: first in `Link` headers (RFC 8288), then in its HTML.

use html5gum::{DefaultEmitter, Token, Tokenizer};
use url::Url;

/// Where a page says what its server can do.
pub const METADATA: &str = "indieauth-metadata";
/// More links than these are not looked at.
const MOST: usize = 200;

/// A page as it came from a server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page<'a> {
    /// Where it was in the end.
    pub(super) url: &'a Url,
    /// Its `Link` headers.
    pub(super) links: &'a [String],
    /// What it says it is.
    pub(super) content_type: Option<&'a str>,
    /// All of it.
    pub(super) body: &'a [u8],
}

impl Page<'_> {
    /// The first link of a relation, by the standard's order: headers, then elements.
    #[must_use]
    pub(super) fn link(&self, relation: &str) -> Option<Url> {
        let header = self.links.iter().flat_map(|line| in_header(line));
        let found = header
            .take(MOST)
            .find(|link| has(&link.relations, relation))
            .map(|link| link.target);
        let found = found.or_else(|| {
            is_html(self.content_type)
                .then(|| self.in_html(relation))
                .flatten()
        });
        self.url.join(found?.trim()).ok()
    }

    /// Comments, scripts and texts are skipped as a browser would.
    fn in_html(&self, relation: &str) -> Option<String> {
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        for token in Tokenizer::new_with_emitter(self.body, emitter) {
            let Ok(token) = token;
            let Token::StartTag(tag) = token else {
                continue;
            };
            if **tag.name != *b"link" {
                continue;
            }
            let attribute = |name: &[u8]| {
                let value = tag.attributes.get(name)?;
                String::from_utf8(value.0.clone()).ok()
            };
            let (rel, href) = (attribute(b"rel"), attribute(b"href"));
            if let (Some(rel), Some(href)) = (rel, href)
                && has(&rel, relation)
            {
                return Some(href);
            }
        }
        None
    }
}

/// Whether what is there is a page, by what it says it is.
pub(super) fn is_html(content_type: Option<&str>) -> bool {
    let essence = content_type.unwrap_or_default();
    let essence = essence.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("text/html")
        || essence.eq_ignore_ascii_case("application/xhtml+xml")
}

fn has(relations: &str, relation: &str) -> bool {
    relations
        .split_ascii_whitespace()
        .any(|one| one.eq_ignore_ascii_case(relation))
}

/// One link of a header.
struct Link {
    target: String,
    relations: String,
}

/// The links of one `Link` header; what cannot be read ends it.
fn in_header(line: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut rest = line;
    while links.len() < MOST {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let Some((target, after)) = rest.strip_prefix('<').and_then(|r| r.split_once('>')) else {
            break;
        };
        let (relations, after) = parameters(after);
        if let Some(relations) = relations {
            let target = target.to_owned();
            links.push(Link { target, relations });
        }
        rest = after;
    }
    links
}

/// The first `rel` of a link's parameters, and what follows them.
fn parameters(mut rest: &str) -> (Option<String>, &str) {
    let mut relations = None;
    loop {
        rest = rest.trim_start();
        let Some(after) = rest.strip_prefix(';') else {
            return (relations, rest);
        };
        let end = after.find(['=', ';', ',']).unwrap_or(after.len());
        let name = after[..end].trim();
        rest = &after[end..];
        if let Some(value) = rest.strip_prefix('=') {
            let (text, after) = value_of(value.trim_start());
            if name.eq_ignore_ascii_case("rel") {
                relations.get_or_insert(text);
            }
            rest = after;
        }
    }
}

/// A value with or without quotes, and what follows it.
fn value_of(rest: &str) -> (String, &str) {
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find([';', ',']).unwrap_or(rest.len());
        return (rest[..end].trim().to_owned(), &rest[end..]);
    };
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, &quoted[at + 1..]),
            '\\' => text.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => text.push(c),
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn find(links: &[&str], kind: Option<&str>, body: &str) -> Option<String> {
        let links: Vec<String> = links.iter().map(|l| (*l).to_owned()).collect();
        let page = Page {
            url: &Url::parse("https://example.com/people/ada").unwrap(),
            links: &links,
            content_type: kind,
            body: body.as_bytes(),
        };
        page.link(METADATA).map(String::from)
    }

    #[test]
    fn headers() {
        let check = |lines: &[&str], expect: Option<&str>| {
            let expect = expect.map(|path| format!("https://example.com{path}"));
            assert_eq!(find(lines, None, ""), expect, "{lines:?}");
        };
        check(&["</m>; rel=\"indieauth-metadata\""], Some("/m"));
        check(&["<m>; rel=indieauth-metadata"], Some("/people/m"));
        check(
            &["</a>; rel=me, </m>;rel=\"x IndieAuth-Metadata y\""],
            Some("/m"),
        );
        check(
            &["</a>; rel=me", "</m>; rel=indieauth-metadata"],
            Some("/m"),
        );
        check(
            &["</a>; title=\"a, <b>; rel=indieauth-metadata\"; rel=me"],
            None,
        );
        check(
            &["</a>; title=\"\\\", x\"; rel=indieauth-metadata"],
            Some("/a"),
        );
        check(&["</a>; rel=me; rel=indieauth-metadata"], None);
        check(
            &["</1>; rel=indieauth-metadata, </2>; rel=indieauth-metadata"],
            Some("/1"),
        );
        check(&["</a,b;c>; rel = \"indieauth-metadata\""], Some("/a,b;c"));
        check(&["</a>; crossorigin; rel=indieauth-metadata"], Some("/a"));
        check(&["nonsense, </a>; rel=indieauth-metadata"], None);
        check(
            &[
                "</a>; rel=indieauth-metadata-2",
                "</a>",
                "<",
                "",
                ";;;",
                "<>;rel=\"",
            ],
            None,
        );
        assert_eq!(
            find(&["<https://b.example/m>; rel=indieauth-metadata"], None, "").as_deref(),
            Some("https://b.example/m")
        );
    }

    #[test]
    fn elements() {
        let check = |body: &str, expect: Option<&str>| {
            let expect = expect.map(|path| format!("https://example.com{path}"));
            assert_eq!(
                find(&[], Some("text/html; charset=utf-8"), body),
                expect,
                "{body}"
            );
        };
        check("<link rel=indieauth-metadata href=/m>", Some("/m"));
        check(
            "<LINK REL='me IndieAuth-metadata' HREF='/m?a=1&amp;b=2'/>",
            Some("/m?a=1&b=2"),
        );
        check(
            "<html><body><p><link href=/1 rel=indieauth-metadata><link href=/2 rel=indieauth-metadata>",
            Some("/1"),
        );
        check("<!-- <link rel=indieauth-metadata href=/m> -->", None);
        check(
            "<script>'<link rel=indieauth-metadata href=/m>'</script>",
            None,
        );
        check("<style><link rel=indieauth-metadata href=/m></style>", None);
        check("<title><link rel=indieauth-metadata href=/m></title>", None);
        check(
            "<textarea><link rel=indieauth-metadata href=/m></textarea>",
            None,
        );
        check("<a rel=indieauth-metadata href=/m>", None);
        check("<link rel=indieauth-metadata>", None);
        check("<p title='<link rel=indieauth-metadata href=/m>'>", None);
        check("", None);
        let html = "<link rel=indieauth-metadata href=/m>";
        assert_eq!(find(&[], Some("text/plain"), html), None);
        assert_eq!(find(&[], None, html), None);
        let header = find(&["</h>; rel=indieauth-metadata"], Some("text/html"), html);
        assert_eq!(header.as_deref(), Some("https://example.com/h"));
    }

    #[test]
    fn deep_nonsense_takes_no_stack() {
        let body = "<a><b c='".repeat(60_000);
        assert_eq!(find(&[], Some("text/html"), &body), None);
    }

    proptest! {
        #[test]
        fn nothing_upsets_it(line in "[<>;,=\" \\\\a-z/]{0,60}", body in "[<>!'\"= a-z/-]{0,80}") {
            let _ = find(&[&line], Some("text/html"), &body);
        }
    }
}
