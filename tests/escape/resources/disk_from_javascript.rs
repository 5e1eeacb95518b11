//! The same by an app, in many files, with a cache that Deno keeps. Expected: the same.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("disk_mib = 16");
    stage.app(
        r#"
        bomb: async () => {
          const piece = new Uint8Array(1 << 20).fill(7);
          for (let i = 0; i < 4096; i++) await Deno.writeFile(`f${i}`, piece);
          return "all of it";
        },
        hello: () => "hello",
        "#,
        &[],
    );
    let answer = stage.get("/one/bomb");
    assert!([500, 502].contains(&answer.status), "{answer:?}");
    stage.expect_log("disk_mib");
});
