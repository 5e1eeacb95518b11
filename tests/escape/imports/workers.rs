//! Workers started from files outside, or with more rights than who starts them. Refused.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        outside: () => new Promise((resolve, reject) => {
          const worker = new Worker(url(T.module), { type: "module" });
          worker.onmessage = (event) => resolve(event.data);
          worker.onerror = (event) => { event.preventDefault(); reject(new Error(event.message)); };
        }),
        reading: () => new Promise((resolve, reject) => {
          const source = `self.onmessage = async () => {
            try { postMessage(await Deno.readTextFile("${T.text}")); } catch (error) { postMessage(error); }
          };`;
          const worker = new Worker("data:text/javascript," + encodeURIComponent(source), { type: "module" });
          worker.onmessage = ({ data }) => data instanceof Error ? reject(data) : resolve(data);
          worker.onerror = (event) => { event.preventDefault(); reject(new Error(event.message)); };
          worker.postMessage(0);
        }),
        blob: () => new Promise((resolve, reject) => {
          const source = `import s from "${url(T.text)}" with { type: "text" }; postMessage(s);`;
          const blob = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
          const worker = new Worker(blob, { type: "module" });
          worker.onmessage = (event) => resolve(event.data);
          worker.onerror = (event) => { event.preventDefault(); reject(new Error(event.message)); };
        }),
        threads: async () => {
          const { Worker } = await computed("node:worker_threads");
          const source = `const { parentPort } = require("node:worker_threads");
            try { parentPort.postMessage(require("node:fs").readFileSync("${T.text}", "utf8")); }
            catch (error) { parentPort.postMessage({ error: String(error) }); }`;
          return await new Promise((resolve, reject) => {
            const worker = new Worker(source, { eval: true });
            worker.on("message", (got) => got?.error ? reject(new Error(got.error)) : resolve(got));
            worker.on("error", reject);
          });
        },
        "#,
    );
    outcome.all_refused(&["outside", "reading", "blob", "threads"]);
});
