//! Sockets of the host, of the computer's services, and abstract ones. Refused.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        canary: () => Deno.connect({ transport: "unix", path: T.socket }),
        control: () => Deno.connect({ transport: "unix", path: T.data + "/control.sock" }),
        docker: () => Deno.connect({ transport: "unix", path: "/var/run/docker.sock" }),
        abstract: () => Deno.connect({ transport: "unix", path: "\0" + T.abstractSocket }),
        node: () => settled(async (resolve, reject) => {
          const net = await computed("node:net");
          net.connect(T.socket, () => resolve("connected")).on("error", reject);
        }),
        nodeAbstract: () => settled(async (resolve, reject) => {
          const net = await computed("node:net");
          net.connect("\0" + T.abstractSocket, () => resolve("connected")).on("error", reject);
        }),
        httpOverUnix: () => settled(async (resolve, reject) => {
          const http = await computed("node:http");
          http.get({ socketPath: T.socket, path: "/" }, () => resolve("answered")).on("error", reject);
        }),
        "#,
    );
    outcome.all_refused(&[
        "canary",
        "control",
        "docker",
        "abstract",
        "node",
        "nodeAbstract",
        "httpOverUnix",
    ]);
});
