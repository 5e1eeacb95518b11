//! What is answered at an address whose appspace has moved.

use ds_sandbox::Body;
use http::{HeaderValue, Request, Response, StatusCode, Uri, header};

/// Browsers keep a permanent redirect for good unless they are told for how long; the address may be used again.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Sends a request to the same path at another origin, with the same method.
pub(crate) fn redirect<B>(request: &Request<B>, origin: &str) -> Response<Body> {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let to = |path: &str| {
        let target = format!("{origin}{path}");
        target.parse::<Uri>().ok()?;
        HeaderValue::try_from(target).ok()
    };
    let mut response = Response::new(ds_sandbox::empty_body());
    let path = if path.starts_with('/') { path } else { "/" };
    let Some(target) = to(path).or_else(|| to("/")) else {
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(header::LOCATION, target);
    response.headers_mut().insert(header::CACHE_CONTROL, KEPT);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_and_query_are_kept_and_the_origin_stays() {
        const TO: &str = "https://notes.example.org";
        let check = |uri: &str, expect: &str| {
            let request = Request::builder().uri(uri).body(()).unwrap();
            let answer = redirect(&request, TO);
            assert_eq!(answer.status(), StatusCode::PERMANENT_REDIRECT);
            let location = answer.headers()[header::LOCATION].to_str().unwrap();
            assert_eq!(location, format!("{TO}{expect}"), "{uri}");
        };
        check("/", "/");
        check("/a/b?c=d&e", "/a/b?c=d&e");
        check("http://notes.example.com/a?b", "/a?b");
        check("//evil.example/x", "//evil.example/x");
        check("/@evil.example", "/@evil.example");
        check("*", "/");
    }
}
