//! A static import of a module outside, as code and as re-exports. Refused: no read access.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        module: () => load(`import s from "${url(T.module)}"; export default s;`),
        reexport: () => load(`export { default } from "${url(T.module)}";`),
        star: () => load(`import * as s from "${url(T.module)}"; export default s.default;`),
        deferred: () => load(`export default (await import("${url(T.module)}")).default;`),
        "#,
    );
    outcome.all_refused(&["module", "reexport", "star", "deferred"]);
});
