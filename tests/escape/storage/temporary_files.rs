//! `/tmp`, the scratch place of every program. Expected: each sandbox has its own or none, and what one leaves there
//! no other sees.

use crate::escape::world::{Said, Stage};

attempt!(|stage: &mut Stage| {
    stage.app(
        r#"
        keep: async () => { await Deno.writeTextFile("/tmp/who", "first"); return await Deno.makeTempFile(); },
        all: async () => await Deno.readTextFile("/tmp/who"),
        "#,
        &[],
    );
    let outcome = stage.attack();
    if let Said::Got(seen) = outcome.said("all") {
        assert_eq!(seen, "first");
    }
    assert!(!std::path::Path::new("/tmp/who").exists());
    let seen = stage.second("/one/all");
    assert!(!seen.body.contains("first"), "{seen:?}");
});
