// The built-in `dropserver` module (app API 1): declaring an app and answering requests.
import { deepStrictEqual as same, rejects, strictEqual as is, throws } from "node:assert";
import * as dropserver from "../../runtime/builtin/dropserver/mod.js";
const { can, createApp, everyone, html, json, members, notFound, redirect, text } = dropserver;

const declared = (app) => app[Symbol.for("dropserver.app")];
const people = {
  ann: { proxyId: "ann", displayName: "Ann", avatar: "", permissions: [], isOwner: true },
  bob: {
    proxyId: "bob",
    displayName: "Bob",
    avatar: "b.png",
    permissions: ["edit"],
    isOwner: false,
  },
};

const known = (id) =>
  id in people ? Promise.resolve(people[id]) : Promise.reject(new Error("no such member"));

function fakeHost() {
  globalThis[Symbol.for("dropserver.v1")] = {
    address: "notes.example.com",
    paths: { app: "/app", files: "/data/files", avatars: "/data/avatars" },
    users: {
      get: (id) => people[id]?.broken ? Promise.reject(new Error("broken")) : known(id),
      getAll: () => Promise.resolve(Object.values(people)),
    },
  };
}

/** Sends a request to the only route of an app. */
function send(handler, { memberId = null, params = {}, ...init } = {}) {
  const app = createApp();
  app.route("post", "/x", everyone, handler);
  const request = new Request("http://unix/x", { method: "POST", ...init });
  const url = new URL("https://notes.example.com:8443/x");
  const { signal } = new AbortController();
  return declared(app).routes[0].handler({ request, url, params, memberId, signal });
}

async function logged(run) {
  const { error } = console;
  const lines = [];
  console.error = (...line) => lines.push(line.join(" "));
  try {
    return [await run(), lines.join("\n")];
  } finally {
    console.error = error;
  }
}

Deno.test("an app is what it declared, in order", () => {
  const app = createApp();
  const edit = app.permission("edit", "Change entries");
  const handler = function show() {};
  app.get("/a/:id", members, handler).post("/a", edit, handler);
  app.route("DELETE", { path: "/b", end: false }, can("edit"), handler);
  app.static("/s", everyone, "@app/static/").static("/i.png", members, "@app/i.png");
  app.static({ path: "/t", end: true }, everyone, "@app/LICENSE");
  app.migration(1, { up() {} }).migration(2, { up() {}, async down() {} });
  const { routes, migrations, permissions } = declared(app);
  const everyoneMay = { allow: "public" };
  const membersMay = { allow: "authorized" };
  const editorsMay = { allow: "authorized", permission: "edit" };
  same(routes.map(({ type, method, path, auth }) => [type, method, path, auth]), [
    ["function", "get", { path: "/a/:id", end: true }, membersMay],
    ["function", "post", { path: "/a", end: true }, editorsMay],
    ["function", "delete", { path: "/b", end: false }, editorsMay],
    ["static", "get", { path: "/s", end: false }, everyoneMay],
    ["static", "get", { path: "/i.png", end: true }, membersMay],
    ["static", "get", { path: "/t", end: true }, everyoneMay],
  ]);
  same([routes[0].handlerName, routes[3].opts], ["show", { path: "@app/static/" }]);
  same(migrations.map(({ direction, schema }) => `${direction} ${schema}`), [
    "up 1",
    "up 2",
    "down 2",
  ]);
  same(permissions, [{ name: "edit", description: "Change entries" }]);
});

