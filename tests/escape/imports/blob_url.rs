//! Modules in `blob:` addresses that import on. Refused.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        text: async () => {
          const source = `import s from "${url(T.text)}" with { type: "text" }; export default s;`;
          const blob = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
          return (await computed(blob)).default;
        },
        "#,
    );
    outcome.all_refused(&["text"]);
});
