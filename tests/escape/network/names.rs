//! Asking for names, by which data can leave although nothing else can. Refused.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        resolve: () => Deno.resolveDns("example.com", "A"),
        server: () => Deno.resolveDns("example.com", "A", { nameServer: { ipAddr: "127.0.0.1", port: T.port } }),
        lookup: () => settled(async (resolve, reject) => {
          const dns = await computed("node:dns");
          dns.lookup("example.com", (error, address) => error ? reject(error) : resolve(address));
        }),
        node: async () => await (await computed("node:dns/promises")).resolve4("example.com"),
        interfaces: () => JSON.stringify(Deno.networkInterfaces()),
        "#,
    );
    outcome.all_refused(&["resolve", "server", "lookup", "node", "interfaces"]);
});
