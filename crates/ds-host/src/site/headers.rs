//! Headers that every answer of the account site carries.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use super::SiteState;

/// What never differs. `same-origin` and not `no-referrer`: with the latter browsers send `Origin: null`
/// with our own forms.
const FIXED: [(HeaderName, HeaderValue); 5] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    ),
];

/// Adds them. Pages are not to be kept by anybody; assets say otherwise themselves.
pub(super) async fn add(State(site): State<SiteState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.entry(name).or_insert(value);
    }
    if let Ok(policy) = HeaderValue::from_str(&content_policy(&site)) {
        headers
            .entry(header::CONTENT_SECURITY_POLICY)
            .or_insert(policy);
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Only our own files, in nobody's frame. A log-in form may end at an appspace, because Chromium holds
/// redirects after a form to `form-action` too.
fn content_policy(site: &SiteState) -> String {
    let names = site.ops.names();
    let scheme = if names.https { "https" } else { "http" };
    let port = names
        .port
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let appspaces = format!("{scheme}://*.{}{port}", names.domain);
    format!(
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
         form-action 'self' {appspaces}"
    )
}
