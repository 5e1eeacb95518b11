//! Modules in `blob:` addresses that import on, alone and as workers. Refused.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        text: async () => {
          const source = `import s from "${url(T.text)}" with { type: "text" }; export default s;`;
          const blob = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
          return (await computed(blob)).default;
        },
        worker: () => new Promise((resolve, reject) => {
          const source = `import s from "${url(T.text)}" with { type: "text" }; postMessage(s);`;
          const blob = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
          const worker = new Worker(blob, { type: "module" });
          worker.onmessage = (event) => resolve(event.data);
          worker.onerror = (event) => { event.preventDefault(); reject(new Error(event.message)); };
        }),
        "#,
    );
    outcome.all_refused(&["text", "worker"]);
});
