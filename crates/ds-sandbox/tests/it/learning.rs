//! What an app says it can do.

use ds_core::{Direction, MigrationStep, Schema};
use ds_sandbox::{ControlError, Learned, Task};
use serde_json::json;

use crate::fixture::{Fixture, eventually};

async fn learn(fixture: &Fixture) -> Result<Learned, ControlError> {
    let sandbox = fixture.try_start(Task::Learn).await.unwrap();
    sandbox.learn().await
}

#[tokio::test]
async fn routes_and_migrations_are_listed() {
    let fixture = Fixture::new(
        r#"
        function named() {}
        const up = (schema) => ({ direction: "up", schema, func: async () => {} });
        app([
          route("GET", "/a", named),
          { ...route("post", "/b", () => {}), auth: { allow: "authorized", permission: "edit", permissions: "create" } },
          { type: "static", method: "get", path: { path: "/s", end: false }, auth: { allow: "authorized" },
            opts: { path: "@app/static/" }, extra: 1 },
          { ...route("get", "/a", function again() {}), path: { path: "/a", end: true } },
          { ...route("get", "/a", function other() {}), path: { path: "/a", end: false } },
        ], [up(1), up(2.2), { direction: "down", schema: 2, func() {} }]);
        "#,
    )
    .await;
    let learned = learn(&fixture).await.unwrap();
    let public = json!({"allow": "public"});
    assert_eq!(
        learned.routes,
        json!([
            {"method": "get", "path": {"path": "/a", "end": true}, "auth": public, "type": "function", "options": {"name": "again"}},
            {"method": "post", "path": {"path": "/b", "end": true}, "auth": {"allow": "authorized", "permission": "edit"},
             "type": "function", "options": {"name": ""}},
            {"method": "get", "path": {"path": "/s", "end": false}, "auth": {"allow": "authorized"},
             "type": "static", "options": {"path": "@app/static/"}},
            {"method": "get", "path": {"path": "/a", "end": false}, "auth": public, "type": "function", "options": {"name": "other"}},
        ])
    );
    let step = |direction, schema| MigrationStep {
        direction,
        schema: Schema(schema),
    };
    let up = Direction::Up;
    assert_eq!(
        learned.migrations,
        [step(up, 1), step(up, 2), step(Direction::Down, 2)]
    );
    assert_eq!(learned.permissions, json!([]));
}

#[tokio::test]
async fn api_1_apps_declare_permissions() {
    let fixture = Fixture::v1(
        r#"
        export default { [Symbol.for("dropserver.app")]: {
          routes: [], permissions: [{ name: "edit", description: "Edit" }],
          migrations: [{ direction: "up", schema: 1, func() {} }],
        } };
        "#,
    )
    .await;
    let learned = learn(&fixture).await.unwrap();
    assert_eq!(
        learned.permissions,
        json!([{"name": "edit", "description": "Edit"}])
    );
    assert_eq!(learned.migrations.len(), 1);
}

#[tokio::test]
async fn a_listing_that_fails_says_why() {
    for (code, expect) in [
        (
            "ds.appRoutes.setCallback(() => { throw new Error('lost the list'); });",
            "lost the list",
        ),
        (
            "ds.appRoutes.setCallback(() => 5);",
            "an app's routes must be an array",
        ),
        (
            "app([route('fetch', '/', () => {})]);",
            "route 1 has an unknown method: fetch",
        ),
        (
            "app([{ ...route('get', '/', () => {}), handler: 1 }]);",
            "route 1 (/) has no handler",
        ),
        (
            "app([route('get', '/', () => {}, { allow: 'all' })]);",
            "route 1 does not say whom it is for",
        ),
        (
            "app([], [{ direction: 'up', schema: 1, func() {} }, { direction: 'up', schema: 1.1, func() {} }]);",
            "the up migration to schema 1 is there twice",
        ),
        (
            "app([], [{ direction: 'up', schema: 0, func() {} }]);",
            "from 1 on, not 0",
        ),
        (
            "ds.appRoutes.setCallback(() => []); ds.migrations.setCallback(async () => { throw new Error('no steps'); });",
            "no steps",
        ),
    ] {
        let fixture = Fixture::new(code).await;
        match learn(&fixture).await {
            Err(ControlError::App(message)) => assert!(message.contains(expect), "{message}"),
            other => panic!("{code}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn without_an_appspace_there_is_no_data() {
    let fixture = Fixture::new(
        r#"
        const tried = [];
        for (const attempt of [() => Deno.writeTextFileSync("x", ""), () => Deno.readTextFileSync(ds.appPath + "/../../x")]) {
          try { attempt(); tried.push("done"); } catch (error) { tried.push(error.name); }
        }
        const users = await ds.users.getAll().catch((error) => error.message);
        app([route("get", "/" + [ds.appspacePath, ds.avatarsPath, ...tried, users].join("|"), () => {})]);
        "#,
    )
    .await;
    let learned = learn(&fixture).await.unwrap();
    assert_eq!(
        learned.routes[0]["path"]["path"],
        "//dev/null/files|/dev/null/avatars|Error|NotCapable|there are no members while an app is installed"
    );
    eventually("a dropped sandbox leaves nothing", || fixture.runs() == 0).await;
}
