//! Other programs, by every way to start one. Refused: no such right, and behind Deno no such system call or file.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        command: async () => new TextDecoder().decode((await new Deno.Command("/bin/sh", { args: ["-c", "id"] }).output()).stdout),
        spawn: () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).spawn().pid,
        sync: () => new Deno.Command("true").outputSync().code,
        exec: async () => (await computed("node:child_process")).execSync("id").toString(),
        node: async () => (await computed("node:child_process")).spawnSync("/bin/true").pid ?? Promise.reject(new Error("none")),
        fork: () => settled(async (resolve, reject) => {
          const { fork } = await computed("node:child_process");
          fork(ds.appPath("app.js")).on("error", reject).on("spawn", () => resolve("forked"));
        }),
        cluster: () => settled(async (resolve, reject) => {
          const cluster = (await computed("node:cluster")).default;
          cluster.fork().on("error", reject).on("online", () => resolve("forked"));
        }),
        "#,
    );
    for name in ["command", "spawn", "sync", "exec", "node"] {
        outcome.refused(&[name]);
    }
});
