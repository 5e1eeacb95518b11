//! A static import of a JSON file outside, and of the app's own manifest. Refused: no read access.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        secret: () => load(`import s from "${url(T.json)}" with { type: "json" }; export default s.secret;`),
        up: () => load(`import s from "../../../../../secret.json" with { type: "json" }; export default s.secret;`),
        own: async () => {
          await Deno.writeTextFile("own.json", `{"a": 1}`);
          return await load(`import s from "./own.json" with { type: "json" }; export default s.a;`);
        },
        "#,
    );
    outcome.refused(&["secret", "up"]);
    outcome.worked(&["own"]);
});
