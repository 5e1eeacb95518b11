//! An app of API 0 as it is published.

use ds_core::ApiVersion;

use super::*;

#[tokio::test]
async fn an_app_of_the_original_runs_unchanged() {
    let app = r#"
        import { createApp, RoutesBuilder, AuthAllow, type Context } from "https://deno.land/x/dropserver_app@v0.2.1/mod.ts";
        import type { Handler } from "https://deno.land/x/dropserver_lib_support@v0.2.0/mod.ts";
        const routes = new RoutesBuilder();
        routes.add("get", "/", { allow: AuthAllow.authorized }, (ctx: Context) => ctx.respondStatus(200));
        export default createApp({ routes: routes.routes });
        console.log(globalThis.appRoutes().length);
    "#;
    let mut fixture = Fixture::new(&[("app.ts", app)], &[]);
    fixture.api = ApiVersion::V0;
    let prepared = fixture.prepare("app.ts").await.unwrap();
    assert_eq!(fixture.run(&prepared), "1\n");
    assert_eq!(prepared.modules, []);
}
