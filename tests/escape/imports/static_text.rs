//! A module with a static import of a file as text. Deno lets the main module's graph read any file; app code is
//! no part of that graph, so each is expected to be refused for want of read access.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        secret: () => load(`import s from "${url(T.text)}" with { type: "text" }; export default s;`),
        passwd: () => load(`import s from "file:///etc/passwd" with { type: "text" }; export default s;`),
        bytes: () => load(`import s from "${url(T.text)}" with { type: "bytes" }; export default s.length;`),
        own: async () => {
          await Deno.writeTextFile("own.txt", "mine");
          return await load(`import s from "./own.txt" with { type: "text" }; export default s;`);
        },
        "#,
    );
    outcome.refused(&["secret", "passwd", "bytes"]);
    // The way itself is open; what is outside is not.
    outcome.worked(&["own"]);
});
