//! `import()` of a literal, which Deno takes for static in a main module's graph; and in an eval. Refused.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        text: () => load(`export default (await import("file:///etc/passwd", { with: { type: "text" } })).default;`),
        json: () => load(`const m = await import("${url(T.json)}", { with: { type: "json" } }); export default m.default.secret;`),
        evaluated: async () => (await (0, eval)(`import("${url(T.module)}")`)).default,
        constructed: async () => (await new Function(`return import("${url(T.module)}")`)()).default,
        computed: async () => (await computed(url(T.module))).default,
        "#,
    );
    outcome.all_refused(&["text", "json", "evaluated", "constructed", "computed"]);
});
