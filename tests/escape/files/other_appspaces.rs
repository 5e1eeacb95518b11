//! Another appspace's files, members and log, and one's own members and log, which are the host's. Refused.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        private: () => Deno.readTextFile(T.other + "/data/files/private.txt"),
        list: async () => (await Array.fromAsync(Deno.readDir(T.other))).length,
        write: () => Deno.writeTextFile(T.other + "/data/files/private.txt", "changed"),
        add: () => Deno.writeTextFile(T.other + "/data/files/added.txt", "added"),
        ownMembers: () => Deno.readFile(ds.filesPath("../appspace-meta.db")),
        ownLog: () => Deno.readTextFile(ds.filesPath("../../log.txt")),
        up: async () => (await Array.fromAsync(Deno.readDir(ds.filesPath("../../..")))).length,
        avatars: () => Deno.writeTextFile(ds.avatarsPath("x"), "x"),
        "#,
    );
    outcome.all_refused(&[
        "private",
        "list",
        "write",
        "add",
        "ownMembers",
        "ownLog",
        "up",
        "avatars",
    ]);
});
