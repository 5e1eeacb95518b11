//! The sandbox's own sockets: to speak for the harness on the control channel, to ask oneself in the host's name, to
//! take the place of the harness. Refused: the harness gave up the rights before the app was loaded.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        arguments: () => { if (Deno.args.length !== 2) throw new Error(`there are ${Deno.args.length}`); },
        control: () => Deno.connect({ transport: "unix", path: Deno.args[0] ?? "/run/s/c" }),
        requests: () => Deno.connect({ transport: "unix", path: Deno.args[1] ?? "/run/s/s" }),
        removed: () => Deno.remove(Deno.args[1] ?? "/run/s/s"),
        replaced: () => Deno.serve({ path: Deno.args[1] ?? "/run/s/s", onListen() {} }, () => new Response("x")),
        listed: async () => (await Array.fromAsync(Deno.readDir("/run/s"))).length,
        asked: () => Deno.permissions.requestSync({ name: "net" }).state.replace("denied", "") || Promise.reject(new Error("denied")),
        "#,
    );
    outcome.refused(&[
        "control", "requests", "removed", "replaced", "listed", "asked",
    ]);
});
