//! The Cache API, which needs no permission. Expected: what an appspace keeps there is its own.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.app(
        r#"
        keep: async () => {
          const cache = await caches.open("shared");
          await cache.put("http://cache.invalid/who", new Response("first"));
          return "kept";
        },
        all: async () => {
          const cache = await caches.open("shared");
          return (await (await cache.match("http://cache.invalid/who"))?.text()) ?? "nothing";
        },
        "#,
        &[],
    );
    let kept = stage.get("/one/keep");
    let seen = stage.second("/one/all");
    assert!(!seen.body.contains("first"), "{kept:?} {seen:?}");
});
