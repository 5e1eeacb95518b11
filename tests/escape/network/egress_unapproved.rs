//! Hosts that the manifest asks for and that the owner has not approved, and hosts that nobody asked for. Expected: no
//! network at all.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    if !stage.names("127.0.0.1 localhost inner.example.com other.example.com\n") {
        return;
    }
    stage.section("[egress]\nallow = [\"127.0.0.0/8\"]");
    let port = stage.forbidden_port();
    stage.ask_for(&[format!("inner.example.com:{port}")]);
    let outcome = stage.tries(
        r#"
        asked: async () => await (await fetch(`http://inner.example.com:${T.port}/`)).text(),
        notAsked: async () => await (await fetch(`http://other.example.com:${T.port}/`)).text(),
        resolved: () => Deno.resolveDns("inner.example.com", "A"),
        tcp: () => Deno.connect({ hostname: "inner.example.com", port: T.port }),
        "#,
    );
    outcome.all_refused(&["asked", "notAsked", "resolved", "tcp"]);
});
