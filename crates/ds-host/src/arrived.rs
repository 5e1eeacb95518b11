//! What changes something arrives whole before it is asked who sent it: a session that ends meanwhile opens nothing, and
//! nobody keeps anything open by sending slowly.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http_body_util::LengthLimitError;
use tokio::time::timeout;

use crate::site::SiteError;

/// The largest form.
pub(crate) const FORM_LIMIT: usize = 64 * 1024;
/// How long a form may take altogether. Less than how long a connection waits for a single piece, which ends it without a word.
pub(crate) const FORM_TIME: Duration = Duration::from_secs(50);

/// Why a body did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Lost {
    /// More was sent than is taken.
    #[error("too much was sent")]
    TooLarge,
    /// It took too long.
    #[error("the request took too long to arrive")]
    TooSlow,
    /// Whoever sent it went away.
    #[error("the request did not arrive whole")]
    Broken,
}

impl From<Lost> for SiteError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::TooLarge => Self::TooLarge,
            Lost::TooSlow => Self::TooSlow,
            Lost::Broken => Self::BadForm,
        }
    }
}

/// A body, in memory.
pub(crate) async fn read(body: Body, most: usize, time: Duration) -> Result<Bytes, Lost> {
    match timeout(time, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => {
            let source = std::error::Error::source(&error);
            let is_large = source.is_some_and(<dyn std::error::Error>::is::<LengthLimitError>);
            Err(if is_large {
                Lost::TooLarge
            } else {
                Lost::Broken
            })
        }
        Err(_) => Err(Lost::TooSlow),
    }
}

/// Lets forms arrive. Files do not fit into memory: who takes them asks once more who sent them when they are there.
pub(crate) async fn forms(request: Request, next: Next) -> Response {
    if request.method().is_safe() || has_files(request.headers()) {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    match read(body, FORM_LIMIT, FORM_TIME).await {
        Ok(bytes) => next.run(Request::from_parts(head, Body::from(bytes))).await,
        Err(lost) => SiteError::from(lost).into_response(),
    }
}

/// Whether it is a kind of form that pages with files send.
fn has_files(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start()
        .to_ascii_lowercase()
        .starts_with("multipart/")
}

#[cfg(test)]
mod tests {
    use http_body_util::channel::Channel;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn bodies_are_bounded_in_size_and_time() {
        let time = FORM_TIME;
        let read_now = |body: Body| read(body, 10, time);
        assert_eq!(
            read_now(Body::from("ten bytes!")).await.unwrap(),
            "ten bytes!"
        );
        let large = read_now(Body::from("eleven byte")).await;
        assert_eq!(large, Err(Lost::TooLarge));

        let (mut feed, body) = Channel::<Bytes, std::io::Error>::new(1);
        let drips = tokio::spawn(async move {
            while feed.send_data(Bytes::from_static(b"x")).await.is_ok() {
                tokio::time::sleep(time / 5).await;
            }
        });
        let body = Body::new(body);
        assert_eq!(read_now(body).await, Err(Lost::TooSlow));
        drips.await.unwrap();

        let (feed, body) = Channel::<Bytes, std::io::Error>::new(1);
        feed.abort(std::io::Error::other("gone"));
        assert_eq!(read_now(Body::new(body)).await, Err(Lost::Broken));
    }

    #[test]
    fn which_forms_have_files() {
        let check = |kind: &str, expect: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            assert_eq!(has_files(&headers), expect, "{kind}");
        };
        check("multipart/form-data; boundary=x", true);
        check("Multipart/Form-Data", true);
        check("application/x-www-form-urlencoded", false);
        check("application/json", false);
        assert!(!has_files(&HeaderMap::new()));
    }
}
