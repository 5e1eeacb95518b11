//! The same from JavaScript. Expected: not more than the limit; whoever asks next is answered.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("open_files = 200");
    stage.app(
        r#"
        bomb: async () => {
          await Deno.writeTextFile("x", "x");
          globalThis.held = [];
          try {
            for (let i = 0; i < 5000; i++) held.push(Deno.openSync("x"));
          } catch {
            return held.length;
          }
          return held.length;
        },
        release: () => { for (const file of globalThis.held ?? []) file.close(); return "released"; },
        "#,
        &[],
    );
    let answer = stage.get("/one/bomb");
    if answer.status == 200 {
        let opened: u32 = answer.body.parse().unwrap();
        assert!(opened <= 200, "{opened}");
    }
    stage.until_it_answers("/one/release");
});
