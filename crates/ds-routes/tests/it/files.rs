//! Static routes on a real disk.

use std::{fs, io::Read as _, os::unix::fs::symlink};

use ds_core::Access;
use ds_routes::{
    Handler, Lookup, Route, RouteId, RouteTable, StaticMiss, StaticRoot, StaticRoots, StaticTarget,
};
use http::Method;
use tempfile::TempDir;

struct Disk {
    _dir: TempDir,
    roots: StaticRoots,
}

fn disk() -> Disk {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    for name in ["app/front/sub", "app/data", "files", "avatars"] {
        fs::create_dir_all(path(name)).unwrap();
    }
    let files = [
        "secret",
        "app/front/a.js",
        "app/front/sub/b c.txt",
        "app/front/.dot",
        "app/front/caf\u{e9}",
        "app/front/100%",
        "app/data/x",
        "app/file.html",
        "files/f",
        "avatars/me.png",
    ];
    for name in files {
        fs::write(path(name), name).unwrap();
    }
    symlink(path("secret"), path("files/link")).unwrap();
    symlink(dir.path(), path("files/up")).unwrap();
    symlink("/etc", path("files/etc")).unwrap();
    let roots = StaticRoots {
        app: path("app"),
        appspace: path("files"),
        avatars: path("avatars"),
    };
    Disk { _dir: dir, roots }
}

fn route(pattern: &str, end: bool, root: StaticRoot, path: &str) -> Route {
    Route {
        id: RouteId(0),
        method: Method::GET,
        pattern: pattern.to_owned(),
        end,
        access: Access::Public,
        handler: Handler::Static {
            root,
            path: path.to_owned(),
        },
    }
}

/// The content of what the route answers with, found through a table as a request would.
fn answer(disk: &Disk, route: &Route, path: &str) -> Result<String, StaticMiss> {
    let table = RouteTable::compile(vec![route.clone()]).unwrap();
    let found = table.find(&Method::GET, path).expect("the route matches");
    let target = StaticTarget::of(found.route, path)?;
    let mut opened = target.open(&disk.roots, Lookup::Any)?;
    let mut text = String::new();
    opened.file.read_to_string(&mut text).unwrap();
    // The way is known now: asking again without waiting gives the same, or says that it cannot.
    match target.open(&disk.roots, Lookup::Cached) {
        Ok(again) => assert_eq!(again.path, opened.path),
        Err(miss) => assert!(matches!(miss, StaticMiss::WouldBlock), "{miss:?}"),
    }
    Ok(text)
}

#[test]
fn serves_files_and_directories() {
    let disk = disk();
    let check = |pattern: &str, end: bool, spec: (StaticRoot, &str), path: &str, expect: &str| {
        let route = route(pattern, end, spec.0, spec.1);
        assert_eq!(
            answer(&disk, &route, path).unwrap(),
            expect,
            "{pattern} {path}"
        );
    };
    let front = (StaticRoot::App, "front");
    check("/static", false, front, "/static/a.js", "app/front/a.js");
    check("/static/", false, front, "/static/a.js", "app/front/a.js");
    check("/", false, front, "/a.js", "app/front/a.js");
    check("", false, front, "/a.js", "app/front/a.js");
    // The case of the route's own part does not matter, that of the file does.
    check("/Static", false, front, "/sTATIC/a.js", "app/front/a.js");
    check(
        "/static",
        false,
        front,
        "/static//sub///b%20c.txt",
        "app/front/sub/b c.txt",
    );
    check("/static", false, front, "/static/a.js/", "app/front/a.js");
    check("/static", false, front, "/static/.dot", "app/front/.dot");
    check(
        "/static",
        false,
        front,
        "/static/caf%C3%A9",
        "app/front/caf\u{e9}",
    );
    check(
        "/static",
        false,
        front,
        "/static/caf\u{e9}",
        "app/front/caf\u{e9}",
    );
    // Decoded once.
    check("/static", false, front, "/static/100%25", "app/front/100%");
    check(
        "/caf\u{e9}",
        false,
        front,
        "/caf%c3%a9/a.js",
        "app/front/a.js",
    );
    check(r"/a\:b", false, front, "/A:B/a.js", "app/front/a.js");
    // A file is the answer to everything below its route.
    let file = (StaticRoot::App, "file.html");
    check("/", true, file, "/", "app/file.html");
    check("/page", false, file, "/page/any/thing", "app/file.html");
    check("/page", false, file, "/page/", "app/file.html");
    check("/up", false, (StaticRoot::Appspace, ""), "/up/f", "files/f");
    check(
        "/Avatars",
        false,
        (StaticRoot::Avatars, ""),
        "/avatars/me.png",
        "avatars/me.png",
    );
}

#[test]
fn misses_everything_else() {
    let disk = disk();
    let check = |root: StaticRoot, base: &str, path: &str, expect: &str| {
        let route = route("/s", false, root, base);
        let miss = answer(&disk, &route, path).expect_err(path);
        assert_eq!(format!("{miss:?}"), expect, "{path}");
    };
    let (app, files) = (StaticRoot::App, StaticRoot::Appspace);
    check(app, "front", "/s", "NotAFile");
    check(app, "front", "/s/", "NotAFile");
    check(app, "front", "/s/sub", "NotAFile");
    check(app, "", "/s", "NotAFile");
    check(app, "front", "/s/nothing", "NotFound");
    check(app, "front", "/s/A.js", "NotFound");
    check(app, "nothing", "/s/a.js", "NotFound");
    check(app, "front", &format!("/s/{}", "x".repeat(300)), "NotFound");
    check(app, "front", "/s/a.js/b", "NotAFile");
    check(app, "front", "/s/../data/x", "BadPath");
    check(app, "front", "/s/%2e%2e/data/x", "BadPath");
    check(app, "front", "/s/./a.js", "BadPath");
    check(app, "front", "/s/sub%2fb", "BadPath");
    check(app, "front", "/s/sub%5cb", "BadPath");
    check(app, "front", "/s/sub\\b", "BadPath");
    check(app, "front", "/s/a.js%00", "BadPath");
    check(app, "front", "/s/%ff", "BadPath");
    // Decoded once only: this is a name with percent signs in it, and there is none.
    check(app, "front", "/s/%252e%252e/data/x", "NotFound");
    for planted in ["/s/link", "/s/up/secret", "/s/etc/passwd"] {
        check(files, "", planted, "NotFound");
    }
    check(files, "up", "/s/secret", "NotFound");
    check(files, "link", "/s", "NotFound");
}

#[test]
fn a_pipe_does_not_hold_us() {
    let disk = disk();
    let pipe = disk.roots.appspace.join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    let _socket =
        std::os::unix::net::UnixListener::bind(disk.roots.appspace.join("socket")).unwrap();
    for path in ["/s/pipe", "/s/socket"] {
        let route = route("/s", false, StaticRoot::Appspace, "");
        let miss = answer(&disk, &route, path).expect_err(path);
        assert!(matches!(miss, StaticMiss::NotAFile), "{path}: {miss:?}");
    }
}

#[test]
fn functions_have_no_files() {
    let mut route = route("/s", true, StaticRoot::App, "");
    route.handler = Handler::Function {
        name: String::new(),
    };
    assert!(matches!(
        StaticTarget::of(&route, "/s"),
        Err(StaticMiss::NotOurs)
    ));
}
