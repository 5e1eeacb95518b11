// `createApp` of dropserver_app v0.2: hands an app's routes and migrations to the host.
import { join } from "./paths.js";
import mustGetLibSupport from "./support.js";

/** What an app asks the host for. */
export class DropserverApp {
  /** Where the file `path` of the app is. */
  appPath(path) {
    return join(mustGetLibSupport().appPath, path);
  }

  /** Where the file `path` of the appspace is. */
  appspacePath(path) {
    return join(mustGetLibSupport().appspacePath, path);
  }

  /** Where the picture `path` of a user is. */
  avatarsPath(path) {
    return join(mustGetLibSupport().avatarsPath, path);
  }

  /** Everybody who uses the appspace. */
  async getUsers() {
    return await mustGetLibSupport().users.getAll();
  }

  /** One of them; rejects if there is no such user. */
  async getUser(proxyId) {
    return await mustGetLibSupport().users.get(proxyId);
  }
}

/** Declares the app. The host takes it for ready from here on. */
export function createApp({ routes, migrations }) {
  const support = mustGetLibSupport();
  const routesOf = callback(routes);
  if (routesOf === undefined) throw new Error("routes is missing or not recognized type");
  const migrationsOf = callback(migrations);
  if (migrationsOf === undefined && migrations !== undefined) {
    throw new Error("Wrong type for migrations");
  }
  support.appRoutes.setCallback(routesOf);
  support.migrations.setCallback(migrationsOf);
  return new DropserverApp();
}

/** What is given as a list or as a function, as a function; `undefined` for anything else. */
function callback(given) {
  if (typeof given === "function") return given;
  return Array.isArray(given) ? () => given : undefined;
}
