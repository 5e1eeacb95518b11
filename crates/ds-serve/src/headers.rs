//! What passes between client and app, and what does not.

use ds_core::web::Cors;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header, request::Parts,
};

use crate::{ServeError, Web, door::OwnPolicy};

/// Where an appspace says how programs are let in (RFC 9728).
const RESOURCE: &str = "/.dropserver/oauth/resource";

/// Removes every `X-Dropserver-*` header: they are the host's, whoever sends them.
pub(crate) fn remove_internal(headers: &mut HeaderMap) {
    let internal: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with("x-dropserver"))
        .cloned()
        .collect();
    for name in internal {
        headers.remove(name);
    }
}

/// Adds what every answer of an appspace says to browsers. What a member's cookie opened is for this appspace's pages
/// alone, whatever the app lets others read: other appspaces are of the same site, and cookies go along.
pub(crate) fn secure<B>(response: &mut Response<B>, web: &Web, is_private: bool) {
    let has_own = response.extensions().get::<OwnPolicy>().is_some();
    let headers = response.headers_mut();
    if !has_own {
        headers.append(header::CONTENT_SECURITY_POLICY, web.policy.clone());
    }
    let is_for_all = !is_private && web.cors.as_ref().is_some_and(Cors::is_any);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Other sites, those of other appspaces too, can neither show nor run nor measure what is here.
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            if is_for_all {
                "cross-origin"
            } else {
                "same-origin"
            },
        ),
        (HeaderName::from_static("origin-agent-cluster"), "?1"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

/// Tells programs that a token is wanted, and where one is had.
pub(crate) fn challenge<B>(response: &mut Response<B>, error: &ServeError, origin: &str) {
    if error.status() != StatusCode::UNAUTHORIZED {
        return;
    }
    let wrong = match error {
        ServeError::Auth(_) => "error=\"invalid_token\", ",
        _ => "",
    };
    let text = format!("Bearer {wrong}resource_metadata=\"{origin}{RESOURCE}\"");
    if let Ok(value) = HeaderValue::try_from(text) {
        let headers = response.headers_mut();
        headers.insert(header::WWW_AUTHENTICATE, value);
    }
}

/// Whether a page of another site sent this request to change something. Browsers say so in
/// `Sec-Fetch-Site`, older ones in `Origin`; clients that are no browsers send neither and are no danger.
pub(crate) fn is_cross_site_change(head: &Parts, own_origin: &str) -> bool {
    // A WebSocket begins with GET and can then change anything.
    let upgrades = head.headers.contains_key(header::UPGRADE);
    if matches!(head.method, Method::GET | Method::HEAD | Method::OPTIONS) && !upgrades {
        return false;
    }
    let says = |name: &str| head.headers.get(name).map(HeaderValue::as_bytes);
    match says("sec-fetch-site") {
        Some(site) => site != b"same-origin" && site != b"none",
        None => says("origin").is_some_and(|origin| origin != own_origin.as_bytes()),
    }
}

/// Whether somebody opens a page of their own: not a script of another page, nor a frame in one. Browsers say so in headers
/// that no page can forge; a page that could log people in unseen could do it without end. Clients that are no browsers say
/// nothing. A service worker that hands on what its browser asks for says `empty`. What a browser fetches before anybody goes
/// there is not opened yet: it asks again then.
#[must_use]
pub fn is_opened(headers: &HeaderMap) -> bool {
    let says = |name: &str, fits: &[&str]| {
        let mut said = headers.get_all(name).iter();
        said.all(|value| fits.iter().any(|fit| value == fit))
    };
    let is_ahead = headers.contains_key("sec-purpose");
    !is_ahead
        && says("sec-fetch-mode", &["navigate"])
        && says("sec-fetch-dest", &["document", "empty"])
}

/// Whether the client shows pages: a browser that navigates, rather than a script or an API client.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn head(method: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn internal_headers_never_pass() {
        let mut head = head(
            "GET",
            &[
                ("X-Dropserver-User-ProxyID", "mallory"),
                ("x-dropserver-call", "x"),
                ("x-dropserver", "x"),
                ("x-drop", "kept"),
            ],
        );
        remove_internal(&mut head.headers);
        assert_eq!(head.headers.keys().collect::<Vec<_>>(), ["x-drop"]);
    }

    #[test]
    fn what_people_open() {
        let check = |headers: &[(&str, &str)], expect: bool| {
            let head = head("GET", headers);
            assert_eq!(is_opened(&head.headers), expect, "{headers:?}");
        };
        let mode = |mode| ("sec-fetch-mode", mode);
        let dest = |dest| ("sec-fetch-dest", dest);
        check(&[], true);
        check(&[mode("navigate")], true);
        check(&[mode("navigate"), dest("document")], true);
        check(&[mode("navigate"), dest("empty")], true);
        for other in ["no-cors", "cors", "same-origin", "websocket", ""] {
            check(&[mode(other)], false);
            check(&[mode(other), dest("document")], false);
            check(&[mode("navigate"), mode(other)], false);
        }
        let ahead = ("sec-purpose", "prefetch;prerender");
        check(&[mode("navigate"), dest("document"), ahead], false);
        for frame in ["iframe", "frame", "embed", "object", "image", ""] {
            check(&[mode("navigate"), dest(frame)], false);
        }
    }

    #[test]
    fn changes_sent_by_other_sites() {
        let own = "https://notes.example.com";
        let check = |method: &str, headers: &[(&str, &str)], expect: bool| {
            assert_eq!(
                is_cross_site_change(&head(method, headers), own),
                expect,
                "{method} {headers:?}"
            );
        };
        check("POST", &[], false);
        check("POST", &[("sec-fetch-site", "same-origin")], false);
        check("POST", &[("sec-fetch-site", "none")], false);
        check("POST", &[("sec-fetch-site", "same-site")], true);
        check("POST", &[("sec-fetch-site", "cross-site")], true);
        check("GET", &[("sec-fetch-site", "cross-site")], false);
        check("POST", &[("origin", own)], false);
        check("POST", &[("origin", "https://evil.example.com")], true);
        check("DELETE", &[("origin", "null")], true);
        let evil = ("origin", "https://evil.example.com");
        check("GET", &[evil], false);
        check("GET", &[("upgrade", "websocket"), evil], true);
        check("GET", &[("upgrade", "websocket"), ("origin", own)], false);
        check("CONNECT", &[evil], true);
        check(
            "POST",
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "https://x.example"),
            ],
            false,
        );
    }
}
