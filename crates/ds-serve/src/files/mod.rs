//! Static files: answered by the host, without waking the app.
//!
//! Small files are kept in memory under the identity of the file they were read from (inode, length and
//! times), so every request opens the file and looks at it, and a changed file is never answered from
//! memory. Opening is done on the runtime only as far as the kernel knows the way without asking the
//! disk: a few microseconds, less than handing the work to another thread. Everything else is handed
//! over. Large files are streamed in blocks.
//!
//! What people upload must not be able to act for the app: see [`kind::Kind::is_inert`].

mod conditions;
mod kind;
mod range;
mod stream;
#[cfg(test)]
mod tests;
mod version;

use std::{fs::File, io, os::unix::fs::FileExt as _, sync::Arc};

use bytes::Bytes;
use ds_core::{Access, Clock, SystemClock};
use ds_routes::{Lookup, Route, StaticFile, StaticMiss, StaticRoot, StaticRoots, StaticTarget};
use ds_sandbox::{Body, empty_body, full_body};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts};
use moka::sync::Cache;

use crate::ServeError;
use conditions::Verdict;
use kind::Kind;
use range::Span;
use version::{Validators, Version};

/// Files up to this size are kept in memory, in bytes.
const SMALL: u64 = 1 << 20;
/// All that is kept in memory, in bytes.
const KEPT: u64 = 64 << 20;
/// What an entry costs beside its content, in bytes.
const ENTRY: u32 = 256;
/// How often a file is read again that changed while it was read.
const TRIES: usize = 3;

/// Answers requests for static files. One for the whole host: the memory is shared and bounded.
#[derive(Clone)]
pub(crate) struct StaticFiles {
    kept: Cache<Version, Bytes>,
    clock: Arc<dyn Clock>,
}

/// Why a file could not be served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StaticError {
    /// There is no such file.
    #[error("there is no such file")]
    Missing(#[source] StaticMiss),
    /// The disk failed.
    #[error("cannot read a static file")]
    Read(#[source] io::Error),
    /// It is written to all the time.
    #[error("a static file changed each time it was read; try again when the app has written it")]
    Changing,
}

impl From<StaticError> for ServeError {
    fn from(error: StaticError) -> Self {
        match error {
            StaticError::Missing(_) => Self::NoFile,
            other => Self::File(Box::new(other)),
        }
    }
}

impl Default for StaticFiles {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

impl StaticFiles {
    /// An empty memory. The clock tells which files are too fresh to be remembered.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let weight = |_: &Version, content: &Bytes| {
            let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
            length.saturating_add(ENTRY)
        };
        let kept = Cache::builder().max_capacity(KEPT).weigher(weight).build();
        Self { kept, clock }
    }

    /// Answers a request to a static route. `path` is its path, percent-encoded, without the query.
    pub(crate) async fn serve(
        &self,
        roots: &StaticRoots,
        route: &Route,
        path: &str,
        head: &Parts,
    ) -> Result<Response<Body>, StaticError> {
        let target = StaticTarget::of(route, path).map_err(StaticError::Missing)?;
        for _ in 0..TRIES {
            let opened = open(&target, roots).await?;
            let version = Version::of(&opened.metadata);
            let validators = version.validators(self.clock.now());
            let verdict = conditions::judge(head, &validators, version.length());
            let span = match &verdict {
                Verdict::Whole if head.method == Method::HEAD => None,
                Verdict::Whole => Some(Span::whole(version.length())),
                Verdict::Part(span) => Some(*span),
                _ => None,
            };
            let headers = headers(route, &target, &opened.path, &validators);
            let body = match span {
                None => Some(empty_body()),
                Some(span) => {
                    self.content(opened.file, &version, &validators, span)
                        .await?
                }
            };
            if let Some(body) = body {
                return Ok(answer(&verdict, headers, version.length(), body));
            }
        }
        Err(StaticError::Changing)
    }

    /// Part of a file as a body; `None` if the file is not what it was when it was opened.
    async fn content(
        &self,
        file: File,
        version: &Version,
        validators: &Validators,
        span: Span,
    ) -> Result<Option<Body>, StaticError> {
        if version.length() > SMALL {
            return Ok(Some(stream::body(file, span)));
        }
        if let Some(content) = self.kept.get(version) {
            return Ok(Some(full_body(span.of(&content))));
        }
        let was = version.clone();
        let read = blocking(move || read(&file, &was)).await?;
        let Some(content) = read.map_err(StaticError::Read)? else {
            return Ok(None);
        };
        // A file written this very moment may change again without its times changing.
        if validators.is_settled() {
            self.kept.insert(version.clone(), content.clone());
        }
        Ok(Some(full_body(span.of(&content))))
    }
}

