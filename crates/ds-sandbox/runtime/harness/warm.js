// Running, once, what the first request will run: a process that waits has the time, a visitor has not.

const { connect } = Deno;
const ROUNDS = 3;
const CALL = JSON.stringify({ route: 0, params: {}, path: "/", origin: "http://localhost", proxyId: null });
const REQUEST = `GET / HTTP/1.1\r\nhost: localhost\r\nx-dropserver-call: ${CALL}\r\n\r\n`;

/** Answers like an app. */
export const warmApp = {
  routes: () => [{ handler: () => new Response("warm", { headers: { "content-type": "text/plain" } }) }],
  origin: (call) => call.origin,
  handle: (handler, request) => new URL(request.url) && handler(request),
};

/** Sends requests to ourselves, and loads a module as an app is loaded. */
export async function warmUp(path) {
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
