//! Deno's key-value store at its default place. Expected: what an appspace keeps there is its own.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.app(
        r#"
        keep: async () => {
          const kv = await Deno.openKv();
          await kv.set(["who"], "first");
          kv.close();
          return "kept";
        },
        all: async () => {
          const kv = await Deno.openKv();
          const got = await kv.get(["who"]);
          kv.close();
          return got.value ?? "nothing";
        },
        outside: async () => (await Deno.openKv(T.data + "/kv.db")).close(),
        remote: async () => (await Deno.openKv("http://127.0.0.1:" + T.port)).close(),
        "#,
        &[],
    );
    let kept = stage.get("/one/keep");
    let seen = stage.second("/one/all");
    assert!(!seen.body.contains("first"), "{kept:?} {seen:?}");
    for name in ["outside", "remote"] {
        assert_eq!(stage.get(&format!("/one/{name}")).status, 500);
    }
});
