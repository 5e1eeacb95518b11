//! The environment, the command line and what else tells of the computer. The environment is refused; what the
//! sandbox is told says nothing of where it is.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    let outcome = stage.tries(
        r#"
        all: () => JSON.stringify(Deno.env.toObject()),
        one: () => Deno.env.get("DS_ESCAPE_CANARY"),
        set: () => Deno.env.set("LD_PRELOAD", "/rw/files/x.so"),
        hostname: () => Deno.hostname(),
        release: () => Deno.osRelease(),
        load: () => Deno.loadavg(),
        user: () => Deno.uid(),
        os: async () => (await computed("node:os")).hostname(),
        exec: () => Deno.execPath(),
        cwd: () => Deno.cwd(),
        main: () => Deno.mainModule,
        meta: () => import.meta.url,
        arguments: () => Deno.args.join(" "),
        stack: () => new Error("x").stack,
        process: async () => JSON.stringify((await computed("node:process")).default.argv),
        "#,
    );
    outcome.refused(&[
        "all", "one", "set", "hostname", "release", "load", "user", "os",
    ]);
    let data = stage.targets()["data"].as_str().unwrap().to_owned();
    for name in [
        "exec",
        "cwd",
        "main",
        "meta",
        "arguments",
        "stack",
        "process",
    ] {
        if let crate::escape::world::Said::Got(said) = outcome.said(name) {
            assert!(
                !said.contains(&data),
                "{name} tells where the host keeps its data: {said}"
            );
        }
    }
});
