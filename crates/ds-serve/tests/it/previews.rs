//! Snapshots that are open for a look: whom they answer, and to what.

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use ds_auth::{AuthError, Authenticator, Cookies, LoginTokens, Sessions, Visitor};
use ds_core::{Access, Address, AppspaceId, Member, Timestamp, usage::NoMeter};
use ds_routes::{Handler, Route, RouteId, RouteTable, StaticRoot, StaticRoots};
use ds_sandbox::{Limits, PoolConfig, Sandboxes, full_body};
use ds_serve::{Appspaces, Directory, DirectoryError, Door, FixedSite, Parts, Site, SitePreview};
use ds_testkit::{Memory, ScriptedEngine, sample};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;

use crate::world::site;

const PREVIEW: &str = "preview-a1.example.com";
const MADE: Timestamp = Timestamp(1_767_225_600_000);

/// People by the header `x-who`.
struct People(Vec<Arc<Member>>);

#[async_trait]
impl Authenticator for People {
    async fn identify(&self, _: AppspaceId, headers: &HeaderMap) -> Result<Visitor, AuthError> {
        let name = headers.get("x-who").map(|name| name.to_str().unwrap());
        let found = self.0.iter().find(|one| Some(&*one.display_name) == name);
        Ok(found.map_or(Visitor::Anonymous, |one| Visitor::Member(Arc::clone(one))))
    }
}

fn routes() -> RouteTable {
    let route = |id, method, pattern: &str, access: &Access, handler: &Handler| Route {
        id: RouteId(id),
        method,
        pattern: pattern.into(),
        end: true,
        access: access.clone(),
        handler: handler.clone(),
    };
    let code = Handler::Function {
        name: String::new(),
    };
    let file = Handler::Static {
        root: StaticRoot::App,
        path: "hello.txt".into(),
    };
    let (public, members) = (Access::Public, Access::Authorized { permission: None });
    let table = vec![
        route(0, Method::GET, "/", &public, &code),
        route(1, Method::POST, "/", &public, &code),
        route(2, Method::DELETE, "/", &members, &code),
        route(3, Method::OPTIONS, "/", &public, &code),
        route(4, Method::HEAD, "/", &members, &code),
        route(5, Method::GET, "/file", &public, &file),
    ];
    RouteTable::compile(table).unwrap()
}

struct World {
    appspaces: Appspaces,
    engine: ScriptedEngine,
    _dir: tempfile::TempDir,
}

fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("hello.txt"), "a file of the app").unwrap();
    let (ada, eve, bob) = (
        sample::owner("Ada"),
        sample::owner("Eve"),
        sample::member("Bob"),
    );
    let of = site(PREVIEW, &Limits::default());
    let preview = Site {
        routes: Arc::new(routes()),
        roots: StaticRoots {
            app: dir.path().to_owned(),
            appspace: PathBuf::new(),
            avatars: PathBuf::new(),
        },
        preview: Some(SitePreview {
            owner: ada.proxy_id.clone(),
            made: MADE,
        }),
        ..of
    };
    let engine = ScriptedEngine::new().answering(|_, _| Ok(Response::new(full_body("the app"))));
    let (memory, clock) = (Arc::new(Memory::default()), sample::clock());
    let sessions = Sessions::new(memory.clone(), memory, clock.clone());
    let appspaces = Appspaces::new(Parts {
        directory: Arc::new(FixedSite::new(preview)),
        authenticator: Arc::new(People([ada, eve, bob].map(Arc::new).into())),
        door: Some(Door {
            site_origin: "https://dropserver.example.com".into(),
            sessions: Arc::new(sessions),
            tokens: Arc::new(LoginTokens::new(clock)),
            cookies: Cookies { secure: true },
            entrance: None,
        }),
        sandboxes: Sandboxes::new(Arc::new(engine.clone()), PoolConfig::default()),
        meter: Arc::new(NoMeter),
        scheme: "https",
        grace: Duration::from_secs(5),
    });
    World {
        appspaces,
        engine,
        _dir: dir,
    }
}

