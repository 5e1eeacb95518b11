// Running, some times, what a start and the first request will run: a process that waits has the time, a visitor
// has not.

import { Life } from "./life.js";
import { prepareScripts } from "./scripts.js";

const { connect } = Deno;
const ROUNDS = 20;
const CALL = JSON.stringify({ route: 0, params: {}, path: "/", origin: "http://localhost", proxyId: null });
const REQUEST = `GET / HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\nx-dropserver-call: ${CALL}\r\n\r\n`;
/** An app as others are. */
const SCRIPT = `"use strict";({ outside: [], run: function () {
  const handler = () => new Response("warm\\n");
  const route = { type: "function", method: "get", path: "/", auth: { allow: "public" }, handler };
  return { default: { [Symbol.for("dropserver.app")]: { routes: [route], migrations: [] } } };
} })`;

/**
 * Lives through the beginning of a life that nobody sees; `begins` is told of it. `script` is where the app's script
 * will be.
 */
export async function rehearse(requestPath, script, begins) {
  await prepareScripts(script);
  for (let round = 0; round < 2; round++) {
    const { promise, resolve } = Promise.withResolvers();
    const life = new Life({ send: resolve }, { ref() {}, unref() {} }, {});
    begins(life);
    life.assign({
      api: 1,
      run: "/app",
      entry: "/app/app.js",
      script: { file: "/app/script.js", text: SCRIPT },
      paths: { app: "/app/app", files: "/files", avatars: "/avatars" },
      address: "localhost",
    });
    life.mounted({});
    await promise;
  }
  await request(requestPath);
}

/** Sends requests to ourselves. */
async function request(path) {
  const conn = await connect({ transport: "unix", path });
  const bytes = new Uint8Array(4096);
  for (let round = 0; round < ROUNDS; round++) {
    await conn.write(new TextEncoder().encode(REQUEST));
    await conn.read(bytes);
  }
  conn.close();
  const module = "data:text/javascript,export default 1";
  await import(module);
}
