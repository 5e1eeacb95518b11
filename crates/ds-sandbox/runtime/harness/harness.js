// The main module of every sandbox: ours, trusted, and loaded before any app code.
//
//   deno run … harness.js <control socket> <request socket> [warm] [outlet]
//
// It listens for requests, connects to the host, gives up its network and socket permissions, waits to be
// told what to do, and only then loads the app: by a computed import(), because the static imports of a main
// module may read any file. Afterwards it answers requests on the one socket and the host on the other.

import { loadVersion0 } from "./api0.js";
import { loadVersion1 } from "./api1.js";
import { Control } from "./control.js";
import { describe, forVisitors, reportUncaught } from "./errors.js";
import { fileUrl } from "./paths.js";
import { respond } from "./requests.js";
import { warmApp, warmUp } from "./warm.js";

const { chdir, exit, lstat, unrefTimer } = Deno;
const [controlPath, requestPath, ...flags] = Deno.args;

/** What the assigned app can do; set once it is ready. */
let app;
/** Its entry module's file. */
let entryPath;
/** How far we are: "waiting" for the host, "loading" the app, "loaded", "ready" or "stopping". */
let stage = "waiting";

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
  (request) => respond(app, request),
);
if (flags.includes("warm")) {
  app = warmApp;
  await warmUp(requestPath);
  app = undefined;
}
const control = await Control.connect(controlPath, { assign, learn, migrate, ping, stop });

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
  if (stage === "loading" || stage === "loaded") failed(error);
});
// Deno says this when nothing is left that anybody waits for.
addEventListener("beforeunload", (event) => {
  if (stage === "loaded") {
    event.preventDefault();
    failed(new Error(app.neverReady));
  }
});

control.send({ type: "listening" });
control.listen();

/** The first frame: which app to load, and for what. */
function assign(frame) {
  if (stage !== "waiting") throw new Error("assigned twice");
  stage = "loading";
  // One that waited could not start there: other files have taken the place of those it started in.
  if (flags.includes("warm")) chdir(frame.cwd);
  describe.base = fileUrl(frame.run) + "/";
  const { files, avatars } = frame.paths;
  forVisitors.hidden = [frame.run, files, avatars].flatMap((dir) => [fileUrl(dir), dir]);
  stop.drain = frame.drain;
  const load = frame.api === 0 ? loadVersion0 : loadVersion1;
  app = load(frame, control, ready);
  // While loading, only the app itself keeps the process busy: that is how "never ready" is noticed.
  server.unref();
  entryPath = frame.entry;
  const entry = fileUrl(entryPath);
  import(entry).then(loaded, failed);
}

function loaded(module) {
  try {
    if (stage === "loading") stage = "loaded";
    app.loaded(module);
  } catch (error) {
    failed(error);
  }
}

/** Called by the API once the app can be asked and can answer requests. */
function ready() {
  // A turn later: code that throws right after createApp() fails to load, and was never ready.
  turn().then(() => {
    if (stage !== "loading" && stage !== "loaded") return;
    stage = "ready";
    server.ref();
    control.send({ type: "ready" });
  });
}

/**
 * Resolves a turn of the event loop later, when a module that has thrown is known to have. Deno's first timer
 * would cost a start 4 ms; looking at a file, which happens elsewhere, does not.
 */
async function turn() {
  for (let round = 0; round < 2; round++) await lstat(entryPath).catch(() => {});
}

function failed(error) {
  if (stage === "stopping" || stage === "failed") return;
  if (stage === "ready") {
    console.error("the app failed after it was ready:", error);
    return;
  }
  stage = "failed";
  server.ref();
  control.send({ type: "failed", message: describe(error) });
}

async function learn() {
  return {
    routes: app.listing(),
    migrations: (await app.migrations()).list(),
    permissions: app.permissions(),
  };
}

async function migrate({ from, to }) {
  await (await app.migrations()).run(from, to);
}

/** Answered by anybody who is not caught in a loop. */
function ping() {}

/** Stops taking requests; the process ends when nothing is left to do, or after a while at the latest. */
function stop() {
  stage = "stopping";
  server.shutdown();
  // Only now: looking at it loads all of Deno's timers, which a cold start does without. What an app put in its
  // place delays the end until the host makes it.
  const { setTimeout } = globalThis;
  unrefTimer(setTimeout(() => exit(0), stop.drain ?? 0));
}
