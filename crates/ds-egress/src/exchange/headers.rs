//! Headers that are about one connection, and those that must be about this host.

use ds_sandbox::remove_hop_by_hop;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{self, Entry},
    request,
};

use crate::outlet::Target;

const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");

/// Removes headers that must not be passed on. Where the two sides go on with WebSocket, that is said anew.
pub(super) fn pass_on(headers: &mut HeaderMap, websocket: bool) {
    remove_hop_by_hop(headers);
    if websocket {
        let upgrade = HeaderValue::from_static("Upgrade");
        headers.insert(header::CONNECTION, upgrade);
        headers.insert(header::UPGRADE, WEBSOCKET);
    }
}

/// Whether the other side wants to go on with WebSocket.
pub(super) fn is_websocket(headers: &HeaderMap) -> bool {
    let says = |name: &HeaderName, what: &str| {
        let mut values = listed(headers, name);
        values.any(|value| value.eq_ignore_ascii_case(what))
    };
    says(&header::CONNECTION, "upgrade") && says(&header::UPGRADE, "websocket")
}

fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// What keeps a request from going on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotOurs {
    /// These are about the connection, or give back what was sent.
    #[error("{0} requests do not go where a secret is kept")]
    Method(Method),
    /// On a server with many sites, another's owner would get the secret.
    #[error("the request is for another host: `{0}`")]
    Host(String),
}

/// Makes sure that a request is for this host and no other behind the same server, and says so.
pub(super) fn address(head: &mut request::Parts, to: &Target) -> Result<(), NotOurs> {
    if [Method::CONNECT, Method::TRACE].contains(&head.method) {
        return Err(NotOurs::Method(head.method.clone()));
    }
    let authority = head.uri.authority().map(|one| one.as_str().as_bytes());
    let hosts = head.headers.get_all(header::HOST).iter();
    let mut said = hosts.map(HeaderValue::as_bytes).chain(authority);
    if let Some(other) = said.find(|host| !is_host(host, to)) {
        let shown = String::from_utf8_lossy(other).chars().take(80).collect();
        return Err(NotOurs::Host(shown));
    }
    let host = match to.port {
        443 => to.name.to_string(),
        _ => to.to_string(),
    };
    let value = HeaderValue::try_from(host).map_err(|_| NotOurs::Host(to.to_string()))?;
    match head.headers.entry(header::HOST) {
        // All of them at once.
        Entry::Occupied(mut entry) => drop(entry.insert(value)),
        Entry::Vacant(entry) => drop(entry.insert(value)),
    }
    let path = head.uri.path_and_query().cloned();
    head.uri = path.map_or_else(|| http::Uri::from_static("/"), Into::into);
    head.version = http::Version::HTTP_11;
    Ok(())
}

fn is_host(said: &[u8], to: &Target) -> bool {
    let Ok(said) = std::str::from_utf8(said) else {
        return false;
    };
    let (name, port) = match said.rsplit_once(':') {
        Some((name, port)) => (name, port.parse().ok()),
        None => (said, Some(443)),
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    port == Some(to.port) && name.eq_ignore_ascii_case(&to.name)
}

/// Says how long a body is only where that is known.
pub(super) fn length(headers: &mut HeaderMap, body: &impl hyper::body::Body) {
    if body.size_hint().exact().is_none() {
        headers.remove(header::CONTENT_LENGTH);
    }
}

#[cfg(test)]
#[path = "headers_tests.rs"]
mod tests;
