//! Telling of a job line by line until it is over: each line is a [`Job`] as JSON.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use http::header;
use http_body::Frame;
use tokio::sync::mpsc;

use super::wire::Job;
use crate::{listen::Stop, ops::Follow};

/// How many lines wait for a slow reader.
const WAITING: usize = 4;

/// Answers with what happens to a job. Ends early if the host stops: the job is over then, or goes on or is undone
/// at the next start.
pub(crate) fn answer(
    mut follow: Follow,
    told: impl Fn(Job) -> Job + Send + 'static,
    stop: &Stop,
) -> Response {
    let (lines, body) = mpsc::channel(WAITING);
    let own_stop = stop.clone();
    stop.spawn(async move {
        loop {
            let report = tokio::select! {
                report = follow.next() => report,
                () = own_stop.asked() => return,
            };
            let Some(report) = report else { return };
            let Ok(mut line) = serde_json::to_vec(&told(report.into())) else {
                return;
            };
            line.push(b'\n');
            if lines.send(Bytes::from(line)).await.is_err() {
                return;
            }
        }
    });
    let head = [(header::CONTENT_TYPE, "application/jsonl")];
    (head, Body::new(Lines(body))).into_response()
}

struct Lines(mpsc::Receiver<Bytes>);

impl http_body::Body for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let line = self.0.poll_recv(context);
        line.map(|line| line.map(|line| Ok(Frame::data(line))))
    }
}
