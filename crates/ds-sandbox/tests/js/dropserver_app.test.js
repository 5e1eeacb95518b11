// The built-in `dropserver_app` library (app API 0), in all its versions.
import { posix } from "node:path";
import { deepStrictEqual as same, ok, rejects, strictEqual as is, throws } from "node:assert";
import { join } from "../../runtime/builtin/deno.land/x/dropserver_app@builtin/paths.js";

const at = (version, file) =>
  import(`../../runtime/builtin/deno.land/x/dropserver_app@${version}/${file}.ts.js`);
const VERSIONS = ["v0.2.0", "v0.2.1", "v0.2.2"];

/** A host that remembers what it was given. */
function fakeHost() {
  const given = [];
  const ann = { proxyId: "ann", displayName: "Ann", avatar: "" };
  globalThis.DROPSERVER = {
    appPath: "/app",
    appspacePath: "/space/files",
    avatarsPath: "/space/avatars/",
    appRoutes: { setCallback: (callback) => given.push(["routes", callback]) },
    migrations: { setCallback: (callback) => given.push(["migrations", callback]) },
    users: {
      get: (id) => id === "ann" ? Promise.resolve(ann) : Promise.reject(new Error("no such user")),
      getAll: () => Promise.resolve([ann]),
    },
  };
  return given;
}

/** The harness's side of one request: what was responded first. */
function request(extra = {}) {
  let respond;
  const response = new Promise((resolve) => respond = resolve);
  const req = {
    request: new Request("http://unix/x"),
    respondWith(answer) {
      is(this, req, "respondWith is called on its object");
      respond(answer);
      return Promise.resolve();
    },
  };
  return {
    response,
    context: {
      req,
      params: { id: "1" },
      url: new URL("https://appspace/x?y"),
      proxyId: null,
      ...extra,
    },
  };
}

