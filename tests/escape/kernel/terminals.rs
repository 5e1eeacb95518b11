//! Typing into a terminal that came with a descriptor. Refused: none of them is one, and the call is not there.

attempt!(|stage| {
    let names = [
        "type-into-0",
        "type-into-1",
        "type-into-2",
        "console-0",
        "console-1",
        "take-over",
    ];
    stage.probe("terminals").refused_or(&names, &["ENOTTY"]);
});
