//! What the app can do, as the host is told: honestly, or not.

use serde_json::{Value, json};

/// The answer to the host's question.
pub(crate) fn of(attempt: &str) -> Value {
    let mut learned = honest();
    match attempt.strip_prefix("listing ").unwrap_or_default() {
        "many" => learned["routes"] = vec![function("/x", "public"); 200_000].into(),
        "deep" => learned["routes"] = deep(100),
        "long" => learned["routes"] = json!([function(&"/a".repeat(1 << 20), "public")]),
        "slow" => {
            let pattern = format!("/:a({}b)", "(a*)*".repeat(60));
            learned["routes"] = json!([
                function(&pattern, "public"),
                function("/:x(.*)*.*)*", "public")
            ]);
        }
        "up" => {
            learned["routes"] = json!([
                files("/f", "@appspace/../../"),
                files("/g", "@app/../../../")
            ]);
        }
        "absolute" => {
            learned["routes"] = json!([files("/f", "/etc/"), files("/g", "@appspace//etc/passwd")]);
        }
        "encoded" => learned["routes"] = json!([files("/f", "@appspace/%2e%2e/%2e%2e/log.txt")]),
        "nul" => learned["routes"] = json!([files("/f", "@appspace/a\0/../../../log.txt")]),
        "of-the-host" => {
            learned["routes"] = json!([
                function("/.dropserver/login", "public"),
                honest()["routes"][2]
            ]);
        }
        "permissions" => {
            learned["permissions"] =
                json!([{"name": "a\r\nb", "description": "x".repeat(1 << 20)}]);
        }
        "migrations" => {
            let step = json!({"direction": "up", "schema": 4_294_967_295u32});
            learned["migrations"] = vec![step; 100_000].into();
        }
        "types" => learned["routes"] = json!([1, null, [], {"method": 1}, "x"]),
        "nothing" => learned = Value::Null,
        _ => {}
    }
    learned
}

/// Routes for everything there is to ask.
fn honest() -> Value {
    json!({
        "routes": [
            files("/files", "@appspace/"),
            function("/members", "authorized"),
            function("/", "public"),
            {"method": "post", "path": {"path": "/", "end": false}, "auth": {"allow": "public"},
             "type": "function", "options": {"name": "any"}},
        ],
        "migrations": [],
        "permissions": [],
    })
}

fn function(path: &str, whom: &str) -> Value {
    json!({"method": "get", "path": {"path": path, "end": false}, "auth": {"allow": whom},
        "type": "function", "options": {"name": "any"}})
}

fn files(path: &str, target: &str) -> Value {
    json!({"method": "get", "path": {"path": path, "end": false}, "auth": {"allow": "public"},
        "type": "static", "options": {"path": target}})
}

fn deep(levels: u32) -> Value {
    (0..levels).fold(Value::Null, |inside, _| json!([inside]))
}
