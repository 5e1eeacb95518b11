// Declaring an app.
import { can, checkPermissionName, ruleOf } from "./access.js";
import { answer } from "./request.js";
import { kind, show, showPath } from "./words.js";

const DECLARED = Symbol.for("dropserver.app");
const METHODS = ["get", "head", "post", "put", "patch", "delete", "options"];

/** The app: declare routes, permissions and migrations on it, then export it as the default. */
export function createApp() {
  return new App();
}

class App {
  #routes = [];
  #migrations = [];
  #permissions = [];
  #read = false;

  permission(name, description = "") {
    const where = `app.permission(${show(name)})`;
    this.#checkOpen(where);
    checkPermissionName(name, where);
    if (typeof description !== "string") {
      throw new TypeError(`${where}: the description is a text that says what it allows.`);
    }
    if (this.#permissions.some((one) => one.name === name)) {
      throw new Error(`${where}: this permission is declared twice.`);
    }
    this.#permissions.push({ name, description });
    return can(name);
  }

  get(path, access, handler) {
    return this.#add("get", path, access, handler, "get");
  }

  post(path, access, handler) {
    return this.#add("post", path, access, handler, "post");
  }

  put(path, access, handler) {
    return this.#add("put", path, access, handler, "put");
  }

  patch(path, access, handler) {
    return this.#add("patch", path, access, handler, "patch");
  }

  delete(path, access, handler) {
    return this.#add("delete", path, access, handler, "delete");
  }

  route(method, path, access, handler) {
    const name = typeof method === "string" ? method.toLowerCase() : method;
    if (!METHODS.includes(name)) {
      throw new TypeError(
        `app.route(${show(method)}, …): the method is one of ${METHODS.join(", ")}.`,
      );
    }
    return this.#add(name, path, access, handler, "route");
  }

  #add(method, path, access, handler, call) {
    const where = `app.${call}(${call === "route" ? `${show(method)}, ` : ""}${showPath(path)}, …)`;
    this.#checkOpen(where);
    const place = checkPath(path, where, true);
    const auth = this.#checkAccess(access, where);
    if (typeof handler !== "function") {
      throw new TypeError(
        `${where}: the last argument is the function that answers, (ctx) => Response; ` +
          `this is ${kind(handler)}.`,
      );
    }
    this.#checkNew(method, place, where);
    this.#routes.push({
      type: "function",
      method,
      path: place,
      auth,
      handler: (context) => answer(handler, context, where),
      handlerName: handler.name,
    });
    return this;
  }

  static(path, access, target) {
    const where = `app.static(${showPath(path)}, …)`;
    this.#checkOpen(where);
    checkTarget(target, path, where);
    const place = checkPath(path, where, !target.endsWith("/"));
    if (/[:*+?(){}\\]/.test(place.path)) {
      throw new Error(`${where}: the path of a static route is plain, without parameters.`);
    }
    const auth = this.#checkAccess(access, where);
    this.#checkNew("get", place, where);
    this.#routes.push({ type: "static", method: "get", path: place, auth, opts: { path: target } });
    return this;
  }

  migration(schema, steps) {
    const where = `app.migration(${show(schema)}, …)`;
    this.#checkOpen(where);
    if (!Number.isInteger(schema) || schema < 1) {
      throw new TypeError(`${where}: the schema is a whole number from 1.`);
    }
    if (typeof steps?.up !== "function" || !["function", "undefined"].includes(typeof steps.down)) {
      throw new TypeError(
        `${where}: give the steps as { up() {…}, down() {…} }; \`down\` may be left out.`,
      );
    }
    if (this.#migrations.some((one) => one.schema === schema)) {
      throw new Error(`${where}: this schema is declared twice.`);
    }
    this.#migrations.push({ direction: "up", schema, func: () => steps.up() });
    if (steps.down) this.#migrations.push({ direction: "down", schema, func: () => steps.down() });
    return this;
  }

  get [DECLARED]() {
    this.#read = true;
    return { routes: this.#routes, migrations: this.#migrations, permissions: this.#permissions };
  }

  #checkOpen(where) {
    if (this.#read) {
      throw new Error(`${where} came too late: everything is declared while the app starts.`);
    }
  }

  #checkNew(method, { path, end }, where) {
    const same = (one) => one.method === method && one.path.path === path && one.path.end === end;
    if (this.#routes.some(same)) {
      throw new Error(`${where}: there is a route for this method and path already.`);
    }
  }

  #checkAccess(access, where) {
    const auth = ruleOf(access);
    if (auth === undefined) {
      throw new TypeError(
        `${where}: the argument after the path says whom it is for: everyone, members or ` +
          `can("…"); this is ${kind(access)}.`,
      );
    }
    const declared = this.#permissions.map((one) => one.name);
    if (auth.permission !== undefined && !declared.includes(auth.permission)) {
      throw new Error(
        `${where}: the permission "${auth.permission}" is not declared. Put ` +
          `app.permission("${auth.permission}", "What it allows") above this line. ` +
          `Declared so far: ${declared.join(", ") || "none"}.`,
      );
    }
    return auth;
  }
}

function checkPath(given, where, end) {
  const place = typeof given === "string" ? { path: given, end } : { end, ...given };
  if (typeof place.path !== "string" || typeof place.end !== "boolean") {
    throw new TypeError(
      `${where}: the path is a text like "/notes/:id", or { path: "/notes", end: false } for ` +
        `everything below it; this is ${kind(given)}.`,
    );
  }
  if (!place.path.startsWith("/")) {
    throw new Error(`${where}: a path begins with "/".`);
  }
  return { path: place.path, end: place.end };
}

function checkTarget(target, path, where) {
  if (typeof target !== "string" || !/^@(app|appspace|avatars)\//.test(target)) {
    throw new TypeError(
      `${where}: the last argument says what to serve: "@app/…" for the app's own files, ` +
        `"@appspace/…" for the appspace's files, "@avatars/" for members' pictures.`,
    );
  }
  const names = target.split("/");
  if (target.includes("\\") || names.includes("..")) {
    throw new Error(`${where}: "${target}" must not contain ".." or "\\".`);
  }
  if (typeof path === "string" && !/[./]/.test(names.at(-1)) && names.at(-1) !== "") {
    throw new Error(
      `${where}: is "${target}" a directory? Then write "${target}/". For a file without an ` +
        `extension, give the path as { path: "…", end: true }.`,
    );
  }
}