for (const version of VERSIONS) {
  Deno.test(`${version} exports what was published`, async () => {
    const exports = async (file) => Object.keys(await at(version, file)).sort();
    same(await exports("mod"), [
      "AuthAllow",
      "DropserverApp",
      "MigrationsBuilder",
      "RoutesBuilder",
      "createApp",
    ]);
    same(await exports("approutes"), ["AuthAllow", "RouteType", "RoutesBuilder"]);
    same(await exports("migrations"), ["MigrationsBuilder"]);
    same(await exports("getlibsupport"), ["default"]);
    same(await exports("users"), []);
    const [mod, routes] = [await at(version, "mod"), await at(version, "approutes")];
    is(mod.RoutesBuilder, routes.RoutesBuilder);
    same({ ...mod.AuthAllow }, { authorized: "authorized", public: "public" });
    same({ ...routes.RouteType }, { function: "function", static: "static" });
  });

  Deno.test(`${version} hands routes and migrations to the host`, async () => {
    const { createApp } = await at(version, "mod");
    const [routes, migrations] = [[{ r: 1 }], [{ m: 1 }]];
    for (
      const [config, wantRoutes, wantMigrations] of [
        [{ routes, migrations }, routes, migrations],
        [{ routes: () => routes, migrations: () => migrations }, routes, migrations],
        [{ routes, migrations: () => Promise.resolve(migrations) }, routes, migrations],
        [{ routes }, routes, undefined],
      ]
    ) {
      const given = fakeHost();
      createApp(config);
      same(given.map(([what]) => what), ["routes", "migrations"]);
      is(given[0][1](), wantRoutes);
      is(await given[1][1]?.(), wantMigrations);
    }
    const given = fakeHost();
    throws(() => createApp({ routes: "no" }), /routes is missing or not recognized type/);
    throws(() => createApp({}), /routes is missing/);
    throws(() => createApp({ routes, migrations: 1 }), /Wrong type for migrations/);
    same(given, [], "a wrong declaration does not make the app ready");
  });

  Deno.test(`${version} answers for paths and users`, async () => {
    fakeHost();
    const app = (await at(version, "mod")).createApp({ routes: [] });
    is(app.appPath("x/../y.html"), "/app/y.html");
    is(app.appspacePath("/db.sqlite"), "/space/files/db.sqlite");
    is(app.avatarsPath("a.png"), "/space/avatars/a.png");
    is((await app.getUser("ann")).displayName, "Ann");
    is((await app.getUsers()).length, 1);
    await rejects(app.getUser("bob"), /no such user/);
  });

  Deno.test(`${version} builds routes`, async () => {
    const { RoutesBuilder, AuthAllow } = await at(version, "mod");
    const builder = new RoutesBuilder();
    const auth = { allow: AuthAllow.authorized, permissions: "create" };
    builder.add("get", "/a/:id", auth, function named() {});
    builder.add(
      "get",
      { path: "/s", end: false },
      auth,
      builder.staticFileHandler({ path: "@app/s/" }),
    );
    const [one, two] = builder.routes;
    same({ ...one, handler: undefined }, {
      type: "function",
      auth,
      method: "get",
      path: { path: "/a/:id", end: true },
      handler: undefined,
      handlerName: "named",
    });
    const files = { path: { path: "/s", end: false }, opts: { path: "@app/s/" } };
    same(two, { type: "static", auth, method: "get", ...files });
    const other = new RoutesBuilder();
    other.add("get", "/s", auth, builder.staticFileHandler({ path: "@app/s/" }));
    is(other.routes[0].type, "function", "static handlers belong to their builder");
  });

  Deno.test(`${version} gives handlers its context`, async () => {
    const { RoutesBuilder } = await at(version, "mod");
    const call = async (handler) => {
      const builder = new RoutesBuilder();
      builder.add("get", "/", { allow: "public" }, handler);
      const { response, context } = request();
      await builder.routes[0].handler(context);
      return await response;
    };
    const plain = ["request", "respondWith", "params", "url", "proxyId"];
    const shorter = ["respondHtml", "respondJson", "respondStatus"];
    let keys;
    const answered = await call((context) => {
      keys = Object.keys(context).sort();
      context.respondWith(new Response(`${context.params.id} ${context.url.search}`));
    });
    is(await answered.text(), "1 ?y");
    same(keys, [...plain, ...(version === "v0.2.0" ? [] : shorter)].sort());
    await rejects(call(() => Promise.reject(new Error("boom"))), /boom/);
    await rejects(
      call(() => {
        throw new Error("bang");
      }),
      /bang/,
    );
    if (version === "v0.2.0") return;
    const html = await call((context) => context.respondHtml("<p>"));
    is(html.headers.get("content-type"), "text/html");
    same(await (await call((context) => context.respondJson([1]))).json(), [1]);
    const status = await call((context) => context.respondStatus(418));
    same([status.status, await status.text()], [418, ""]);
  });

  Deno.test(`${version} builds migrations and finds the host`, async () => {
    const { MigrationsBuilder } = await at(version, "migrations");
    const builder = new MigrationsBuilder();
    const func = async () => {};
    builder.upTo(1.2, func);
    builder.downFrom(2, func);
    same(builder.migrations, [
      { direction: "up", schema: 1, func },
      { direction: "down", schema: 2, func },
    ]);
    const mustGetLibSupport = (await at(version, "getlibsupport")).default;
    fakeHost();
    is(mustGetLibSupport(), globalThis.DROPSERVER);
    delete globalThis.DROPSERVER;
    throws(mustGetLibSupport, /not there/);
  });
}

Deno.test("dropserver_lib_support has its enumerations alone", async () => {
  for (const version of ["v0.1.0", "v0.1.1", "v0.2.0", "v0.2.1"]) {
    const path = `../../runtime/builtin/deno.land/x/dropserver_lib_support@${version}/mod.ts.js`;
    same(Object.keys(await import(path)).sort(), ["AuthAllow", "RouteType"]);
  }
});

Deno.test("paths join as everywhere", () => {
  const parts = [
    "",
    ".",
    "..",
    "/",
    "a",
    "a/b",
    "/a/",
    "../a",
    "a//b",
    "./a/..",
    "a/../../b",
    "/..",
    "é/",
  ];
  let checked = 0;
  for (const one of parts) {
    for (const two of parts) {
      is(join(one, two), posix.join(one, two), JSON.stringify([one, two]));
      checked += 1;
    }
  }
  ok(checked === parts.length ** 2);
  throws(() => join("/app", undefined), TypeError);
});
