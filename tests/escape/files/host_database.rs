//! The host's own database and control socket, from JavaScript. Refused.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        read: () => Deno.readFile(T.data + "/host.db"),
        write: () => Deno.writeFile(T.data + "/host.db", new Uint8Array(1)),
        open: async () => {
          const { DatabaseSync } = await computed("node:sqlite");
          return new DatabaseSync(T.data + "/host.db").prepare("SELECT count(*) AS n FROM accounts").get().n;
        },
        socket: () => Deno.connect({ transport: "unix", path: T.data + "/control.sock" }),
        node: () => settled(async (resolve, reject) => {
          const net = await computed("node:net");
          const socket = net.connect(T.data + "/control.sock", () => resolve("connected"));
          socket.on("error", reject);
        }),
        removed: () => Deno.remove(T.data + "/control.sock"),
        "#,
    );
    outcome.all_refused(&["read", "write", "open", "socket", "node", "removed"]);
});