Deno.test("mistakes are explained where they are made", () => {
  const fn = () => text("");
  const steps = { up() {} };
  for (
    const [mistake, says] of [
      [(app) => app.get("a", everyone, fn), /app\.get\("a", …\): a path begins with "\/"/],
      [(app) => app.get(undefined, everyone, fn), /app\.get\(undefined, …\): the path is a text/],
      [(app) => app.get({ path: "/a", end: "no" }, everyone, fn), /the path is a text/],
      [
        (app) => app.get("/a", fn),
        /whom it is for: everyone, members or can\("…"\); this is a function/,
      ],
      [(app) => app.get("/a", { allow: "public" }, fn), /whom it is for/],
      [(app) => app.get("/a", everyone), /the function that answers.*this is undefined/],
      [(app) => app.get("/a", everyone, html`x`), /this is an object/],
      [(app) => app.get("/a", can("edit"), fn), /"edit" is not declared.*Declared so far: none/],
      [
        (app) => (app.permission("a"), app.permission("b"), app.get("/a", can("c"), fn)),
        /Declared so far: a, b/,
      ],
      [
        (app) => app.route("brew", "/a", everyone, fn),
        /app\.route\("brew", …\): the method is one of get/,
      ],
      [(app) => app.route("PUT", "a", everyone, fn), /app\.route\("put", "a", …\)/],
      [(app) => app.static("/a/:id", everyone, "@app/x/"), /is plain, without parameters/],
      [(app) => app.static("/a", everyone, "static/"), /"@app\/…"/],
      [(app) => app.static("/a", everyone, "@app/../x/"), /must not contain/],
      [(app) => app.static("/a", everyone, "@app/static"), /write "@app\/static\/"/],
      [(app) => app.static("/a", "@app/static/"), /what to serve/],
      [(app) => app.permission("no spaces"), /1 to 64 letters/],
      [(app) => (app.permission("a"), app.permission("a")), /declared twice/],
      [(app) => app.permission("a", 1), /the description is a text/],
      [() => can(""), /can\(""\): a permission's name/],
      [(app) => app.migration(0, steps), /app\.migration\(0, …\): the schema is a whole number/],
      [(app) => app.migration("1", steps), /the schema is a whole number/],
      [(app) => app.migration(1, steps.up), /\{ up\(\)/],
      [(app) => app.migration(1, { ...steps, down: 1 }), /\{ up\(\)/],
      [(app) => app.migration(1, steps).migration(1, steps), /declared twice/],
      [
        (app) => app.get("/a", everyone, fn).get("/a", members, fn),
        /a route for this method and path/,
      ],
      [
        (app) => app.get("/a", everyone, fn).static("/a", members, "@app/a.html"),
        /a route for this/,
      ],
      [(app) => (declared(app), app.get("/a", everyone, fn)), /came too late/],
    ]
  ) {
    throws(() => mistake(createApp()), says);
  }
});

Deno.test("handlers return responses", async () => {
  is(await (await send(() => text("hi"))).text(), "hi");
  is(await (await send(() => Promise.resolve(text("hi")))).text(), "hi");
  is(
    (await send(() => {
      throw notFound();
    })).status,
    404,
  );
  await rejects(
    send(() => {
      throw new Error("boom");
    }),
    /boom/,
  );
  for (
    const [wrong, says] of [
      [undefined, /app\.route\("post", "\/x", …\) answered with undefined/],
      [html`<p>`, /answered with an object \(SafeHtml\).*html\(…\)/],
      ["page", /answered with the text "page"/],
    ]
  ) {
    const [response, log] = await logged(() => send(() => wrong));
    is(response.status, 500);
    is(says.test(log), true, log);
    is((await response.text()).includes("page"), false);
  }
});

Deno.test("a context says who asks for what", async () => {
  fakeHost();
  const seen = async (init) => {
    let context;
    await send((ctx) => (context = ctx, text("")), init);
    return context;
  };
  const anybody = await seen();
  same([anybody.memberId, await anybody.member()], [null, null]);
  is(anybody.url.href, "https://notes.example.com:8443/x");
  is(anybody.signal.aborted, false);
  const bob = await seen({ memberId: "bob", params: { a: "caf%C3%A9", b: ["x%2Fy", "%"] } });
  same(bob.params, { a: "café", b: ["x/y", "%"] });
  const before = await bob.member();
  same({ ...before }, {
    id: "bob",
    name: "Bob",
    avatar: "b.png",
    permissions: ["edit"],
    isOwner: false,
  });
  same(["edit", "rule"].map((name) => before.can(name)), [true, false]);
  people.bob = { ...people.bob, permissions: [] };
  is((await bob.member()).can("edit"), false, "permissions are those of now");
  people.bob = { ...people.bob, permissions: ["edit"] };
  is((await (await seen({ memberId: "ann" })).member()).can("anything"), true);
});

Deno.test("bodies are bounded", async () => {
  const form = (ctx) => ctx.form({ maxBytes: 20 }).then((data) => text(data.get("a")));
  const object = (ctx) => ctx.json({ maxBytes: 20 }).then(json);
  const stream = (size) =>
    new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < size; sent += 10) controller.enqueue(new Uint8Array(10).fill(32));
        controller.close();
      },
    });
  const urlencoded = { "content-type": "application/x-www-form-urlencoded" };
  for (
    const [handler, body, headers, status, says] of [
      [form, "a=b+c", urlencoded, 200, "b c"],
      [form, `a=${"x".repeat(30)}`, urlencoded, 413, "at most 20 bytes"],
      [form, "a=b", { "content-length": "21", ...urlencoded }, 413, "at most 20 bytes"],
      [form, "{}", { "content-type": "application/json" }, 400, "not a form"],
      [object, '{"a":[1]}', {}, 200, '{"a":[1]}'],
      [object, "{", {}, 400, "not JSON"],
      [object, undefined, {}, 400, "not JSON"],
      [object, stream(30), {}, 413, "at most 20 bytes"],
      [object, stream(20), {}, 400, "not JSON"],
    ]
  ) {
    const response = await send(handler, { body, headers });
    const answer = await response.text();
    same([response.status, answer.includes(says)], [status, true], answer);
  }
});

