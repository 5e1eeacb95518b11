//! A name that leads to a public address when it is first asked for and to the host's own computer a moment later.
//! Expected: what is connected to is what was checked, every time.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    if !stage.names("203.0.113.7 moving.example.com\n") {
        return;
    }
    let rule = format!("moving.example.com:{}", stage.forbidden_port());
    stage.ask_for(std::slice::from_ref(&rule));
    stage.app(
        r#"
        resolved: async () => JSON.stringify(await Deno.resolveDns("moving.example.com", "A")).slice(0, 4) || "nothing",
        fetched: async () => await (await fetch(`http://moving.example.com:${T.port}/`, { signal: AbortSignal.timeout(2000) })).text(),
        again: async () => await (await fetch(`http://moving.example.com:${T.port}/`, { signal: AbortSignal.timeout(2000) })).text(),
        tcp: async () => {
          const connection = await Deno.connect({ hostname: "moving.example.com", port: T.port });
          const buffer = new Uint8Array(100);
          const count = await connection.read(buffer);
          if (count === null) throw new Error("closed");
          return new TextDecoder().decode(buffer);
        },
        "#,
        &[],
    );
    stage.approve(&rule);
    stage.attack().refused(&["fetched", "again"]);
    for address in ["127.0.0.1", "0.0.0.0", "::1", "::ffff:127.0.0.1"] {
        std::fs::write(
            stage.outside("hosts"),
            format!("{address} moving.example.com\n"),
        )
        .unwrap();
        stage.attack().refused(&["fetched", "again", "tcp"]);
    }
});
