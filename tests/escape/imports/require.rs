//! `CommonJS`: files outside, native code, and the module system's own internals. Refused.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        json: async () => (await computed("node:module")).createRequire("file:///x.js")(T.json).secret,
        module: async () => (await computed("node:module")).createRequire("file:///x.js")(T.module).default,
        inner: async () => (await computed("node:module")).default._load(T.json, null, false).secret,
        native: async () => {
          await Deno.writeFile("x.node", new Uint8Array(100));
          return (await computed("node:module")).createRequire(url(ds.filesPath("x.js")))("./x.node");
        },
        dlopen: async () => (await computed("node:process")).default.dlopen({ exports: {} }, "/lib/x86_64-linux-gnu/libc.so.6"),
        "#,
    );
    outcome.all_refused(&["json", "module", "inner", "native", "dlopen"]);
});
