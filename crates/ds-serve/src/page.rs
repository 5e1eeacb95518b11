//! What a client is told when the app does not answer: a page for people, JSON for programs.

use ds_sandbox::{Body, full_body};
use http::{HeaderValue, Response, StatusCode, header};

use crate::ServeError;

/// The one page of ds-serve. Its style is inline because nothing else may be served at an address where
/// nothing answers.
const PAGE: &str = include_str!("page.html");

/// Says why there is no answer.
pub(crate) fn of_error(error: &ServeError, for_people: bool) -> Response<Body> {
    let mut response = if for_people {
        answer("text/html; charset=utf-8", page(error))
    } else {
        answer("application/json", json(error))
    };
    *response.status_mut() = error.status();
    if let Some(after) = error.retry_after() {
        response.headers_mut().insert(
            header::RETRY_AFTER,
            HeaderValue::from(after.as_secs().max(1)),
        );
    }
    response
}

/// Says that the session at this appspace has ended, and that the one at the account site has not.
pub(crate) fn logged_out(site_origin: &str) -> Response<Body> {
    let page = Page {
        message: "You are logged out of this appspace.",
        hint: "You may still be logged in to your account. If other people use this browser, log out there too.",
        links: &[("/", "Open it again"), (site_origin, "Your account")],
        status: "",
    };
    answer("text/html; charset=utf-8", page.text())
}

fn answer(kind: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(full_body(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What the page says. Texts are escaped here.
struct Page<'a> {
    message: &'a str,
    hint: &'a str,
    /// Ways onward, best first: where they lead, and what they are called.
    links: &'a [(&'a str, &'a str)],
    status: &'a str,
}

impl Page<'_> {
    fn text(&self) -> String {
        let links = self
            .links
            .iter()
            .map(|(to, name)| format!("<a href=\"{}\">{}</a>", escape(to), escape(name)));
        let links = links.collect::<Vec<_>>().join("\n");
        // What comes from outside goes in last, so that nothing in it is taken for a place to fill.
        PAGE.replace("{status}", self.status)
            .replace("{links}", &links)
            .replace("{hint}", &escape(self.hint))
            .replace("{message}", &escape(self.message))
    }
}

fn page(error: &ServeError) -> String {
    let page = Page {
        message: &sentence(&error.to_string()),
        hint: error.hint(),
        links: match error {
            ServeError::NoRoute
            | ServeError::NoFile
            | ServeError::CrossSite
            | ServeError::NotOpened
            | ServeError::Preview { .. }
            | ServeError::StaleLogin
            | ServeError::Denied(_) => &[("/", "Front page")],
            _ => &[],
        },
        status: &said(error.status()),
    };
    page.text()
}

/// `404 Not Found`
fn said(status: StatusCode) -> String {
    format!(
        "{} {}",
        status.as_str(),
        status.canonical_reason().unwrap_or_default()
    )
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
        for place in ["{message}", "{hint}", "{links}", "{status}"] {
            assert!(!page.contains(place), "{place}: {page}");
        }
        assert_eq!(
            escape("<a href=\"x\">&"),
            "&lt;a href=&quot;x&quot;&gt;&amp;"
        );
    }
}
