//! Files of the host and of the computer, by every name that leads to one. Refused by Deno; behind it, they are not
//! there.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        secret: () => Deno.readTextFile(T.text),
        passwd: () => Deno.readTextFile("/etc/passwd"),
        up: () => Deno.readTextFile("../../../../../../../../etc/passwd"),
        encoded: () => Deno.readTextFile(new URL("file:///ro/app/%2e%2e/%2e%2e/etc/passwd")),
        fetched: async () => await (await fetch(url(T.text))).text(),
        node: async () => (await computed("node:fs")).readFileSync(T.text, "utf8"),
        promises: async () => await (await computed("node:fs/promises")).readFile(T.text, "utf8"),
        list: async () => (await Array.fromAsync(Deno.readDir("/"))).length,
        stat: async () => (await Deno.stat(T.text)).size,
        exists: async () => { if ((await computed("node:fs")).existsSync(T.text)) return "there"; throw new Error("no"); },
        real: () => Deno.realPath(T.text),
        watch: () => { Deno.watchFs(T.text).close(); },
        data: async () => (await Array.fromAsync(Deno.readDir(T.data))).length,
        copy: () => Deno.copyFile(T.text, "copy.txt"),
        write: () => Deno.writeTextFile(T.text, "changed"),
        remove: () => Deno.remove(T.text),
        "#,
    );
    outcome.all_refused(&[
        "secret", "passwd", "up", "encoded", "fetched", "node", "promises", "list", "stat",
        "exists", "real", "watch", "data", "copy", "write", "remove",
    ]);
});
