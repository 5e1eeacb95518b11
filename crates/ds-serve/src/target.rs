//! What a request is for: host, path and query, as the app will see them.

use ds_core::Address;
use http::{Uri, header, request::Parts};
use url::Url;

use crate::ServeError;

/// The address a request is for: `:authority` of HTTP/2 or an absolute target, else the `Host` header.
pub(crate) fn address(head: &Parts) -> Result<Address, ServeError> {
    let host = authority(head).ok_or(ServeError::NoHost)?;
    Address::from_host_header(host).map_err(|_| ServeError::NoHost)
}

/// Host and port as the client wrote them. Two `Host` headers are none: what stands before this host may have
/// gone by the other.
pub(crate) fn authority(head: &Parts) -> Option<&str> {
    let mut hosts = head.headers.get_all(header::HOST).iter();
    let host = hosts.next();
    if hosts.next().is_some() {
        return None;
    }
    match head.uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => host?.to_str().ok(),
    }
}

/// A path and query, normalised as by the WHATWG URL standard. App code parses its URL by that standard, so
/// the path that was matched and authorized is the path the app sees: `/a/../admin` is `/admin` to both.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    text: String,
    path_length: usize,
}

impl Target {
    pub(crate) fn of(uri: &Uri) -> Result<Self, ServeError> {
        let given = uri.path_and_query().map_or("/", |it| it.as_str());
        if !given.starts_with('/') {
            return Err(ServeError::BadTarget);
        }
        let url = Url::parse(&format!("http://appspace{given}"));
        let url = url.map_err(|_| ServeError::BadTarget)?;
        let mut text = url.path().to_owned();
        let path_length = text.len();
        if let Some(query) = url.query() {
            text.push('?');
            text.push_str(query);
        }
        Ok(Self { text, path_length })
    }

    /// The path, still percent-encoded.
    pub(crate) fn path(&self) -> &str {
        &self.text[..self.path_length]
    }

    /// The query, without its `?`.
    pub(crate) fn query(&self) -> Option<&str> {
        self.text[self.path_length..].strip_prefix('?')
    }

    /// Path and query.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// Whether this is a path on the same origin, safe to send a browser to.
pub(crate) fn is_local_path(path: &str) -> bool {
    let mut bytes = path.bytes();
    bytes.next() == Some(b'/')
        && !matches!(bytes.next(), Some(b'/' | b'\\'))
        && path.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_what_the_app_will_see() {
        let check = |given: &str, path: &str, query: Option<&str>| {
            let target = Target::of(&given.parse().unwrap()).unwrap();
            assert_eq!((target.path(), target.query()), (path, query), "{given}");
        };
        check("/", "/", None);
        check("/a/b?c=d&e", "/a/b", Some("c=d&e"));
        check("/a?", "/a", Some(""));
        check("/a/../admin", "/admin", None);
        check("/a/%2e%2E/admin", "/admin", None);
        check("/../../x", "/x", None);
        check("//host/x", "//host/x", None);
        check("/%3Fq", "/%3Fq", None);
        check("/%61dmin", "/%61dmin", None);
        check("/a%2Fb", "/a%2Fb", None);
        check("http://else.where/x?y", "/x", Some("y"));
    }

    #[test]
    fn one_host() {
        let check = |uri: &str, hosts: &[&str], expect: Option<&str>| {
            let mut request = http::Request::get(uri);
            for host in hosts {
                request = request.header("host", *host);
            }
            let head = request.body(()).unwrap().into_parts().0;
            let got = address(&head).ok();
            assert_eq!(got.as_ref().map(Address::as_str), expect, "{uri} {hosts:?}");
        };
        check("/", &["a.b:80"], Some("a.b"));
        check("http://c.d/", &["a.b"], Some("c.d"));
        check("http://c.d/", &[], Some("c.d"));
        check("http://x@c.d/", &[], None);
        check("/", &[], None);
        check("/", &["a.b", "a.b"], None);
        check("/", &["a.b", "c.d"], None);
        check("http://a.b/", &["a.b", "c.d"], None);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        assert!(Target::of(&"*".parse().unwrap()).is_err());
    }

    #[test]
    fn local_paths() {
        let check = |path: &str, expect: bool| assert_eq!(is_local_path(path), expect, "{path}");
        check("/", true);
        check("/a?b=//c", true);
        check("", false);
        check("a", false);
        check("//evil.example", false);
        check("/\\evil.example", false);
        check("https://evil.example", false);
        check("/a\r\nSet-Cookie: x", false);
        check("/\tx", false);
    }
}
