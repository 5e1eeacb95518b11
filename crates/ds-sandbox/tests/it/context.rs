//! How handlers of API 0 answer, and what they are told.

use ds_sandbox::full_body;
use http::Request;
use serde_json::json;

use crate::fixture::{Fixture, call, get, request, whole};

#[tokio::test]
async fn every_way_to_answer() {
    let fixture = Fixture::new(
        r#"
        let later;
        app([
          route("get", "/0", (ctx) => { text(ctx, "sync"); }),
          route("GET", "/1", async (ctx) => { await 0; text(ctx, "async", { status: 201 }); }),
          route("get", "/2", (ctx) => ctx.req.respondWith(Promise.resolve(new Response("promise")))),
          route("get", "/3", (ctx) => { setTimeout(() => text(ctx, "after return"), 20); }),
          route("get", "/4", (ctx) => { text(ctx, "first"); text(ctx, "second"); throw new Error("too late"); }),
          route("get", "/5", () => { throw new TypeError("thrown"); }),
          route("get", "/6", async () => { await 0; throw new RangeError("rejected"); }),
          route("get", "/7", () => { throw "not an Error"; }),
          route("get", "/8", () => Promise.reject({ odd: 1 })),
          route("get", "/9", (ctx) => { ctx.req.respondWith(Promise.reject(new Error("never came"))); }),
          route("get", "/10", (ctx) => { ctx.req.respondWith("no response"); }),
          route("get", "/11", (ctx) => { throw { toString() { throw 1; } }; }),
          route("get", "/12", async (ctx) => { text(ctx, "awaited " + await text(ctx, "twice")); }),
        ]);
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    let expect = [
        (200, "sync"),
        (201, "async"),
        (200, "promise"),
        (200, "after return"),
        (200, "first"),
        (500, "TypeError: thrown"),
        (500, "RangeError: rejected"),
        (500, "not an Error"),
        (500, "[object Object]"),
        (500, "Error: never came"),
        (
            500,
            "Error: the handler answered with string instead of a Response",
        ),
        (500, "something that cannot be shown was thrown"),
        (200, "twice"),
    ];
    for (route, (status, body)) in expect.into_iter().enumerate() {
        let route = u32::try_from(route).unwrap();
        assert_eq!(
            get(&*sandbox, route).await,
            (status, body.into()),
            "route {route}"
        );
    }
    fixture.logged("too late").await;
    assert_eq!(get(&*sandbox, 99).await.0, 500);
}

#[tokio::test]
async fn what_the_context_says() {
    let fixture = Fixture::new(
        r#"
        app([route("post", "/", async ({ req, params, url, proxyId }) => {
          const { request } = req;
          req.respondWith(Response.json({
            params, proxyId, url: url.href, isUrl: url instanceof URL,
            request: [request.method, request.url, await request.text()],
            headers: [...request.headers],
          }));
        })]);
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    let mut call = call(0, "//evil.example/a%2Fb?q=%C3%A9&r");
    call.params = json!({"id": "é☃", "rest": ["a", "b%20c"]});
    call.proxy_id = Some("abc123".parse().unwrap());
    let request = Request::post("/elsewhere")
        .header("content-type", "text/plain")
        .header("cookie", "a=b; c=d")
        .header("x-dropserver-forged", "1")
        .header("x-multi", "1")
        .header("x-multi", "2")
        .body(full_body("body"))
        .unwrap();
    let (_, body) = whole(sandbox.request(call.clone(), request).await.unwrap()).await;
    let url = "https://appspace//evil.example/a%2Fb?q=%C3%A9&r";
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&body).unwrap(),
        json!({
            "params": call.params, "proxyId": "abc123", "url": url, "isUrl": true,
            "request": ["POST", url, "body"],
            "headers": [
                ["content-length", "4"], ["content-type", "text/plain"], ["cookie", "a=b; c=d"],
                ["host", "notes.example.com"], ["x-multi", "1, 2"],
            ],
        })
    );
}

#[tokio::test]
async fn the_public_is_null_and_window_is_there() {
    let fixture = Fixture::new(
        r#"
        const surface = window["DROPSERVER"] === ds && [ds.appPath, ds.appspacePath, ds.avatarsPath];
        app([route("get", "/", (ctx) => text(ctx, JSON.stringify([ctx.proxyId, surface, Deno.cwd()])))]);
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    let (_, body) = get(&*sandbox, 0).await;
    // The same in every sandbox: nothing tells where they are on this host.
    let expect = json!([
        null,
        ["/ro/app/app", "/rw/files", "/ro/avatars"],
        "/rw/files"
    ]);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&body).unwrap(),
        expect
    );
}

#[tokio::test]
async fn api_1_handlers_return_their_response() {
    let fixture = Fixture::v1(
        r#"
        const v1 = globalThis[Symbol.for("dropserver.v1")];
        const handlers = [
          ({ request, url, params, memberId, signal }) => Response.json(
            [request.url, url.href, params, memberId, signal.aborted, v1.address, typeof window]),
          async () => { await 0; throw new Error("thrown"); },
          () => "no response",
          async (ctx) => Response.json((await v1.users.getAll()).map((u) => [u.proxyId, u.isOwner, u.permissions])),
        ];
        const routes = handlers.map((handler, i) => ({ type: "function", method: "get",
          path: { path: "/" + i, end: true }, auth: { allow: "public" }, handler, handlerName: "" }));
        export default { [Symbol.for("dropserver.app")]: { routes, migrations: [], permissions: [] } };
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    let check = async |route: u32, status: u16, expect: &str| {
        let response = sandbox
            .request(call(route, "/x?y"), request())
            .await
            .unwrap();
        assert_eq!(whole(response).await, (status, expect.into()), "{route}");
    };
    let url = "https://notes.example.com/x?y";
    let seen = format!(r#"["{url}","{url}",{{}},null,false,"notes.example.com","undefined"]"#);
    check(0, 200, &seen).await;
    check(1, 500, "Error: thrown").await;
    check(
        2,
        500,
        "Error: the handler answered with string instead of a Response",
    )
    .await;
    check(
        3,
        200,
        r#"[["owner00",true,["edit"]],["member1",false,["edit"]]]"#,
    )
    .await;
}

#[tokio::test]
async fn errors_tell_visitors_nothing_of_the_hosts_directories() {
    let fixture = Fixture::new(
        r#"
        app([
          route("get", "/", () => Deno.readTextFile(ds.appspacePath + "/not there")),
          route("get", "/1", () => Deno.readDirSync(ds.appPath + "/absent").next()),
          route("get", "/2", () => import("./" + ["missing.js"])),
        ]);
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    let root = fixture.root.path().to_str().unwrap();
    for (route, what) in [(0, "'not there'"), (1, "'app/absent'"), (2, "missing.js")] {
        let (status, body) = get(&*sandbox, route).await;
        assert_eq!(status, 500);
        assert!(body.contains(what) && !body.contains(root), "{body}");
    }
}
