//! An approved host that sends the app on to another, along with the app's credentials. Expected: the approved host is
//! reached; the other is not, since it was not approved.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    if !stage.names("127.0.0.1 first.example.com second.example.com\n") {
        return;
    }
    stage.section("[egress]\nallow = [\"127.0.0.0/8\"]");
    let forbidden = stage.forbidden_port();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // The thread ends with the test.
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let answer = format!(
                "HTTP/1.1 302 Found\r\nlocation: http://second.example.com:{forbidden}/\r\n\
                 content-length: 0\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let rule = format!("first.example.com:{port}");
    stage.ask_for(std::slice::from_ref(&rule));
    let tries = format!(
        r#"
        first: async () => {{
          const answer = await fetch("http://first.example.com:{port}/", {{ redirect: "manual" }});
          await answer.body?.cancel();
          return answer.status;
        }},
        second: async () => {{
          const headers = {{ authorization: "Bearer secret" }};
          return await (await fetch("http://first.example.com:{port}/", {{ headers }})).text();
        }},
        directly: async () => await (await fetch("http://second.example.com:{forbidden}/")).text(),
        byNumber: async () => await (await fetch("http://127.0.0.1:{forbidden}/")).text(),
        otherPort: async () => await (await fetch("http://first.example.com:{forbidden}/")).text(),
        "#
    );
    stage.app(&tries, &[]);
    stage.approve(&rule);
    let outcome = stage.attack();
    outcome.refused(&["second", "directly", "byNumber", "otherPort"]);
    assert_eq!(outcome.got("first"), "302");
});
