//! Hostile patterns cost nothing much and are refused with a reason.

use ds_routes::Pattern;

#[test]
fn refuses_with_a_reason() {
    let check = |pattern: &str, part: &str| {
        let error = Pattern::compile(pattern, true).unwrap_err().to_string();
        assert!(error.contains(part), "{pattern}: {error}");
    };
    check(&"x".repeat(1025), "longer than 1024");
    check(&"/:a".repeat(33), "more than 32");
    check("/:a((?=b).*)", "declare a more specific route");
    check("/:a((?<!b).*)", "is not supported");
    check(r"/:a(.\1)", "compare the values in the handler");
    check("/:a(x(?=y))", "looking ahead");
    check(r"/:a((?:x)\1)", "back-references");
    check(r"/:a(\p{L}+)", r"`\p`");
    check("/:a((?<n>x))", "only `(?:…)` is supported");
    check("/:a((?i:x))", "only `(?:…)` is supported");
    check("/:a(?:x)", "cannot begin with `?`");
    check("/:a((x))", "write `(?:` to group");
    check("/:a([\u{e0}-\u{ff}])", "percent-encoded");
    check("/:a([])", "matches nothing");
    check("/:a((?:x*y*)*)", "may be empty");
    check("/:a((?:.{1000}){1000})", "too complex");
    check(
        &format!("/:a({}x{})", "(?:".repeat(40), ")".repeat(40)),
        "too complex",
    );
    check("/:a(x{4294967296})", "too complex");
}

/// A backtracking engine takes 2^30 steps for these; a linear one is done at once.
#[test]
fn evil_patterns_are_linear() {
    let path = format!("/{}!", "a".repeat(20_000));
    for evil in [
        "/:x((?:a+)+)",
        "/:x((?:a|a)*)b",
        "/:x((?:a|aa)+)",
        "/(.*)(.*)(.*)(.*)(.*)z",
    ] {
        let pattern = Pattern::compile(evil, true).unwrap();
        assert_eq!(pattern.matches(&path), None, "{evil}");
    }
}
