//! What passes between client and app, and what does not.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header, request::Parts};

use crate::door::OwnPolicy;

/// What browsers are told about every answer of an appspace. Apps can be stricter: where several policies
/// are sent, browsers apply them all.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data: blob:; \
    font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; \
    form-action 'self'; frame-ancestors 'self'";

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

/// Adds what every answer of an appspace says to browsers.
pub(crate) fn secure<B>(response: &mut Response<B>) {
    let has_own = response.extensions().get::<OwnPolicy>().is_some();
    let headers = response.headers_mut();
    if !has_own {
        headers.append(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        );
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
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

/// Whether a page of another site sent this request to change something. Browsers say so in
/// `Sec-Fetch-Site`, older ones in `Origin`; clients that are no browsers send neither and are no danger.
pub(crate) fn is_cross_site_change(head: &Parts, own_origin: &str) -> bool {
    if matches!(head.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return false;
    }
    let says = |name: &str| head.headers.get(name).map(HeaderValue::as_bytes);
    match says("sec-fetch-site") {
        Some(site) => site != b"same-origin" && site != b"none",
        None => says("origin").is_some_and(|origin| origin != own_origin.as_bytes()),
    }
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
