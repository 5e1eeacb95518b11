//! A repository in a bucket that speaks S3. Objects are whole or not there, so nothing is written beside.

mod http;

use std::{io, sync::Arc, time::Duration};

use ::http::Method;
use bytes::{Bytes, BytesMut};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle, actions::ListObjectsV2};
use tokio::time::sleep;
use url::Url;

use self::http::{Answer, Ask, Server};
use super::{Entry, Storage, reactor::Reactor, too_big};
use crate::snapshots::S3Place;

/// How long one operation may take: a pack of 16 MiB over a slow line, tries and pauses included.
const LIMIT: Duration = Duration::from_mins(15);
/// How long a signed request can be used.
const SIGNED_FOR: Duration = Duration::from_mins(20);
/// How often something is tried, and how long the first pause is; each is twice the one before.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);
/// The most bytes of a listing's page, or of an error.
const MOST_TOLD: u64 = 8 << 20;

pub(super) struct S3 {
    bucket: Bucket,
    credentials: Credentials,
    /// Empty, or ends with a slash.
    prefix: String,
    server: Arc<Server>,
    reactor: Reactor,
}

impl S3 {
    pub(super) fn new(at: &S3Place) -> io::Result<Self> {
        let file = &at.secret_key_file;
        let secret = std::fs::read_to_string(file).map_err(|error| {
            let said = format!(
                "the access key's secret cannot be read from {}: {error}",
                file.display()
            );
            io::Error::new(error.kind(), said)
        })?;
        // In the path, not in the name: names of buckets need not be ones that certificates cover.
        let (name, region) = (at.bucket.clone(), at.region.clone());
        let bucket = Bucket::new(at.endpoint.clone(), UrlStyle::Path, name, region);
        Ok(Self {
            bucket: bucket.map_err(io::Error::other)?,
            credentials: Credentials::new(at.access_key.clone(), secret.trim().to_owned()),
            prefix: match at.prefix.as_str() {
                "" => String::new(),
                prefix => format!("{prefix}/"),
            },
            server: Arc::new(Server::new()?),
            reactor: Reactor::start()?,
        })
    }

    fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Asks, and asks again where a server or a line had a bad moment.
    fn ask(&self, ask: Ask) -> io::Result<Answer> {
        let server = self.server.clone();
        self.reactor.wait(LIMIT, async move {
            let mut pause = PAUSE;
            for _ in 1..TRIES {
                match server.ask(&ask).await {
                    Ok(answer) if !is_passing(answer.status) => return Ok(answer),
                    Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(error),
                    _ => sleep(pause).await,
                }
                pause *= 2;
            }
            server.ask(&ask).await
        })
    }

    /// One page of a listing, and where the next begins.
    fn page(&self, prefix: &str, shallow: bool, from: Option<&str>) -> io::Result<Page> {
        let mut action = self.bucket.list_objects_v2(Some(&self.credentials));
        action.with_prefix(prefix);
        if shallow {
            action.with_delimiter("/");
        }
        if let Some(from) = from {
            action.with_continuation_token(from);
        }
        let answer = self.ask(plain(Method::GET, action.sign(SIGNED_FOR), MOST_TOLD))?;
        let answer = expect(answer, &[200])?;
        let text = std::str::from_utf8(&answer.body).map_err(io::Error::other)?;
        let found = ListObjectsV2::parse_response(text).map_err(io::Error::other)?;
        let files = found.contents.into_iter().map(|object| Entry {
            name: object.key,
            size: object.size.unwrap_or(0),
        });
        Ok(Page {
            files: files.collect(),
            dirs: found
                .common_prefixes
                .into_iter()
                .map(|dir| dir.prefix)
                .collect(),
            next: found.next_continuation_token,
        })
    }

    /// Everything whose name begins so; names as the repository has them.
    fn all(&self, prefix: &str, shallow: bool) -> io::Result<Page> {
        let prefix = self.name(prefix);
        let (mut all, mut from) = (Page::default(), None::<String>);
        loop {
            let page = self.page(&prefix, shallow, from.as_deref())?;
            all.files.extend(page.files);
            all.dirs.extend(page.dirs);
            // A server that sends round in a circle would never end.
            if page.next.is_none() || page.next == from {
                break;
            }
            from = page.next;
        }
        let own = |name: &str| name.strip_prefix(&self.prefix).map(str::to_owned);
        let files = all.files.into_iter().filter_map(|entry| {
            let name = own(&entry.name)?;
            Some(Entry { name, ..entry })
        });
        Ok(Page {
            files: files.collect(),
            dirs: all.dirs.iter().filter_map(|dir| own(dir)).collect(),
            next: None,
        })
    }

