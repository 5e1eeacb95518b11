//! An archive as the body of an answer.

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use http::header;
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use crate::ops::Archive;

/// How much is read at once.
const PIECE: usize = 64 << 10;

/// Sends an archive. Whoever gets as many bytes as were announced has all of it.
pub(crate) fn answer(archive: Archive) -> Response {
    let Archive { name, file, length } = archive;
    let head = [
        (header::CONTENT_TYPE, "application/zstd".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        // An address has no character that would need quoting.
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    let pieces = ReaderStream::with_capacity(file.take(length), PIECE);
    (head, Body::from_stream(pieces)).into_response()
}
