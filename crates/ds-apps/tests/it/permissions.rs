//! Permissions that an app declares or its routes need.

use ds_apps::InstallErrorKind as Kind;
use ds_core::error_chain;
use serde_json::json;

use crate::support::{Script, World, learned, pack::Tar, routes_json};

#[tokio::test]
async fn permissions() {
    let says = |routes: serde_json::Value, permissions: serde_json::Value| {
        let mut learned = learned(&[]);
        (learned.routes, learned.permissions) = (routes, permissions);
        Script::Says(learned)
    };
    let mut needs = routes_json();
    needs[0]["auth"] = json!({ "allow": "authorized", "permission": "edit" });
    let one = json!([{ "name": "moderate", "description": " Hide\nentries " }]);
    let manifest = r#"{ "name": "Notes", "version": "1.0.0", "ds-api": 1 }"#;
    let package = Tar::with_manifest(manifest).gz();

    let world = World::new();
    world.engine.script(says(needs, one));
    let installed = world.install(&package).await.unwrap();
    let got: Vec<_> = installed.version.manifest.permissions.iter().collect();
    assert_eq!(got.len(), 2);
    assert_eq!(
        (got[0].name.as_str(), got[0].description.as_str()),
        ("moderate", "Hide entries")
    );
    assert_eq!(got[1].name.as_str(), "edit");
    let told =
        |warning: &ds_apps::Warning| warning.field == "permissions" && warning.bad_value == "edit";
    assert!(installed.warnings.iter().any(told));

    let check =
        async |routes: serde_json::Value, permissions: serde_json::Value, fragment: &str| {
            let world = World::new();
            let before = world.state();
            world.engine.script(says(routes, permissions));
            let error = world.install(&package).await.unwrap_err();
            let text = error_chain(&error);
            assert_eq!(error.kind(), Kind::App, "{text}");
            assert!(text.contains(fragment), "{text}");
            assert_eq!(world.state(), before);
            assert_eq!(world.engine.running(), 0);
        };
    let named = |name: &str| json!([{ "name": name }]);
    let many: Vec<_> = (0..101)
        .map(|n| json!({ "name": format!("p{n}") }))
        .collect();
    check(routes_json(), json!({}), "not a list of names").await;
    check(routes_json(), json!(["edit"]), "not a list of names").await;
    check(routes_json(), json!([{}]), "whose name is `null`").await;
    check(
        routes_json(),
        named("a b"),
        "`a b` is not a permission name",
    )
    .await;
    check(
        routes_json(),
        json!([{ "name": "a" }, { "name": "a" }]),
        "`a` twice",
    )
    .await;
    check(routes_json(), json!(many), "more than 100 permissions").await;
    check(json!("none"), json!(null), "routes cannot be used").await;
    check(json!([{}]), json!(null), "routes cannot be used").await;
}
