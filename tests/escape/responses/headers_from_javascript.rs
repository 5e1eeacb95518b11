//! The same by an app, with line ends in names and values. Expected: the language refuses line ends, the host the rest.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.app(
        r#"
        value: () => new Response("x", { headers: { "x-a": "b\r\nset-cookie: ds-member=forged" } }),
        name: () => new Response("x", { headers: { "x-a: b\r\nset-cookie": "ds-member=forged" } }),
        status: () => new Response("x", { status: 200, statusText: "OK\r\nset-cookie: ds-member=forged" }),
        cookies: () => {
          const headers = new Headers();
          headers.append("set-cookie", "ds-member=forged");
          headers.append("set-cookie", "__Host-ds-member=forged; Path=/; Secure");
          headers.append("set-cookie", "tossed=1; Domain=localhost");
          headers.append("set-cookie", "mine=1");
          headers.append("x-dropserver-call", "{}");
          return new Response("x", { headers });
        },
        "#,
        &[],
    );
    for case in ["value", "name", "status"] {
        let answer = stage.get(&format!("/one/{case}"));
        assert_eq!(answer.status, 500, "{case}: {answer:?}");
        assert!(
            answer.headers("set-cookie").is_empty(),
            "{case}: {answer:?}"
        );
    }
    let answer = stage.get("/one/cookies");
    assert_eq!(answer.headers("set-cookie"), ["mine=1"]);
    assert!(answer.headers("x-dropserver-call").is_empty());
});
