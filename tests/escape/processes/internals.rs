//! The runtime's own internals and the harness's, which shares the process: its control connection and what it gave up.
//! Expected: no way to a right that the process has not got. (What an app does to the harness it does to itself.)

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    let outcome = stage.tries(
        r#"
        core: () => Deno[Deno.internal].core.ops.op_read_file_text_sync(T.text),
        bootstrap: () => globalThis.__bootstrap.core.ops.op_exec_path(),
        resources: () => { throw new Error(JSON.stringify(Deno.resources?.() ?? "none")); },
        binding: async () => (await computed("node:process")).default.binding("fs").internalModuleReadJSON(T.json),
        inspector: async () => {
          const { Session } = await computed("node:inspector");
          const session = new Session();
          session.connect();
          return await new Promise((resolve, reject) => session.post("Runtime.evaluate",
            { expression: "1 + 1" }, (error, got) => error ? reject(error) : resolve(JSON.stringify(got))));
        },
        trace: async () => {
          const v8 = await computed("node:v8");
          return v8.writeHeapSnapshot("/tmp/../etc/x.heapsnapshot");
        },
        "#,
    );
    for name in ["core", "bootstrap", "resources", "binding", "trace"] {
        if let crate::escape::world::Said::Got(got) = outcome.said(name) {
            panic!("{name}: {got}");
        }
    }
    assert_eq!(stage.get("/try").status, 200);
});
