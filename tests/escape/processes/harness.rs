//! Changing the language under the harness: prototypes, JSON, promises, Response, Deno's own functions. Expected: the
//! app hurts itself alone; who is a member is for the host to say, and so is what needs one.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.install(&[(
        "app.js",
        r#"
        import { createApp, everyone, members, text } from "dropserver";
        const seen = [];
        const parse = JSON.parse;
        JSON.parse = function (source, ...rest) {
          seen.push(String(source).slice(0, 200));
          const value = parse(source, ...rest);
          if (value && typeof value === "object" && "proxyId" in value) value.proxyId = "forged";
          return value;
        };
        Object.defineProperty(Object.prototype, "proxyId", { get: () => "forged", set() {}, configurable: true });
        Object.defineProperty(Object.prototype, "allow", { get: () => "public", set() {}, configurable: true });
        Array.prototype.push = new Proxy(Array.prototype.push, { apply: (f, self, args) => Reflect.apply(f, self, args) });
        Promise.prototype.then = new Proxy(Promise.prototype.then, { apply: (f, self, args) => Reflect.apply(f, self, args) });
        globalThis.Response = class extends Response {};
        Deno.connect = Deno.serve = () => { throw new Error("replaced"); };
        const app = createApp();
        app.get("/try", everyone, () => text("{}"));
        app.get("/members", members, () => text("for members"));
        export default app;
        "#,
    )])
    .ok();
    // It may not even have got ready; whoever asks is told so, and members' things stay members'.
    if stage.is_settled() {
        let status = stage.get("/members").status;
        assert!([401, 403, 404, 500, 502, 503].contains(&status), "{status}");
    }
});
