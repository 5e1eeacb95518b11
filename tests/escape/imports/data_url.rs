//! Modules in `data:` addresses that import on. Refused: they have no more rights than who made them.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        text: async () => {
          const source = `import s from "${url(T.text)}" with { type: "text" }; export default s;`;
          return (await computed("data:text/javascript," + encodeURIComponent(source))).default;
        },
        json: async () => {
          const source = `import s from "${url(T.json)}" with { type: "json" }; export default s.secret;`;
          return (await computed("data:text/javascript," + encodeURIComponent(source))).default;
        },
        module: async () => {
          const source = `export { default } from "${url(T.module)}";`;
          return (await computed("data:application/typescript;base64," + btoa(source))).default;
        },
        nested: async () => {
          const inner = encodeURIComponent(`export { default } from "${url(T.module)}";`);
          const outer = encodeURIComponent(`export { default } from "data:text/javascript,${inner}";`);
          return (await computed("data:text/javascript," + outer)).default;
        },
        own: async () => (await computed("data:text/javascript,export default 1")).default,
        "#,
    );
    outcome.refused(&["text", "json", "module", "nested"]);
    outcome.worked(&["own"]);
});
