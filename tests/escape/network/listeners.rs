//! Listening, so that others of this computer come by themselves. Refused on every kind of address.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        tcp: () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).addr.port,
        any: () => Deno.listen({ hostname: "0.0.0.0", port: 0 }).addr.port,
        serve: () => Deno.serve({ port: 0, onListen() {} }, () => new Response("x")).addr.port,
        udp: () => Deno.listenDatagram({ port: 0, transport: "udp", hostname: "127.0.0.1" }).addr.port,
        unix: () => Deno.listen({ transport: "unix", path: ds.filesPath("own.sock") }).addr.path,
        abstract: () => Deno.listen({ transport: "unix", path: "\0ds-escape" }).addr.path,
        node: () => settled(async (resolve, reject) => {
          const net = await computed("node:net");
          net.createServer().on("error", reject).listen(0, "127.0.0.1", () => resolve("listening"));
        }),
        inspector: async () => (await computed("node:inspector")).open(0, "127.0.0.1"),
        "#,
    );
    outcome.refused(&["tcp", "any", "serve", "unix", "abstract", "node"]);
});
