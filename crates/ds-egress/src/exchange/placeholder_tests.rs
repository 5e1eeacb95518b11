//! Putting secrets in and taking them out.

use proptest::prelude::*;

use super::*;

fn secrets() -> Vec<Secret> {
    let secret = |name, value| Secret::new(name, value, Vec::new()).unwrap();
    vec![
        secret("KEY", "sk-12345678"),
        secret("LONG", "xx-sk-12345678-xx"),
        secret("ODD", "{{secret:KEY}}"),
    ]
}

fn headers(name: &str, value: &str) -> HeaderMap {
    let name: HeaderName = name.parse().unwrap();
    [(name, HeaderValue::from_str(value).unwrap())]
        .into_iter()
        .collect()
}

#[test]
fn placeholders_become_secrets() {
    let check = |name: &str, value: &str, expect: &str, unknown: &[&str]| {
        let mut headers = headers(name, value);
        let filled = fill(&mut headers, &secrets()).unwrap();
        assert_eq!(headers[name], expect, "{value}");
        assert_eq!(filled.unknown, unknown, "{value}");
        assert_eq!(headers[name].is_sensitive(), value != expect);
    };
    check(
        "authorization",
        "Bearer {{secret:KEY}}",
        "Bearer sk-12345678",
        &[],
    );
    check(
        "x-key",
        "{{secret:KEY}}{{secret:KEY}}",
        "sk-12345678sk-12345678",
        &[],
    );
    check("x-key", "{{secret:ODD}}", "{{secret:KEY}}", &[]);
    check("x-key", "{{secret:key}}", "{{secret:key}}", &["key"]);
    check(
        "x-key",
        "{{secret:no}} {{secret:KEY}}",
        "{{secret:no}} sk-12345678",
        &["no"],
    );
    check(
        "x-key",
        "{{secret:{{secret:KEY}}",
        "{{secret:sk-12345678",
        &[],
    );
    check("x-key", "{{secret: KEY}}", "{{secret: KEY}}", &[]);
    check("x-key", "{{secret:}}", "{{secret:}}", &[]);
    check("x-key", "{{secret:KEY}", "{{secret:KEY}", &[]);
    check("x-key", "{{KEY}}", "{{KEY}}", &[]);
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    check(
        "authorization",
        &basic("me:{{secret:KEY}}"),
        &basic("me:sk-12345678"),
        &[],
    );
    check("authorization", &basic("me:word"), &basic("me:word"), &[]);
    check("authorization", "Basic !!", "Basic !!", &[]);
    check("authorization", "Basic", "Basic", &[]);
    // Elsewhere it is a text like any other.
    check(
        "x-key",
        &basic("{{secret:KEY}}"),
        &basic("{{secret:KEY}}"),
        &[],
    );
}

#[test]
fn secrets_do_not_come_back() {
    let mut sent = headers(
        "authorization",
        &format!("basic {}", STANDARD.encode("a:{{secret:KEY}}")),
    );
    let filled = fill(&mut sent, &secrets()).unwrap();
    let check = |value: &str, expect: &str| {
        let mut headers = headers("x-echo", value);
        filled.hide(&mut headers, &secrets());
        assert_eq!(headers["x-echo"], expect, "{value}");
    };
    check("sk-12345678", "{{secret:KEY}}");
    check(
        "a sk-12345678, sk-12345678b",
        "a {{secret:KEY}}, {{secret:KEY}}b",
    );
    check("xx-sk-12345678-xx", "{{secret:LONG}}");
    check("nothing", "nothing");
    let came = sent["authorization"].to_str().unwrap().to_owned();
    check(
        &came,
        &format!("basic {}", STANDARD.encode("a:{{secret:KEY}}")),
    );
}

#[test]
fn a_head_does_not_grow_without_bound() {
    let long = Secret::new("L", &"x".repeat(Secret::LONGEST), Vec::new()).unwrap();
    let mut headers = headers("x-key", &"{{secret:L}}".repeat(20));
    assert!(fill(&mut headers, std::slice::from_ref(&long)).is_err());
    let mut headers = headers_of(&long, 15);
    assert!(fill(&mut headers, std::slice::from_ref(&long)).is_ok());
    let mut headers = headers_of(&long, 17);
    assert!(fill(&mut headers, &[long]).is_err());
}

fn headers_of(secret: &Secret, count: usize) -> HeaderMap {
    let value = format!("{{{{secret:{}}}}}", secret.name());
    let name = |number| format!("x-{number}").parse::<HeaderName>().unwrap();
    (0..count)
        .map(|number| (name(number), HeaderValue::from_str(&value).unwrap()))
        .collect()
}

proptest! {
    #[test]
    fn replacing_is_what_the_standard_library_does(text in "[ab]{0,20}", what in "[ab]{1,3}", with in "[ac]{0,3}") {
        let naive = text.contains(&what).then(|| text.replace(&what, &with).into_bytes());
        prop_assert_eq!(replace(text.as_bytes(), what.as_bytes(), with.as_bytes()), naive);
    }

    #[test]
    fn no_text_trips_it(text in "([{}]|secret:|KEY|\\{\\{secret:KEY\\}\\}){0,12}") {
        let placeholder = "{{secret:KEY}}";
        let mut headers = headers("x-key", &text);
        let only = &secrets()[..1];
        let filled = fill(&mut headers, only).unwrap();
        prop_assert_eq!(headers["x-key"].to_str().unwrap(), text.replace(placeholder, "sk-12345678"));
        filled.hide(&mut headers, only);
        prop_assert_eq!(headers["x-key"].to_str().unwrap(), text);
    }
}
