//! Links that app code makes to what it may not read, symbolic and hard. Refused: Deno makes no links for it, and
//! the kernel none that are symbolic.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        symlink: async () => { await Deno.symlink(T.text, "link"); return await Deno.readTextFile("link"); },
        relative: async () => { await Deno.symlink("../../../../secret.txt", "link2"); return await Deno.readTextFile("link2"); },
        node: async () => {
          const fs = await computed("node:fs");
          fs.symlinkSync(T.text, "link3");
          return fs.readFileSync("link3", "utf8");
        },
        hard: async () => { await Deno.link(T.text, "hard"); return await Deno.readTextFile("hard"); },
        hardNode: async () => {
          const fs = await computed("node:fs");
          fs.linkSync("/etc/passwd", "hard2");
          return fs.readFileSync("hard2", "utf8");
        },
        renameIn: () => Deno.rename(T.text, "moved.txt"),
        "#,
    );
    outcome.all_refused(&[
        "symlink", "relative", "node", "hard", "hardNode", "renameIn",
    ]);
});
