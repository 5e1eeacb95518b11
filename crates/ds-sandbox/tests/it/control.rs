//! Members and migrations: what goes over the control channel.

use std::fs;

use ds_core::Schema;
use ds_sandbox::{ControlError, Sandbox, Task};

use crate::fixture::{Fixture, call, get, member, request};

#[tokio::test]
async fn apps_can_ask_about_members() {
    let fixture = Fixture::new(
        r#"
        const ask = (id) => ds.users.get(id).then(JSON.stringify, (error) => String(error));
        app([
          route("get", "/", async (ctx) => text(ctx, await ask("member1"))),
          route("get", "/1", async (ctx) => text(ctx, JSON.stringify((await ds.users.getAll()).map((u) => u.proxyId)))),
          route("get", "/2", async (ctx) => text(ctx, (await Promise.all(["nobody", "broken", "No!", null, { a: 1 }].map(ask))).join("\n"))),
          route("get", "/3", async (ctx) => {
            const all = await Promise.all(Array.from({ length: 300 }, (_, i) => ds.users.get("member" + i)));
            text(ctx, String(all.every((user, i) => user.proxyId === "member" + i)));
          }),
        ]);
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    let one = member("member1");
    let shown = serde_json::json!({"proxyId": one.proxy_id, "displayName": one.display_name, "avatar": one.avatar});
    let (_, body) = get(&*sandbox, 0).await;
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&body).unwrap(),
        shown
    );
    assert_eq!(get(&*sandbox, 1).await.1, r#"["owner00","member1"]"#);
    let none = "Error: there is no member with this id";
    let expect = format!(
        "{none}\nError: the members could not be read\n{none}\n{}\n{none}",
        "ok"
    );
    let (_, body) = get(&*sandbox, 2).await;
    let lines: Vec<&str> = body.lines().collect();
    let expect: Vec<&str> = expect.lines().collect();
    assert_eq!((&lines[..3], lines[4]), (&expect[..3], expect[4]));
    assert_eq!(get(&*sandbox, 3).await.1, "true");
}

const MIGRATIONS: &str = r#"
    const note = (what) => async () => {
      await new Promise((r) => setTimeout(r, 5));
      Deno.writeTextFileSync("trail", what + " ", { append: true });
    };
    app([], [
      { direction: "up", schema: 1, func: note("up1") },
      { direction: "up", schema: 2, func: note("up2") },
      { direction: "up", schema: 3, func: () => { throw new Error("disk full"); } },
      { direction: "down", schema: 2, func: note("down2") },
      { direction: "down", schema: 1, func: note("down1") },
      { direction: "up", schema: 5, func: note("up5") },
    ]);
"#;

#[tokio::test]
async fn migrations_run_in_order_up_and_down() {
    let fixture = Fixture::new(MIGRATIONS).await;
    let trail =
        || fs::read_to_string(fixture.appspace.dir.files().join("trail")).unwrap_or_default();
    let migrate = async |from: u32, to: u32| {
        let sandbox: Box<dyn Sandbox> = fixture.try_start(Task::Migrate).await.unwrap();
        sandbox.migrate(Schema(from), Schema(to)).await
    };
    migrate(0, 0).await.unwrap();
    assert_eq!(trail(), "");
    migrate(0, 2).await.unwrap();
    assert_eq!(trail(), "up1 up2 ");
    migrate(2, 0).await.unwrap();
    assert_eq!(trail(), "up1 up2 down2 down1 ");

    let failed = async |from, to| match migrate(from, to).await {
        Err(ControlError::App(message)) => message,
        other => panic!("{other:?}"),
    };
    let message = failed(1, 5).await;
    assert!(
        message.contains("there is no up migration to schema 4; nothing was migrated"),
        "{message}"
    );
    assert_eq!(trail(), "up1 up2 down2 down1 ");
    let message = failed(1, 3).await;
    assert!(
        message.contains("up migration to schema 3 failed: Error: disk full"),
        "{message}"
    );
    assert!(message.contains("app/app.js"), "{message}");
    assert_eq!(trail(), "up1 up2 down2 down1 up2 ");
}

#[tokio::test]
async fn a_migration_has_a_time_limit() {
    let mut fixture = Fixture::new(
        "app([], [{ direction: 'up', schema: 1, func: () => new Promise(() => {}) }]);",
    )
    .await;
    fixture.limits.migration = std::time::Duration::from_millis(300);
    let sandbox = fixture.try_start(Task::Migrate).await.unwrap();
    let result = sandbox.migrate(Schema(0), Schema(1)).await;
    assert!(
        matches!(result, Err(ControlError::TimedOut { .. })),
        "{result:?}"
    );
}

#[tokio::test]
async fn a_process_that_ends_answers_every_question() {
    let fixture =
        Fixture::new("app([], [{ direction: 'up', schema: 1, func: () => Deno.exit(4) }]);").await;
    let sandbox = fixture.try_start(Task::Migrate).await.unwrap();
    let result = sandbox.migrate(Schema(0), Schema(1)).await;
    assert!(
        matches!(
            result,
            Err(ControlError::Ended(ds_sandbox::Death::Exited(4)))
        ),
        "{result:?}"
    );
}

/// The app shares a realm with the harness, so it can make it say anything.
#[tokio::test]
async fn a_process_that_breaks_the_protocol_is_killed() {
    let lies = [
        r#"new TextEncoder().encode("{}")"#,
        r#"new TextEncoder().encode("not json")"#,
        r#"new TextEncoder().encode('{"type":"listening"}')"#,
        r#"new TextEncoder().encode('{"type":"answer","id":99}')"#,
        r#"new TextEncoder().encode("[".repeat(100000))"#,
    ];
    for lie in lies {
        let fixture = Fixture::new(&format!(
            "const lie = {lie}; TextEncoder.prototype.encode = () => lie; app([]);"
        ))
        .await;
        let error = fixture.start_error().await;
        assert!(error.contains("broke the protocol"), "{lie}: {error}");
        crate::fixture::eventually("nothing is left", || fixture.runs() == 0).await;

        let fixture = Fixture::new(&format!(
            "const lie = {lie};
            const begin = () => {{ TextEncoder.prototype.encode = () => lie; }};
            app([route('get', '/', (ctx) => {{ begin(); ctx.req.respondWith(Response.error()); }})]);"
        ))
        .await;
        let sandbox = fixture.serve().await;
        let _ = sandbox.request(call(0, "/"), request()).await;
        let learned = sandbox.learn().await;
        assert!(
            matches!(learned, Err(ControlError::Protocol(_))),
            "{lie}: {learned:?}"
        );
    }
}
