// `RoutesBuilder` of dropserver_app v0.2, for all its versions.

/** Whom a route is for. */
export const AuthAllow = { authorized: "authorized", public: "public" };

/** Whether a route is answered by app code or by the host with a file. */
export const RouteType = { function: "function", static: "static" };

/** A builder whose handlers get the context that `contextOf` makes. */
export function routesBuilder(contextOf) {
  return class RoutesBuilder {
    routes = [];
    #staticHandlers = new Map();

    add(method, path, auth, handler) {
      const place = typeof path === "string" ? { path, end: true } : path;
      const opts = this.#staticHandlers.get(handler);
      this.routes.push(
        opts !== undefined ? { type: RouteType.static, auth, method, path: place, opts } : {
          type: RouteType.function,
          auth,
          method,
          path: place,
          // Returned, so that the host sees when an asynchronous handler fails.
          handler: (context) => handler(contextOf(context)),
          handlerName: handler.name,
        },
      );
    }

    staticFileHandler(opts) {
      const marker = () => {};
      this.#staticHandlers.set(marker, opts);
      return marker;
    }
  };
}

/** The context that handlers get from v0.2.0. */
export function plainContext({ req, params, url, proxyId }) {
  return {
    request: req.request,
    respondWith: (response) => req.respondWith(response),
    params,
    url,
    proxyId,
  };
}

/** Statuses that a response with a body cannot have, by the Fetch standard. */
const WITHOUT_BODY = [204, 205, 304];

/** The context that handlers get since v0.2.1: shorter ways to respond. */
export function context(given) {
  const plain = plainContext(given);
  return {
    ...plain,
    respondHtml: (html) => {
      plain.respondWith(new Response(html, { headers: { "Content-Type": "text/html" } }));
    },
    respondJson: (data) => {
      plain.respondWith(Response.json(data));
    },
    respondStatus: (status, text = "") => {
      // These have no body, not even an empty one: the default text must not make them fail.
      const body = text === "" && WITHOUT_BODY.includes(status) ? null : text;
      plain.respondWith(new Response(body, { status }));
    },
  };
}
