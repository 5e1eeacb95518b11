// The app API of the original Dropserver: `globalThis.DROPSERVER`, which its library builds on.

import { checkMigrations } from "./migrations.js";
import { checkRoutes } from "./routes.js";
import { once } from "./once.js";

export function loadVersion0({ paths }, control, ready) {
  let listRoutes;
  let listMigrations;

  // Written for older Deno versions, the library and apps look for things here.
  globalThis.window ??= globalThis;
  globalThis.DROPSERVER = {
    get appPath() {
      return paths.app;
    },
    appspacePath: paths.files,
    avatarsPath: paths.avatars,
    appRoutes: {
      setCallback(callback) {
        if (listRoutes) throw new Error("app routes callback already set");
        if (typeof callback !== "function") throw new Error("the app routes callback must be a function");
        listRoutes = callback;
        ready();
      },
    },
    migrations: {
      setCallback(callback) {
        if (callback === undefined) return;
        if (listMigrations) throw new Error("migrations callback already set");
        listMigrations = callback;
      },
    },
    users: {
      async get(proxyId) {
        return asUser(await control.ask("user", { proxyId: String(proxyId) }));
      },
      async getAll() {
        return (await control.ask("users")).map(asUser);
      },
    },
  };

  const routes = once(() => checkRoutes(listRoutes()));
  return {
    neverReady: "the app was loaded and never declared its routes: does it call createApp?",
    loaded() {},
    routes,
    listing: () => routes().map((route) => route.listed),
    migrations: once(async () => checkMigrations(await listMigrations?.())),
    permissions: () => [],
    /** The handler answers by calling respondWith: now, later, or after it returned. */
    handle(handler, request, call) {
      return new Promise((resolve, reject) => {
        let answered = false;
        const respondWith = (response) => {
          if (answered) return Promise.resolve();
          answered = true;
          const settled = Promise.resolve(response).then(resolve);
          settled.catch(reject);
          return settled.catch(() => {});
        };
        const context = {
          req: { request, respondWith },
          params: call.params,
          url: new URL(request.url),
          proxyId: call.proxyId,
        };
        const thrown = (error) => {
          if (answered) {
            console.error("the handler failed after it had responded:", error);
            return;
          }
          answered = true;
          reject(error);
        };
        try {
          Promise.resolve(handler(context)).catch(thrown);
        } catch (error) {
          thrown(error);
        }
      });
    },
    origin: () => "https://appspace",
  };

  function asUser({ proxyId, displayName, avatar }) {
    return { proxyId, displayName, avatar };
  }
}