Deno.test("responses are what their names say", async () => {
  const facts = async (response) => [
    response.status,
    response.headers.get("content-type"),
    await response.text(),
  ];
  same(await facts(html("<p>")), [200, "text/html; charset=utf-8", "<p>"]);
  same(await facts(html(html`<p>${"<"}</p>`, 422)), [
    422,
    "text/html; charset=utf-8",
    "<p>&lt;</p>",
  ]);
  const own = html("<p>", { status: 201, headers: { "content-type": "text/x", "x-a": "b" } });
  same([own.headers.get("x-a"), ...await facts(own)], ["b", 201, "text/x", "<p>"]);
  same(await facts(json({ a: 1 }, 400)), [400, "application/json", '{"a":1}']);
  same(await facts(text("é")), [200, "text/plain; charset=utf-8", "é"]);
  same((await facts(notFound("No such note.")))[2], "No such note.");
  throws(() => html(undefined), /takes a text or/);
  throws(() => json(undefined), /cannot send undefined/);
});

Deno.test("redirects lead where they say", () => {
  for (
    const [to, location] of [
      ["/", "/"],
      ["/a?b=c#d", "/a?b=c#d"],
      ["/é", "/%C3%A9"],
      ["https://example.com/x", "https://example.com/x"],
      [new URL("https://example.com"), "https://example.com/"],
    ]
  ) {
    const response = redirect(to);
    same([response.status, response.headers.get("location")], [303, location]);
  }
  is(redirect("/", 308).status, 308);
  throws(() => redirect("/", 200), RangeError);
  for (const wrong of ["//evil.example", "/\\evil.example", "javascript:alert(1)", "a", ""]) {
    throws(() => redirect(wrong), /one "\/", or a full/);
  }
});

Deno.test("the appspace and its members", async () => {
  fakeHost();
  await send(() => text(""));
  const { appPath, appspace, avatarsPath, filesPath, getMember, getMembers } = dropserver;
  same([appspace.address, appspace.origin], [
    "notes.example.com",
    "https://notes.example.com:8443",
  ]);
  same([appPath("a//b"), filesPath(), avatarsPath("/x")], [
    "/app/a/b",
    "/data/files",
    "/data/avatars/x",
  ]);
  throws(() => filesPath("../x"), /leads out/);
  same((await getMembers()).map((member) => member.name), ["Ann", "Bob"]);
  is(await getMember("nobody"), null);
  people.bob.broken = true;
  await rejects(getMember("bob"), /broken/, "a failure is not the same as nobody");
  delete people.bob.broken;
  delete globalThis[Symbol.for("dropserver.v1")];
  throws(() => filesPath("x"), /not there/);
});