async fn open(target: &StaticTarget, roots: &StaticRoots) -> Result<StaticFile, StaticError> {
    let opened = match target.open(roots, Lookup::Cached) {
        Err(StaticMiss::WouldBlock) => {
            let (target, roots) = (target.clone(), roots.clone());
            blocking(move || target.open(&roots, Lookup::Any)).await?
        }
        other => other,
    };
    opened.map_err(|miss| match miss {
        StaticMiss::Io(error) => StaticError::Read(error),
        StaticMiss::WouldBlock => StaticError::Changing,
        other => StaticError::Missing(other),
    })
}

/// Reads a small file; `None` if it changed meanwhile.
fn read(file: &File, version: &Version) -> io::Result<Option<Bytes>> {
    let length = usize::try_from(version.length()).map_err(io::Error::other)?;
    let mut content = vec![0; length];
    match file.read_exact_at(&mut content, 0) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let unchanged = Version::of(&file.metadata()?) == *version;
    Ok(unchanged.then(|| content.into()))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StaticError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StaticError::Read(io::Error::other(error)))
}

/// What is said about the file itself, whatever becomes of the request.
fn headers(route: &Route, target: &StaticTarget, path: &str, validators: &Validators) -> HeaderMap {
    let kind = Kind::of(path);
    let mut headers = HeaderMap::with_capacity(12);
    // Browsers may keep it but must ask each time: the answer is cheap, and apps are upgraded.
    let caching = match route.access {
        Access::Public => "no-cache",
        Access::Authorized { .. } => "private, no-cache",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::CONTENT_TYPE, kind.content_type());
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if target.root() != StaticRoot::App && !kind.is_inert() {
        let sandbox = HeaderValue::from_static("sandbox");
        headers.insert(header::CONTENT_SECURITY_POLICY, sandbox);
    }
    validators.write(&mut headers);
    headers
}

/// Puts the answer together.
fn answer(verdict: &Verdict, headers: HeaderMap, length: u64, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.headers_mut() = headers;
    let (status, sent) = match verdict {
        Verdict::Whole => (StatusCode::OK, Some(length)),
        Verdict::Part(span) => (StatusCode::PARTIAL_CONTENT, Some(span.length())),
        Verdict::NotModified => (StatusCode::NOT_MODIFIED, None),
        Verdict::Changed => (StatusCode::PRECONDITION_FAILED, Some(0)),
        Verdict::Beyond => (StatusCode::RANGE_NOT_SATISFIABLE, Some(0)),
    };
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Some(sent) = sent {
        headers.insert(header::CONTENT_LENGTH, sent.into());
    }
    if !matches!(verdict, Verdict::Whole | Verdict::Part(_)) {
        headers.remove(header::CONTENT_TYPE);
    }
    let range = match verdict {
        Verdict::Part(span) => Some(span.content_range(length)),
        Verdict::Beyond => HeaderValue::try_from(format!("bytes */{length}")).ok(),
        _ => None,
    };
    if let Some(range) = range {
        headers.insert(header::CONTENT_RANGE, range);
    }
    response
}
