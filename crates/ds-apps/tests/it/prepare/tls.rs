//! Modules over TLS, as a host with an authority of its own and modules on its own network fetches them.

use std::sync::Arc;

use ds_apps::modules::NetFetch;
use ds_net::{AddressFilter, Client, Config};

use super::{
    web::{Page, Web, local_network},
    *,
};

const TS: &str = "application/typescript";

/// An authority's certificate as PEM, and a server for `localhost` with a certificate of it.
async fn trusted_server() -> (Vec<u8>, Web) {
    let (authority, acceptor) = ds_testkit::tls::trusted_server(&["localhost"]);
    (authority.into_bytes(), Web::start(Some(acceptor)).await)
}

fn imports(web: &Web, path: &str) -> Fixture {
    let address = format!("https://localhost:{}{path}", web.address.port());
    let app = format!("import {{ n }} from '{address}'; console.log(n);");
    Fixture::new(&[("app.ts", &app)], &[])
}

#[tokio::test]
async fn modules_come_from_servers_that_an_added_authority_vouches_for() {
    let (authority, web) = trusted_server().await;
    let body = "export { n } from './n.ts';";
    web.put("/m/mod.ts", Page::Body(TS, body.into()));
    web.put(
        "/m/n.ts",
        Page::Body(TS, "export const n: number = 7;".into()),
    );
    // To where the module really is: what it imports is beside that.
    web.put("/latest", Page::Elsewhere("/m/mod.ts".to_owned()));
    let modules = local_network(vec![authority], false);
    for path in ["/m/mod.ts", "/latest"] {
        let fixture = imports(&web, path);
        let prepared = fixture.prepare_with("app.ts", &modules).await.unwrap();
        assert_eq!(fixture.run(&prepared), "7\n", "{path}");
    }
}

#[tokio::test]
async fn what_is_not_trusted_or_not_allowed_is_refused() {
    let (authority, web) = trusted_server().await;
    web.put("/mod.ts", Page::Body(TS, "export const n = 1;".into()));
    let port = web.address.port();
    web.put(
        "/plain",
        Page::Elsewhere(format!("http://localhost:{port}/mod.ts")),
    );
    web.put(
        "/inner",
        Page::Elsewhere("https://10.0.0.1/mod.ts".to_owned()),
    );
    web.put("/round", Page::Elsewhere("/round".to_owned()));
    let public_only = Client::new(Config {
        filter: AddressFilter::default(),
        authorities: vec![authority.clone()],
        ..Config::default()
    });
    let public_only = Modules::new(
        Vec::new(),
        Some(Arc::new(NetFetch::new(public_only.unwrap()))),
    );
    let untrusting = local_network(Vec::new(), false);
    let modules = local_network(vec![authority], false);
    for (modules, path, expect) in [
        (
            &untrusting,
            "/mod.ts",
            "localhost cannot be reached: invalid peer certificate: UnknownIssuer",
        ),
        (
            &public_only,
            "/mod.ts",
            "localhost is not on the public internet, and not among the addresses that are allowed",
        ),
        (&modules, "/plain", "it is not encrypted (https)"),
        (&modules, "/inner", "10.0.0.1 is not on the public internet"),
        (&modules, "/round", "is redirected too often"),
        (&modules, "/none", "answered with status 404"),
    ] {
        let fixture = imports(&web, path);
        let error = fixture.prepare_with("app.ts", modules).await.unwrap_err();
        let text = error.to_string();
        let named = format!("app.ts imports \"https://localhost:{port}{path}\"");
        assert!(
            text.starts_with(&named) && text.contains(expect),
            "{path}: {text}"
        );
    }
}
