//! Links that are in the appspace's directory already, as a restored archive could have brought them. Deno follows
//! them with the rights of the place that they are at. The kernel does not: links lead nowhere in what a sandbox sees,
//! and what they name is not there.

use std::os::unix::fs::symlink;

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.app(
        r#"
        absolute: () => Deno.readTextFile("absolute"),
        relative: () => Deno.readTextFile("relative"),
        directory: () => Deno.readTextFile("directory/secret.txt"),
        proc: () => Deno.readTextFile("proc"),
        imported: async () => (await computed(url(ds.filesPath("module.js")))).default,
        written: () => Deno.writeTextFile("absolute", "changed"),
        copied: () => Deno.copyFile("absolute", "copy"),
        list: async () => (await Array.fromAsync(Deno.readDir("root"))).length,
        database: async () => {
          const { DatabaseSync } = await computed("node:sqlite");
          const database = new DatabaseSync("database");
          database.exec("CREATE TABLE evil (x)");
        },
        "#,
        &[],
    );
    let files = stage.files();
    let outside = |name: &str| stage.outside(name);
    for (target, name) in [
        (outside("secret.txt"), "absolute"),
        ("../../../../../secret.txt".into(), "relative"),
        (outside(""), "directory"),
        ("/proc/self/environ".into(), "proc"),
        (outside("secret.js"), "module.js"),
        ("/".into(), "root"),
        (outside("evil.db"), "database"),
    ] {
        symlink(target, files.join(name)).unwrap();
        stage.give(&files.join(name));
    }
    let outcome = stage.attack();
    outcome.all_refused(&[
        "absolute",
        "relative",
        "directory",
        "proc",
        "imported",
        "written",
        "copied",
        "list",
        "database",
    ]);
    assert!(!stage.outside("evil.db").exists());
});