    fn get(&self, name: &str, range: Option<(u64, u64)>, most: u64) -> io::Result<Bytes> {
        let key = self.name(name);
        let action = self.bucket.get_object(Some(&self.credentials), &key);
        let ask = Ask {
            range,
            ..plain(Method::GET, action.sign(SIGNED_FOR), most.max(MOST_TOLD))
        };
        let answer = expect(self.ask(ask)?, &[200, 206, 416])?;
        match answer.status {
            416 => Err(io::ErrorKind::UnexpectedEof.into()),
            // A server that knows no ranges gives all of it.
            200 if range.is_some() => {
                let said = "the server does not give parts of objects";
                Err(io::Error::new(io::ErrorKind::Unsupported, said))
            }
            _ if answer.body.len() as u64 > most => Err(too_big(name)),
            _ => Ok(answer.body),
        }
    }
}

#[derive(Default)]
struct Page {
    files: Vec<Entry>,
    dirs: Vec<String>,
    next: Option<String>,
}

fn plain(method: Method, url: Url, most: u64) -> Ask {
    Ask {
        method,
        url,
        range: None,
        body: Bytes::new(),
        most,
    }
}

/// Whether it may be another answer in a moment.
fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

fn expect(answer: Answer, statuses: &[u16]) -> io::Result<Answer> {
    if statuses.contains(&answer.status) {
        return Ok(answer);
    }
    let kind = match answer.status {
        404 => io::ErrorKind::NotFound,
        401 | 403 => io::ErrorKind::PermissionDenied,
        _ => io::ErrorKind::Other,
    };
    let said = String::from_utf8_lossy(&answer.body);
    let code = between(&said, "<Code>", "</Code>").unwrap_or("no reason given");
    let code: String = code.chars().take(100).collect();
    let said = format!("the server answered with status {}: {code}", answer.status);
    Err(io::Error::new(kind, said))
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    Some(text.split_once(begin)?.1.split_once(end)?.0)
}

impl Storage for S3 {
    /// Buckets are made by whoever pays for them.
    fn create(&self) -> io::Result<()> {
        Ok(())
    }

    fn top(&self) -> io::Result<Vec<String>> {
        let top = match self.all("", true) {
            // There is no such bucket, which is not the same as one that is empty.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(io::Error::other(error));
            }
            top => top?,
        };
        let files = top.files.into_iter().map(|entry| entry.name);
        let dirs = top
            .dirs
            .iter()
            .map(|dir| dir.trim_end_matches('/').to_owned());
        // Some tools make an object of no name where a directory would be.
        Ok(files.chain(dirs).filter(|name| !name.is_empty()).collect())
    }

    fn list(&self, dir: &str) -> io::Result<Vec<Entry>> {
        Ok(self.all(&format!("{dir}/"), false)?.files)
    }

    fn read(&self, name: &str, most: u64) -> io::Result<Bytes> {
        self.get(name, None, most)
    }

    fn read_part(&self, name: &str, offset: u64, length: u64) -> io::Result<Bytes> {
        let Some(last) = (offset + length).checked_sub(1).filter(|_| length > 0) else {
            return Ok(Bytes::new());
        };
        let content = self.get(name, Some((offset, last)), length)?;
        if content.len() as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(content)
    }

    fn write(&self, name: &str, parts: &[Bytes]) -> io::Result<()> {
        let key = self.name(name);
        let action = self.bucket.put_object(Some(&self.credentials), &key);
        let mut body = BytesMut::with_capacity(parts.iter().map(Bytes::len).sum());
        for part in parts {
            body.extend_from_slice(part);
        }
        let ask = Ask {
            body: body.freeze(),
            ..plain(Method::PUT, action.sign(SIGNED_FOR), MOST_TOLD)
        };
        expect(self.ask(ask)?, &[200, 201, 204]).map(drop)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let key = self.name(name);
        let action = self.bucket.delete_object(Some(&self.credentials), &key);
        let ask = plain(Method::DELETE, action.sign(SIGNED_FOR), MOST_TOLD);
        expect(self.ask(ask)?, &[200, 202, 204, 404]).map(drop)
    }

    fn free(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    fn tidy(&self) -> io::Result<()> {
        Ok(())
    }
}
