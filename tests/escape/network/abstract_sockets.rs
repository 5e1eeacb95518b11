//! Abstract unix sockets, which no file permission guards. Expected: those of the host's network are not there, or
//! Landlock refuses them.

attempt!(|stage| {
    stage.probe("abstract").all_refused(&["connect"]);
});
