//! Native libraries and raw memory. Refused.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        dlopen: () => Deno.dlopen("libc.so.6", { getpid: { parameters: [], result: "i32" } }).symbols.getpid(),
        path: () => Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {}),
        pointer: () => Deno.UnsafePointer.of(new Uint8Array(8)),
        view: () => new Deno.UnsafePointerView(Deno.UnsafePointer.create(4096n)).getUint8(),
        callback: () => new Deno.UnsafeCallback({ parameters: [], result: "void" }, () => {}),
        natives: async () => {
          (await computed("node:v8")).setFlagsFromString("--allow-natives-syntax");
          try { return new Function("return %GetHeapUsage()")(); } catch { throw new Error("not understood"); }
        },
        "#,
    );
    outcome.all_refused(&["dlopen", "path", "pointer", "view", "callback", "natives"]);
});
