//! Code from the network, at run time. Refused: sandboxes load nothing remote. The listener outside hears nothing.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        https: () => computed("https://deno.land/std/version.ts"),
        http: () => computed(`http://127.0.0.1:${T.port}/x.js`),
        fromFile: () => load(`import "http://127.0.0.1:${T.port}/x.js";`),
        fromData: () => computed("data:text/javascript,import%20%22https://esm.sh/x%22"),
        json: () => computed(`http://127.0.0.1:${T.port}/x.json`, { with: { type: "json" } }),
        "#,
    );
    outcome.all_refused(&["https", "http", "fromFile", "fromData", "json"]);
});
