//! A conquered runtime of an app that may reach one host. Expected: TCP inside its own network and nothing else; nobody
//! listens there for what was not approved, and what is connected to by number leads nowhere.

use super::families::BUT_TCP;
use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    if !stage.names("127.0.0.1 inner.example.com\n") {
        return;
    }
    let rule = format!("inner.example.com:{}", stage.forbidden_port());
    stage.ask_for(std::slice::from_ref(&rule));
    stage.conquer("families");
    stage.approve(&rule);
    stage.attack().refused(&BUT_TCP);
    // Whatever these say, nobody outside may have been reached.
    for attempt in ["connect", "abstract", "unix"] {
        assert_eq!(stage.get(&format!("/try/{attempt}")).status, 200);
    }
});
