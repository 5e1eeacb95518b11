//! What a client is told when the app does not answer: a page for people, JSON for programs.

use ds_sandbox::{Body, full_body};
use http::{HeaderValue, Response, header};

use crate::ServeError;

/// The one page of ds-serve. Its style is inline because nothing else may be served at an address where
/// nothing answers.
const PAGE: &str = include_str!("page.html");

/// Says why there is no answer.
pub(crate) fn of_error(error: &ServeError, for_people: bool) -> Response<Body> {
    let status = error.status();
    let (kind, text) = if for_people {
        ("text/html; charset=utf-8", page(error))
    } else {
        ("application/json", json(error))
    };
    let mut response = Response::new(full_body(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(after) = error.retry_after() {
        headers.insert(
            header::RETRY_AFTER,
            HeaderValue::from(after.as_secs().max(1)),
        );
    }
    response
}

fn page(error: &ServeError) -> String {
    let status = error.status();
    PAGE.replace("{status}", status.as_str())
        .replace("{message}", &escape(&sentence(&error.to_string())))
        .replace("{hint}", error.hint())
}

fn json(error: &ServeError) -> String {
    serde_json::json!({ "error": { "message": error.to_string(), "hint": error.hint() } })
        .to_string()
}

/// Upper-cases the first letter and ends with a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use ds_auth::Denied;

    use super::*;

    #[test]
    fn pages_escape_what_they_quote() {
        let denied = Denied::Lacks("a.b".parse().unwrap());
        let page = page(&ServeError::Denied(denied));
        assert!(page.contains("This takes the permission `a.b`"), "{page}");
        assert!(!page.contains("{message}") && !page.contains("{hint}"));
        assert_eq!(
            escape("<a href=\"x\">&"),
            "&lt;a href=&quot;x&quot;&gt;&amp;"
        );
    }
}
