//! The host's own computer, by every name for it: numbers in all notations, mapped addresses, names, `0.0.0.0`. Refused,
//! and the listener outside hears nothing.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        ...Object.fromEntries([
          "127.0.0.1", "127.1", "0x7f000001", "0177.0.0.1", "2130706433", "0.0.0.0", "0", "localhost",
          "localhost.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]", "127.0.0.2",
          "[64:ff9b::7f00:1]", "[::127.0.0.1]", "dropserver.localhost",
        ].map((name) => [name, async () => await (await fetch(`http://${name}:${T.port}/`)).text()])),
        "#,
    );
    outcome.all_refused(&[
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "0177.0.0.1",
        "2130706433",
        "0.0.0.0",
        "0",
        "localhost",
        "localhost.",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "127.0.0.2",
        "[64:ff9b::7f00:1]",
        "[::127.0.0.1]",
        "dropserver.localhost",
    ]);
});
