//! localStorage and sessionStorage, which need no permission. Expected: what an appspace keeps there is its own, also
//! for two appspaces of the same app.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.app(
        r#"
        keep: () => { localStorage.setItem("who", "first"); sessionStorage.setItem("who", "first"); return "kept"; },
        all: () => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }),
        "#,
        &[],
    );
    let kept = stage.get("/one/keep");
    let seen = stage.second("/one/all");
    // It may be refused to all; what must not be is that one sees another's.
    assert!(!seen.body.contains("first"), "{kept:?} {seen:?}");
});
