// The main module of every sandbox: ours, trusted, and loaded before any app code.
//
//   deno run … harness.js <control socket> <request socket> [outlet] [warm <where scripts are>]
//
// It listens for requests, connects to the host, gives up its network and socket permissions, waits to be
// told what to do, and only then loads the app: as a script if it has waited, else by a computed import(), because
// the static imports of a main module may read any file. Afterwards it answers requests on the one socket and the
// host on the other.

import { Control } from "./control.js";
import { reportUncaught } from "./errors.js";
import { Life } from "./life.js";
import { respond } from "./requests.js";
import { compiledApp } from "./scripts.js";
import { rehearse } from "./warm.js";

const [controlPath, requestPath, ...flags] = Deno.args;

/** The app's; while we rehearse, that of an app that nobody sees. */
let life;

const server = Deno.serve(
  {
    path: requestPath,
    automaticCompression: false,
    onListen() {},
    onError(error) {
      console.error(error);
      return new Response("The app's response could not be sent", { status: 500 });
    },
  },
  (request) => respond(life.app, request),
);
const warm = flags.indexOf("warm");
if (warm >= 0) await rehearse(requestPath, flags[warm + 1], (rehearsal) => life = rehearsal);
const control = await Control.connect(controlPath, {
  assign: (frame) => life.assign(frame),
  mounted: (frame) => life.mounted(frame),
  stop: () => life.stop(),
  compiled: () => compiledApp(),
  // Answered by anybody who is not caught in a loop.
  ping() {},
  learn,
  migrate,
});
life = new Life(control, server, globalThis);

// What is open stays open; from here on nothing can be connected to, or listened on, by anybody in here.
// With an outlet the network stays: it is one in which only the host listens.
if (!flags.includes("outlet")) Deno.permissions.revokeSync({ name: "net" });
for (const path of [controlPath, requestPath]) {
  Deno.permissions.revokeSync({ name: "read", path });
  Deno.permissions.revokeSync({ name: "write", path });
}

reportUncaught((error) => {
  // As without us: what nobody caught while the app was loading is the end of it. Later it is only logged,
  // since others are being served.
  if (life.stage === "loading" || life.stage === "loaded") life.failed(error);
});
// Deno says this when nothing is left that anybody waits for.
addEventListener("beforeunload", (event) => {
  if (life.stage === "loaded") {
    event.preventDefault();
    life.failed(new Error(life.app.neverReady));
  }
});

control.send({ type: "listening" });
control.listen();

async function learn() {
  const { app } = life;
  return {
    routes: app.listing(),
    migrations: (await app.migrations()).list(),
    permissions: app.permissions(),
  };
}

async function migrate({ from, to }) {
  await (await life.app.migrations()).run(from, to);
}
