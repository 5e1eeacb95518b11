//! The built-in libraries on top of the harness: apps as they are written.

use std::{fs, path::Path};

use ds_sandbox::{Task, empty_body};
use http::Request;

use crate::fixture::{Fixture, call, get, whole};

fn add_modules(fixture: &Fixture) {
    let builtin = Path::new(env!("CARGO_MANIFEST_DIR")).join("runtime/builtin");
    copy(&builtin, &fixture.run().join("modules"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn apps_of_the_original_run_with_every_version_of_its_library() {
    for (version, respond) in [
        (
            "0.2.0",
            "ctx.respondWith(new Response(JSON.stringify(body)))",
        ),
        ("0.2.1", "ctx.respondJson(body)"),
        ("0.2.2", "ctx.respondJson(body)"),
    ] {
        let library = format!("../modules/deno.land/x/dropserver_app@v{version}/mod.ts.js");
        let fixture = Fixture::v0_without_prelude(&format!(
            r#"
            import {{ createApp, RoutesBuilder, MigrationsBuilder, AuthAllow }} from "{library}";
            const routes = new RoutesBuilder();
            routes.add("get", "/", {{ allow: AuthAllow.public }}, async function hello(ctx) {{
              const user = await app.getUser("member1");
              const body = [ctx.url.pathname, ctx.params, ctx.proxyId, user.proxyId, app.appspacePath("x")];
              {respond};
            }});
            routes.add("get", {{ path: "/s", end: false }}, {{ allow: AuthAllow.authorized }},
              routes.staticFileHandler({{ path: "@app/static/" }}));
            const migrations = new MigrationsBuilder();
            migrations.upTo(1, async () => {{}});
            const app = createApp({{ routes: () => routes.routes, migrations: async () => migrations.migrations }});
            "#
        ))
        .await;
        add_modules(&fixture);
        let sandbox = fixture.serve().await;
        let expect = r#"["/",{},null,"member1","/rw/files/x"]"#.to_owned();
        assert_eq!(get(&*sandbox, 0).await, (200, expect), "{version}");

        let learned = fixture.try_start(Task::Learn).await.unwrap().learn().await;
        let learned = learned.unwrap();
        assert_eq!(learned.routes[0]["options"]["name"], "hello", "{version}");
        assert_eq!(learned.routes[1]["options"]["path"], "@app/static/");
        assert_eq!(learned.migrations.len(), 1);
    }
}

#[tokio::test]
async fn an_app_of_api_1() {
    let fixture = Fixture::v1(
        r#"
        import { createApp, can, everyone, html, json, appspace } from "../modules/dropserver/mod.js";
        const app = createApp();
        app.permission("moderate", "Hide entries");
        app.get("/", everyone, async (ctx) => html(`<p>${appspace.address} ${(await ctx.member())?.name.slice(0, 7)}</p>`));
        app.post("/entries/:id", can("moderate"), (ctx) => json({ id: ctx.params.id, by: ctx.memberId }));
        app.static("/static", everyone, "@app/static/");
        app.migration(1, { up() {}, down() {} });
        export default app;
        "#,
    )
    .await;
    add_modules(&fixture);
    let sandbox = fixture.serve().await;
    let mut call = call(0, "/");
    call.proxy_id = Some("member1".parse().unwrap());
    let request = || Request::new(empty_body());
    let response = sandbox.request(call.clone(), request()).await.unwrap();
    let page = "<p>notes.example.com member1</p>";
    assert_eq!(whole(response).await, (200, page.into()));
    call.route = 1;
    call.params = serde_json::json!({"id": "7"});
    let response = sandbox.request(call, request()).await.unwrap();
    assert_eq!(
        whole(response).await,
        (200, r#"{"id":"7","by":"member1"}"#.into())
    );

    let learned = sandbox.learn().await.unwrap();
    assert_eq!(learned.routes[1]["auth"]["permission"], "moderate");
    assert_eq!(learned.routes[2]["type"], "static");
    assert_eq!(learned.permissions[0]["name"], "moderate");
    assert_eq!(learned.migrations.len(), 2);
}
