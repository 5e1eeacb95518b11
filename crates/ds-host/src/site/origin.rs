//! Requests that change something are taken from our own pages alone.
//!
//! A page elsewhere can make a browser send a form here, cookies included. Browsers say where such a request
//! comes from, in headers that no page can forge; a request that changes something and says that it comes from
//! elsewhere is refused. Programs that are no browsers say nothing, and no page can make them send anything.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{SiteState, error::SiteError};

/// Refuses what came from elsewhere.
pub(super) async fn check(State(site): State<SiteState>, request: Request, next: Next) -> Response {
    if is_safe(request.method()) || is_ours(request.headers(), &site.origin()) {
        next.run(request).await
    } else {
        SiteError::Foreign.into_response()
    }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether what a browser says of itself means "from this site": `Origin` must be ours if there is one, and
/// `Sec-Fetch-Site` must not contradict. Every browser sends one of them with a form; who sends neither is none.
fn is_ours(headers: &HeaderMap, ours: &str) -> bool {
    let one = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let first = values.next().map(|value| value.to_str().unwrap_or("?"));
        // Two of them is nothing a browser sends.
        if values.next().is_some() {
            Some("?")
        } else {
            first
        }
    };
    let origin = one(header::ORIGIN.as_str());
    let site = one("sec-fetch-site").map(|site| matches!(site, "same-origin" | "none"));
    match (origin, site) {
        (Some(origin), site) => origin == ours && site != Some(false),
        (None, Some(site)) => site,
        (None, None) => true,
    }
}

/// The same where a browser must have said it: a request that says nothing of itself is not taken.
pub(super) fn is_surely_ours(headers: &HeaderMap, ours: &str) -> bool {
    let site = headers.get("sec-fetch-site");
    let says = headers.contains_key(header::ORIGIN) || site.is_some_and(|it| it == "same-origin");
    says && is_ours(headers, ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_nothing_is_not_surely_ours() {
        const OURS: &str = "https://drop.example.com";
        let check = |pairs: &[(&'static str, &str)], expect: bool| {
            let pairs = pairs.iter();
            let headers: HeaderMap = pairs
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect();
            assert_eq!(is_surely_ours(&headers, OURS), expect, "{headers:?}");
        };
        check(&[], false);
        check(&[("sec-fetch-site", "none")], false);
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("origin", OURS)], true);
        check(&[("origin", OURS), ("sec-fetch-site", "cross-site")], false);
        check(
            &[
                ("origin", "https://evil.example"),
                ("sec-fetch-site", "same-origin"),
            ],
            false,
        );
        check(&[("origin", "null")], false);
    }

    #[test]
    fn where_a_change_may_come_from() {
        const OURS: &str = "http://dropserver.localhost:3000";
        let check = |origin: &[&str], site: &[&str], expect: bool| {
            let mut headers = HeaderMap::new();
            for value in origin {
                headers.append("origin", value.parse().unwrap());
            }
            for value in site {
                headers.append("sec-fetch-site", value.parse().unwrap());
            }
            assert_eq!(is_ours(&headers, OURS), expect, "{origin:?} {site:?}");
        };
        check(&[OURS], &["same-origin"], true);
        check(&[OURS], &["none"], true);
        check(&[OURS], &[], true);
        check(&[], &["same-origin"], true);
        check(&[], &["none"], true);
        check(&[], &[], true);
        check(&["null"], &[], false);
        check(&["null"], &["same-origin"], false);
        check(&["http://notes.localhost:3000"], &["same-site"], false);
        check(&["http://notes.localhost:3000"], &[], false);
        check(&["http://dropserver.localhost"], &[], false);
        check(&["https://dropserver.localhost:3000"], &[], false);
        check(
            &["http://dropserver.localhost:3000.evil.example"],
            &[],
            false,
        );
        check(&["HTTP://dropserver.localhost:3000"], &[], false);
        check(&[""], &[], false);
        check(&[OURS], &["cross-site"], false);
        check(&[OURS], &["same-site"], false);
        check(&[], &["same-site"], false);
        check(&[], &["cross-site"], false);
        check(&[], &["nonsense"], false);
        check(&[OURS, "http://evil.example"], &["same-origin"], false);
        check(&[OURS, OURS], &[], false);
        check(&[], &["same-origin", "cross-site"], false);
    }
}
