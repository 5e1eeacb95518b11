//! Asking for more rights, or handing on more than one has. Nobody is asked: denied.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        ...Object.fromEntries(["read", "write", "net", "env", "run", "sys", "ffi"].map((name) => [name, async () => {
          const { state } = await Deno.permissions.request({ name });
          if (state === "granted") return state;
          throw new Error(state);
        }])),
        rootRead: async () => {
          const { state } = await Deno.permissions.query({ name: "read", path: "/" });
          if (state === "granted") return state;
          throw new Error(state);
        },
        afterRevoke: async () => {
          await Deno.permissions.revoke({ name: "read", path: "/nowhere" });
          return await Deno.readTextFile(T.text);
        },
        prompted: () => { if (confirm("?") || prompt("?") === "y") return "yes"; throw new Error("nobody answers"); },
        "#,
    );
    outcome.all_refused(&[
        "read",
        "write",
        "net",
        "env",
        "run",
        "sys",
        "ffi",
        "rootRead",
        "afterRevoke",
        "prompted",
    ]);
});
