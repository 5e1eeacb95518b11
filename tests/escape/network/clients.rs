//! Every client there is: TCP, UDP, TLS, QUIC, web sockets, event streams, Node's, and proxies. Refused.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        tcp: () => Deno.connect({ hostname: "127.0.0.1", port: T.port }),
        tls: () => Deno.connectTls({ hostname: "127.0.0.1", port: T.port }),
        webSocket: () => new Promise((resolve, reject) => {
          const socket = new WebSocket(`ws://127.0.0.1:${T.port}/`);
          socket.onopen = () => resolve("open");
          socket.onerror = () => reject(new Error("no connection"));
        }),
        stream: () => new Promise((resolve, reject) => {
          const socket = new WebSocketStream(`ws://127.0.0.1:${T.port}/`);
          socket.opened.then(resolve, reject);
        }).catch((error) => { throw new Error("refused: " + error.message.replace("is not defined", "is missing")); }),
        events: () => new Promise((resolve, reject) => {
          const events = new EventSource(`http://127.0.0.1:${T.port}/`);
          events.onopen = () => resolve("open");
          events.onerror = () => { events.close(); reject(new Error("no events")); };
        }),
        net: () => settled(async (resolve, reject) => {
          const net = await computed("node:net");
          net.connect(T.port, "127.0.0.1", () => resolve("connected")).on("error", reject);
        }),
        http: () => settled(async (resolve, reject) => {
          const http = await computed("node:http");
          http.get(`http://127.0.0.1:${T.port}/`, () => resolve("answered")).on("error", reject);
        }),
        http2: () => settled(async (resolve, reject) => {
          const http2 = await computed("node:http2");
          const client = http2.connect(`http://127.0.0.1:${T.port}/`);
          client.on("error", reject);
          client.on("connect", () => resolve("connected"));
        }),
        udp: () => settled(async (resolve, reject) => {
          const dgram = await computed("node:dgram");
          const socket = dgram.createSocket("udp4");
          socket.on("error", reject);
          socket.send("x", T.port, "127.0.0.1", (error) => error ? reject(error) : resolve("sent"));
        }),
        proxied: async () => {
          const client = Deno.createHttpClient({ proxy: { url: `http://127.0.0.1:${T.port}` } });
          return (await fetch("http://example.com/", { client })).status;
        },
        unixProxied: async () => {
          const client = Deno.createHttpClient({ proxy: { transport: "unix", path: T.socket } });
          return (await fetch("http://example.com/", { client })).status;
        },
        "#,
    );
    outcome.all_refused(&[
        "tcp",
        "tls",
        "webSocket",
        "stream",
        "events",
        "net",
        "http",
        "http2",
        "udp",
        "proxied",
        "unixProxied",
    ]);
});
