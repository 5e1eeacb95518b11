// Our app API: the default export of the entry module, made with the built-in module `dropserver`.

import { checkMigrations } from "./migrations.js";
import { checkRoutes } from "./routes.js";
import { once } from "./once.js";

const SURFACE = Symbol.for("dropserver.v1");
const APP = Symbol.for("dropserver.app");

/** `place` is where the app finds us. */
export function loadVersion1({ paths, address }, control, ready, place = globalThis) {
  let declared;

  Object.defineProperty(place, SURFACE, {
    value: Object.freeze({
      address,
      paths: Object.freeze({ ...paths }),
      users: Object.freeze({
        get: (id) => control.ask("user", { proxyId: String(id) }),
        getAll: () => control.ask("users"),
      }),
    }),
  });

  const routes = once(() => checkRoutes(declared.routes));
  return {
    loaded(module) {
      declared = module.default?.[APP];
      if (!declared) {
        throw new Error("the entry module does not export an app: end it with `export default app`");
      }
      ready();
    },
    routes,
    listing: () => routes().map((route) => route.listed),
    migrations: once(() => checkMigrations(declared.migrations)),
    permissions: () => declared.permissions ?? [],
    async handle(handler, request, call) {
      const url = new URL(request.url);
      const { params, proxyId: memberId, scope } = call;
      const context = { request, url, params, memberId, scope };
      // Made only if somebody looks.
      return await handler(Object.defineProperty(context, "signal", { get: () => request.signal }));
    },
    origin: (call) => call.origin,
  };
}
