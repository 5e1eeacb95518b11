// What an app answers to, as it declares it. Checked again by the host, to whom this is hostile.

const METHODS = new Set([
  "get", "head", "post", "put", "delete", "connect", "options", "trace", "patch",
]);

/** Checks an app's routes. A later route for the same method and path takes the place of the earlier. */
export function checkRoutes(declared) {
  if (!Array.isArray(declared)) throw new Error("an app's routes must be an array");
  const routes = new Map();
  declared.forEach((route, index) => {
    const checked = checkRoute(route, `route ${index + 1}`);
    const { method, path } = checked.listed;
    routes.set(JSON.stringify([method, path.path, path.end]), checked);
  });
  return [...routes.values()];
}

function checkRoute(route, name) {
  if (typeof route !== "object" || route === null) throw new Error(`${name} is not an object`);
  const method = String(route.method).toLowerCase();
  if (!METHODS.has(method)) throw new Error(`${name} has an unknown method: ${route.method}`);
  const path = checkPath(route.path, name);
  const auth = checkAuth(route.auth, name);
  const { type } = route;
  if (type === "function") {
    const { handler } = route;
    if (typeof handler !== "function") throw new Error(`${name} (${path.path}) has no handler`);
    const options = { name: String(route.handlerName || handler.name || "") };
    return { handler, listed: { method, path, auth, type, options } };
  }
  if (type === "static") {
    const target = route.opts?.path;
    if (typeof target !== "string") throw new Error(`${name} (${path.path}) does not say which files it serves`);
    return { listed: { method, path, auth, type, options: { path: target } } };
  }
  throw new Error(`${name} (${path.path}) is of an unknown type: ${type}`);
}

function checkPath(path, name) {
  if (typeof path === "string") return { path, end: true };
  if (typeof path?.path !== "string") throw new Error(`${name} has no path`);
  return { path: path.path, end: path.end !== false };
}

function checkAuth(auth, name) {
  const allow = auth?.allow;
  if (allow !== "public" && allow !== "authorized") {
    throw new Error(`${name} does not say whom it is for: allow "public" or "authorized"`);
  }
  const { permission } = auth;
  return typeof permission === "string" && permission !== "" ? { allow, permission } : { allow };
}
