//! What goes with a request to the harness: one header that the client cannot have sent and the app does
//! not see.

use std::{collections::BTreeSet, fmt::Write as _};

use ds_core::Permission;
use http::{HeaderName, HeaderValue, Request, Uri, Version, header, uri::PathAndQuery};
use serde::Serialize;
use serde_json::Value;

use crate::{Body, Call};

/// Headers with this prefix are between host and harness only.
const PREFIX: &str = "x-dropserver-";
const CALL: HeaderName = HeaderName::from_static("x-dropserver-call");
/// Deno reads heads of a few hundred KiB; the path is in the head twice.
const MAX_CALL: usize = 64 << 10;

/// Why a request cannot be handed to a sandbox.
#[derive(Debug, thiserror::Error)]
pub(in crate::deno) enum CallError {
    #[error("the request's path and parameters are too long")]
    TooLong,
    #[error("the request's call cannot be written as a header")]
    Json(#[from] serde_json::Error),
    #[error("the request's path or origin is malformed")]
    Malformed(#[from] http::Error),
}

#[derive(Serialize)]
struct CallHeader<'a> {
    route: u32,
    params: &'a Value,
    path: &'a str,
    origin: &'a str,
    #[serde(rename = "proxyId")]
    proxy_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a BTreeSet<Permission>>,
}

/// Makes a client's request one for the harness.
pub(in crate::deno) fn to_sandbox(
    call: &Call,
    mut request: Request<Body>,
) -> Result<Request<Body>, CallError> {
    let path: PathAndQuery = call.path_and_query.parse().map_err(http::Error::from)?;
    let authority = call.origin.split_once("://").map_or("", |(_, rest)| rest);
    let host = HeaderValue::try_from(authority).map_err(http::Error::from)?;
    *request.uri_mut() = Uri::from(path);
    *request.version_mut() = Version::HTTP_11;
    let headers = request.headers_mut();
    crate::remove_hop_by_hop(headers);
    let ours: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with(PREFIX))
        .cloned()
        .collect();
    for name in ours {
        headers.remove(name);
    }
    headers.insert(header::HOST, host);
    headers.insert(CALL, header_of(call)?);
    Ok(request)
}

fn header_of(call: &Call) -> Result<HeaderValue, CallError> {
    let json = ascii_json(&CallHeader {
        route: call.route,
        params: &call.params,
        path: &call.path_and_query,
        origin: &call.origin,
        proxy_id: call.proxy_id.as_ref().map(ds_core::ProxyId::as_str),
        scope: call.scope.as_ref(),
    })?;
    if json.len() > MAX_CALL {
        return Err(CallError::TooLong);
    }
    Ok(HeaderValue::try_from(json).map_err(http::Error::from)?)
}

/// JSON of visible ASCII only, which any header can carry.
fn ascii_json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let json = serde_json::to_string(value)?;
    if json.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Ok(json);
    }
    let mut ascii = String::with_capacity(json.len() * 2);
    for c in json.chars() {
        if (' '..='~').contains(&c) {
            ascii.push(c);
        } else {
            // Outside strings JSON is ASCII, so this is inside one. Writing to a String cannot fail.
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    Ok(ascii)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::empty_body;

    fn call() -> Call {
        Call {
            route: 3,
            params: serde_json::json!({"id": "7"}),
            path_and_query: "/a?b".into(),
            origin: "https://notes.example.com".into(),
            proxy_id: None,
            scope: None,
        }
    }

    #[test]
    fn clients_cannot_send_our_headers_and_the_host_is_the_real_one() {
        let request = Request::get("http://elsewhere/x")
            .header("x-dropserver-call", "forged")
            .header("x-dropserver-other", "forged")
            .header("host", "elsewhere")
            .header("connection", "x-y")
            .header("x-y", "1")
            .header("cookie", "a=b")
            .body(empty_body())
            .unwrap();
        let request = to_sandbox(&call(), request).unwrap();
        assert_eq!(request.uri(), "/a?b");
        let mut headers: Vec<_> = request.headers().iter().collect();
        headers.sort_by_key(|(name, _)| name.as_str().to_owned());
        let names: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["cookie", "host", "x-dropserver-call"]);
        assert_eq!(headers[1].1, "notes.example.com");
        assert!(
            headers[2]
                .1
                .to_str()
                .unwrap()
                .contains(r#""params":{"id":"7"}"#)
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut long = call();
        long.params = serde_json::json!({ "x": "y".repeat(MAX_CALL) });
        let refused = to_sandbox(&long, Request::new(empty_body()));
        assert!(matches!(refused, Err(CallError::TooLong)));
        let mut odd = call();
        odd.path_and_query = "/a b".into();
        let refused = to_sandbox(&odd, Request::new(empty_body()));
        assert!(matches!(refused, Err(CallError::Malformed(_))));
    }

    proptest! {
        #[test]
        fn any_text_survives_the_header(text in any::<String>()) {
            let ascii = ascii_json(&text).unwrap();
            prop_assert!(HeaderValue::try_from(&ascii).is_ok());
            prop_assert_eq!(serde_json::from_str::<String>(&ascii).unwrap(), text);
        }
    }
}
