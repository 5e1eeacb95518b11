//! Decisions are made by hand: the app has the same origin, and its scripts could send these forms, too.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};

use crate::{
    ops::{ErrorKind, OpError},
    site::SiteError,
};

/// A form that a person sent from a window of their own. As an argument of a handler it refuses what a script sent.
pub(super) struct ByHand;

impl<S: Send + Sync> FromRequestParts<S> for ByHand {
    type Rejection = SiteError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SiteError> {
        if is_by_hand(&parts.headers) {
            return Ok(Self);
        }
        let message = "this was not sent by a person who looks at the page";
        let refused = OpError::new(ErrorKind::Forbidden, message);
        Err(refused
            .with_hint("open the page in a window of its own, and press the button there")
            .into())
    }
}

/// Whether what a browser says of itself means that a person opened a window with this. Who says nothing is no browser
/// of today, and then there is no script in it.
fn is_by_hand(headers: &HeaderMap) -> bool {
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|it| it == value);
    let is_browser = headers
        .keys()
        .any(|name| name.as_str().starts_with("sec-fetch-"));
    if !is_browser {
        return true;
    }
    // Safari says nothing of who set a window off. No script can say that a window is a Safari.
    let agent = headers.get("user-agent").and_then(|it| it.to_str().ok());
    let is_silent = agent.is_some_and(|it| it.contains("AppleWebKit/") && !it.contains("Chrom"));
    says("sec-fetch-mode", "navigate")
        && says("sec-fetch-dest", "document")
        && (says("sec-fetch-user", "?1") || is_silent && !headers.contains_key("sec-fetch-user"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_decide() {
        const SAFARI: &str =
            "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15";
        const CHROMIUM: &str =
            "Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";
        let check = |[site, mode, dest, user, agent]: [&str; 5], expect: bool| {
            let names = ["site", "mode", "dest", "user"].map(|name| format!("sec-fetch-{name}"));
            let mut headers = HeaderMap::new();
            for (name, value) in names.iter().zip([site, mode, dest, user]) {
                if !value.is_empty() {
                    headers.insert(
                        http::HeaderName::try_from(name).unwrap(),
                        value.parse().unwrap(),
                    );
                }
            }
            headers.insert("user-agent", agent.parse().unwrap());
            assert_eq!(is_by_hand(&headers), expect, "{headers:?}");
        };
        let own = "same-origin";
        check(["", "", "", "", "curl/8"], true);
        check([own, "navigate", "document", "?1", CHROMIUM], true);
        check([own, "navigate", "document", "", CHROMIUM], false);
        check([own, "navigate", "iframe", "?1", CHROMIUM], false);
        check([own, "cors", "empty", "", CHROMIUM], false);
        check([own, "cors", "empty", "", SAFARI], false);
        check([own, "navigate", "document", "", SAFARI], true);
        check([own, "navigate", "iframe", "", SAFARI], false);
        check([own, "", "", "", CHROMIUM], false);
    }
}
