//! A package whose own modules name files outside: the installer refuses it, so nobody ever runs it. One that
//! hides the name from the installer is refused when it runs.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    let secret = stage.outside("secret.json");
    for import in [
        format!(
            r#"import s from "file://{}" with {{ type: "json" }};"#,
            secret.display()
        ),
        format!(
            r#"import s from "{}" with {{ type: "json" }};"#,
            secret.display()
        ),
        r#"import s from "../secret.json" with { type: "json" };"#.to_owned(),
        r#"import s from "./../../../../../../etc/passwd" with { type: "text" };"#.to_owned(),
        format!(
            r#"const s = await import("file://{}", {{ with: {{ type: "json" }} }});"#,
            secret.display()
        ),
    ] {
        let source = format!(
            "{import}\nimport {{ createApp, everyone, text }} from \"dropserver\";\n\
             const app = createApp();\napp.get(\"/try\", everyone, () => text(JSON.stringify(s)));\n\
             export default app;\n"
        );
        if stage.install(&[("app.js", &source)]).is_ok() {
            // What was taken for harmless must be it: `get` looks for the secret.
            let answer = stage.get("/try");
            assert_ne!(answer.status, 200, "{import}: {answer:?}");
        }
    }
});
