//! Static files end to end: a disk, a route, requests.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};

use ds_core::{ManualClock, Timestamp};
use ds_routes::{Handler, RouteId};
use http::Request;
use http_body_util::BodyExt as _;
use tempfile::TempDir;

use super::*;

struct World {
    dir: TempDir,
    roots: StaticRoots,
    files: StaticFiles,
    clock: Arc<ManualClock>,
}

struct Got {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl World {
    /// A day later than now, so that every file has settled.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = |name: &str| {
            let path = dir.path().join(name);
            fs::create_dir(&path).unwrap();
            path
        };
        let (app, appspace, avatars) = (root("app"), root("files"), root("avatars"));
        let clock = Arc::new(ManualClock::new(
            SystemClock.now().plus(Duration::from_hours(24)),
        ));
        Self {
            roots: StaticRoots {
                app,
                appspace,
                avatars,
            },
            files: StaticFiles::new(Arc::clone(&clock) as Arc<dyn Clock>),
            clock,
            dir,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    async fn try_get(
        &self,
        root: StaticRoot,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Got, StaticError> {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = match *name {
                "method" => request.method(*value),
                name => request.header(name, *value),
            };
        }
        let head = request.body(()).unwrap().into_parts().0;
        let response = self
            .files
            .serve(&self.roots, &route(root), path, &head)
            .await?;
        let (parts, body) = response.into_parts();
        Ok(Got {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
        })
    }

    async fn get(&self, root: StaticRoot, path: &str, headers: &[(&str, &str)]) -> Got {
        self.try_get(root, path, headers).await.unwrap()
    }
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

fn route(root: StaticRoot) -> Route {
    Route {
        id: RouteId(0),
        method: Method::GET,
        pattern: "/s".into(),
        end: false,
        access: Access::Authorized { permission: None },
        handler: Handler::Static {
            root,
            path: String::new(),
        },
    }
}

#[tokio::test]
async fn a_file_and_what_is_said_about_it() {
    let world = World::new();
    world.write("app/a.html", "<p>hello");
    let got = world.get(StaticRoot::App, "/s/a.html", &[]).await;
    assert_eq!((got.status, &got.body[..]), (200, &b"<p>hello"[..]));
    let check = |name: &str, expect: Option<&str>| assert_eq!(got.header(name), expect, "{name}");
    check("content-type", Some("text/html; charset=utf-8"));
    check("content-length", Some("8"));
    check("cache-control", Some("private, no-cache"));
    check("x-content-type-options", Some("nosniff"));
    check("accept-ranges", Some("bytes"));
    check("content-security-policy", None);
    check("content-range", None);
    assert!(got.header("last-modified").unwrap().ends_with(" GMT"));

    let etag = got.header("etag").unwrap();
    let head = world
        .get(StaticRoot::App, "/s/a.html", &[("method", "HEAD")])
        .await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.headers, got.headers);
    let again = world
        .get(StaticRoot::App, "/s/a.html", &[("if-none-match", etag)])
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), Some(etag));
    assert_eq!(again.header("content-length"), None);
    let part = [("range", "bytes=1-3"), ("if-range", etag)];
    let part = world.get(StaticRoot::App, "/s/a.html", &part).await;
    assert_eq!((part.status, &part.body[..]), (206, &b"p>h"[..]));
    assert_eq!(part.header("content-range"), Some("bytes 1-3/8"));
    assert_eq!(part.header("content-length"), Some("3"));
    let beyond = world
        .get(StaticRoot::App, "/s/a.html", &[("range", "bytes=8-")])
        .await;
    assert_eq!((beyond.status, beyond.body.len()), (416, 0));
    assert_eq!(beyond.header("content-range"), Some("bytes */8"));
    let changed = world
        .get(StaticRoot::App, "/s/a.html", &[("if-match", "\"x\"")])
        .await;
    assert_eq!(changed.status, 412);
    let several = [("range", "bytes=0-1,3-4")];
    assert_eq!(
        world
            .get(StaticRoot::App, "/s/a.html", &several)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_changed_file_is_another() {
    let world = World::new();
    world.write("app/a", "one");
    let one = world.get(StaticRoot::App, "/s/a", &[]).await;
    assert_eq!(&one.body[..], b"one");
    // Kept now: a change of content alone, with the same length and the modification time set back.
    let modified = fs::metadata(world.path("app/a"))
        .unwrap()
        .modified()
        .unwrap();
    change_until_noticed(&world.path("app/a"), b"two", modified);
    let etag = one.header("etag").unwrap();
    let two = world
        .get(StaticRoot::App, "/s/a", &[("if-none-match", etag)])
        .await;
    assert_eq!((two.status, &two.body[..]), (200, &b"two"[..]));
    assert_ne!(two.header("etag"), one.header("etag"));
    assert_eq!(two.header("last-modified"), one.header("last-modified"));
    // Replaced by renaming, as careful programs do.
    world.write("app/new", "333");
    fs::rename(world.path("app/new"), world.path("app/a")).unwrap();
    assert_eq!(
        &world.get(StaticRoot::App, "/s/a", &[]).await.body[..],
        b"333"
    );
    fs::remove_file(world.path("app/a")).unwrap();
    assert!(world.try_get(StaticRoot::App, "/s/a", &[]).await.is_err());
}

/// Writes until the coarse clock of the file system has ticked, as it has long since in a settled file.
fn change_until_noticed(path: &Path, content: &[u8], modified: std::time::SystemTime) {
    let before = Version::of(&fs::metadata(path).unwrap());
    loop {
        fs::write(path, content).unwrap();
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(modified).unwrap();
        if Version::of(&file.metadata().unwrap()) != before {
            return;
        }
    }
}

#[tokio::test]
async fn a_file_just_written_is_not_remembered() {
    let world = World::new();
    world.write("app/a", "one");
    let written = fs::metadata(world.path("app/a")).unwrap();
    let written = Timestamp(std::os::unix::fs::MetadataExt::ctime(&written) * 1000);
    let files = StaticFiles::new(Arc::new(ManualClock::new(written)));
    let fresh = World { files, ..world };
    let got = fresh.get(StaticRoot::App, "/s/a", &[]).await;
    assert_eq!(
        (got.header("etag"), got.header("last-modified")),
        (None, None)
    );
    assert_eq!(fresh.files.kept.iter().count(), 0);
    let settled = World {
        files: StaticFiles::new(fresh.clock.clone()),
        ..fresh
    };
    assert!(
        settled
            .get(StaticRoot::App, "/s/a", &[])
            .await
            .header("etag")
            .is_some()
    );
    assert_eq!(settled.files.kept.iter().count(), 1);
}

#[tokio::test]
async fn what_is_not_served() {
    let world = World::new();
    world.write("secret", "s");
    symlink(world.path("secret"), world.path("files/link")).unwrap();
    symlink(world.dir.path(), world.path("files/up")).unwrap();
    fs::create_dir(world.path("files/dir")).unwrap();
    let paths = [
        "/s/link",
        "/s/up/secret",
        "/s/dir",
        "/s/dir/",
        "/s",
        "/s/nothing",
        "/s/%2e%2e/secret",
    ];
    for path in paths {
        let error = world.try_get(StaticRoot::Appspace, path, &[]).await.err();
        let error = ServeError::from(error.unwrap_or_else(|| panic!("{path} was served")));
        assert_eq!(error.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn uploads_cannot_act_for_the_app() {
    let world = World::new();
    let check = async |root: StaticRoot, name: &str, expect: Option<&str>| {
        world.write(name, "<script>");
        let path = format!("/s/{}", name.split_once('/').unwrap().1);
        let got = world.get(root, &path, &[]).await;
        assert_eq!(got.header("content-security-policy"), expect, "{name}");
    };
    check(StaticRoot::App, "app/a.html", None).await;
    check(StaticRoot::App, "app/a.svg", None).await;
    check(StaticRoot::Appspace, "files/a.html", Some("sandbox")).await;
    check(StaticRoot::Avatars, "avatars/a.svg", Some("sandbox")).await;
    check(StaticRoot::Avatars, "avatars/a.png", None).await;
}

#[tokio::test]
async fn a_large_file_in_full_and_in_part() {
    let world = World::new();
    let content: Vec<u8> = (0_u32..4 << 20).flat_map(u32::to_le_bytes).collect();
    world.write("files/big.bin", &content);
    let got = world.get(StaticRoot::Appspace, "/s/big.bin", &[]).await;
    assert_eq!(got.header("content-length"), Some("16777216"));
    assert!(got.body == content);
    let range = [("range", "bytes=1234567-11720326")];
    let part = world.get(StaticRoot::Appspace, "/s/big.bin", &range).await;
    assert_eq!(part.status, 206);
    assert_eq!(
        part.header("content-range"),
        Some("bytes 1234567-11720326/16777216")
    );
    assert_eq!(part.body.len(), 10 << 20);
    assert!(part.body == content[1_234_567..=11_720_326]);
    // Streamed, not remembered.
    assert_eq!(world.files.kept.iter().count(), 0);
}

#[tokio::test]
async fn an_empty_file() {
    let world = World::new();
    world.write("app/empty.txt", "");
    let got = world.get(StaticRoot::App, "/s/empty.txt", &[]).await;
    assert_eq!((got.status, got.header("content-length")), (200, Some("0")));
}

#[tokio::test]
async fn times_that_cannot_be_are_not_sent() {
    let world = World::new();
    let now = std::time::SystemTime::UNIX_EPOCH;
    let year = Duration::from_hours(24 * 365);
    for (name, time) in [("future", now + year * 9000), ("past", now - year)] {
        world.write(&format!("app/{name}"), "x");
        let file = File::options()
            .write(true)
            .open(world.path(&format!("app/{name}")))
            .unwrap();
        file.set_modified(time).unwrap();
        let got = world.get(StaticRoot::App, &format!("/s/{name}"), &[]).await;
        assert_eq!(got.header("last-modified"), None, "{name}");
        assert!(got.header("etag").is_some(), "{name}");
    }
}
