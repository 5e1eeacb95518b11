// What becomes of an app in a sandbox.
//
//   waiting -assign-> assigned -mounted-> loading --> loaded --> ready -stop-> stopping
//                                            |           |
//                                            +-----------+--> failed

import { loadVersion0 } from "./api0.js";
import { loadVersion1 } from "./api1.js";
import { describe, forVisitors } from "./errors.js";
import { fileUrl } from "./paths.js";
import { canRunScripts, runApp } from "./scripts.js";

const { chdir, exit, lstat, unrefTimer } = Deno;

export class Life {
  /** What the app can do, from the time when it is assigned. */
  app;
  stage = "waiting";
  #control;
  #server;
  /** Where the app finds what we offer it. */
  #place;
  #frame;

  constructor(control, server, place) {
    this.#control = control;
    this.#server = server;
    this.#place = place;
  }

  /** The first frame: which app to load, and for what. Its files may not be there yet. */
  assign(frame) {
    if (this.stage !== "waiting") throw new Error("assigned twice");
    this.stage = "assigned";
    this.#frame = frame;
    describe.base = fileUrl(frame.run) + "/";
    const { files, avatars } = frame.paths;
    forVisitors.hidden = [frame.run, files, avatars].flatMap((dir) => [fileUrl(dir), dir]);
    const load = frame.api === 0 ? loadVersion0 : loadVersion1;
    this.app = load(frame, this.#control, () => this.#ready(), this.#place);
    if (frame.mounted) this.#load();
  }

  /** Its files are there now. */
  mounted({ compiled }) {
    if (this.stage !== "assigned") throw new Error("mounted twice");
    const { cwd } = this.#frame;
    // Other files have taken the place of those that we started in.
    if (cwd) chdir(cwd);
    this.#load(compiled);
  }

  #load(compiled) {
    this.stage = "loading";
    // While loading, only the app itself keeps the process busy: that is how "never ready" is noticed.
    this.#server.unref();
    const { entry, script } = this.#frame;
    const url = fileUrl(entry);
    const loading = script && canRunScripts() ? runApp(script, compiled) : import(url);
    loading.then((module) => this.#loaded(module), (error) => this.failed(error));
  }

  #loaded(module) {
    try {
      if (this.stage === "loading") this.stage = "loaded";
      this.app.loaded(module);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Called by the API once the app can be asked and can answer requests. */
  #ready() {
    // All of it has run.
    if (this.stage === "loaded") this.#becomeReady();
    // A turn later: code that throws right after createApp() fails to load, and was never ready.
    else this.#turn().then(() => this.#becomeReady());
  }

  #becomeReady() {
    if (this.stage !== "loading" && this.stage !== "loaded") return;
    this.stage = "ready";
    this.#server.ref();
    this.#control.send({ type: "ready" });
  }

  /**
   * Resolves a turn of the event loop later, when a module that has thrown is known to have. Deno's first timer
   * would cost a start 4 ms; looking at a file, which happens elsewhere, does not.
   */
  async #turn() {
    for (let round = 0; round < 2; round++) await lstat(this.#frame.entry).catch(() => {});
  }

  /** The app threw, or ended before it was ready. */
  failed(error) {
    if (this.stage === "stopping" || this.stage === "failed") return;
    if (this.stage === "ready") {
      console.error("the app failed after it was ready:", error);
      return;
    }
    this.stage = "failed";
    this.#server.ref();
    this.#control.send({ type: "failed", message: describe(error) });
  }

  /** Stops taking requests; the process ends when nothing is left to do, or after a while at the latest. */
  stop() {
    this.stage = "stopping";
    this.#server.shutdown();
    // Only now: looking at it loads all of Deno's timers, which a cold start does without. What an app put in its
    // place delays the end until the host makes it.
    const { setTimeout } = globalThis;
    unrefTimer(setTimeout(() => exit(0), this.#frame?.drain ?? 0));
  }
}
