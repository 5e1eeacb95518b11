//! What app code cannot do.

use std::fs;

use ds_sandbox::{AppCode, Task};
use serde_json::{Value, json};

use crate::fixture::{Fixture, appspace, get};

#[tokio::test]
async fn what_app_code_tries_and_may() {
    let fixture = Fixture::new(
        r#"
        const [control, requests] = Deno.args;
        const dyn = (x) => x;
        const attempts = {
          readApp: () => Deno.readTextFile(ds.appPath + "/app.js"),
          readAvatars: () => Deno.readTextFile(ds.avatarsPath + "/a.jpg"),
          writeFiles: () => Deno.writeTextFile("x", "y"),
          kv: async () => (await Deno.openKv("kv.db")).close(),
          importApp: () => import(dyn("./other.js")),

          fetch: () => fetch("http://127.0.0.1:9999/"),
          tcp: () => Deno.connect({ port: 1 }),
          listen: () => Deno.listen({ port: 0 }),
          ownControl: () => Deno.connect({ transport: "unix", path: control }),
          ownRequests: () => Deno.connect({ transport: "unix", path: requests }),
          listenUnix: () => Deno.serve({ path: ds.appspacePath + "/s.sock" }, () => {}),
          removeSocket: () => Deno.remove(requests),
          hostname: () => Deno.readTextFile("/etc/hostname"),
          staticText: () => import("file:///etc/hostname", { with: { type: "text" } }),
          otherAppspace: () => Deno.readTextFile(ds.appspacePath + "/../../../b/data/files/secret"),
          meta: () => Deno.readTextFile(ds.appspacePath + "/../appspace-meta.db"),
          writeApp: () => Deno.writeTextFile(ds.appPath + "/x", "y"),
          writeAvatars: () => Deno.writeTextFile(ds.avatarsPath + "/x", "y"),
          harness: () => Deno.readTextFile(new URL(Deno.mainModule)),
          run: () => new Deno.Command("/bin/true").output(),
          env: () => Deno.env.get("HOME"),
          sys: () => Deno.hostname(),
          ffi: () => Deno.dlopen("libc.so.6", {}),
          remote: () => import(dyn("https://example.com/x.js")),
          link: () => Deno.symlink("/etc/hostname", "link"),
        };
        app([route("get", "/", async (ctx) => {
          const got = {};
          for (const [name, attempt] of Object.entries(attempts)) {
            try { await attempt(); got[name] = "may"; } catch (error) { got[name] = error.name; }
          }
          ctx.req.respondWith(Response.json(got));
        })]);
        "#,
    )
    .await;
    fixture.write("other.js", "export const x = 1;");
    fs::write(fixture.appspace.dir.avatars().join("a.jpg"), "jpg").unwrap();
    fs::write(fixture.appspace.dir.meta_database(), "db").unwrap();
    let other = appspace(&fixture.root, "b");
    fs::write(other.dir.files().join("secret"), "secret").unwrap();
    let sandbox = fixture.serve().await;
    let (_, got) = get(&*sandbox, 0).await;
    let mut got: serde_json::Map<String, Value> = serde_json::from_str(&got).unwrap();
    for may in ["readApp", "readAvatars", "writeFiles", "kv", "importApp"] {
        assert_eq!(got.remove(may), Some(json!("may")), "{may}");
    }
    // Refused in other words than NotCapable.
    for (name, expect) in [("remote", "TypeError"), ("staticText", "TypeError")] {
        assert_eq!(got.remove(name), Some(json!(expect)), "{name}");
    }
    for (name, error) in &got {
        assert_eq!(error, "NotCapable", "{name}");
    }
    assert_eq!(got.len(), 18);
    let appspaces = fixture.root.path().join("appspaces");
    assert!(!appspaces.join("a/data/avatars/x").exists());
}

#[tokio::test]
async fn appspaces_of_one_app_share_no_storage() {
    let fixture = Fixture::new(
        r#"
        app([route("get", "/", (ctx) => {
          const before = localStorage.getItem("who");
          localStorage.setItem("who", ds.appspacePath);
          text(ctx, String(before));
        })]);
        "#,
    )
    .await;
    let first = fixture.serve().await;
    assert_eq!(get(&*first, 0).await.1, "null");
    let mut spec = fixture.spec(Task::Serve);
    spec.appspace = Some(appspace(&fixture.root, "b"));
    let second = ds_sandbox::Engine::start(&*fixture.engine, spec)
        .await
        .unwrap();
    assert_eq!(get(&*second, 0).await.1, "null");
    first.stop(ds_sandbox::StopReason::Idle).await;
    let again = fixture.serve().await;
    // Its own is kept.
    assert_eq!(get(&*again, 0).await.1, "/rw/files");
}

#[tokio::test]
async fn odd_paths_and_node_modules_work() {
    let fixture = Fixture::new(
        r#"
        import hello from "hello";
        app([route("get", "/", (ctx) => text(ctx, hello + Deno.readTextFileSync(ds.appPath + "/data.txt")))]);
        "#,
    )
    .await;
    let odd = fixture.root.path().join("a b%20 ü#?");
    fs::create_dir(&odd).unwrap();
    fixture.write("data.txt", "!");
    fixture.write("package.json", "{}");
    fixture.write(
        "node_modules/hello/package.json",
        r#"{"name":"hello","version":"1.0.0","main":"i.js"}"#,
    );
    fixture.write(
        "node_modules/hello/i.js",
        "module.exports = 'from node_modules';",
    );
    fs::rename(fixture.run(), odd.join("run")).unwrap();
    let mut spec = fixture.spec(Task::Serve);
    spec.code = AppCode {
        run: odd.join("run"),
        node_modules: true,
        ..spec.code
    };
    let sandbox = ds_sandbox::Engine::start(&*fixture.engine, spec)
        .await
        .unwrap();
    assert_eq!(get(&*sandbox, 0).await.1, "from node_modules!");
}