impl World {
    /// What somebody's browser or program is answered.
    async fn ask(
        &self,
        who: Option<&str>,
        method: &Method,
        path: &str,
        is_browser: bool,
    ) -> (StatusCode, String, String) {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", PREVIEW);
        if let Some(who) = who {
            request = request.header("x-who", who);
        }
        if is_browser {
            request = request.header("accept", "text/html");
        }
        let answer = self.appspaces.serve(request.body(full_body("x")).unwrap());
        let (head, body) = answer.await.into_parts();
        let to = head.headers.get("location");
        let to = to.map_or("", |to| to.to_str().unwrap()).to_owned();
        let body = body.collect().await.unwrap().to_bytes();
        (head.status, to, String::from_utf8(body.into()).unwrap())
    }
}

#[tokio::test]
async fn its_owner_looks_and_changes_nothing() {
    let world = world();
    let check = async |method: Method, path: &str, status: u16, says: &str| {
        for is_browser in [false, true] {
            let (got, _, text) = world.ask(Some("Ada"), &method, path, is_browser).await;
            assert_eq!(got, status, "{method} {path}: {text}");
            assert!(text.contains(says), "{method} {path}: {text}");
        }
    };
    let refused = "his is a preview of how it was on 2026-01-01 00:00 UTC";
    for method in [Method::POST, Method::DELETE, Method::PUT, Method::PATCH] {
        check(method, "/", 403, refused).await;
    }
    check("BREW".parse().unwrap(), "/", 403, refused).await;
    check(Method::POST, "/file", 403, "nothing can be changed here").await;
    assert!(world.engine.started().is_empty(), "nobody was woken for it");
    check(Method::GET, "/", 200, "the app").await;
    check(Method::OPTIONS, "/", 200, "the app").await;
    check(Method::HEAD, "/", 200, "").await;
    check(Method::GET, "/file", 200, "a file of the app").await;
    check(Method::GET, "/nothing", 404, "nothing at this path").await;
}

#[tokio::test]
async fn it_is_for_nobody_else() {
    let world = world();
    for path in ["/", "/file", "/nothing"] {
        for method in [Method::GET, Method::POST] {
            // Another owner of the appspace as it was, and a member.
            for who in ["Eve", "Bob"] {
                let (status, _, text) = world.ask(Some(who), &method, path, true).await;
                assert_eq!(status, 403, "{who} {method} {path}");
                assert!(
                    text.contains("for the owner of the appspace alone"),
                    "{text}"
                );
            }
            let (status, _, text) = world.ask(None, &method, path, false).await;
            assert_eq!(status, 401, "{method} {path}: {text}");
        }
        let (status, to, _) = world.ask(None, &Method::GET, path, true).await;
        assert_eq!(status, 303);
        let site = "https://dropserver.example.com/appspacelogin?appspace=preview-a1.example.com&";
        assert!(to.starts_with(site), "{to}");
        let (status, ..) = world.ask(None, &Method::POST, path, true).await;
        assert_eq!(status, 401);
    }
    assert!(world.engine.started().is_empty());
}

/// Nothing answers anywhere.
struct Nowhere;

#[async_trait]
impl Directory for Nowhere {
    async fn at(&self, _: &Address) -> Result<Option<Arc<Site>>, DirectoryError> {
        Ok(None)
    }
}

#[tokio::test]
async fn a_closed_one_says_that_it_was_one() {
    let appspaces = Appspaces::new(Parts {
        directory: Arc::new(Nowhere),
        authenticator: Arc::new(People(Vec::new())),
        door: None,
        sandboxes: Sandboxes::new(Arc::new(ScriptedEngine::new()), PoolConfig::default()),
        meter: Arc::new(NoMeter),
        scheme: "https",
        grace: Duration::from_secs(5),
    });
    for (host, says) in [
        (PREVIEW, "this preview is closed"),
        ("notes.example.com", "no appspace at this address"),
    ] {
        let request = Request::get("/").header("host", host);
        let answer = appspaces.serve(request.body(full_body("")).unwrap()).await;
        assert_eq!(answer.status(), 404);
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&body);
        assert!(text.contains(says), "{text}");
    }
}
