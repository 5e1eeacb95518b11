//! Packages of registries, at run time. Refused: what an app needs is in its prepared copy.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        npm: () => computed("npm:left-pad@1.3.0"),
        jsr: () => computed("jsr:@std/path"),
        bare: () => computed("left-pad"),
        written: () => load(`import "npm:left-pad@1.3.0";`),
        "#,
    );
    outcome.all_refused(&["npm", "jsr", "bare", "written"]);
});
