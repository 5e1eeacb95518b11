//! `DENO_DIR` from JavaScript: code that would be found there by the next sandbox, of this app or another. Refused.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        write: () => Deno.writeTextFile("/rw/dd/gen/file/x.js", "evil()"),
        list: async () => (await Array.fromAsync(Deno.readDir("/rw/dd"))).length,
        app: () => Deno.writeTextFile(ds.appPath("app.js"), "evil()"),
        appDir: () => Deno.mkdir(ds.appPath("new")),
        removeApp: () => Deno.remove(ds.appPath("app.js")),
        harness: () => Deno.writeTextFile("/ro/h/harness.js", "evil()"),
        readHarness: () => Deno.readTextFile(new URL(Deno.mainModule)),
        compiled: () => Deno.writeTextFile("/ro/compiled/script-0", "evil()"),
        runtime: () => Deno.writeTextFile(Deno.execPath(), "evil"),
        "#,
    );
    outcome.all_refused(&[
        "write",
        "list",
        "app",
        "appDir",
        "removeApp",
        "harness",
        "readHarness",
        "compiled",
        "runtime",
    ]);
});
