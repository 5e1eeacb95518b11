//! Scripts of other sites: the host decides by the app's manifest which may use it, and that they do so with a token.
//!
//! A browser asks before most requests of such scripts (a preflight). The host answers, never the app, and never lets
//! cookies count: what a script of another site may do is what its token may.

use ds_sandbox::{Body, empty_body};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header, request::Parts,
};

use crate::{ServeError, web::Web};

/// What such scripts may do. Whether their token may is decided when they do it.
const METHODS: HeaderValue =
    HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
/// `*` means any header but this one.
const HEADERS: HeaderValue = HeaderValue::from_static("Authorization, *");
/// How long a browser need not ask again, in seconds.
const KEPT: HeaderValue = HeaderValue::from_static("600");
/// All that responses of apps could say of it themselves.
const OURS: [HeaderName; 8] = [
    header::ACCESS_CONTROL_ALLOW_ORIGIN,
    header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
    header::ACCESS_CONTROL_ALLOW_HEADERS,
    header::ACCESS_CONTROL_ALLOW_METHODS,
    header::ACCESS_CONTROL_EXPOSE_HEADERS,
    header::ACCESS_CONTROL_MAX_AGE,
    HeaderName::from_static("access-control-allow-private-network"),
    HeaderName::from_static("timing-allow-origin"),
];

/// The `Access-Control-Allow-Origin` of an answer to a script of another site, if it may come here.
pub(crate) fn allowed(web: &Web, head: &Parts, own: &str) -> Option<HeaderValue> {
    let cors = web.cors.as_ref()?;
    let origin = other_origin(head, own)?;
    if cors.is_any() {
        return Some(HeaderValue::from_static("*"));
    }
    let text = origin.to_str().ok()?;
    cors.allows(text).then(|| origin.clone())
}

/// The answer to a browser that asks whether a script of another site may; `None` if it is no such question.
pub(crate) fn preflight(
    allowed: Option<&HeaderValue>,
    head: &Parts,
    own: &str,
) -> Option<Result<Response<Body>, ServeError>> {
    let asks = head.method == Method::OPTIONS
        && head
            .headers
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        && other_origin(head, own).is_some();
    if !asks {
        return None;
    }
    if allowed.is_none() {
        return Some(Err(ServeError::OtherOrigin));
    }
    let mut response = Response::new(empty_body());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, KEPT);
    Some(Ok(response))
}

/// Says on an answer who may read it.
pub(crate) fn say(web: &Web, allowed: Option<HeaderValue>, headers: &mut HeaderMap) {
    if web.cors.as_ref().is_some_and(|cors| !cors.is_any()) {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("*"),
        );
    }
}

/// Removes what an app says of it: its manifest does.
pub(crate) fn remove(headers: &mut HeaderMap) {
    for name in OURS {
        headers.remove(name);
    }
}

/// The site whose script sends a request, if it is another. Two origins are nobody's.
fn other_origin<'a>(head: &'a Parts, own: &str) -> Option<&'a HeaderValue> {
    let mut all = head.headers.get_all(header::ORIGIN).iter();
    let one = all.next()?;
    (all.next().is_some() || one.as_bytes() != own.as_bytes()).then_some(one)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    const OWN: &str = "https://notes.example.com";

    fn web(origins: &str) -> Web {
        let cors = serde_json::from_str(&format!("{{\"origins\":{origins}}}")).unwrap();
        Web {
            cors: Some(cors),
            ..Web::default()
        }
    }

    fn head(method: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn who_may_come() {
        let (none, one, any) = (
            Web::default(),
            web(r#"["https://app.example"]"#),
            web(r#"["*"]"#),
        );
        let check = |web: &Web, origins: &[&str], expect: Option<&str>| {
            let headers: Vec<_> = origins.iter().map(|one| ("origin", *one)).collect();
            let got = allowed(web, &head("GET", &headers), OWN);
            assert_eq!(
                got.as_ref().map(|it| it.to_str().unwrap()),
                expect,
                "{origins:?}"
            );
        };
        check(&none, &["https://app.example"], None);
        check(&one, &["https://app.example"], Some("https://app.example"));
        check(&one, &["https://evil.example"], None);
        check(&one, &["https://app.example:444"], None);
        check(&one, &["null"], None);
        check(&one, &[], None);
        check(&one, &[OWN], None);
        check(&any, &["https://evil.example"], Some("*"));
        check(&any, &[OWN], None);
        check(&any, &[], None);
    }

    #[test]
    fn the_host_answers_browsers_that_ask() {
        let allow = HeaderValue::from_static("*");
        let check = |method: &str,
                     headers: &[(&str, &str)],
                     allow: Option<&HeaderValue>,
                     expect: Option<bool>| {
            let answer = preflight(allow, &head(method, headers), OWN);
            assert_eq!(
                answer.as_ref().map(Result::is_ok),
                expect,
                "{method} {headers:?}"
            );
            if let Some(Ok(answer)) = answer {
                assert!(
                    !answer
                        .headers()
                        .contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
                );
            }
        };
        let (origin, asks) = (
            ("origin", "https://app.example"),
            ("access-control-request-method", "PUT"),
        );
        check("OPTIONS", &[origin, asks], Some(&allow), Some(true));
        check("OPTIONS", &[origin, asks], None, Some(false));
        check("OPTIONS", &[origin], Some(&allow), None);
        check("OPTIONS", &[asks], Some(&allow), None);
        check("OPTIONS", &[("origin", OWN), asks], None, None);
        check("PUT", &[origin, asks], Some(&allow), None);
    }

    #[test]
    fn an_app_says_nothing_of_it() {
        let mut headers = HeaderMap::new();
        for name in OURS {
            headers.insert(name, HeaderValue::from_static("*"));
        }
        headers.insert("x-own", HeaderValue::from_static("kept"));
        remove(&mut headers);
        assert_eq!(headers.keys().collect::<Vec<_>>(), ["x-own"]);
    }
}
