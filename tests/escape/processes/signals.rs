//! Signals to the host, to strangers, to everybody. Refused; the processes outside live.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        host: () => Deno.kill(T.hostPid, "SIGKILL"),
        other: () => Deno.kill(T.pid, "SIGKILL"),
        node: async () => (await computed("node:process")).default.kill(T.pid, "SIGKILL"),
        all: async () => (await computed("node:process")).default.kill(-1, "SIGKILL"),
        "#,
    );
    outcome.all_refused(&["host", "other", "node", "all"]);
});
